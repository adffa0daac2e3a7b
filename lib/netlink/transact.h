/* transact - many messages of netfilter that count as one, or not at all. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRANSACT_H
#define BAL_TRANSACT_H

#include "netlink/nl.h"

/* What became of a transaction. */
struct bal_transacted {
	int eno;      /* of the first message refused; 0: all were taken */
	uint16_t type; /* of that message */
	char why[128]; /* the kernel's own words, or "" */
};

/*
 * Send @len bytes of messages, whose sequence numbers are set here, in one
 * call, and read what the kernel has to say of them.  Netfilter has carried
 * all of it out, or nothing, when this returns.  0 with @out, or -1 where the
 * kernel cannot be talked to.
 */
int bal_nl_transact(struct bal_nl *nl, void *bytes, size_t len,
		    struct bal_transacted *out, struct bal_err *err);

#endif
