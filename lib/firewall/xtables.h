/* xtables - what goes with iptables' legacy tables: lock, module, revision. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_XTABLES_H
#define BAL_XTABLES_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Take the lock that iptables takes (XTABLES_LOCKFILE or /run/xtables.lock):
 * libiptc itself does not.  Waits @wait_ms at most, then BAL_EBUSY naming the
 * file.  A descriptor, to be closed, or -1.
 */
int bal_xtables_lock(unsigned wait_ms, struct bal_err *err);

/*
 * Have the kernel's own modprobe program load ip_tables.  Tried once in ten
 * minutes; false where it was not tried now.
 */
bool bal_xtables_load(void);

/*
 * The newest revision (1 or 2) of the CONNMARK target that the kernel has,
 * asked until it says so.
 */
int bal_xtables_connmark(void);

#endif
