// SPDX-License-Identifier: GPL-2.0-or-later
/* rules6 - the policy rules of IPv6 in a plan; see the picture in plan.h. */
#include "plan/rules6.h"

#include <string.h>
#include <sys/socket.h>

#include "config/globals.h"
#include "plan/internal.h"

/* Not even the eighths that OpenVPN's redirect-gateway ipv6 makes: ::/3 ... */
#define LONGEST_DEFAULT 7

struct maker {
	uint32_t first; /* the priority of the head */
	struct bal_arena *arena;
	bal_rule_list *out;
};

static struct bal_rule *
add(struct maker *m, int role, enum bal_rule_action action, struct bal_rule *r)
{
	role = bal_plan_role6(role);
	return bal_plan_add_rule(m->out, AF_INET6, m->first + (uint32_t)role,
				 action, r, m->arena);
}

/* The way in, and what main knows of itself. */
static void
enter(struct maker *m)
{
	struct bal_rule scratch = { 0 }, *r;

	if (m->first > BAL_RULE_ENTRY) {
		r = add(m, BAL_RULE_HEAD, BAL_RULE_GOTO, &scratch);
		r->priority = BAL_RULE_ENTRY;
		r->target = m->first;
	}
	add(m, BAL_RULE_HEAD, BAL_RULE_NOP, &scratch);
	r = add(m, BAL_RULE_MAIN, BAL_RULE_LOOKUP, &scratch);
	r->table = BAL_TABLE_MAIN;
	r->suppress_prefixlen = LONGEST_DEFAULT;
}

/*
 * Nothing leaves by a default route, bound to an address or to a device or
 * forwarded.  `prohibit`, since connect() then fails at once.  Nothing
 * stands behind it: where somebody deletes it, main must not be asked.
 */
static void
block(struct maker *m)
{
	struct bal_rule scratch = { 0 };

	enter(m);
	add(m, BAL_RULE_BALANCING, BAL_RULE_PROHIBIT, &scratch);
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
	r->target = m->first + (uint32_t)bal_plan_role6(target);
	return r;
}

static void
jump_unmarked(struct maker *m, int role, int target, uint32_t mask)
{
	struct bal_rule scratch = { 0 };

	bal_plan_match_mark(jump(m, role, target, &scratch), 0, mask);
}

/*
 * Who has a source: no `from` matches a socket that is bound to nothing, so it
 * cannot be recognized by ::/128 as in IPv4.
 */
static void
jump_bound(struct maker *m, uint8_t first, uint8_t len)
{
	struct bal_rule scratch = { 0 }, *r;

	r = jump(m, BAL_RULE_BOUND6, BAL_RULE_UNMARKED, &scratch);
	r->src = bal_addr_any(AF_INET6);
	r->src.bytes[0] = first;
	r->src.len = len;
}

/* The rules that stand once, whatever the uplinks are. */
static void
frame(struct maker *m, uint32_t mask, uint32_t balancing)
{
	struct bal_rule scratch = { 0 }, *r;

	enter(m);
	jump_unmarked(m, BAL_RULE_NOT_INBOUND, BAL_RULE_FORWARDED,
		      mask & ~(mask >> 2)); /* its two highest bits */
	r = jump(m, BAL_RULE_FORWARDED, BAL_RULE_UNMARKED, &scratch);
	memcpy(r->iif, "lo", 3);
	r->invert = true;
	jump_bound(m, 0x20, 3); /* 2000::/3 */
	jump_bound(m, 0xfc, 7); /* fc00::/7 */
	r = jump(m, BAL_RULE_UNBOUND, BAL_RULE_OIF, &scratch);
	memcpy(r->iif, "lo", 3);
	jump_unmarked(m, BAL_RULE_UNMARKED, BAL_RULE_OIF, mask);
	add(m, BAL_RULE_HEAD_END, BAL_RULE_NOP, &scratch);
	jump_unmarked(m, BAL_RULE_OWN_UNMARKED, BAL_RULE_BALANCING, mask);
	lookup(m, BAL_RULE_BALANCING, balancing, &scratch);
	lookup(m, BAL_RULE_LAST_MAIN, BAL_TABLE_MAIN, &scratch);
	lookup(m, BAL_RULE_LAST_DEFAULT, BAL_TABLE_DEFAULT, &scratch);
}

/* Has another one, in use by IPv6, an address for which @same holds? */
static bool
is_others(const struct bal_uplinks *ups, const struct bal_uplink *self,
	  const struct bal_addr *addr, bool whole)
{
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_leg *leg = &ups->v[i].v6;

		for (size_t k = 0; &ups->v[i] != self && k < leg->n_addrs; k++) {
			const struct bal_addr *a = &leg->addrs[k]->addr;
			const struct bal_addr net = bal_addr_network(a);

			if (whole ? bal_addr_same_host(a, addr) :
				    bal_addr_in(addr, &net))
				return true;
		}
	}
	return false;
}

static bool
is_made(const struct maker *m, uint32_t priority, const struct bal_addr *src)
{
	for (size_t i = 0; i < m->out->n; i++)
		if (m->out->v[i].priority == priority &&
		    bal_addr_cmp(&m->out->v[i].src, src) == 0)
			return true;
	return false;
}

/*
 * All of the prefix, as addresses for privacy come and go, or the address where
 * several lines have that prefix.  A socket that is bound to nothing, and finds no
 * route, is tried again with an address that the kernel chooses: by a line
 * that is not to be used (@shut) only who is bound to its device leaves.
 */
static void
from_rules(struct maker *m, const struct bal_world *world,
	   const struct bal_uplink *up, const struct bal_ifaddr *own, bool shut)
{
	const uint32_t only =
		m->first + (uint32_t)bal_plan_role6(BAL_RULE_FROM_ONLY);
	struct bal_addr src = bal_addr_network(&own->addr);
	struct bal_rule scratch = { 0 }, *r;

	if (is_others(world->uplinks, up, &own->addr, true))
		return;
	if (!src.len || is_others(world->uplinks, up, &own->addr, false))
		src = bal_addr_host(&own->addr);
	if (is_made(m, only, &src))
		return;
	r = lookup(m, BAL_RULE_FROM, up->table, &scratch);
	r->src = src;
	if (shut)
		memcpy(r->oif, up->name, sizeof(r->oif));
	r = add(m, BAL_RULE_FROM_ONLY, BAL_RULE_UNREACHABLE, &scratch);
	r->src = src;
}

static void
mark_rule(struct maker *m, int role, const struct bal_uplink *up,
	  uint32_t value, uint32_t mask)
{
	struct bal_rule scratch = { 0 };

	bal_plan_match_mark(lookup(m, role, up->table, &scratch),
		   bal_mark_of(value, mask), mask);
}

/*
 * What the provider of @up has delegated leaves by it: all others drop it, if it
 * is not translated.  Marks come first, so that a flow that moved stays there.
 */
static void
prefix_rules(struct maker *m, const struct bal_world *world,
	     const struct bal_uplink *up)
{
	const uint32_t only =
		m->first + (uint32_t)bal_plan_role6(BAL_RULE_PREFIX_ONLY);
	struct bal_rule scratch = { 0 }, *r;

	if (bal_addr_none(&up->prefix6))
		return;
	if (bal_plan_holds6(world, up) && up->capped != BAL_CAPPED_HARD) {
		r = lookup(m, BAL_RULE_OIF, up->table, &scratch);
		r->src = up->prefix6;
	}
	if (!bal_globals_masquerade6(world->globals) &&
	    !is_made(m, only, &up->prefix6)) {
		r = add(m, BAL_RULE_PREFIX_ONLY, BAL_RULE_PROHIBIT, &scratch);
		r->src = up->prefix6;
	}
}

static void
uplink_rules(struct maker *m, const struct bal_world *world,
	     const struct bal_uplink *up)
{
	const uint32_t mask = world->globals->mark_mask;
	const uint32_t inbound = bal_plan_inbound(world->uplinks, up, mask);
	const bool shut = bal_plan_closes6(world) &&
			  !bal_groups_have(world->groups, up);
	struct bal_rule scratch = { 0 }, *r;

	if (inbound != up->slot)
		mark_rule(m, BAL_RULE_INBOUND, up, inbound, mask);
	for (size_t i = 0; i < up->v6.n_addrs; i++)
		from_rules(m, world, up, up->v6.addrs[i], shut);
	if (bal_plan_holds6(world, up)) {
		mark_rule(m, BAL_RULE_SLOT, up, up->slot, mask);
		mark_rule(m, BAL_RULE_OWN_MARK, up, up->slot, mask);
	}
	r = lookup(m, BAL_RULE_OIF, up->table, &scratch);
	memcpy(r->oif, up->name, sizeof(r->oif));
	prefix_rules(m, world, up);
}

static void
balance(struct maker *m, const struct bal_world *world)
{
	const struct bal_uplinks *ups = world->uplinks;

	frame(m, world->globals->mark_mask, world->groups->v[0].table);
	bal_plan_destination_rules(world, AF_INET6, m->arena, m->out);
	bal_plan_policy_rules(world, AF_INET6, m->arena, m->out);
	bal_plan_refused6(world, m->arena, m->out);
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].six)
			uplink_rules(m, world, &ups->v[i]);
}

bool
bal_plan_holds6(const struct bal_world *world, const struct bal_uplink *up)
{
	return up->alive6 && !bal_plan_shunned(world->uplinks, up) &&
	       (!bal_plan_closes6(world) || up->capped != BAL_CAPPED_NONE ||
		bal_groups_have(world->groups, up));
}

void
bal_plan_rules6(const struct bal_world *world, struct bal_arena *arena,
		bal_rule_list *out)
{
	struct maker m = { world->globals->rule_priority, arena, out };

	if (world->globals->ipv6 == BAL_IPV6_BLOCK)
		block(&m);
	if (world->globals->ipv6 == BAL_IPV6_BALANCE)
		balance(&m, world);
}

bool
bal_plan_blocks_ipv6(const struct bal_uplink *up)
{
	return up->admin_up && up->set.ipv6 == BAL_IPV6_BLOCK;
}

int32_t
bal_plan_devconf6(const struct bal_link *link, enum bal_devconf6 which)
{
	const int32_t now = link->devconf6[which];

	if (which == BAL_DC6_ACCEPT_RA)
		return now == 1 && link->forwards6 ? 2 : now;
	return now < 0 ? now : 1;
}

bool
bal_plan_restores6(const struct bal_uplink *up, enum bal_devconf6 which,
		   int32_t *value)
{
	const int32_t ours = which == BAL_DC6_ACCEPT_RA ? 2 : 1;

	if (!up->restore6 || !up->restore6[which] || !up->link)
		return false;
	*value = (int32_t)up->restore6[which] - 1;
	return up->link->devconf6[which] == ours && *value != ours;
}
