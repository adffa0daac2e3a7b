// SPDX-License-Identifier: GPL-2.0-or-later
/* diff_parts - operations are collected by stage. */
#include "diff_parts.h"

struct bal_op *
bal_diff_add(struct bal_diff *d, enum bal_stage stage, enum bal_op_kind kind)
{
	struct bal_op *op = BAL_PUSH(d->arena, &d->stage[stage]);

	if (op)
		op->kind = kind;
	return op;
}
