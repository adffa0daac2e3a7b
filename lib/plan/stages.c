// SPDX-License-Identifier: GPL-2.0-or-later
/* stages - operations are collected by stage. */
#include "plan/stages.h"

struct bal_op *
bal_diff_add(struct bal_diff *d, enum bal_stage stage,
	     const struct bal_kind *kind, enum bal_verb verb)
{
	struct bal_op *op = BAL_PUSH(d->arena, &d->stage[stage]);

	if (op) {
		op->kind = kind;
		op->verb = verb;
	}
	return op;
}
