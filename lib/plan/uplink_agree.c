// SPDX-License-Identifier: GPL-2.0-or-later
/* uplink_agree - settings that are right each, and contradict each other. */
#include <string.h>

#include "plan/uplink.h"

int
bal_uplink_agrees(const char *name, const struct bal_settings *set,
		  struct bal_err *err)
{
	char recovered[BAL_QUANTITY_STRLEN], degraded[BAL_QUANTITY_STRLEN];

	if ((set->has & BAL_SET_OVER) && strcmp(set->over, name) == 0)
		return bal_err(err, BAL_ECONF, "%s cannot be over itself",
			       name);
	if (set->degraded_loss && set->recovered_loss >= set->degraded_loss)
		return bal_err(err, BAL_ECONF,
			       "%s: recovered_loss %u%% is not smaller than "
			       "degraded_loss %u%%",
			       name, set->recovered_loss,
			       set->degraded_loss);
	if (set->degraded_rtt_ms &&
	    set->recovered_rtt_ms >= set->degraded_rtt_ms)
		return bal_err(err, BAL_ECONF,
			       "%s: recovered_rtt %s is not smaller than "
			       "degraded_rtt %s",
			       name,
			       bal_ms_str(set->recovered_rtt_ms, recovered),
			       bal_ms_str(set->degraded_rtt_ms, degraded));
	return 0;
}

void
bal_uplink_settle(struct bal_settings *set)
{
	if (set->degraded_loss && set->recovered_loss >= set->degraded_loss)
		set->recovered_loss = set->degraded_loss / 2;
	if (set->recovered_rtt_ms >= set->degraded_rtt_ms)
		set->recovered_rtt_ms = 0;
}

bool
bal_uplink_missing(const struct bal_conf_uplink *section,
		   const struct bal_state *state)
{
	const struct bal_uplink_state *us =
		bal_state_find(state, section->name);

	return section->set.required && !(us && us->admin_up);
}

struct link_over {
	const char *name;
	char over[BAL_IFNAMSIZ];
};

/* `over` in a circle, through stanzas and bal.conf: no packet would ever leave. */
static int
check_circles(const struct link_over *v, size_t n, struct bal_err *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = v[i].over;

		for (size_t steps = 0; *at && steps < n; steps++) {
			size_t k = 0;

			if (strcmp(at, v[i].name) == 0)
				return bal_err(err, BAL_ECONF,
					       "%s is over itself by way of %s",
					       v[i].name, v[i].over);
			while (k < n && strcmp(v[k].name, at) != 0)
				k++;
			at = k < n ? v[k].over : "";
		}
	}
	return 0;
}

static const struct bal_uplink *
underlay_of(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	for (size_t i = 0; !up->base && i < ups->n; i++)
		if (strcmp(ups->v[i].name, up->set.over) == 0)
			return &ups->v[i];
	return NULL;
}

const struct bal_uplink *
bal_uplinks_circle(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *at = underlay_of(ups, &ups->v[i]);

		for (size_t steps = 0; at && steps < ups->n; steps++) {
			if (at == &ups->v[i])
				return at;
			at = underlay_of(ups, at);
		}
	}
	return NULL;
}

int
bal_uplinks_agree(const struct bal_conf *conf, const struct bal_state *state,
		  struct bal_err *err)
{
	struct link_over overs[BAL_UPLINKS_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];
		const struct bal_settings set =
			bal_uplink_settings(conf, us, us->name);

		if (bal_uplink_agrees(us->name, &set, err) < 0)
			return -1;
		if (n == BAL_UPLINKS_MAX)
			continue;
		overs[n].name = us->name;
		(void)bal_copy(overs[n].over, BAL_IFNAMSIZ,
			       set.has & BAL_SET_OVER ? set.over : "");
		n++;
	}
	return check_circles(overs, n, err);
}
