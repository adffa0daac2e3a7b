/* request - what a hook without privilege leaves for root to carry out. */
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
 * OpenVPN that dropped root runs its scripts as user nobody, without a
 * capability.  Their requests are files in RUNDIR/requests, root:bal and 03770:
 * members of group bal may put files there, and change no other user's.  They
 * are not trusted: a file is parsed as untrusted input, and carried out only
 * for a device that is a tunnel (now, or when it was last observed) and an
 * uplink by record or bal.conf.
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
	bool restart; /* context; init where it is not set */
	char dev[BAL_IFNAMSIZ];
	struct bal_addr gateway, transport, server; /* none: not set */
	uint32_t port, proto; /* of @server; 0: not set */
	char signal[BAL_REQUEST_SIGNAL_MAX]; /* "": not set */
};

/*
 * Must the request of @caller be left for root?  Yes for OpenVPN without root
 * that lacks CAP_NET_ADMIN or may not write into the run directory.
 */
bool bal_request_needed(const struct bal_paths *paths, enum bal_caller caller);

/*
 * @intent, UP or DOWN, as a request.  Its options are not part of it; a signal
 * with invalid characters is left out.
 */
struct bal_request bal_request_of(const struct bal_intent *intent);

/*
 * The intent of @request: UP keeps the options that the uplink has.  It points
 * into @request.
 */
struct bal_intent bal_request_intent(const struct bal_request *request);

/* Print as a file, into @buf of BAL_REQUEST_FILE_MAX: its length. */
size_t bal_request_print(const struct bal_request *request, char *buf);

/*
 * Parse @len bytes of @text, which are not trusted.  -1, BAL_ECONF, and @out
 * untouched: a key that is unknown, twice, or of the other verb, a value that
 * would be refused in a hook's environment, a missing key, no newline at the
 * end.
 */
int bal_request_parse(const char *text, size_t len, struct bal_request *out,
		      struct bal_err *err);

#endif
