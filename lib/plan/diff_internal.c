// SPDX-License-Identifier: GPL-2.0-or-later
/* diff_internal - operations are collected by stage. */
#include "plan/diff_internal.h"

struct bal_op *
bal_diff_add(struct bal_diff *d, enum bal_stage stage, enum bal_op_kind kind)
{
	struct bal_op *op = BAL_PUSH(d->arena, &d->stage[stage]);

	if (op)
		op->kind = kind;
	return op;
}
