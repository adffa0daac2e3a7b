/* devsock - sockets whose packets leave by one device. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DEVSOCK_H
#define BAL_DEVSOCK_H

#include <stdint.h>

#include "base/error.h"

/*
 * Is @dev there, and the device number @ifindex?  1: yes; 0: no, according to
 * the kernel; -1 with errno: unknown.
 */
int bal_devsock_there(const char *dev, int ifindex);

/*
 * Bind @fd to @dev and give it the fwmark @mark (0: none; without the privilege
 * for it the socket has none).  Fails with err->sys ENODEV where @dev is not
 * (or no longer) the device number @ifindex; with another errno where that is
 * unknown.
 */
int bal_devsock_bind(int fd, const char *dev, int ifindex, uint32_t mark,
		     struct bal_err *err);

#endif
