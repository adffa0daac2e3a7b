/* icmp - sends echo requests by one device, and receives the replies. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ICMP_H
#define BAL_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define BAL_ICMP_TOKEN 16 /* bytes of payload, against forged replies */

/* @fd -1: not open.  Never blocks. */
struct bal_icmp {
	int fd;
	int family; /* AF_INET, AF_INET6 */
	bool raw; /* a raw socket, else an unprivileged one */
	uint16_t id; /* of a raw socket; the kernel sets that of the other */
};

struct bal_icmp_reply {
	struct bal_addr from;
	uint16_t seq;
	uint8_t token[BAL_ICMP_TOKEN];
};

/*
 * Open a socket of @family whose packets leave by @dev and are received from there only:
 * an unprivileged ICMP socket where ping_group_range allows it, else a raw one.
 * Fails with err->sys ENODEV where @dev is not (or no longer) the device number
 * @ifindex.  @mark is the fwmark, 0: none; without the privilege for it the
 * socket has none.
 */
int bal_icmp_open(struct bal_icmp *sock, int family, const char *dev,
		  int ifindex, uint32_t mark, struct bal_err *err);

/* Close the socket, if it is open; @fd is -1. */
void bal_icmp_close(struct bal_icmp *sock);

/* Send an echo request with BAL_ICMP_TOKEN bytes @token.  0 or the errno. */
int bal_icmp_send(const struct bal_icmp *sock, const struct bal_addr *to,
		  uint16_t seq, const uint8_t *token);

/*
 * 1: a reply to this socket is in @out, for the caller to compare; 0: another
 * packet came; -1: nothing to read.
 */
int bal_icmp_recv(const struct bal_icmp *sock, struct bal_icmp_reply *out);

/* Raise the soft limit of descriptors, often 1024, to the hard one. */
void bal_icmp_make_room(void);

#endif
