// SPDX-License-Identifier: GPL-2.0-or-later
/* over - which lines carry tunnels, and so who has a share; pure. */
#include "plan/over.h"

#include <stdio.h>
#include <string.h>

#include "plan/merge.h"

const char *
bal_over_remembered(const struct bal_state *state, const char *name)
{
	const struct bal_tunnel_try *t = bal_state_find_tunnel(state, name);

	return t ? t->over : "";
}

bool
bal_over_is_nowhere(const struct bal_conf *conf, const struct bal_state *state,
		    const char *over)
{
	return over[0] && strcmp(over, "?") != 0 &&
	       !bal_over_is_several(&conf->policy, over) &&
	       !bal_state_find(state, over) && !bal_conf_find(conf, over);
}

/* By its record, else by what is remembered of one that ended. */
static const char *
learned(const struct bal_state *state, const char *name)
{
	const struct bal_uplink_state *us = bal_state_find(state, name);

	return us ? us->learned_over : bal_over_remembered(state, name);
}

const char *
bal_over_of(const struct bal_conf *conf, const struct bal_state *state,
	    const char *name)
{
	const struct bal_uplink_state *us = bal_state_find(state, name);
	const struct bal_conf_uplink *section = bal_conf_find(conf, name);
	const char *known = learned(state, name), *said = known;

	if (us && us->options.has & BAL_SET_OVER)
		said = us->options.over;
	else if (section && section->set.has & BAL_SET_OVER)
		said = section->set.over;
	/* A slip: the client is known to leave by another one. */
	return known[0] && bal_over_is_nowhere(conf, state, said) ? known :
								    said;
}

static void
add_line(bal_line_list *out, struct bal_arena *arena, const char *line,
	 enum bal_share share)
{
	const char **slot;

	if (!line[0] || share == BAL_SHARE_NO)
		return;
	slot = BAL_PUSH(arena, out);
	if (slot)
		*slot = line;
}

/* All that `over` stands for. */
static void
add_several(bal_line_list *out, struct bal_arena *arena,
	    const struct bal_conf *conf, const struct bal_uplinks *ups,
	    const char *over, enum bal_share share)
{
	const struct bal_conf_group *g = bal_policy_group(&conf->policy, over);

	for (size_t i = 0; g && i < g->n_uplinks; i++)
		add_line(out, arena, g->uplinks[i], share);
	for (size_t i = 0; !g && i < ups->n; i++)
		if (ups->v[i].base)
			add_line(out, arena, ups->v[i].name, share);
	for (size_t i = 0; !g && i < conf->n_uplinks; i++)
		if (!(conf->uplinks[i].set.has & BAL_SET_OVER) &&
		    !bal_uplinks_find(ups, conf->uplinks[i].name))
			add_line(out, arena, conf->uplinks[i].name, share);
}

/* What is said, and what it is in truth where that is a slip. */
static void
add_over(bal_line_list *out, struct bal_arena *arena,
	 const struct bal_conf *conf, const struct bal_state *state,
	 const struct bal_uplinks *ups, const char *name,
	 const struct bal_settings *set)
{
	const char *over = bal_over_of(conf, state, name);

	if (bal_over_is_several(&conf->policy, over)) {
		add_several(out, arena, conf, ups, over, set->share);
		return;
	}
	add_line(out, arena, set->over, set->share);
	if (strcmp(over, set->over) != 0)
		add_line(out, arena, over, set->share);
}

void
bal_over_lines(const struct bal_conf *conf, const struct bal_state *state,
	       const struct bal_uplinks *ups, struct bal_arena *arena,
	       bal_line_list *out)
{
	for (size_t i = 0; i < ups->n; i++)
		if (!ups->v[i].base)
			add_over(out, arena, conf, state, ups, ups->v[i].name,
				 &ups->v[i].set);
	for (size_t i = 0; i < conf->n_uplinks; i++) {
		const struct bal_conf_uplink *u = &conf->uplinks[i];

		if (u->set.has & BAL_SET_OVER && !bal_state_find(state, u->name))
			add_over(out, arena, conf, state, ups, u->name,
				 &u->set);
	}
	for (size_t i = 0; i < state->n_tunnels; i++) {
		const struct bal_tunnel_try *t = &state->tunnels[i];
		const struct bal_conf_uplink *u = bal_conf_find(conf, t->name);

		if (!bal_state_find(state, t->name) &&
		    !(u && u->set.has & BAL_SET_OVER))
			add_line(out, arena, t->over,
				 u ? u->set.share : BAL_SHARE_AUTO);
	}
}

bool
bal_over_is_several(const struct bal_policy *policy, const char *over)
{
	return !strcmp(over, BAL_OVER_ANY) || bal_policy_group(policy, over);
}

int64_t
bal_over_place(const struct bal_policy *policy, const char *over,
	       const struct bal_uplink *up)
{
	const struct bal_conf_group *g = bal_policy_group(policy, over);

	if (!up->base || !up->admin_up)
		return -1;
	if (!g)
		return bal_uplink_metric(up);
	for (size_t i = 0; i < g->n_uplinks; i++)
		if (!strcmp(g->uplinks[i], up->name))
			return (int64_t)(i + bal_uplink_rank(up) *
						     (BAL_PRIORITY_MAX + 1)) *
				       256 +
			       up->slot;
	return -1;
}

static bool
is_well(const struct bal_uplink *up)
{
	return up->v4.usable && up->v4.health != BAL_HEALTH_DEAD;
}

const struct bal_uplink *
bal_over_best(const struct bal_policy *policy, const struct bal_uplinks *ups,
	      const char *over)
{
	const struct bal_uplink *best = NULL;
	int64_t first = 0;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		const int64_t place = bal_over_place(policy, over, up);

		if (place < 0 || (best && is_well(best) > is_well(up)) ||
		    (best && is_well(best) == is_well(up) && place >= first))
			continue;
		best = up;
		first = place;
	}
	return best;
}

const char *
bal_over_table(const char *over, char buf[BAL_GROUP_TABLELEN])
{
	const bool any = !strcmp(over, BAL_OVER_ANY);

	snprintf(buf, BAL_GROUP_TABLELEN, BAL_UNDERLAY "%s%s", any ? "" : ":",
		 any ? "" : over);
	return buf;
}

bool
bal_over_has_share(const bal_line_list *lines, const char *name,
		   enum bal_share share)
{
	if (share != BAL_SHARE_AUTO)
		return share == BAL_SHARE_YES;
	for (size_t i = 0; i < lines->n; i++)
		if (!strcmp(lines->v[i], name))
			return false;
	return true;
}

int
bal_over_remember(const struct bal_conf *conf, struct bal_state *state,
		  const char *name, struct bal_err *err)
{
	const struct bal_settings *said = bal_uplink_said(
		conf, bal_state_find(state, name), name, BAL_SET_SHARE);
	const char *over = bal_over_of(conf, state, name);
	struct bal_tunnel_try *t;

	/* What a stanza or an option said ends with the record. */
	if ((said && said->share == BAL_SHARE_NO) || !strcmp(over, "?"))
		over = "";

	if (!over[0] && !bal_state_find_tunnel(state, name))
		return 0;
	t = bal_state_tunnel(state, name, err);
	if (!t)
		return -1;
	return bal_copy(t->over, sizeof(t->over), over);
}
