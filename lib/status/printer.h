/* printer - the forms in which a status is printed, one row each. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_PRINTER_H
#define BAL_STATUS_PRINTER_H

#include <stdio.h>

#include "status/status.h"

#define BAL_STATUS_COLUMNS 16

/* How a table is shown.  Zero state: as wide as it takes, in plain ASCII. */
struct bal_status_look {
	size_t columns; /* of the terminal; 0: as wide as it takes */
	bool sparks;	/* with the last hour of each uplink */
	bool blocks;	/* which may be other characters than ASCII */
	/* Write an escape sequence behind what was printed; NULL: none. */
	void (*escape)(FILE *out, const char *sequence);
};

/* One printing of a status: what its printer is handed at each call. */
struct bal_status_print {
	const struct bal_status *status;
	FILE *out;
	struct bal_status_look look;
	size_t n;	/* uplinks printed before */
	/* Of the columns of a table, for a printer that has one; 0 at first. */
	size_t width[BAL_STATUS_COLUMNS];
};

/*
 * A form of the status: what stands before the uplinks, each of them in order
 * of the rows, and what stands behind them.  begin() and end() are called
 * without an uplink as well.  An error of the stream is left in the stream.
 */
struct bal_status_printer {
	void (*begin)(struct bal_status_print *p);
	void (*uplink)(struct bal_status_print *p,
		       const struct bal_status_row *row);
	void (*end)(struct bal_status_print *p);
};

enum bal_status_form {
	BAL_STATUS_TEXT, /* for a person: a table, and remarks */
	BAL_STATUS_JSON, /* one JSON object */
	BAL_STATUS_METRICS, /* for Prometheus: metrics.h */
	BAL_STATUS_NAGIOS,  /* for Nagios: nagios.h */
	BAL_STATUS_HTML,    /* a page for a browser: html.h */
	BAL_STATUS_FORM_MAX,
};
extern const struct bal_status_printer
	*const bal_status_printers[BAL_STATUS_FORM_MAX];

/*
 * Print @status by @printer.  In a table wider than @look->columns what is least
 * missed is left out.
 */
void bal_status_print(const struct bal_status_printer *printer,
		      const struct bal_status *status,
		      const struct bal_status_look *look, FILE *out);

#endif
