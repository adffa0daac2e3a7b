/* stages - operations are collected by stage while a diff is made. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STAGES_H
#define BAL_STAGES_H

#include "kernel/kind.h"
#include "plan/plan.h"

/* When an operation is carried out: make before break. */
enum bal_stage {
	BAL_STAGE_SYSCTL,
	BAL_STAGE_NEXTHOP,
	BAL_STAGE_DEVICE_TABLE,
	BAL_STAGE_RULE,
	BAL_STAGE_STEER, /* by marks that have rules now, and not later */
	BAL_STAGE_FIREWALL,
	BAL_STAGE_SMOOTH,
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
	const struct bal_world *world; /* with the snapshot */
	const struct bal_plan *plan;
	bal_route_list routes; /* the plan's, with the ids of their groups */
	struct bal_arena *arena;
	bal_op_list stage[BAL_STAGE_MAX];
};

/* A new operation in @stage, or NULL when memory ran out. */
struct bal_op *bal_diff_add(struct bal_diff *d, enum bal_stage stage,
			    const struct bal_kind *kind, enum bal_verb verb);

#endif
