/* diff - from what the kernel holds to what it should hold, in order; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DIFF_H
#define BAL_DIFF_H

#include "op.h"
#include "plan.h"
#include "snapshot.h"

/*
 * The changes that turn @snap into @plan, make before break:
 *
 *   sysctls, nexthops, DEV tables, rules (targets of a goto first), chains;
 *   then what traffic follows: groups, `balancing`, `default`;
 *   then what nobody uses any more: routes, rules, DEV tables, nexthops.
 *
 * Only objects of ours are ever replaced or deleted; where a foreign route
 * stands first at the key of one of ours, ours goes beside it.  Nothing to do
 * is an empty list.  @objects: spread with nexthop groups, else with classic
 * multipath routes.  @balancing is the id of that table.
 */
int bal_diff_make(const struct bal_plan *plan, const struct bal_snapshot *snap,
		  uint32_t balancing, bool objects, struct bal_arena *arena,
		  bal_op_list *out, struct bal_err *err);

/* Parts of it, in files of their own. */
enum bal_stage {
	BAL_STAGE_SYSCTL,
	BAL_STAGE_NEXTHOP,
	BAL_STAGE_DEVICE_TABLE,
	BAL_STAGE_RULE,
	BAL_STAGE_CHAINS,
	BAL_STAGE_BALANCE,
	BAL_STAGE_UNBALANCE,
	BAL_STAGE_UNRULE,
	BAL_STAGE_UNTABLE,
	BAL_STAGE_UNGROUP,
	BAL_STAGE_UNHOP,
	BAL_STAGE_RESTORE,
	BAL_STAGE_MAX,
};

struct bal_diff {
	const struct bal_snapshot *snap;
	uint32_t balancing;
	bool objects;
	struct bal_arena *arena;
	bal_op_list stage[BAL_STAGE_MAX];
};

/* A new operation of @kind in @stage, or NULL when memory ran out. */
struct bal_op *bal_diff_add(struct bal_diff *d, enum bal_stage stage,
			    enum bal_op_kind kind);

/* Rules: what is missing is added, what is too many goes. */
void bal_diff_rules(struct bal_diff *d, const bal_rule_list *wanted);

/* Routes; their nexthops by bal_diff_nexthops() first. */
void bal_diff_routes(struct bal_diff *d, bal_route_list *wanted);

/*
 * Give every wanted route of two or more hops a group: its @nhid.  Ids of
 * ours that nobody wants go at the end.
 */
void bal_diff_nexthops(struct bal_diff *d, bal_route_list *wanted);

/* Does the kernel's @have hold exactly what @want says, with one jump? */
bool bal_chain_same(const struct bal_chain *want, const struct bal_chain *have);

/* Order of routes by table, prefix and metric. */
int bal_route_key_cmp(const struct bal_route *a, const struct bal_route *b);

/* Same device, gateway and onlink; weights are not compared. */
bool bal_hop_same(const struct bal_hop *a, const struct bal_hop *b);

#endif
