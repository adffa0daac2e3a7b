/* notify - sd_notify(3)'s protocol, without its library. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NOTIFY_H
#define BAL_NOTIFY_H

#include <stdint.h>

#include "base/error.h"

/*
 * Send @fmt ("READY=1", "STATUS=...", several lines) to NOTIFY_SOCKET, a path
 * or an abstract name ("@..."); nothing where that is not set, or when the text
 * is longer than systemd reads (4096 bytes).  Waits for a receiver whose queue
 * is full at most 100 ms.  Failures are ignored, errno is kept.
 *
 * Programs that we start must not inherit NOTIFY_SOCKET: systemd would take
 * their messages for ours.
 */
void bal_notify(const char *fmt, ...) BAL_PRINTF(1, 2);

/*
 * How often "WATCHDOG=1" is due: half of WATCHDOG_USEC in ns, where
 * WATCHDOG_PID is us or not set; 0: not wanted.
 */
uint64_t bal_notify_watchdog_ns(void);

#endif
