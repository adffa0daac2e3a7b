/* once - probes and reconciles: one pass over all uplinks, or some rounds. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_ONCE_H
#define BAL_WATCH_ONCE_H

#include "reconcile/pass.h"

/*
 * Become the only prober: pass->session.run_lock.  BAL_EBUSY where another one
 * probes; beside one that is stopped a single pass (not @for_good) probes all the
 * same, with a bal_warn(): it is the only one while that is stopped.
 */
int bal_watch_lock(struct bal_pass *pass, bool for_good, struct bal_err *err);

/*
 * One pass over all uplinks until each has its result.  The kernel is
 * reconciled before it (a probe through a table that was emptied would mark a
 * healthy uplink down) and after it.  The result of one uplink waits for others
 * half a second at most.  No lock is held while probing.  With
 * pass->session.dry_run nothing is changed.  -1 with @err.
 */
int bal_watch_pass(struct bal_pass *pass, struct bal_err *err);

/*
 * Probe @rounds rounds at rest, @interval_ms apart whatever the configuration
 * says, and carry out every result at once.  -1 with @err.
 */
int bal_watch_rounds(struct bal_pass *pass, uint32_t rounds,
		     uint32_t interval_ms, struct bal_err *err);

#endif
