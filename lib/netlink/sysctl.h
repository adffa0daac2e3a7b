/* sysctl - the few kernel settings that only /proc/sys has. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SYSCTL_H
#define BAL_SYSCTL_H

#include <stdint.h>

#include "base/error.h"
#include "netlink/object.h"

/*
 * The number in /proc/sys/@name ("net/ipv4/ip_forward"); -1 where it cannot be
 * read.
 */
int32_t bal_sysctl_read(const char *name);

/* Set it; -1 where /proc/sys cannot be written (containers). */
int bal_sysctl_write(const char *name, int32_t value, struct bal_err *err);

/* The kernel's version: 6018 is Linux 6.18; 0: unknown. */
unsigned bal_kernel_release(void);

/*
 * From Linux 6.16 on a TCP connection of this box is routed by its port, too.
 * Before, all those to one server and port leave by one uplink.
 */
#define BAL_SPREADS_TCP 6016

/*
 * net.ipv4.conf.SCOPE.NAME, SCOPE being "all" or "default" (inherited by a new
 * device); -1 where it cannot be read.
 */
int32_t bal_devconf_read(const char *scope, enum bal_devconf dc);

#endif
