/* inject - lets a device receive a frame that no wire has carried. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BPF_INJECT_H
#define BAL_BPF_INJECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Load the program that does it: its descriptor, the caller's; -1 with @err.  It
 * is attached nowhere, and ends with the descriptor.
 */
int bal_inject_open(struct bal_err *err);

/*
 * Device @ifindex of this network namespace receives the Ethernet frame @frame of
 * @len bytes as from its wire; one without Ethernet gets what is behind the
 * header.  It has the fwmark @mark.  -1 with errno.
 */
int bal_inject(int fd, int ifindex, const void *frame, size_t len,
	       uint32_t mark);

#endif
