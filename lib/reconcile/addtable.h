/* addtable - registers the name of a routing table. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADDTABLE_H
#define BAL_ADDTABLE_H

#include "reconcile/pass.h"

/*
 * Register @name with @id (0: a free one) under the lock; idempotent.  @id
 * becomes the id that it has.  -1: BAL_ECONF when @name or @id is taken.
 */
int bal_pass_addtable(struct bal_pass *pass, const char *name, uint32_t *id,
		      struct bal_err *err);

#endif
