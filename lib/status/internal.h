/* internal - the printers of the table in printer.c. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_INTERNAL_H
#define BAL_STATUS_INTERNAL_H

#include "status/printer.h"

extern const struct bal_status_printer bal_status_text, bal_status_json,
	bal_status_metrics, bal_status_nagios, bal_status_html;

/*
 * A line for people of an uplink that IPv6 is balanced over, nothing of others:
 * its health, or what it lacks, and by which address.  The same as an element of
 * the list "health", behind that of IPv4: only of such an uplink.
 */
void bal_status_six_text(const struct bal_status_row *row, FILE *out);
void bal_status_six_json(const struct bal_status_row *row, FILE *out);

/* Its health by IPv6, or what it lacks; NULL: IPv6 is not balanced over it. */
const char *bal_status_six_state(const struct bal_status_row *row);

/* Is it alive, and dead by IPv6 alone? */
bool bal_status_six_dead(const struct bal_status_row *row);

/* Why its IPv6 is not alive; "": it is, or nothing is known. */
const char *bal_status_six_reason(const struct bal_status_row *row);

#endif
