/* pass_tables - routing tables get their ids and names. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_TABLES_H
#define BAL_PASS_TABLES_H

#include "reconcile/pass.h"

/*
 * The names of routing tables, read once in a pass; what it registers is added.
 * They live in its arena.  NULL: they could not be read.
 */
const bal_table_list *bal_pass_names(struct bal_pass *pass,
				     struct bal_err *err);

#endif
