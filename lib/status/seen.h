/* seen - what only some forms show, and what takes more looks at the system. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_SEEN_H
#define BAL_STATUS_SEEN_H

#include "status/status.h"

/*
 * Add to @status, made of @pass, when bal.conf was taken over last, and how
 * many packets the kernel gave to each uplink by its share (since Linux 6.9).
 * What cannot be found out stays unknown.
 */
void bal_status_see(struct bal_pass *pass, struct bal_status *status);

/*
 * Read the journal into @status->history, which the caller frees by
 * bal_journal_forget(); why it cannot be read is in @status->history_lack.
 */
void bal_status_see_history(const struct bal_pass *pass,
			    struct bal_status *status);

#endif
