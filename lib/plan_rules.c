// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_rules - the policy rules of a plan; see the picture in plan.h. */
#include <string.h>
#include <sys/socket.h>

#include "plan_parts.h"

struct maker {
	const struct bal_world *world;
	struct bal_arena *arena;
	bal_rule_list *out;
};

/* A new rule of @role with action @action, the rest to be filled in. */
static struct bal_rule *
add(struct maker *m, int role, enum bal_rule_action action, struct bal_rule *r)
{
	struct bal_rule *slot = BAL_PUSH(m->arena, m->out);

	/* Out of memory: the caller writes into its own copy in vain. */
	if (!slot)
		slot = r;
	slot->priority = m->world->globals->rule_priority + (uint32_t)role;
	slot->family = AF_INET;
	slot->protocol = BAL_PROTO;
	slot->action = action;
	slot->suppress_prefixlen = -1;
	return slot;
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
match_mark(struct bal_rule *r, uint32_t mark, uint32_t mask)
{
	r->has_mark = true;
	r->mark = mark;
	r->mask = mask;
}

/* Forwarded: it came in by a device. */
static void
not_local(struct bal_rule *r)
{
	memcpy(r->iif, "lo", 3);
	r->invert = true;
}

static uint32_t
mark_of(const struct maker *m, const struct bal_uplink *up)
{
	return bal_mark_of(up->slot, m->world->globals->mark_mask);
}

static void
from_rules(struct maker *m, const struct bal_uplink *up,
	   const struct bal_addr *addr)
{
	struct bal_addr host = bal_addr_host(addr);
	struct bal_rule scratch = { 0 }, *r;

	r = lookup(m, BAL_RULE_OWN_SUBNET, up->table, &scratch);
	r->src = host;
	r->suppress_prefixlen = 1;
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
		for (size_t k = 0; k < up->n_addrs; k++)
			if (bal_addr_same_host(&up->addrs[k]->addr, addr))
				return true;
	}
	return false;
}

/* The kernel takes one address with several prefix lengths. */
static bool
addr_seen(const struct bal_uplink *up, size_t upto, const struct bal_addr *addr)
{
	for (size_t i = 0; i < upto; i++)
		if (bal_addr_same_host(&up->addrs[i]->addr, addr))
			return true;
	return false;
}

/* What keeps the packets of this box's own addresses on their devices. */
static void
own_rules(struct maker *m, const struct bal_uplink *up)
{
	struct bal_rule scratch = { 0 }, *r;

	for (size_t i = 0; i < up->n_addrs; i++)
		/* A was compared already; further addresses are few. */
		if (!(i == 0 ? up->shared_addr :
			       is_shared(m, up, &up->addrs[i]->addr)) &&
		    !addr_seen(up, i, &up->addrs[i]->addr))
			from_rules(m, up, &up->addrs[i]->addr);
	if (!bal_addr_none(&up->absent_addr))
		from_rules(m, up, &up->absent_addr);
	if (!up->shared_addr)
		return;
	r = lookup(m, BAL_RULE_OWN_SUBNET, up->table, &scratch);
	match_mark(r, mark_of(m, up), m->world->globals->mark_mask);
	r->suppress_prefixlen = 1;
}

static void
mark_rule(struct maker *m, const struct bal_uplink *up, int role)
{
	struct bal_rule scratch = { 0 }, *r;

	/* A dead uplink's flows must be free to leave it (KERNEL.md 14). */
	if (!up->alive || bal_plan_shunned(m->world->uplinks, up))
		return;
	r = lookup(m, role, up->table, &scratch);
	match_mark(r, mark_of(m, up), m->world->globals->mark_mask);
}

static void
oif_rule(struct maker *m, const struct bal_uplink *up, int role)
{
	struct bal_rule scratch = { 0 }, *r;

	r = lookup(m, role, up->table, &scratch);
	memcpy(r->oif, up->name, sizeof(r->oif));
}

/*
 * A balanced prefix passes main by, whose connected route would send all of it
 * to one tunnel; then those who are bound or marked find their own table, and
 * only the rest is balanced.
 */
static void
to_rule(struct maker *m, const struct bal_addr *prefix, int end)
{
	struct bal_rule scratch = { 0 }, *r;

	r = jump(m, BAL_RULE_TO_BALANCED, BAL_RULE_FORWARDED, &scratch);
	r->dst = *prefix;
	r = lookup(m, end, m->world->balancing, &scratch);
	r->dst = *prefix;
}

static void
to_rules(struct maker *m, int end)
{
	const struct bal_globals *g = m->world->globals;
	bal_prefix_list shared = { 0 };

	bal_plan_shared_subnets(m->world->uplinks, m->arena, &shared);
	for (size_t i = 0; i < shared.n; i++)
		to_rule(m, &shared.v[i], end);
	for (size_t i = 0; i < g->n_destinations; i++) {
		bool known = g->destinations[i].len == 0;

		for (size_t k = 0; k < shared.n && !known; k++)
			known = bal_addr_cmp(&shared.v[k],
					     &g->destinations[i]) == 0;
		if (!known)
			to_rule(m, &g->destinations[i], end);
	}
}

/* The rules that stand once, whatever the uplinks are. */
static void
frame(struct maker *m, bool tree)
{
	uint32_t mask = m->world->globals->mark_mask;
	struct bal_rule scratch = { 0 }, *r;

	r = lookup(m, BAL_RULE_MAIN, BAL_TABLE_MAIN, &scratch);
	r->suppress_prefixlen = 1;
	r = jump(m, BAL_RULE_FORWARDED, BAL_RULE_UNMARKED, &scratch);
	not_local(r);
	r = jump(m, BAL_RULE_UNMARKED, BAL_RULE_OIF, &scratch);
	match_mark(r, 0, mask);
	add(m, tree ? BAL_RULE_TREE_END : BAL_RULE_END, BAL_RULE_NOP, &scratch);
	r = lookup(m, 0, m->world->balancing, &scratch);
	r->priority = BAL_RULE_BALANCING;
}

/*
 * Past the first role, which is about own addresses; not where it is about
 * marks, since forwarded packets have those too.
 */
static void
skip_own(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	struct bal_rule scratch = { 0 }, *r;

	add(m, BAL_RULE_TO_BALANCED, BAL_RULE_NOP, &scratch);
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up && ups->v[i].shared_addr)
			return;
	r = jump(m, BAL_RULE_SKIP_OWN, BAL_RULE_TO_BALANCED, &scratch);
	not_local(r);
}

static int
block_role(uint32_t block)
{
	return BAL_RULE_BLOCKS + (int)block * BAL_BLOCK_PRIORITIES;
}

/* What a block has, be all of its uplinks dead. */
static void
block_frame(struct maker *m, uint32_t block)
{
	uint32_t mask = m->world->globals->mark_mask;
	uint32_t low = bal_mark_of((1u << BAL_BLOCK_SLOTS_LOG2) - 1, mask);
	struct bal_rule scratch = { 0 }, *r;

	r = jump(m, BAL_RULE_MARK, block_role(block), &scratch);
	match_mark(r, bal_mark_of(block << BAL_BLOCK_SLOTS_LOG2, mask),
		   mask & ~low);
	add(m, block_role(block), BAL_RULE_NOP, &scratch);
	jump(m, block_role(block) + 1, BAL_RULE_TREE_FORWARDED, &scratch);
}

/* Marks by 16s: one look at the top bits, then at most 16 rules. */
static void
mark_tree(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	struct bal_rule scratch = { 0 }, *r;
	uint32_t last = 0;

	jump(m, BAL_RULE_OIF, BAL_RULE_TREE_FORWARDED, &scratch);
	r = jump(m, BAL_RULE_TREE_FORWARDED, BAL_RULE_TREE_END, &scratch);
	not_local(r);
	/*
	 * Always: to the kernel, deleting the goto of mark 0 is deleting the
	 * first goto of any mark.
	 */
	block_frame(m, 0);
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		uint32_t block = up->slot >> BAL_BLOCK_SLOTS_LOG2;

		if (!up->admin_up)
			continue;
		/* Uplinks come by slot, so a block's are together. */
		if (block != last)
			block_frame(m, block);
		last = block;
		mark_rule(m, up, block_role(block));
	}
}

void
bal_plan_rules(const struct bal_world *world, struct bal_arena *arena,
	       bal_rule_list *out)
{
	struct maker m = { .world = world, .arena = arena, .out = out };
	const struct bal_uplinks *ups = world->uplinks;
	size_t n = 0;
	bool tree;

	for (size_t i = 0; i < ups->n; i++)
		n += ups->v[i].admin_up;
	tree = n >= BAL_TREE_FROM;
	to_rules(&m, tree ? BAL_RULE_TREE_END : BAL_RULE_END);
	if (tree)
		skip_own(&m);
	frame(&m, tree);
	for (size_t i = 0; i < ups->n; i++) {
		if (!ups->v[i].admin_up)
			continue;
		own_rules(&m, &ups->v[i]);
		if (!tree)
			mark_rule(&m, &ups->v[i], BAL_RULE_MARK);
		oif_rule(&m, &ups->v[i],
			 tree ? BAL_RULE_TREE_OIF : BAL_RULE_OIF);
	}
	if (tree)
		mark_tree(&m);
}
