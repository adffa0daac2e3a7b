/* request - what a hook without privilege wants, left for root to carry out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUEST_H
#define BAL_REQUEST_H

#include "hook/hook.h"
#include "reconcile/authorize.h"
#include "reconcile/intent.h"
#include "base/paths.h"

/*
 * Requests
 * --------
 * OpenVPN that gave root away runs its scripts as nobody, without a capability.
 * What such a script asks for lies in RUNDIR/requests, root:bal and 03770: who
 * is in group bal may put files there, and touch nobody else's.  Whoever writes
 * there is not trusted: a file is read again as if a stranger had written it,
 * and carried out only for a device that is a tunnel (now, or when it was seen
 * last) and an uplink by record or bal.conf.
 *
 * One file is one request, lines of "key = value":
 *
 *	verb = up		up or down
 *	dev = tun1
 *	gateway = 172.22.0.1	up: what the server says
 *	transport = 192.168.1.101	up: where the client sends from
 *	server = 198.51.100.1	up: where it sends to
 *	context = restart	up: init, or restart of one that kept its device
 *	signal = sigusr1	down: why it ends
 */

#define BAL_REQUEST_GROUP "bal"
#define BAL_REQUEST_FILE_MAX 4096
#define BAL_REQUEST_SIGNAL_MAX 24 /* OpenVPN's longest is "connection-reset" */

/* Zero state: down of nothing, no request. */
struct bal_request {
	bool up;      /* else down */
	bool restart; /* context; init where it is not said */
	char dev[BAL_IFNAMSIZ];
	struct bal_addr gateway, transport, server; /* none: not said */
	char signal[BAL_REQUEST_SIGNAL_MAX]; /* "": not said */
};

/*
 * Must what @caller asks for be left as a request?  Yes for OpenVPN without
 * root that has not CAP_NET_ADMIN or may not write into the run directory.
 */
bool bal_request_needed(const struct bal_paths *paths, enum bal_caller caller);

/*
 * What @intent, UP or DOWN, says as a request.  Its options are not part of
 * it; a signal of odd characters is left out.
 */
struct bal_request bal_request_of(const struct bal_intent *intent);

/*
 * What root makes of it: UP keeps the options that it was told before.  The
 * intent points into @request.
 */
struct bal_intent bal_request_intent(const struct bal_request *request);

/* As a file, into @buf of BAL_REQUEST_FILE_MAX: its length. */
size_t bal_request_print(const struct bal_request *request, char *buf);

/*
 * Read @len bytes of @text, from whomever.  -1, BAL_ECONF, and @out untouched:
 * a key that is unknown, twice, or of the other verb, a value that a hook's
 * environment would not be believed, a missing key, no newline at the end.
 */
int bal_request_parse(const char *text, size_t len, struct bal_request *out,
		      struct bal_err *err);

#endif
