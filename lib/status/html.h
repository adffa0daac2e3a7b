/* html - the status as one page for a browser. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page needs no script, no other file and no other host.  Every name and
 * text of others passes through bal_html_text().
 */
#ifndef BAL_STATUS_HTML_H
#define BAL_STATUS_HTML_H

#include "status/printer.h"

/* The rules of style, for light and dark. */
extern const char bal_html_style[];

/*
 * @text with <, >, &, " and ' escaped; what is no UTF-8, and controls, become
 * \xHH and \uHHHH.
 */
void bal_html_text(FILE *out, const char *text);

/* The class of @row: "alive", "degraded", "dead" or "off". */
const char *bal_html_class(const struct bal_status_row *row);

/* The card of @row, with @seen per cent of what all got, below 0: unknown. */
void bal_html_card(const struct bal_status_row *row, int seen, FILE *out);

/* A line of values, @label being what they are. */
void bal_html_spark(const char *trace, const char *label, FILE *out);

/* What each uplink was in the last @hours, by the journal, as SVG. */
void bal_html_times(const struct bal_status *status, unsigned hours, FILE *out);

#endif
