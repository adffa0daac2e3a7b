/* flush_msg - the netlink messages of bal_flush_uplink(). */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_UPLINK_MSG_H
#define BAL_FLUSH_UPLINK_MSG_H

#include <linux/inet_diag.h>

#include "actions/flush_uplink.h"
#include "netlink/nl.h"

/*
 * Pure: nothing is sent here.  A message from the kernel that is too short or
 * of another kind is ignored.
 */

/* Ask for the conntrack entries of @family with @mark under @mask. */
void bal_flush_ask_entries(struct bal_nlmsg *m, int family, uint32_t mark,
			   uint32_t mask);

/*
 * Write the deletion of conntrack entry @h into @m.  False when @h is no entry
 * with @mark under @mask: then @m must not be sent.
 */
bool bal_flush_delete_entry(struct bal_nlmsg *m, const struct nlmsghdr *h,
			    uint32_t mark, uint32_t mask);

/* What conntrack entry @h shows.  False: no addresses of IPv4. */
bool bal_flush_entry_flow(const struct nlmsghdr *h, struct bal_flow *out);

/* What @h shows, a socket by bal_flush_is_socket() of @protocol. */
void bal_flush_socket_flow(const struct nlmsghdr *h, int protocol,
			   struct bal_flow *out);

/* Ask for sockets of @family and @protocol (TCP, UDP) bound to @source. */
void bal_flush_ask_sockets(struct bal_nlmsg *m, int family, int protocol,
			   const struct bal_addr *source);

/* The sockets to close, and the inodes of those that stay. */
struct bal_flush_sought {
	const struct bal_flush_what *what;
	int protocol; /* TCP, UDP */
	uint32_t *inodes;
	size_t n_inodes;
};

/* Is @h a socket to close?  Then *@id is the kernel's id of it. */
bool bal_flush_is_socket(const struct nlmsghdr *h,
			 const struct bal_flush_sought *sought,
			 struct inet_diag_sockid *id);

/*
 * Request the route of socket @h, which is one, to its peer.  False: there is
 * no other, as it is bound to a device.
 */
bool bal_flush_ask_route(struct bal_nlmsg *m, const struct nlmsghdr *h);

/*
 * Is the answer @h a route in the main table, more specific than a default (or
 * half of one), by another device than @ifindex?
 */
bool bal_flush_is_elsewhere(const struct nlmsghdr *h, int ifindex);

/*
 * Request the listener where TCP socket @h is bound: the kernel finds it by an
 * address and port without a peer.
 */
bool bal_flush_ask_listener(struct bal_nlmsg *m, const struct nlmsghdr *h);

/* Is the answer @h a listening socket? */
bool bal_flush_is_listener(const struct nlmsghdr *h);

/* Write the request to destroy the socket @id into @m. */
void bal_flush_destroy(struct bal_nlmsg *m, int family, int protocol,
		       const struct inet_diag_sockid *id);

#endif
