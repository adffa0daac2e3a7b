/* counters - bytes and packets of a device, read in one request. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_COUNTERS_H
#define BAL_COUNTERS_H

#include "netlink/nl.h"

/* Since the device was made. */
struct bal_counters {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
};

/*
 * Read them for the device @ifindex (RTM_GETSTATS, IFLA_STATS_LINK_64: two
 * system calls, and no walk over the other devices).  0, or -1 with @out
 * untouched when there is no such device.
 */
int bal_counters_read(struct bal_nl *nl, int ifindex, struct bal_counters *out);

#endif
