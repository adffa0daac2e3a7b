/* monitor_internal - which of the kernel's messages are news. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MONITOR_INTERNAL_H
#define BAL_MONITOR_INTERNAL_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "netlink/monitor.h"

/* The last known state of a device of the interest. */
struct bal_monitor_dev {
	char name[BAL_IFNAMSIZ];
	int ifindex; /* 0: there is none of that name */
	unsigned flags;
	uint8_t operstate;
	bool asked; /* else its state has still to be read */
};

/* Zero state: no interest. */
struct bal_monitor_known {
	struct bal_monitor_dev *devs;
	size_t n_devs;
	uint32_t *tables;
	size_t n_tables;
	bool rules6, routes6;
	uint32_t self; /* netlink port whose changes are our own, 0: none */
};

/*
 * The meaning of message @h, of which @got bytes are here (enum bal_news, 0:
 * none); updates @known.  A truncated message is all the news that its type can
 * be.  Pure.
 */
unsigned bal_monitor_news(struct bal_monitor_known *known,
			  const struct nlmsghdr *h, size_t got);

/*
 * Attach a socket filter to the netlink socket @fd that drops most of what
 * bal_monitor_news() would ignore: our own changes, routes of other tables,
 * new nexthops of other protocols.  If that fails, every message comes.
 */
void bal_monitor_filter(int fd, const struct bal_monitor_known *known);

#endif
