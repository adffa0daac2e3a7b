/* monitor - notifications of the kernel of links, addresses and routes. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MONITOR_H
#define BAL_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "base/text.h"

/* What a change may have touched. */
enum bal_news {
	BAL_NEWS_LINK = 1 << 0,	 /* a device, its carrier or flags */
	BAL_NEWS_ADDR = 1 << 1,
	BAL_NEWS_ROUTE = 1 << 2, /* or a nexthop */
	BAL_NEWS_RULE = 1 << 3,
	BAL_NEWS_LOST = 1 << 4, /* ENOBUFS: anything may have happened */
};

/* What to watch: devices by name, and tables. */
struct bal_monitor_interest {
	const char (*devs)[BAL_IFNAMSIZ];
	size_t n_devs;
	const uint32_t *tables; /* the tables with our routes */
	size_t n_tables;
	bool rules6; /* of IPv6, too */
	bool routes6; /* and its addresses and routes */
};

struct bal_monitor;

/*
 * A netlink socket in @loop that listens to RTNLGRP_LINK, IPV4_IFADDR,
 * IPV4_ROUTE, IPV4_RULE and NEXTHOP, and to IPV6_RULE, IPV6_IFADDR and
 * IPV6_ROUTE where those are of interest.  @report is called with what is new
 * (enum bal_news), once for all that was waiting in the socket (at most 64
 * messages at a time, so that a storm does not starve the loop), and only for
 * news that concern the interest: a device of
 * that name (or index under that name before), addresses of such a device, routes
 * of those tables or a default route in main, rules and nexthops of our protocol
 * (214), nexthops that replace another, and rules that look up one of the tables.
 * Repeated link messages that change neither flags, carrier, name nor index are
 * none.  Changes by the netlink port @self are no news (bal_nl_port(); 0: none).
 * @report may do anything with the monitor, closing it included.
 *
 * The kernel does not notify of IPv4 routes that are lost with a device or an
 * address: BAL_NEWS_LINK and BAL_NEWS_ADDR mean that they may be gone, too.
 *
 * NULL with @err: no socket, no memory.
 */
struct bal_monitor *bal_monitor_open(struct bal_loop *loop, uint32_t self,
				     void (*report)(void *arg, unsigned news),
				     void *arg, struct bal_err *err);
/* Close it, also from within @report. */
void bal_monitor_close(struct bal_monitor *monitor);

/* Changes by the port @self are ours from now on. */
void bal_monitor_self(struct bal_monitor *monitor, uint32_t self);

/*
 * Replace the interest (copied).  0: it is the same as before, at no cost.  1:
 * it has a new device or table, whose changes before this call will not be
 * reported: read the kernel once more.  -1: no memory, or no descriptor to read
 * the new devices; the interest is the one before.
 */
int bal_monitor_care(struct bal_monitor *monitor,
		     const struct bal_monitor_interest *interest,
		     struct bal_err *err);

#endif
