/* watch - probes and reconciles for good. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_H
#define BAL_WATCH_H

#include "reconcile/pass.h"

/*
 * Run until SIGTERM or SIGINT: probe by timers; reconcile when the kernel
 * reports a change, when an uplink's health changes, when the configuration or
 * the state is changed by others, on SIGHUP (the configuration is read again),
 * and each minute.  A configuration with errors is reported and the old one
 * stays.  Failures are reported and retried; -1 only when it cannot begin, or
 * when another prober has taken its place (BAL_EBUSY) since the run directory
 * was removed.
 */
int bal_watch(struct bal_pass *pass, struct bal_err *err);

#endif
