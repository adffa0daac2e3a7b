// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve - the merge of what was said, remembered and seen; pure. */
#include "plan/resolve.h"

#include <string.h>

#include "base/order.h"
#include "plan/agree.h"
#include "plan/caps.h"
#include "plan/device.h"
#include "plan/leg6.h"
#include "plan/merge.h"
#include "plan/over.h"
#include "plan/smooth.h"

static void
fill(struct bal_uplink *up, const struct bal_uplink_state *us,
     const struct bal_conf *conf, const struct bal_view *view)
{
	memcpy(up->name, us->name, sizeof(up->name));
	up->slot = us->slot;
	up->table = us->table;
	up->admin_up = us->admin_up;
	up->v4.health = us->record.health;
	up->set = bal_uplink_settings(conf, us, us->name);
	if (!(up->set.has & BAL_SET_OVER) && us->learned_over[0]) {
		memcpy(up->set.over, us->learned_over, sizeof(up->set.over));
		up->set.has |= BAL_SET_OVER;
	}
	up->base = !(up->set.has & BAL_SET_OVER);
	up->server = us->learned_server;
	up->grouped = bal_policy_leads_to(&conf->policy, us->name);
	bal_uplink_see_device(up, us, view);
	up->alive = up->v4.usable && up->v4.health != BAL_HEALTH_DEAD;
	bal_leg6_see(up, us, conf, view);
	up->degraded = up->v4.health == BAL_HEALTH_DEGRADED;
	up->lossy = bal_health_is_lossy(&us->record);
	up->capped = bal_caps_of(us, &up->set);
	if (up->set.weight == BAL_WEIGHT_AUTO)
		up->set.weight = us->capacity.weight ? us->capacity.weight : 1;
}

static int
by_slot(const void *a, const void *b)
{
	const struct bal_uplink *x = a, *y = b;

	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* Is the device @ifindex an uplink that is up? */
static bool
is_uplink(const struct bal_uplinks *ups, int ifindex)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].ifindex == ifindex && ups->v[i].admin_up)
			return true;
	return false;
}

/* Look-alikes: who shares A, and whose former A belongs to others now. */
static void
compare_addresses(struct bal_uplinks *ups, const struct bal_holders *all)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		const struct bal_ifaddr *a = bal_uplink_addr(up);
		struct bal_holders same = { 0 };

		if (a && up->admin_up)
			same = bal_holders_of(all, &a->addr);
		for (size_t k = 0; k < same.n; k++)
			if (same.v[k]->ifindex != up->ifindex &&
			    is_uplink(ups, same.v[k]->ifindex))
				up->v4.shared_addr = true;
		if (bal_holders_of(all, &up->v4.absent_addr).n)
			up->v4.absent_addr = (struct bal_addr){ 0 };
		if (bal_addr_none(&up->v4.absent_addr))
			continue;
		for (size_t k = 0; k < i; k++)
			if (ups->v[k].admin_up &&
			    bal_addr_same_host(&ups->v[k].v4.absent_addr,
					       &up->v4.absent_addr))
				up->v4.absent_addr = (struct bal_addr){ 0 };
	}
}

static void
find_used_addr(const struct bal_uplinks *ups, struct bal_uplink *up,
	       const struct bal_uplink_state *us, const struct bal_holders *all)
{
	const struct bal_holders same = bal_holders_of(all, bal_uplink_used_addr(us));

	for (size_t k = 0; k < same.n; k++)
		up->v4.used_addr_here |= same.v[k]->ifindex == up->ifindex;
	for (size_t k = 0; k < same.n; k++)
		up->v4.used_addr_elsewhere |=
			same.v[k]->ifindex != up->ifindex &&
			(!up->v4.used_addr_here ||
			 is_uplink(ups, same.v[k]->ifindex));
}

/* A line that ifdown took down need not be an uplink any more. */
static bool
is_way_out(const struct bal_uplinks *ups, const struct bal_snapshot *snap,
	   const struct bal_uplink_state *us, const char *over)
{
	const struct bal_uplink *under = bal_uplinks_find(ups, over);
	const struct bal_link *link = bal_snapshot_link(snap, over);

	if (!under && us && strcmp(us->line_down, over) == 0)
		return false;
	if (!under)
		return !link || link->up;
	return under->admin_up && under->v4.usable &&
	       under->v4.health != BAL_HEALTH_DEAD;
}

/* Copies of what it sends leave by a line that lives. */
static bool
is_copied_out(const struct bal_uplinks *ups, const struct bal_snapshot *snap,
	      const struct bal_uplink *up)
{
	return bal_smooth_is_on(up) &&
	       is_way_out(ups, snap, NULL, up->smoothing.copy);
}

/* The line in use, for all that asks what it is over. */
static void
choose_lines(struct bal_uplinks *ups, const struct bal_conf *conf,
	     const struct bal_state *state)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		char table[BAL_GROUP_TABLELEN];
		const struct bal_group_state *record;
		const struct bal_conf_group *group;
		const struct bal_uplink *line;

		if (up->base ||
		    !bal_over_is_several(&conf->policy, up->set.over))
			continue;
		group = bal_policy_group(&conf->policy, up->set.over);
		up->over_any = true;
		up->over_group = group ? group->name : "";
		record = bal_state_find_group(
			state, bal_over_table(up->set.over, table));
		up->underlay = record ? record->table : 0;
		line = bal_over_best(&conf->policy, ups, up->set.over);
		if (line)
			memcpy(up->set.over, line->name, sizeof(up->set.over));
	}
}

/* Nothing gets through a tunnel whose packets get nowhere. */
static void
strand_tunnels(struct bal_uplinks *ups, const struct bal_snapshot *snap,
	       const struct bal_state *state)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];

		if (up->base ||
		    is_way_out(ups, snap, bal_state_find(state, up->name),
			       up->set.over) ||
		    is_copied_out(ups, snap, up))
			continue;
		up->underlay_down = true;
		up->alive = up->alive6 = false;
	}
}

static bool
has_last_resort(const struct bal_uplinks *ups, const struct bal_globals *g)
{
	for (size_t i = 0; i < ups->n && g->last_resort; i++)
		if (ups->v[i].base && ups->v[i].v4.usable)
			return true;
	return false;
}

/*
 * A tunnel that is dead, and through which nothing came, for so long is no
 * chance, however good its device looks (OpenVPN's persist-tun); it would hide
 * the last resort, and its client could never look its server's name up.  When
 * that is so; UINT64_MAX: never.
 */
static uint64_t
given_up_ms(const struct bal_uplink *up, const struct bal_state *state,
	    const struct bal_globals *globals)
{
	const struct bal_uplink_state *us = bal_state_find(state, up->name);
	uint64_t since;

	if (up->base || !us || !us->since_ms)
		return UINT64_MAX;
	since = us->heard_ms > us->since_ms ? us->heard_ms : us->since_ms;
	return since + globals->openvpn_dead_ms;
}

/* when_all_dead = keep: better a chance by all than none. */
static void
keep_all_dead(struct bal_uplinks *ups, const struct bal_globals *globals,
	      const struct bal_state *state, uint64_t now_ms)
{
	const bool resort = has_last_resort(ups, globals);

	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].alive)
			return;
	if (globals->when_all_dead != BAL_ALL_DEAD_KEEP)
		return;
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		uint64_t end_ms = UINT64_MAX;

		if (resort)
			end_ms = given_up_ms(up, state, globals);
		up->alive = up->v4.usable && now_ms < end_ms;
		ups->kept |= up->alive;
		if (up->alive && end_ms < UINT64_MAX &&
		    (!ups->next_ms || end_ms < ups->next_ms))
			ups->next_ms = end_ms;
	}
}

int
bal_uplinks_resolve(const struct bal_conf *conf, const struct bal_state *state,
		    const struct bal_snapshot *snap, struct bal_arena *arena,
		    struct bal_uplinks *out, struct bal_err *err)
{
	struct bal_uplinks ups = { 0 };
	bal_line_list lines = { 0 };
	struct bal_view view = { .snap = snap,
				 .balancing = state->balancing_table,
				 .arena = arena };

	ups.v = bal_arena_alloc(arena, (state->n_uplinks + 1) * sizeof(*ups.v));
	if (!ups.v || !bal_holders_sort(&view.all, snap, arena))
		return bal_err_nomem(err);
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink *up = &ups.v[ups.n++];

		fill(up, &state->uplinks[i], conf, &view);
		if (up->six && bal_addr_none(&up->prefix6))
			up->prefix6 = bal_state_prefix6(state, up->name);
		if (bal_uplink_agrees(up->name, &up->set, err) < 0)
			return -1;
	}
	bal_over_lines(conf, state, &ups, arena, &lines);
	for (size_t i = 0; i < ups.n; i++)
		ups.v[i].share = bal_over_has_share(&lines, ups.v[i].name,
						    ups.v[i].set.share);
	for (size_t i = 0; i < ups.n; i++)
		find_used_addr(&ups, &ups.v[i], &state->uplinks[i],
			       &view.all);
	bal_sort(ups.v, ups.n, sizeof(*ups.v), by_slot);
	compare_addresses(&ups, &view.all);
	choose_lines(&ups, conf, state);
	bal_uplinks_smooth(&ups, state, snap, &view.all);
	strand_tunnels(&ups, snap, state);
	bal_caps_apply(&ups);
	keep_all_dead(&ups, &conf->globals, state, snap->now_ms);
	bal_leg6_keep_dead(&ups, &conf->globals);
	if (arena->oom)
		return bal_err_nomem(err);
	*out = ups;
	return 0;
}
