/* ask_internal - the rooms of ask, one for each kind of question. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ASK_INTERNAL_H
#define BAL_ASK_INTERNAL_H

#include <stddef.h>

#include "probe/ask.h"

/* One kind. */
struct ask_kind {
	/*
	 * Open what is needed and ask; the descriptor is in source.fd then, and
	 * what to wait for in *@events.  0; or an errno, with ask->why said.
	 */
	int (*start)(struct bal_ask *ask, uint32_t *events);
	/* It is ready: WAIT, or the verdict, with ask->why said for BAD. */
	enum bal_asked (*ready)(struct bal_ask *ask);
};

extern const struct ask_kind bal_ask_tcp, bal_ask_dns, bal_ask_http,
	bal_ask_arp, bal_ask_exec;

/* Say why; returns BAL_ASKED_BAD. */
enum bal_asked bal_ask_bad(struct bal_ask *ask, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/*
 * A socket of IPv4 @type that is bound as the way wants, connecting to the
 * target: in source.fd.  0 or an errno; EINPROGRESS is 0.
 */
int bal_ask_connect(struct bal_ask *ask, int type);

/* The errno that a connecting socket ended with, 0: it is connected. */
int bal_ask_connected(const struct bal_ask *ask);

/* Does the answer (@len bytes, of DNS) hold what was asked for?  Pure. */
enum bal_asked bal_ask_dns_judge(struct bal_ask *ask, const uint8_t *answer,
				 size_t len);

#endif
