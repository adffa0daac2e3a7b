// SPDX-License-Identifier: GPL-2.0-or-later
/* rules - the policy rules of a plan; see the picture in plan.h. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

struct maker {
	const struct bal_world *world;
	int family;
	const struct bal_group *rest; /* where what no rule takes goes */
	struct bal_arena *arena;
	bal_rule_list *out;
};

struct bal_rule *
bal_plan_add_rule(bal_rule_list *list, int family, uint32_t priority,
		  enum bal_rule_action action, struct bal_rule *scratch,
		  struct bal_arena *arena)
{
	struct bal_rule *rule = BAL_PUSH(arena, list);

	if (!rule)
		rule = scratch;
	rule->priority = priority;
	rule->family = family;
	rule->protocol = BAL_PROTO;
	rule->action = action;
	rule->suppress_prefixlen = -1;
	return rule;
}

void
bal_plan_match_mark(struct bal_rule *r, uint32_t mark, uint32_t mask)
{
	r->has_mark = true;
	r->mark = mark;
	r->mask = mask;
}

static struct bal_rule *
add(struct maker *m, int role, enum bal_rule_action action, struct bal_rule *r)
{
	return bal_plan_add_rule(m->out, m->family,
				 m->world->globals->rule_priority +
					 (uint32_t)role,
				 action, r, m->arena);
}

static struct bal_rule *
lookup(struct maker *m, int role, uint32_t table, struct bal_rule *r)
{
	r = add(m, role, BAL_RULE_LOOKUP, r);
	r->table = table;
	return r;
}

static struct bal_rule *
jump(struct maker *m, int role, int target, struct bal_rule *r)
{
	r = add(m, role, BAL_RULE_GOTO, r);
	r->target = m->world->globals->rule_priority + (uint32_t)target;
	return r;
}

static void
mark_rule(struct maker *m, int role, const struct bal_uplink *up,
	  uint32_t value)
{
	const uint32_t mask = m->world->globals->mark_mask;
	struct bal_rule scratch = { 0 }, *r;

	r = lookup(m, role, up->table, &scratch);
	bal_plan_match_mark(r, bal_mark_of(value, mask), mask);
}

static void
from_rules(struct maker *m, const struct bal_uplink *up,
	   const struct bal_addr *addr)
{
	struct bal_addr host = bal_addr_host(addr);
	struct bal_rule scratch = { 0 }, *r;

	r = lookup(m, BAL_RULE_FROM, up->table, &scratch);
	r->src = host;
	r = add(m, BAL_RULE_FROM_ONLY, BAL_RULE_UNREACHABLE, &scratch);
	r->src = host;
}

/* Does another uplink hold @addr as well? */
static bool
is_shared(const struct maker *m, const struct bal_uplink *self,
	  const struct bal_addr *addr)
{
	const struct bal_uplinks *ups = m->world->uplinks;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (up == self || !up->admin_up)
			continue;
		for (size_t k = 0; k < up->v4.n_addrs; k++)
			if (bal_addr_same_host(&up->v4.addrs[k]->addr, addr))
				return true;
	}
	return false;
}

/* The kernel takes one address with several prefix lengths. */
static bool
addr_seen(const struct bal_leg *leg, size_t upto, const struct bal_addr *addr)
{
	for (size_t i = 0; i < upto; i++)
		if (bal_addr_same_host(&leg->addrs[i]->addr, addr))
			return true;
	return false;
}

/* What keeps the packets of this box's own addresses on their devices. */
static void
own_rules(struct maker *m, const struct bal_uplink *up,
	  const struct bal_leg *leg)
{
	for (size_t i = 0; i < leg->n_addrs; i++)
		/* A was compared already; further addresses are few. */
		if (!(i == 0 ? leg->shared_addr :
			       is_shared(m, up, &leg->addrs[i]->addr)) &&
		    !addr_seen(leg, i, &leg->addrs[i]->addr))
			from_rules(m, up, &leg->addrs[i]->addr);
	if (!bal_addr_none(&leg->absent_addr))
		from_rules(m, up, &leg->absent_addr);
}

/*
 * A dead one's must be free to leave it (KERNEL.md 14).  Without a last resort
 * nothing goes by a line that takes no part, not even what went by it before; but
 * a cap ends no connection.
 */
bool
bal_plan_holds(const struct bal_world *world, const struct bal_uplink *up)
{
	return up->alive && !bal_plan_shunned(world->uplinks, up) &&
	       (world->globals->last_resort || up->capped != BAL_CAPPED_NONE ||
		bal_groups_have(world->groups, up));
}

static void
uplink_rules(struct maker *m, const struct bal_uplink *up)
{
	const uint32_t inbound =
		bal_plan_inbound(m->world->uplinks, up,
				 m->world->globals->mark_mask);
	struct bal_rule scratch = { 0 }, *r;

	/* Whatever the probes say: who asked by this line waits there. */
	if (inbound != up->slot)
		mark_rule(m, BAL_RULE_INBOUND, up, inbound);
	own_rules(m, up, &up->v4);
	if (bal_plan_holds(m->world, up)) {
		mark_rule(m, BAL_RULE_SLOT, up, up->slot);
		mark_rule(m, BAL_RULE_OWN_MARK, up, up->slot);
	}
	r = lookup(m, BAL_RULE_OIF, up->table, &scratch);
	memcpy(r->oif, up->name, sizeof(r->oif));
}

static bool
is_among(const bal_prefix_list *list, const struct bal_addr *prefix)
{
	for (size_t i = 0; i < list->n; i++)
		if (bal_addr_cmp(&list->v[i], prefix) == 0)
			return true;
	return false;
}

static bool
is_inside(const struct bal_addr *inner, const struct bal_addr *outer)
{
	return inner->len > outer->len && bal_addr_in(inner, outer);
}

/* Is there one among @list, and destinations, of which @test is so? */
static bool
is_any(const struct maker *m, const bal_prefix_list *shared,
       bool (*test)(const struct bal_addr *theirs, const struct bal_addr *ours),
       const struct bal_addr *prefix)
{
	const struct bal_globals *g = m->world->globals;

	for (size_t i = 0; i < shared->n; i++)
		if (test(&shared->v[i], prefix))
			return true;
	for (size_t i = 0; i < g->n_destinations; i++)
		if (test(&g->destinations[i], prefix))
			return true;
	for (size_t k = 1; k < m->world->groups->n; k++) {
		const struct bal_group *group = &m->world->groups->v[k];

		for (size_t i = 0; i < group->n_destinations; i++)
			if (test(&group->destinations[i], prefix))
				return true;
	}
	return false;
}

static bool
is_same(const struct bal_addr *theirs, const struct bal_addr *ours)
{
	return bal_addr_cmp(theirs, ours) == 0;
}

static bool
lies_around(const struct bal_addr *theirs, const struct bal_addr *ours)
{
	return is_inside(ours, theirs);
}

/*
 * `lookup main` for @part of @whole.  Rules of one priority have no order that
 * lasts, so where others lie inside an inner prefix, its rule leaves them out:
 * it is one for each of the halves that are without.
 */
static void
longer_ones(struct maker *m, const bal_prefix_list *shared, int role,
	    const struct bal_addr *whole, const struct bal_addr *part)
{
	struct bal_rule scratch = { 0 }, *r;
	struct bal_addr half = *part;

	if (bal_addr_cmp(part, whole) != 0 && is_any(m, shared, is_same, part))
		return;
	if (role == BAL_RULE_LONGER || !is_any(m, shared, is_inside, part)) {
		r = lookup(m, role, BAL_TABLE_MAIN, &scratch);
		r->dst = *part;
		r->suppress_prefixlen = whole->len;
		return;
	}
	half.len++;
	longer_ones(m, shared, role, whole, &half);
	half.bytes[part->len / 8] |= (uint8_t)(0x80 >> part->len % 8);
	longer_ones(m, shared, role, whole, &half);
}

/*
 * main must not decide about @prefix, but for longer ones that lie inside it:
 * its connected route is the first uplink's, dead or alive.  One that lies
 * inside another comes first, else main would be asked for the outer one, and
 * know it.
 */
static void
past_main(struct maker *m, const bal_prefix_list *shared,
	  const struct bal_addr *prefix)
{
	const bool inner = is_any(m, shared, lies_around, prefix);
	struct bal_rule scratch = { 0 }, *r;

	longer_ones(m, shared,
		    inner ? BAL_RULE_INNER_LONGER : BAL_RULE_LONGER, prefix,
		    prefix);
	r = jump(m, inner ? BAL_RULE_INNER_PAST_MAIN : BAL_RULE_PAST_MAIN,
		 BAL_RULE_NOT_INBOUND, &scratch);
	r->dst = *prefix;
}

static void
pass_main(struct maker *m, const bal_prefix_list *shared,
	  const struct bal_addr *all, size_t n)
{
	const struct bal_addr *list = bal_prefixes_of(all, &n, m->family);

	for (size_t i = 0; i < n; i++)
		if (list[i].len && !is_among(shared, &list[i]))
			past_main(m, shared, &list[i]);
}

/* Destinations, of all or of a group, pass main by. */
static void
destination_rules(struct maker *m, const bal_prefix_list *shared)
{
	const struct bal_globals *g = m->world->globals;
	const bal_group_list *groups = m->world->groups;

	pass_main(m, shared, g->destinations, g->n_destinations);
	for (size_t i = 1; i < groups->n; i++)
		pass_main(m, shared, groups->v[i].destinations,
			  groups->v[i].n_destinations);
}

void
bal_plan_destination_rules(const struct bal_world *world, int family,
			   struct bal_arena *arena, bal_rule_list *out)
{
	struct maker m = { world, family, &world->groups->v[0], arena, out };
	const bal_prefix_list none = { 0 };

	destination_rules(&m, &none);
}

static void
prefix_rules(struct maker *m)
{
	const struct bal_globals *g = m->world->globals;
	bal_prefix_list shared = { 0 };

	bal_plan_shared_subnets(m->world->uplinks, m->arena, &shared);
	for (size_t i = 0; i < shared.n; i++) {
		const size_t nth = i < BAL_RULE_SUBNETS_MAX ?
					   i :
					   BAL_RULE_SUBNETS_MAX - 1;
		struct bal_rule scratch = { 0 }, *r;

		past_main(m, &shared, &shared.v[i]);
		/*
		 * Its own routes, never the default behind them; a socket's
		 * own mark says which line's subnet is meant.
		 */
		r = lookup(m, BAL_RULE_SUBNET + BAL_RULE_SUBNET_STEP * (int)nth,
			   m->rest->table, &scratch);
		r->dst = shared.v[i];
		bal_plan_match_mark(r, 0, g->mark_mask);
		r->suppress_prefixlen = shared.v[i].len - 1;
	}
	destination_rules(m, &shared);
}

/* The rules that stand once, whatever the uplinks are. */
static void
frame(struct maker *m)
{
	const uint32_t mask = m->world->globals->mark_mask;
	struct bal_rule scratch = { 0 }, *r;

	if (m->world->globals->rule_priority > BAL_RULE_ENTRY) {
		r = jump(m, BAL_RULE_HEAD, BAL_RULE_HEAD, &scratch);
		r->priority = BAL_RULE_ENTRY;
	}
	add(m, BAL_RULE_HEAD, BAL_RULE_NOP, &scratch);
	r = lookup(m, BAL_RULE_MAIN, BAL_TABLE_MAIN, &scratch);
	r->suppress_prefixlen = 1;
	r = jump(m, BAL_RULE_NOT_INBOUND, BAL_RULE_FORWARDED, &scratch);
	bal_plan_match_mark(r, 0, mask & ~(mask >> 2)); /* its two highest bits */
	r = jump(m, BAL_RULE_FORWARDED, BAL_RULE_UNMARKED, &scratch);
	memcpy(r->iif, "lo", 3);
	r->invert = true;
	r = jump(m, BAL_RULE_UNBOUND, BAL_RULE_OIF, &scratch);
	r->src = bal_addr_any(AF_INET);
	r->src.len = (uint8_t)bal_addr_bits(AF_INET);
	r = jump(m, BAL_RULE_UNMARKED, BAL_RULE_OIF, &scratch);
	bal_plan_match_mark(r, 0, mask);
	add(m, BAL_RULE_HEAD_END, BAL_RULE_NOP, &scratch);
	r = jump(m, BAL_RULE_OWN_UNMARKED, BAL_RULE_BALANCING, &scratch);
	bal_plan_match_mark(r, 0, mask);
	lookup(m, BAL_RULE_BALANCING, m->rest->table, &scratch);
	lookup(m, BAL_RULE_LAST_MAIN, BAL_TABLE_MAIN, &scratch);
	lookup(m, BAL_RULE_LAST_DEFAULT, BAL_TABLE_DEFAULT, &scratch);
}

void
bal_plan_rules(const struct bal_world *world, struct bal_arena *arena,
	       bal_rule_list *out)
{
	struct maker m = { .world = world,
			   .family = AF_INET,
			   .rest = &world->groups->v[0],
			   .arena = arena,
			   .out = out };
	const struct bal_uplinks *ups = world->uplinks;

	prefix_rules(&m);
	frame(&m);
	bal_plan_underlay_rules(world, arena, out);
	bal_plan_policy_rules(world, AF_INET, arena, out);
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up)
			uplink_rules(&m, &ups->v[i]);
}
