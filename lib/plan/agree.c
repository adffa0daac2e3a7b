// SPDX-License-Identifier: GPL-2.0-or-later
/* agree - settings that are right each, and contradict each other; pure. */
#include "plan/agree.h"

#include <string.h>

#include "plan/merge.h"

/* What of an uplink's settings can contradict each other. */
struct claims {
	const char *name;
	const char *over; /* "": said nowhere */
	uint32_t degraded_loss, recovered_loss;
	uint32_t degraded_rtt_ms, recovered_rtt_ms;
};

static int
check_claims(const struct claims *c, struct bal_err *err)
{
	char recovered[BAL_QUANTITY_STRLEN], degraded[BAL_QUANTITY_STRLEN];

	if (strcmp(c->over, c->name) == 0)
		return bal_err(err, BAL_ECONF, "%s cannot be over itself",
			       c->name);
	if (c->degraded_loss && c->recovered_loss >= c->degraded_loss)
		return bal_err(err, BAL_ECONF,
			       "%s: recovered_loss %u%% is not smaller than "
			       "degraded_loss %u%%",
			       c->name, c->recovered_loss, c->degraded_loss);
	if (c->degraded_rtt_ms && c->recovered_rtt_ms >= c->degraded_rtt_ms)
		return bal_err(err, BAL_ECONF,
			       "%s: recovered_rtt %s is not smaller than "
			       "degraded_rtt %s",
			       c->name,
			       bal_ms_str(c->recovered_rtt_ms, recovered),
			       bal_ms_str(c->degraded_rtt_ms, degraded));
	return 0;
}

int
bal_uplink_agrees(const char *name, const struct bal_settings *set,
		  struct bal_err *err)
{
	const struct claims claims = {
		.name = name,
		.over = set->has & BAL_SET_OVER ? set->over : "",
		.degraded_loss = set->degraded_loss,
		.recovered_loss = set->recovered_loss,
		.degraded_rtt_ms = set->degraded_rtt_ms,
		.recovered_rtt_ms = set->recovered_rtt_ms,
	};

	return check_claims(&claims, err);
}

/* Built-in values agree with each other; a merge settles, if that is wanted. */
static struct claims
claims_of(const struct bal_conf *conf, const struct bal_uplink_state *us,
	  const struct bal_settings *built_in)
{
	const struct bal_conf_uplink *section = bal_conf_find(conf, us->name);
	const uint64_t has = us->options.has | conf->check.has |
			     (section ? section->set.has : 0);
	struct claims c = { .name = us->name, .over = "" };

#define SAID(key)                                                       \
	(has & (key) ? bal_uplink_said(conf, us, us->name, key) : built_in)
	if (has & BAL_SET_OVER)
		c.over = SAID(BAL_SET_OVER)->over;
	if (conf->settles)
		return c;
	c.degraded_loss = SAID(BAL_SET_DEGRADED_LOSS)->degraded_loss;
	c.recovered_loss = SAID(BAL_SET_RECOVERED_LOSS)->recovered_loss;
	c.degraded_rtt_ms = SAID(BAL_SET_DEGRADED_RTT)->degraded_rtt_ms;
	c.recovered_rtt_ms = SAID(BAL_SET_RECOVERED_RTT)->recovered_rtt_ms;
#undef SAID
	return c;
}

/* `over` in a circle, through stanzas and bal.conf: no packet would ever leave. */
static int
check_circles(const struct claims *v, size_t n, struct bal_err *err)
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

int
bal_uplinks_agree(const struct bal_conf *conf, const struct bal_state *state,
		  struct bal_err *err)
{
	const struct bal_settings built_in = bal_settings_default();
	struct claims claims[BAL_UPLINKS_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct claims c =
			claims_of(conf, &state->uplinks[i], &built_in);

		if (check_claims(&c, err) < 0)
			return -1;
		if (n < BAL_UPLINKS_MAX)
			claims[n++] = c;
	}
	return check_circles(claims, n, err);
}

static const struct bal_uplink *
underlay_of(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	return up->base ? NULL : bal_uplinks_find(ups, up->set.over);
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
