/* pass_tables - ids and names of routing tables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_TABLES_H
#define BAL_PASS_TABLES_H

#include "reconcile/pass.h"

/*
 * The names of routing tables, read once in a pass and extended by what it
 * registers.  They live in its arena.  NULL with @err: they could not be read.
 */
const bal_table_list *bal_pass_names(struct bal_pass *pass,
				     struct bal_err *err);

#endif
