// SPDX-License-Identifier: GPL-2.0-or-later
/* printer - the table of the forms, and the way through one of them. */
#include "status/internal.h"

const struct bal_status_printer *const bal_status_printers[] = {
	[BAL_STATUS_TEXT] = &bal_status_text,
	[BAL_STATUS_JSON] = &bal_status_json,
	[BAL_STATUS_METRICS] = &bal_status_metrics,
	[BAL_STATUS_NAGIOS] = &bal_status_nagios,
	[BAL_STATUS_HTML] = &bal_status_html,
};

void
bal_status_print(const struct bal_status_printer *printer,
		 const struct bal_status *status,
		 const struct bal_status_look *look, FILE *out)
{
	struct bal_status_print p = { .status = status,
				      .out = out,
				      .look = *look };

	printer->begin(&p);
	for (; p.n < status->rows.n; p.n++)
		printer->uplink(&p, &status->rows.v[p.n]);
	printer->end(&p);
}
