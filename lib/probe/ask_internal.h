/* ask_internal - what the kinds of questions share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ASK_INTERNAL_H
#define BAL_ASK_INTERNAL_H

#include <stddef.h>

#include "probe/ask.h"

/* The functions of one kind. */
struct ask_kind {
	/*
	 * Open the descriptor, in source.fd then, and ask; @events to wait for.
	 * 0; or an errno, with ask->why set.
	 */
	int (*start)(struct bal_ask *ask, uint32_t *events);
	/*
	 * The descriptor is ready: WAIT, or the result, with ask->why set for
	 * BAD.
	 */
	enum bal_asked (*ready)(struct bal_ask *ask);
};

extern const struct ask_kind bal_ask_tcp, bal_ask_dns, bal_ask_http,
	bal_ask_arp, bal_ask_exec;

/* Set ask->why; returns BAL_ASKED_BAD. */
enum bal_asked bal_ask_bad(struct bal_ask *ask, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/*
 * Open a socket of @type, of the target's family, in source.fd, bound as the way requires, and
 * connect it to the target.  0 or an errno; EINPROGRESS is 0.
 */
int bal_ask_connect(struct bal_ask *ask, int type);

/* The errno of a connecting socket, 0: it is connected. */
int bal_ask_connected(const struct bal_ask *ask);

/* Does the DNS answer of @len bytes hold what was asked for?  Pure. */
enum bal_asked bal_ask_dns_judge(struct bal_ask *ask, const uint8_t *answer,
				 size_t len);

#endif
