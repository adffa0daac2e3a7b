/* monitor_internal - which messages of the kernel are news, and to whom. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MONITOR_INTERNAL_H
#define BAL_MONITOR_INTERNAL_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "netlink/monitor.h"

/* What was last heard of a device that matters. */
struct bal_monitor_dev {
	char name[BAL_IFNAMSIZ];
	int ifindex; /* 0: there is none of that name */
	unsigned flags;
	uint8_t operstate;
	bool asked; /* else all this has still to be read */
};

/* Zero state: nothing matters. */
struct bal_monitor_known {
	struct bal_monitor_dev *devs;
	size_t n_devs;
	uint32_t *tables;
	size_t n_tables;
	uint32_t self; /* netlink port whose changes are our own, 0: none */
};

/*
 * What the message @h, of which @got bytes are here, means (enum bal_news, 0:
 * nothing); @known learns from it.  Of a message that was cut all is news that
 * its kind can be.  Pure.
 */
unsigned bal_monitor_news(struct bal_monitor_known *known,
			  const struct nlmsghdr *h, size_t got);

/*
 * Have the kernel itself keep away from the netlink socket @fd most of what
 * bal_monitor_news() would call nothing: our own changes, routes of other
 * tables, nexthops of other protocols.  Where it cannot, everything comes.
 */
void bal_monitor_filter(int fd, const struct bal_monitor_known *known);

#endif
