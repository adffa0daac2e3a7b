// SPDX-License-Identifier: GPL-2.0-or-later
/* steer - what a program draws uplinks for, among them which, by which weights. */
#include <string.h>
#include <sys/socket.h>

#include "base/order.h"
#include "netlink/sysctl.h"
#include "plan/internal.h"

#define STEER_PARTS_MAX 256

struct maker {
	const struct bal_world *world;
	struct bal_arena *arena;
	bal_prefix_list shared; /* of IPv4: in IPv6 they stand in main */
	int family;
	BAL_LIST(struct bal_steer_group) groups;
	BAL_LIST(struct bal_steer_match) matches;
};

bool
bal_plan_steers(const struct bal_world *world, const struct bal_group *group)
{
	const enum bal_steer_key key = world->globals->steer;
	const unsigned release = world->snap ? world->snap->release : 0;

	if (key == BAL_STEER_NO || group->mode != BAL_MODE_MULTI)
		return false;
	if (group->kind == BAL_BALANCE_SESSION)
		return true;
	/* The box's own connections go one by one, whatever becomes of packets. */
	return group->kind != BAL_BALANCE_HASH &&
	       (key == BAL_STEER_YES || (release && release < BAL_SPREADS_TCP));
}

bool
bal_plan_steers_by(const struct bal_world *world,
		   const struct bal_group *group, size_t parts)
{
	return bal_plan_steers(world, group) &&
	       parts * group->members.n <= STEER_PARTS_MAX;
}

static int
by_slot(const void *a, const void *b)
{
	const struct bal_steer_share *x = a, *y = b;

	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* With fewer than two there is nothing to draw. */
static void
add_group(struct maker *m, const struct bal_group *group)
{
	const struct bal_uplink *best = bal_group_best_of(group, m->family);
	struct bal_steer_group *out = BAL_PUSH(m->arena, &m->groups);
	struct bal_steer_share *v;

	v = bal_arena_alloc(m->arena, (group->members.n + 1) * sizeof(*v));
	if (!out || !v)
		return;
	out->family = m->family;
	out->session = group->kind == BAL_BALANCE_SESSION;
	out->shares = v;
	if (!bal_plan_steers(m->world, group))
		return;
	for (size_t i = 0; i < group->members.n; i++) {
		const struct bal_uplink *up = group->members.v[i];

		if (bal_group_spreads_over(group, up, best, m->family))
			v[out->n_shares++] = (struct bal_steer_share){
				up->slot, up->set.weight
			};
	}
	bal_sort(v, out->n_shares, sizeof(*v), by_slot);
	if (out->n_shares < 2)
		out->n_shares = 0;
}

static void
leave(struct maker *m, const struct bal_addr *prefix)
{
	struct bal_steer_match *match = BAL_PUSH(m->arena, &m->matches);
	struct bal_addr *to = bal_arena_alloc(m->arena, sizeof(*to));

	if (!match || !to)
		return;
	*to = *prefix;
	*match = (struct bal_steer_match){ .family = m->family,
					   .to = to,
					   .n_to = 1,
					   .group = BAL_STEER_LEAVE };
}

static bool
all_are_in(const struct bal_group *group, const struct bal_addr *net)
{
	const struct bal_ifaddr *own;

	for (size_t i = 0; i < group->members.n; i++)
		if (!bal_uplink_is_tunnel(group->members.v[i]) ||
		    !bal_plan_is_in(group->members.v[i], net, &own))
			return false;
	return true;
}

/*
 * A subnet of several lines is that of their modems, and the best line has it; a
 * subnet of tunnels, with its server, is spread like the rest, if whichever is
 * drawn can reach it.
 */
static bool
is_spread(const struct maker *m, const struct bal_addr *net)
{
	const bal_group_list *groups = m->world->groups;

	if (bal_plan_lan(m->world, net))
		return false;
	for (size_t i = 0; i < groups->n; i++)
		if (bal_plan_steers(m->world, &groups->v[i]) &&
		    !all_are_in(&groups->v[i], net))
			return false;
	return true;
}

/* What main, or the kernel, decides: a mark would only cost. */
static void
leave_near(struct maker *m)
{
	static const struct bal_addr near[] = {
		{ .family = AF_INET, .len = 8, .bytes = { 127 } },
		{ .family = AF_INET, .len = 3, .bytes = { 224 } },
		{ .family = AF_INET6, .len = 128, .bytes = { [15] = 1 } },
		{ .family = AF_INET6, .len = 10, .bytes = { 0xfe, 0x80 } },
		{ .family = AF_INET6, .len = 8, .bytes = { 0xff } },
	};

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		if (near[i].family == m->family)
			leave(m, &near[i]);
	for (size_t i = 0; m->family == AF_INET && i < m->shared.n; i++)
		if (!is_spread(m, &m->shared.v[i]))
			leave(m, &m->shared.v[i]);
}

/* Can a connection of this box that is bound to nothing match @rule? */
static bool
may_match(const struct bal_conf_rule *rule)
{
	for (size_t i = 0; i < rule->n_from; i++)
		if (rule->from[i].len)
			return false;
	return bal_policy_is_plain(rule) &&
	       (!rule->iif[0] || !strcmp(rule->iif, "lo")) &&
	       !(rule->has_mark && rule->mark);
}

/* The tables of IPv6 stand behind those of IPv4. */
static int
number_of(const struct maker *m, const struct bal_group *group)
{
	const bal_group_list *groups = m->world->groups;

	return (int)(group - groups->v) +
	       (m->family == AF_INET6 ? (int)groups->n : 0);
}

/* Source ports are not known when a connection begins. */
static int
lead_of(const struct maker *m, const struct bal_conf_rule *rule)
{
	const struct bal_group *group = NULL;

	if (rule->lead <= BAL_LEAD_UPLINK && !rule->n_sport)
		group = bal_groups_find(m->world->groups, rule->group);
	if (group &&
	    bal_plan_steers_by(m->world, group, bal_policy_parts(rule)))
		return number_of(m, group);
	return BAL_STEER_LEAVE;
}

/* A group without a table is not there: then the next rule takes over. */
static bool
is_in_force(const struct maker *m, const struct bal_conf_rule *rule)
{
	return rule->lead > BAL_LEAD_UPLINK ||
	       bal_groups_find(m->world->groups, rule->group);
}

static void
add_rule(struct maker *m, const struct bal_conf_rule *rule)
{
	struct bal_steer_match *match;

	if (!bal_policy_is_of(rule, m->family) || !may_match(rule) ||
	    !is_in_force(m, rule))
		return;
	match = BAL_PUSH(m->arena, &m->matches);
	if (!match)
		return;
	match->family = m->family;
	match->n_to = rule->n_to;
	match->to = bal_prefixes_of(rule->to, &match->n_to, m->family);
	match->proto = rule->proto;
	for (size_t i = 0; i < rule->n_dport; i++)
		match->dport[match->n_dport++] = (struct bal_steer_range){
			rule->dport[i].first, rule->dport[i].last
		};
	match->has_uid = rule->has_uid;
	match->uid = (struct bal_steer_range){ rule->uid.first,
					       rule->uid.last };
	match->group = lead_of(m, rule);
}

/* None: all the world. */
static void
add_destinations(struct maker *m, int group, const struct bal_addr *all,
		 size_t n)
{
	size_t n_to = n;
	const struct bal_addr *to = bal_prefixes_of(all, &n_to, m->family);
	struct bal_steer_match *match;

	if (n && !n_to)
		return;
	match = BAL_PUSH(m->arena, &m->matches);
	if (match)
		*match = (struct bal_steer_match){ .family = m->family,
						   .to = to,
						   .n_to = n_to,
						   .group = group };
}

static void
add_matches(struct maker *m)
{
	const struct bal_world *world = m->world;
	const struct bal_globals *g = world->globals;

	leave_near(m);
	for (size_t i = 0; world->policy && i < world->policy->n_rules; i++)
		add_rule(m, &world->policy->rules[i]);
	for (size_t i = 1; i < world->groups->n; i++) {
		const struct bal_group *group = &world->groups->v[i];
		const bool steered = bal_plan_steers_by(
			world, group, group->n_destinations);

		if (group->n_destinations)
			add_destinations(m,
					 steered ? number_of(m, group) :
						   BAL_STEER_LEAVE,
					 group->destinations,
					 group->n_destinations);
	}
	if (bal_plan_steers(world, &world->groups->v[0]))
		add_destinations(m, number_of(m, &world->groups->v[0]),
				 g->destinations, g->n_destinations);
}

static void
add_family(struct maker *m, int family)
{
	m->family = family;
	for (size_t i = 0; i < m->world->groups->n; i++)
		add_group(m, &m->world->groups->v[i]);
	add_matches(m);
}

/* Where no connection of this box is led to a group there is nothing to do. */
static bool
draws(const struct maker *m)
{
	for (size_t i = 0; i < m->matches.n; i++)
		if (m->matches.v[i].group != BAL_STEER_LEAVE)
			return true;
	return false;
}

_Static_assert(sizeof(((struct bal_steer_match *)0)->dport) /
			       sizeof(struct bal_steer_range) >=
		       BAL_RULE_PORTS_MAX,
	       "a match has a place for each range of ports");

_Static_assert(2 * (1 + BAL_GROUP_STATES_MAX) <= BAL_STEER_GROUPS_MAX,
	       "each group has a table of each family");

const struct bal_steer *
bal_plan_steer(const struct bal_world *world, struct bal_arena *arena)
{
	struct maker m = { .world = world, .arena = arena };
	struct bal_steer *steer;
	bool any = false;

	for (size_t i = 0; i < world->groups->n; i++)
		any |= bal_plan_steers(world, &world->groups->v[i]);
	steer = any ? bal_arena_alloc(arena, sizeof(*steer)) : NULL;
	if (!steer)
		return NULL;
	bal_plan_shared_subnets(world->uplinks, arena, &m.shared);
	add_family(&m, AF_INET);
	if (world->globals->ipv6 == BAL_IPV6_BALANCE)
		add_family(&m, AF_INET6);
	if (!draws(&m))
		return NULL;
	*steer = (struct bal_steer){
		.mask = world->globals->mark_mask,
		.seed = world->seed,
		.groups = m.groups.v,
		.n_groups = m.groups.n,
		.matches = m.matches.v,
		.n_matches = m.matches.n,
	};
	return steer;
}
