// SPDX-License-Identifier: GPL-2.0-or-later
/* op - operations as lines for a shell, and as words for a message. */
#include "kernel/op.h"

#include "kernel/kind.h"

void
bal_op_print(FILE *out, const struct bal_op *op)
{
	op->kind->print(out, op);
}

const char *
bal_op_describe(const struct bal_op *op, char *buf, size_t size)
{
	op->kind->describe(op, buf, size);
	return buf;
}
