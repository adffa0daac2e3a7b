// SPDX-License-Identifier: GPL-2.0-or-later
/* merge - undoes what a change has requested, and nothing else. */
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

static bool
is_same_setting(const struct bal_settings *a, const struct bal_settings *b,
		size_t key)
{
	char text_a[BAL_SETTING_STRLEN], text_b[BAL_SETTING_STRLEN];
	const char *x = bal_settings_get(a, key, text_a, sizeof(text_a));
	const char *y = bal_settings_get(b, key, text_b, sizeof(text_b));

	return x && y ? strcmp(x, y) == 0 : x == y;
}

static bool
is_same_options(const struct bal_settings *a, const struct bal_settings *b)
{
	for (size_t key = 0; bal_settings_key(key); key++)
		if (!is_same_setting(a, b, key))
			return false;
	return true;
}

/* Undo the keys that the change made, unless they were changed since. */
static void
merge_options(const struct bal_settings *before, const struct bal_settings *after,
	   struct bal_settings *now)
{
	struct bal_settings undone = *before;

	for (size_t key = 0; bal_settings_key(key); key++) {
		const uint64_t bit = UINT64_C(1) << key;

		if (is_same_setting(before, after, key) ||
		    !is_same_setting(now, after, key))
			undone.has &= ~bit;
		else
			now->has &= ~bit;
	}
	bal_settings_merge(now, &undone);
}

static void
merge_addr(const struct bal_addr *before, const struct bal_addr *after,
	   struct bal_addr *now)
{
	if (!is_same_addr(before, after) && is_same_addr(now, after))
		*now = *before;
}

static void
merge_name(const char *before, const char *after, char *now)
{
	if (strcmp(before, after) != 0 && strcmp(now, after) == 0)
		memcpy(now, before, BAL_IFNAMSIZ);
}

static void
merge_fields(const struct bal_uplink_state *before,
	     const struct bal_uplink_state *after, struct bal_uplink_state *now)
{
	merge_options(&before->options, &after->options, &now->options);
	merge_addr(&before->learned_gateway, &after->learned_gateway,
		   &now->learned_gateway);
	merge_name(before->learned_over, after->learned_over,
		   now->learned_over);
	merge_name(before->line_down, after->line_down, now->line_down);
	merge_name(before->stanza, after->stanza, now->stanza);
}

/*
 * Was @now requested by another command since it was @after?  A gateway that
 * was unknown may also have been found.
 */
static bool
is_requested_since(const struct bal_uplink_state *after,
		   const struct bal_uplink_state *now)
{
	return !is_same_options(&after->options, &now->options) ||
	       strcmp(after->stanza, now->stanza) != 0 ||
	       (!bal_addr_none(&after->learned_gateway) &&
		!bal_addr_none(&now->learned_gateway) &&
		!is_same_addr(&after->learned_gateway, &now->learned_gateway));
}

/* Another uplink may have got its mark or its table meanwhile. */
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

/* It was taken down by the change, and still is. */
static int
bring_back(const struct bal_uplink_state *was, struct bal_state *now,
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
	(void)bal_state_forget_former(now, was->name, NULL);
	return 0;
}

static int
merge_uplinks(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now, struct bal_err *err)
{
	static const struct bal_uplink_state none = { 0 };

	for (size_t i = 0; i < before->n_uplinks; i++) {
		const struct bal_uplink_state *was = &before->uplinks[i];
		const struct bal_uplink_state *then = find(after, was->name);
		struct bal_uplink_state *us = bal_state_find(now, was->name);

		if (is_up(was) && is_up(then) && is_up(us))
			merge_fields(was, then, us);
		else if (is_up(was) && !is_up(then) && !is_up(us) &&
			 bring_back(was, now, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < after->n_uplinks; i++) {
		const struct bal_uplink_state *then = &after->uplinks[i];
		struct bal_uplink_state *us = bal_state_find(now, then->name);

		if (!is_up(us) || !then->admin_up ||
		    is_up(find(before, then->name)))
			continue;
		/* The next pass removes it, as behind bal-down. */
		us->admin_up = is_requested_since(then, us);
		merge_fields(&none, then, us);
	}
	return 0;
}

static const struct bal_tunnel_try *
find_tunnel(const struct bal_state *state, const char *name)
{
	static const struct bal_tunnel_try none = { 0 };

	for (size_t i = 0; i < state->n_tunnels; i++)
		if (strcmp(state->tunnels[i].name, name) == 0)
			return &state->tunnels[i];
	return &none;
}

/*
 * Also of an uplink whose record is gone: its underlay has no share by itself.
 */
static int
merge_tunnels(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now, struct bal_err *err)
{
	for (size_t i = 0; i < before->n_tunnels; i++)
		if (!bal_state_tunnel(now, before->tunnels[i].name, err))
			return -1;
	for (size_t i = 0; i < now->n_tunnels; i++) {
		struct bal_tunnel_try *t = &now->tunnels[i];
		const struct bal_tunnel_try *was = find_tunnel(before, t->name);
		const struct bal_tunnel_try *then = find_tunnel(after, t->name);

		if (was->stop != then->stop && t->stop == then->stop)
			t->stop = was->stop;
		merge_name(was->over, then->over, t->over);
	}
	return 0;
}

/*
 * bal-down --all drops the records; an uplink that was dead has to answer
 * first.
 */
static void
merge_formers(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now)
{
	if (!before->n_formers || after->n_formers || now->n_formers)
		return;
	for (size_t i = 0; i < before->n_formers; i++) {
		const struct bal_former *was = &before->formers[i];

		if (was->dead && !bal_state_find(now, was->name)) {
			struct bal_former *f = bal_state_former(now, was->name);

			*f = *was;
			/* Its mark may be another uplink's by now. */
			f->slot = 0;
			f->addr = (struct bal_addr){ 0 };
		}
	}
}

int
bal_try_merge(const struct bal_state *before, const struct bal_state *after,
	      struct bal_state *now, struct bal_err *err)
{
	const bool is_changed = before->has_mode != after->has_mode ||
				before->mode != after->mode;

	if (is_changed && now->has_mode == after->has_mode &&
	    now->mode == after->mode) {
		now->has_mode = before->has_mode;
		now->mode = before->mode;
	}
	if (before->balance != after->balance &&
	    now->balance == after->balance)
		now->balance = before->balance;
	if (merge_uplinks(before, after, now, err) < 0 ||
	    merge_tunnels(before, after, now, err) < 0)
		return -1;
	merge_formers(before, after, now);
	return 0;
}
