/* diff_internal - the rooms of diff: what they share while a diff is made. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DIFF_INTERNAL_H
#define BAL_DIFF_INTERNAL_H

#include "netlink/op.h"
#include "kernel/snapshot.h"
#include "plan/group.h"

/* When an operation is carried out: make before break. */
enum bal_stage {
	BAL_STAGE_SYSCTL,
	BAL_STAGE_NEXTHOP,
	BAL_STAGE_DEVICE_TABLE,
	BAL_STAGE_RULE,
	BAL_STAGE_FIREWALL,
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
	const bal_rule_list *rules; /* the plan's */
	const bal_group_list *groups;
	bool objects;
	struct bal_arena *arena;
	bal_op_list stage[BAL_STAGE_MAX];
};

/* A new operation of @kind in @stage, or NULL when memory ran out. */
struct bal_op *bal_diff_add(struct bal_diff *d, enum bal_stage stage,
			    enum bal_op_kind kind);

/* Is there one of ours in @rules that sends @prefix past main? */
bool bal_diff_leads_to(const bal_rule_list *rules,
		       const struct bal_addr *prefix);

/* Rules: what is missing is added, what is too many goes. */
void bal_diff_rules(struct bal_diff *d, const bal_rule_list *wanted);

/* Routes; their nexthops by bal_diff_nexthops() first. */
void bal_diff_routes(struct bal_diff *d, bal_route_list *wanted);

/*
 * Give every wanted route of two or more hops a group: its @nhid.  Ids of
 * ours that nobody wants go at the end.
 */
void bal_diff_nexthops(struct bal_diff *d, bal_route_list *wanted);

#endif
