/* spark - values in a row as a line of characters. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_SPARK_H
#define BAL_STATUS_SPARK_H

#include "status/printer.h"

/*
 * "eth1: round trip ..., traffic ..., 12 min" for @row, its values as block
 * characters, or as ASCII without @p->look.blocks; nothing while there are less than
 * two samples.
 */
void bal_status_spark(const struct bal_status_print *p,
		      const struct bal_status_row *row);

#endif
