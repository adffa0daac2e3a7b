/* arrivals - counts what comes in by a device from beyond its link. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ARRIVALS_H
#define BAL_ARRIVALS_H

#include <stdint.h>

#include "base/addr.h"

/*
 * The counters of a device do not show the sender: a modem that is offline
 * still answers ARP, serves its page, and reports the failure by ICMP.  So
 * count IPv4 packets that come in by the device number @ifindex for this box or
 * to be forwarded, from outside of @link (its subnet, which may be none) and
 * not ICMP.  Descriptor or -1: CAP_NET_RAW is needed.
 *
 * It is never read.  Closing it takes some milliseconds (an RCU grace period).
 */
int bal_arrivals_open(int ifindex, const struct bal_addr *link,
		      struct bal_err *err);

/* The number of those packets since it was opened or last called. */
uint32_t bal_arrivals_count(int fd);

#endif
