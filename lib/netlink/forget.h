/* forget - what the kernel remembers of datagrams that were a question only. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FORGET_H
#define BAL_FORGET_H

#include "base/addr.h"
#include "netlink/nl.h"

/* An IPv4 connection, as its first packet came to conntrack. */
struct bal_connection {
	struct bal_addr src, dst;
	uint8_t proto;
	uint16_t sport, dport; /* of UDP and TCP */
};

/*
 * Queue the deletion of its entry: bal_nl_flush() sends it.  @nl is of
 * NETLINK_NETFILTER.  -1 with @err.
 */
int bal_forget_connection(struct bal_nl *nl, const struct bal_connection *c,
			  struct bal_err *err);

/* A host on the link of device @ifindex. */
struct bal_neighbour {
	struct bal_addr addr;
	int ifindex;
};

/*
 * Queue, as change @number, that @n has the address @hardware, as if it had
 * answered just now: the kernel forgets it by itself, too.  One that is known
 * already is left as it is, which is a failure.  @nl is bal_nl_open()'s.
 */
int bal_make_neighbour(struct bal_nl *nl, const struct bal_neighbour *n,
		       const uint8_t hardware[6], size_t number,
		       struct bal_err *err);
/* Queue its deletion. */
int bal_forget_neighbour(struct bal_nl *nl, const struct bal_neighbour *n,
			 struct bal_err *err);

#endif
