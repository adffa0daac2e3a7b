/* table - the columns of the status for people. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_TABLE_H
#define BAL_STATUS_TABLE_H

#include "status/printer.h"

/* Find the widths of all columns, and print their titles. */
void bal_status_table_begin(struct bal_status_print *p);

/* Print the line of @row. */
void bal_status_table_row(struct bal_status_print *p,
			  const struct bal_status_row *row);

#endif
