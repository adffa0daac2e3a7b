/* plan - what the kernel should hold; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PLAN_H
#define BAL_PLAN_H

#include "op.h"
#include "uplink.h"

/*
 * Priorities of our policy rules, relative to `rule_priority` (P, 10000).
 * Order within one priority is the order of insertion, so no two roles share
 * one.  A packet's way through them:
 *
 *  P    from A lookup DEV suppress_prefixlength 1    own subnet, own device
 *  P+1  to PREFIX goto P+3      shared subnets, listed destinations -.
 *  P+2  lookup main suppress_prefixlength 1     LAN, static routes     |
 *  P+3  not iif lo goto P+6     forwarded -----------------.      <----'
 *  P+4  from A lookup DEV                                  |
 *  P+5  from A unreachable                                 |
 *  P+6  fwmark 0/MASK goto P+8  unmarked -----------. <----'
 *  P+7  fwmark M/MASK lookup DEV                    |
 *  P+8  oif DEV lookup DEV      <-------------------'
 *  P+9  to PREFIX lookup balancing
 *  P+9  nop
 *  ...  foreign rules
 *  30000 lookup balancing
 *
 * From BAL_TREE_FROM uplinks on a packet must not walk past all of them (4 to
 * 5 ns a rule, twice a packet: PERFORMANCE.md 2):
 *
 *  P-1  not iif lo goto P+1             forwarded: past the first role
 *  P+1  nop                             where no PREFIX is
 *  P+7  fwmark H/TOP goto P+10+2h       one block for each 16 slots
 *  P+8  goto P+42                       no mark, or one of no block
 *  P+10+2h  nop, and fwmark M/MASK lookup DEV of the block's
 *  P+11+2h  goto P+42
 *  P+42 not iif lo goto P+44            forwarded: bound to no device
 *  P+43 oif DEV lookup DEV
 *  P+44 what is P+9 else
 *
 * For the kernel two gotos that differ only in their target are one, so each
 * keeps its target whatever the layout.
 */
enum bal_rule_role {
	BAL_RULE_SKIP_OWN = -1,
	BAL_RULE_OWN_SUBNET,
	BAL_RULE_TO_BALANCED,
	BAL_RULE_MAIN,
	BAL_RULE_FORWARDED,
	BAL_RULE_FROM,
	BAL_RULE_FROM_ONLY,
	BAL_RULE_UNMARKED,
	BAL_RULE_MARK,
	BAL_RULE_OIF,
	BAL_RULE_END,
	BAL_RULE_BLOCKS,
	BAL_RULE_TREE_FORWARDED = 42,
	BAL_RULE_TREE_OIF,
	BAL_RULE_TREE_END,
};
#define BAL_TREE_FROM 16
#define BAL_BLOCK_SLOTS_LOG2 4 /* 16 blocks of 16 slots hold 1 to 250 */
#define BAL_BLOCK_PRIORITIES 2
#define BAL_RULE_BALANCING 30000

/* Metrics of routes in `balancing` and `default`. */
#define BAL_METRIC_WEIGHTED 1
#define BAL_METRIC_SINGLE 1000
#define BAL_METRIC_LAST_RESORT 1000000
#define BAL_METRIC_CLOSED 2000000 /* the `unreachable` behind all of it */

/* What a plan is made from. */
struct bal_world {
	const struct bal_globals *globals;
	enum bal_mode mode;
	const struct bal_uplinks *uplinks;
	uint32_t balancing; /* table id */
	int32_t saved_hash_policy; /* to put back behind the last; -1: none */
};

/* What the kernel should hold of ours, and nothing else of ours. */
struct bal_plan {
	bal_rule_list rules;
	bal_route_list routes;
	bal_chain_list chains;
	BAL_LIST(struct bal_devconf_set) devconf;
	int32_t hash_policy; /* -1: leave it */
	bool masquerading;   /* there is a chain of ours in the nat table */
};

/* Make the plan.  It lives in @arena.  -1 only when memory ran out. */
int bal_plan_make(const struct bal_world *world, struct bal_arena *arena,
		  struct bal_plan *out, struct bal_err *err);

/*
 * Does new traffic go by @up, one of those that live, @best being the first of
 * them in order?  In multi a degraded one only where there is no better one.
 */
bool bal_plan_shares(enum bal_mode mode, const struct bal_uplink *up,
		     const struct bal_uplink *best);

/*
 * Do even its connections leave @up?  So much is lost that they are better off
 * with a new beginning by one that is well, if there is one.
 */
bool bal_plan_shunned(const struct bal_uplinks *ups,
		      const struct bal_uplink *up);

/* Is @up a member of the balancing table at all, alive or not? */
bool bal_plan_balanced(const struct bal_uplink *up);

#endif
