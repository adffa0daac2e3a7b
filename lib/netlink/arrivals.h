/* arrivals - what comes in by a device from beyond its link. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ARRIVALS_H
#define BAL_ARRIVALS_H

#include <stdint.h>

#include "base/addr.h"

/*
 * The counters of a device know nothing of who sent: a modem whose line is dead
 * still answers ARP, serves its page, and says so by ICMP.  Count IPv4 packets
 * that come in by the device number @ifindex for this box or to be forwarded,
 * from outside of @link (its subnet, which may be none) and not ICMP.
 * Descriptor or -1: CAP_NET_RAW is needed.
 *
 * Nothing is ever read from it.  To close it waits for the kernel's other
 * processors, some milliseconds.
 */
int bal_arrivals_open(int ifindex, const struct bal_addr *link,
		      struct bal_err *err);

/* How many of those came since it was opened, or this was called last. */
uint32_t bal_arrivals_count(int fd);

#endif
