/* smooth - what the status shows of tunnels whose datagrams are copied. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_SMOOTH_H
#define BAL_STATUS_SMOOTH_H

#include "status/status.h"

/* Read the counts, if any row has some; none where that needs a privilege. */
void bal_status_smooth(const struct bal_pass *pass, struct bal_status *status,
		       struct bal_arena *arena);

/* A line for people about @row; nothing where it is not to be smoothed. */
void bal_status_smooth_text(const struct bal_status_row *row, FILE *out);

/* Keys for programs, each behind a comma. */
void bal_status_smooth_json(const struct bal_status_row *row, FILE *out);

#endif
