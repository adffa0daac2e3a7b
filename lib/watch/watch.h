/* watch - probes and reconciles for good. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WATCH_H
#define BAL_WATCH_H

#include "reconcile/pass.h"

/*
 * Until SIGTERM or SIGINT: probes by timers, reconciles when the kernel tells
 * of a change, when a verdict changes, when the configuration or the state is
 * changed by others, on SIGHUP (the configuration is read again), and each
 * minute.  A configuration with errors is told and the old one stays.  What
 * fails is told and tried again; -1 only when it cannot begin, or when another
 * one has taken its place (BAL_EBUSY) since somebody removed the run directory.
 */
int bal_watch(struct bal_pass *pass, struct bal_err *err);

#endif
