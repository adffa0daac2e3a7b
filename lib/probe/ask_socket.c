// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_socket - the socket of a question, and why it failed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/devsock.h"
#include "probe/ask_internal.h"

enum bal_asked
bal_ask_bad(struct bal_ask *ask, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ask->why, sizeof(ask->why), fmt, ap);
	va_end(ap);
	return BAL_ASKED_BAD;
}

int
bal_ask_connected(const struct bal_ask *ask)
{
	socklen_t len = sizeof(int);
	int eno = 0;

	if (getsockopt(ask->source.fd, SOL_SOCKET, SO_ERROR, &eno, &len) < 0)
		return errno;
	return eno;
}

int
bal_ask_connect(struct bal_ask *ask, int type)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ask->target.port),
	};
	struct bal_err why;

	if (ask->target.addr.family != AF_INET)
		return EAFNOSUPPORT;
	memcpy(&to.sin_addr, ask->target.addr.bytes, sizeof(to.sin_addr));
	ask->source.fd =
		socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ask->source.fd < 0)
		return errno;
	if (bal_devsock_bind(ask->source.fd, ask->way.dev, ask->way.ifindex,
			     ask->way.mark, &why) < 0)
		return why.sys;
	/* Close by a reset: no TIME_WAIT for each probe. */
	if (type == SOCK_STREAM)
		(void)setsockopt(ask->source.fd, SOL_SOCKET, SO_LINGER, &reset,
				 sizeof(reset));
	if (connect(ask->source.fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != EINPROGRESS)
		return errno;
	return 0;
}
