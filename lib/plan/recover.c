// SPDX-License-Identifier: GPL-2.0-or-later
/* recover - a lost state, read back from our tagged objects; pure. */
#include "plan/recover.h"

#include <string.h>

#include "plan/merge.h"
#include "plan/plan.h"
#include "plan/recover_internal.h"
#include "plan/uplink.h"

/*
 * By its slot's rule: that of what came in stands for the dead, too, and so
 * does, in the layout before this one, that of uplinks with one address.
 */
static bool
was_alive(const struct bal_snapshot *snap, const struct bal_conf *conf,
	  const struct bal_uplink_state *us)
{
	const uint32_t mark = bal_mark_of(us->slot, conf->globals.mark_mask);

	for (size_t i = 0; i < snap->rules.n; i++) {
		const struct bal_rule *r = &snap->rules.v[i];

		if (bal_recover_is_ours(r) && r->has_mark && r->table == us->table &&
		    r->mark == mark && r->suppress_prefixlen < 0)
			return true;
	}
	return false;
}

static void
recover_addresses(struct bal_uplink_state *us, const struct bal_snapshot *snap)
{
	for (size_t i = 0; i < snap->rules.n; i++) {
		const struct bal_rule *r = &snap->rules.v[i];

		/* Not of a smoothed tunnel, whose own line has that address. */
		if (bal_recover_is_ours(r) && r->table == us->table &&
		    !bal_addr_none(&r->src) && !r->ip_proto &&
		    bal_addr_none(&us->learned_addr))
			us->learned_addr = r->src;
	}
	for (size_t i = 0; i < snap->routes.n; i++) {
		const struct bal_route *r = &snap->routes.v[i];

		if (r->protocol == BAL_PROTO && r->table == us->table &&
		    r->dst.len == 0 && r->n_hops == 1 &&
		    bal_addr_none(&us->learned_gateway))
			us->learned_gateway = r->hops[0].gateway;
	}
}

/*
 * Weight and priority as the kernel has them.  They count as requested only where
 * the configuration says something else, so that it stays in charge.
 */
static void
recover_shares(struct bal_uplink_state *us, const struct bal_settings *set,
	       const struct bal_snapshot *snap, uint32_t balancing, int ifindex)
{
	for (size_t i = 0; i < snap->routes.n; i++) {
		const struct bal_route *r = &snap->routes.v[i];
		bool last = r->table == BAL_TABLE_DEFAULT;
		uint32_t base = last ? BAL_METRIC_LAST_RESORT :
				       BAL_METRIC_SINGLE;

		if (r->protocol != BAL_PROTO ||
		    (!last && r->table != balancing))
			continue;
		for (size_t k = 0; k < r->n_hops; k++) {
			if (r->hops[k].ifindex != ifindex)
				continue;
			if (r->n_hops > 1 &&
			    r->hops[k].weight != set->weight) {
				us->options.has |= BAL_SET_WEIGHT;
				us->options.weight = r->hops[k].weight;
			}
			if (r->n_hops == 1 && r->metric >= base &&
			    (r->metric - base) / 256 != set->priority &&
			    (r->metric - base) / 256 <= BAL_PRIORITY_MAX) {
				us->options.has |= BAL_SET_PRIORITY;
				us->options.priority = (r->metric - base) / 256;
			}
		}
	}
}

/*
 * With a default in its own table, and nothing in the @common one though
 * others stand there: `share = no` was requested.
 */
static bool
stays_out(const struct bal_snapshot *snap, uint32_t table, uint32_t common,
	  int ifindex)
{
	bool own = false, any = false, shares = false;

	for (size_t i = 0; i < snap->routes.n; i++) {
		const struct bal_route *r = &snap->routes.v[i];

		if (r->protocol != BAL_PROTO)
			continue;
		own |= r->table == table && r->dst.len == 0;
		/* Of a subnet that lines share they all have a route. */
		if (r->table == common && !bal_addr_none(&r->src))
			continue;
		any |= r->table == common && r->n_hops;
		for (size_t k = 0; k < r->n_hops; k++)
			shares |= r->table == common &&
				  r->hops[k].ifindex == ifindex;
	}
	return own && any && !shares;
}

/* Does anything go by it that a dead one would not have? */
static bool
is_in_use(const struct bal_snapshot *snap, uint32_t balancing, int ifindex)
{
	for (size_t i = 0; i < snap->routes.n; i++) {
		const struct bal_route *r = &snap->routes.v[i];

		for (size_t k = 0; k < r->n_hops; k++)
			if (r->protocol == BAL_PROTO && r->table == balancing &&
			    r->metric < BAL_METRIC_LAST_RESORT &&
			    r->hops[k].ifindex == ifindex)
				return true;
	}
	return false;
}

/*
 * No rule of its slot: dead, or degraded, or a line that takes no part and has
 * none where there is no last resort.
 */
static void
recover_health(struct bal_uplink_state *us, const struct bal_state *state,
	       const struct bal_conf *conf, const struct bal_snapshot *snap)
{
	const struct bal_link *link = bal_snapshot_link(snap, us->name);
	const struct bal_settings *said =
		bal_uplink_said(conf, us, us->name, BAL_SET_SHARE);
	const bool takes_part = !said || said->share != BAL_SHARE_NO;

	if (us->record.health == BAL_HEALTH_UNKNOWN &&
	    us->condition == BAL_HEALTH_UNKNOWN &&
	    !was_alive(snap, conf, us) && link && link->carrier &&
	    (takes_part || conf->globals.last_resort) &&
	    !is_in_use(snap, state->balancing_table, link->ifindex))
		us->record.health = us->condition = BAL_HEALTH_DEAD;
}

/* What the kernel shows of @us beside its table and slot. */
static void
recover_settings(struct bal_uplink_state *us, const struct bal_state *state,
		 const struct bal_conf *conf, const struct bal_snapshot *snap)
{
	const struct bal_link *link = bal_snapshot_link(snap, us->name);
	struct bal_settings set = bal_uplink_settings(conf, us, us->name);

	recover_health(us, state, conf, snap);
	recover_addresses(us, snap);
	if (!link)
		return;
	recover_shares(us, &set, snap, state->balancing_table, link->ifindex);
	if (!was_alive(snap, conf, us))
		return;
	if (set.share != BAL_SHARE_NO && stays_out(snap, us->table, state->balancing_table,
				     link->ifindex)) {
		us->options.has |= BAL_SET_SHARE;
		us->options.share = BAL_SHARE_NO;
	}
	/* No last resort: it was over another uplink, which one is lost. */
	if (!(set.has & BAL_SET_OVER) && !us->learned_over[0] &&
	    stays_out(snap, us->table, BAL_TABLE_DEFAULT, link->ifindex))
		(void)bal_copy(us->learned_over, sizeof(us->learned_over), "?");
}

/* Lines of its record were damaged, and so are not known. */
static void
complete_uplink(struct bal_uplink_state *us, const struct bal_state *state,
		const struct bal_conf *conf, const struct bal_snapshot *snap,
		const struct bal_rule *rule)
{
	uint32_t slot = bal_recover_known_slot(snap, conf, rule);

	if (!us->partial)
		return;
	if (!us->table && bal_recover_table_free(state, rule->table))
		us->table = rule->table;
	if (!us->slot && bal_recover_slot_free(state, slot))
		us->slot = slot;
	if (us->table == rule->table)
		recover_settings(us, state, conf, snap);
}

/*
 * The kernel has @us's table for another uplink: a line of @us is damaged, so
 * that the table is not its own.  Where it is the header, it is the other one.
 */
static void
yield_table(struct bal_uplink_state *us, const struct bal_state *state,
	    const struct bal_snapshot *snap)
{
	const struct bal_rule *other = NULL;

	for (size_t i = 0; i < snap->rules.n; i++) {
		const struct bal_rule *r = &snap->rules.v[i];

		if (!bal_recover_names_uplink(r) || r->table != us->table)
			continue;
		if (strcmp(r->oif, us->name) == 0)
			return;
		other = r;
	}
	if (!other && us->table != state->balancing_table)
		return;
	us->partial = true;
	if (other && !bal_state_find(state, other->oif) &&
	    !bal_snapshot_link(snap, us->name))
		(void)bal_copy(us->name, sizeof(us->name), other->oif);
	else
		us->table = us->slot = 0;
}

static int
recover_uplink(struct bal_state *state, const struct bal_conf *conf,
	       const struct bal_snapshot *snap, const struct bal_rule *rule,
	       struct bal_err *err)
{
	uint32_t slot = bal_recover_known_slot(snap, conf, rule);
	struct bal_uplink_state *us;

	if (!bal_recover_slot_free(state, slot))
		slot = bal_recover_free_slot(state);
	if (!slot)
		return 0;
	us = bal_state_add(state, rule->oif, err);
	if (!us)
		return -1;
	us->admin_up = us->partial = true;
	us->slot = slot;
	us->since_ms = snap->now_ms;
	if (!bal_recover_table_free(state, rule->table))
		return 0;
	us->table = rule->table;
	recover_settings(us, state, conf, snap);
	return 0;
}

/* The one table of ours that is looked up whatever the packet is. */
static bool
is_catch_all(const struct bal_rule *r)
{
	return bal_recover_is_ours(r) && !r->narrow && !r->has_mark && !r->iif[0] && !r->oif[0] &&
	       bal_addr_none(&r->src) && bal_addr_none(&r->dst) &&
	       r->suppress_prefixlen < 0 && !bal_recover_is_kernels(r->table);
}

static void
recover_balancing(struct bal_state *state, const struct bal_snapshot *snap)
{
	for (size_t i = 0; !state->balancing_table && i < snap->rules.n; i++)
		if (is_catch_all(&snap->rules.v[i]))
			state->balancing_table = snap->rules.v[i].table;
}

/* One hop in front of several singles: that was solo. */
static void
recover_mode(struct bal_state *state, const struct bal_conf *conf,
	     const struct bal_snapshot *snap)
{
	size_t top = 0, singles = 0;

	if (state->has_mode)
		return;

	for (size_t i = 0; i < snap->routes.n; i++) {
		const struct bal_route *r = &snap->routes.v[i];

		if (r->protocol != BAL_PROTO || r->dst.len != 0 ||
		    r->table != state->balancing_table)
			continue;
		if (r->metric == BAL_METRIC_WEIGHTED)
			top = r->n_hops;
		else if (r->type == BAL_ROUTE_UNICAST)
			singles++;
	}
	if (singles < 2 || top == 0)
		return;
	state->mode = top == 1 ? BAL_MODE_SOLO : BAL_MODE_MULTI;
	state->has_mode = state->mode != conf->globals.mode;
}

int
bal_state_recover(struct bal_state *state, const struct bal_conf *conf,
		  const struct bal_snapshot *snap, struct bal_err *err)
{
	recover_balancing(state, snap);
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].table)
			yield_table(&state->uplinks[i], state, snap);
	/* Those whose mark is known first, so that it is free for them. */
	for (int known = 1; known >= 0; known--) {
		for (size_t i = 0; i < snap->rules.n; i++) {
			const struct bal_rule *r = &snap->rules.v[i];
			struct bal_uplink_state *us;

			if (!bal_recover_names_uplink(r) ||
			    (known && !bal_recover_known_slot(snap, conf, r)))
				continue;
			us = bal_state_find(state, r->oif);
			if (us)
				complete_uplink(us, state, conf, snap, r);
			else if (recover_uplink(state, conf, snap, r, err) < 0)
				return -1;
		}
	}
	recover_mode(state, conf, snap);
	/* A chain in nat, a rule of IPv6, a program, an endpoint: look once. */
	state->masquerading = state->rules6 = state->routes6 =
		state->steered = state->mptcp = state->n_uplinks > 0;
	return 0;
}
