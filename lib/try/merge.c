// SPDX-License-Identifier: GPL-2.0-or-later
/* merge - what a change has requested is undone, and nothing else. */
#include <string.h>

#include "try/try.h"

static const struct bal_uplink_state *
find(const struct bal_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (strcmp(state->uplinks[i].name, name) == 0)
			return &state->uplinks[i];
	return NULL;
}

static bool
is_up(const struct bal_uplink_state *us)
{
	return us && us->admin_up;
}

static bool
is_same_addr(const struct bal_addr *a, const struct bal_addr *b)
{
	return bal_addr_cmp(a, b) == 0;
}

/* Does the same hold for both, as far as somebody requested it? */
static bool
is_same(const struct bal_uplink_state *a, const struct bal_uplink_state *b)
{
	if (is_up(a) != is_up(b))
		return false;
	if (!a || !b)
		return true;
	return memcmp(&a->told, &b->told, sizeof(a->told)) == 0 &&
	       is_same_addr(&a->learned_gateway, &b->learned_gateway) &&
	       strcmp(a->learned_over, b->learned_over) == 0 &&
	       strcmp(a->line_down, b->line_down) == 0;
}

/* Another one may have got its mark or its table meanwhile. */
static void
free_what_is_taken(const struct bal_state *state, struct bal_uplink_state *us)
{
	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *other = &state->uplinks[i];

		if (strcmp(other->name, us->name) == 0)
			continue;
		if (other->slot == us->slot)
			us->slot = 0;
		if (other->table == us->table)
			us->table = 0;
	}
}

static int
put_back(const struct bal_uplink_state *was, struct bal_state *now,
	 struct bal_err *err)
{
	struct bal_uplink_state *us = bal_state_find(now, was->name);

	if (!us) {
		us = bal_state_add(now, was->name, err);
		if (!us)
			return -1;
		*us = *was;
		free_what_is_taken(now, us);
	}
	us->admin_up = true;
	us->told = was->told;
	us->learned_gateway = was->learned_gateway;
	memcpy(us->learned_over, was->learned_over, sizeof(us->learned_over));
	memcpy(us->line_down, was->line_down, sizeof(us->line_down));
	(void)bal_state_forget_former(now, was->name, NULL);
	return 0;
}

static int
merge_uplinks(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now, struct bal_err *err)
{
	for (size_t i = 0; i < before->n_uplinks; i++) {
		const struct bal_uplink_state *was = &before->uplinks[i];

		if (!was->admin_up || is_same(was, find(after, was->name)))
			continue;
		if (put_back(was, now, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < after->n_uplinks; i++) {
		const char *name = after->uplinks[i].name;
		struct bal_uplink_state *us = bal_state_find(now, name);

		/* The next pass removes it, as behind bal-down. */
		if (us && after->uplinks[i].admin_up &&
		    !is_up(find(before, name)))
			us->admin_up = false;
	}
	return 0;
}

static enum bal_tunnel_stop
stop_of(const struct bal_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_tunnels; i++)
		if (strcmp(state->tunnels[i].name, name) == 0)
			return state->tunnels[i].stop;
	return BAL_TUNNEL_WANTED;
}

int
bal_try_merge(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now, struct bal_err *err)
{
	if (before->has_mode != after->has_mode ||
	    before->mode != after->mode) {
		now->has_mode = before->has_mode;
		now->mode = before->mode;
	}
	for (size_t i = 0; i < now->n_tunnels; i++) {
		struct bal_tunnel_try *t = &now->tunnels[i];
		enum bal_tunnel_stop was = stop_of(before, t->name);

		if (was != stop_of(after, t->name))
			t->stop = was;
	}
	return merge_uplinks(before, after, now, err);
}
