/* internal - what the files of netlink share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_INTERNAL_H
#define BAL_NL_INTERNAL_H

#include "netlink/nl.h"
#include "netlink/object.h"

#define BAL_NL_BATCH_MAX 64
#define BAL_NL_BATCH_BYTES 30000 /* libnetlink asks for 32 KB to send from */

/*
 * The kernel builds dump answers of at most 32 KB (netlink_recvmsg() caps
 * max_recvmsg_len), so this never truncates.
 */
#define BAL_NL_ANSWER_BYTES 65536

#define BAL_NL_TRIES 100 /* retries of a call that signals interrupt */

struct bal_nl {
	int fd;
	uint32_t port;
	uint32_t seq; /* of the last request */
	bal_nl_failed_fn *failed;
	void *failed_arg;
	bool unread; /* a failed exchange may have left answers */
	size_t n;    /* messages in the batch */
	size_t numbers[BAL_NL_BATCH_MAX];
	size_t used;
	struct nlmsghdr *last;
	char batch[BAL_NL_BATCH_BYTES] __attribute__((aligned(8)));
	char answer[BAL_NL_ANSWER_BYTES] __attribute__((aligned(8)));
};

/* Number the @len bytes of requests at @bytes, upwards from behind @nl->seq. */
void bal_nl_number(struct bal_nl *nl, void *bytes, size_t len);

/*
 * Send requests of @len bytes; what is left of an exchange that failed is read
 * and dropped first.  0 or -1.
 */
int bal_nl_send(struct bal_nl *nl, const void *buf, size_t len,
		struct bal_err *err);

/* The kernel's words in the refusal @h, or "": until the next call. */
const char *bal_nl_why(const struct nlmsghdr *h);

/* IPV4_DEVCONF_... of each enum bal_devconf, from <linux/ip.h>. */
extern const int bal_devconf_id[BAL_DC_MAX];

#endif
