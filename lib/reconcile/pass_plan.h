/* pass_plan - what the kernel should hold, and what that would change. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_PLAN_H
#define BAL_PASS_PLAN_H

#include "reconcile/pass.h"

/* What is wanted, and how the kernel comes to it.  Zero state: nothing. */
struct bal_due {
	struct bal_plan plan;
	bal_op_list ops;
};

/*
 * Plan from pass->uplinks and compare with pass->snap: after a bal_pass_look()
 * this is what a reconciling pass would do.  It lives in the pass's arena.
 */
int bal_pass_due(struct bal_pass *pass, struct bal_due *due,
		 struct bal_err *err);

#endif
