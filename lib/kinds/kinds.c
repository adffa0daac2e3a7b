// SPDX-License-Identifier: GPL-2.0-or-later
/* kinds - the table. */
#include "kinds/kinds.h"

#include "kinds/internal.h"

#define ROW(kind) &kind,

const struct bal_kind *const bal_kinds[] = { BAL_KIND_ROWS(ROW) NULL };

_Static_assert(sizeof(bal_kinds) / sizeof(bal_kinds[0]) <= BAL_KINDS_MAX + 1,
	       "a snapshot has a place for each kind");

bool
bal_kinds_change_firewall(const bal_op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->v[i].kind == &bal_kind_firewall)
			return true;
	return false;
}
