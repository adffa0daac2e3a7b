/* once - probes and reconciles: one pass over all uplinks, or some rounds. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_ONCE_H
#define BAL_WATCH_ONCE_H

#include "reconcile/pass.h"

/*
 * One pass over all uplinks until each has its verdict, with the intent to
 * reconcile before it (a probe through a table that somebody emptied would
 * condemn a healthy line) and after it.  What one probe decided does not wait
 * longer than half a second for others that hang.  No lock is held while
 * probing.  With pass->session.dry_run nothing is changed.
 */
int bal_watch_pass(struct bal_pass *pass, struct bal_err *err);

/*
 * @rounds rounds at rest, @interval_ms apart whatever the configuration says,
 * every verdict carried out at once.
 */
int bal_watch_rounds(struct bal_pass *pass, uint32_t rounds,
		     uint32_t interval_ms, struct bal_err *err);

#endif
