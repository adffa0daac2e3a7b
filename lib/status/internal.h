/* internal - the printers of the table in printer.c. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_INTERNAL_H
#define BAL_STATUS_INTERNAL_H

#include "status/printer.h"

extern const struct bal_status_printer bal_status_text, bal_status_json;

#endif
