/* pass_plan - the planned kernel state, and the operations to get there. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_PLAN_H
#define BAL_PASS_PLAN_H

#include "kernel/op.h"
#include "reconcile/pass.h"

/* The plan, and the operations to get there.  Zero state: none. */
struct bal_due {
	struct bal_plan plan;
	bal_op_list ops;
};

/*
 * Plan from pass->uplinks and compare with pass->snap: after a bal_pass_look()
 * this is what a reconciling pass would do.  @due lives in the pass's arena. -1
 * with @err.
 */
int bal_pass_due(struct bal_pass *pass, struct bal_due *due,
		 struct bal_err *err);

/*
 * The groups that @pass plans with, the one for the rest first.  They live in
 * @arena, and refer to @pass.  -1 only when memory ran out.
 */
int bal_pass_groups(const struct bal_pass *pass, struct bal_arena *arena,
		    bal_group_list *out, struct bal_err *err);

#endif
