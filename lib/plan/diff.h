/* diff - from what the kernel holds to what it should hold, in order; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DIFF_H
#define BAL_DIFF_H

#include "kernel/op.h"
#include "plan/plan.h"

/*
 * The changes that turn the snapshot of @world into @plan, make before break:
 *
 *   sysctls, nexthops, DEV tables, rules (targets of a goto first), firewall;
 *   then what traffic follows: groups, their tables, `default`;
 *   then what is not used any more: routes, rules, DEV tables, nexthops.
 *
 * Each kind of the snapshot's table says what differs.  Only objects of ours
 * are ever replaced or deleted; where a foreign route stands first at the key of
 * one of ours, ours goes beside it.  Nothing to do is an empty list.  The groups
 * of @world are those of the plan, also where it is empty.
 */
int bal_diff_make(const struct bal_world *world, const struct bal_plan *plan,
		  struct bal_arena *arena, bal_op_list *out,
		  struct bal_err *err);

#endif
