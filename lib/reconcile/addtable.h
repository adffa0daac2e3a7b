/* addtable - a name for a routing table. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADDTABLE_H
#define BAL_ADDTABLE_H

#include "reconcile/pass.h"

/*
 * Register @name with @id (0: a free one) under the lock; idempotent.  The id
 * it has is put into *@id.  BAL_ECONF when @name or @id is taken.
 */
int bal_pass_addtable(struct bal_pass *pass, const char *name, uint32_t *id,
		      struct bal_err *err);

#endif
