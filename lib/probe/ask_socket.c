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

union bal_sockaddr {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static socklen_t
make_address(const struct bal_ask *ask, union bal_sockaddr *to)
{
	const uint16_t port = htons(ask->target.port);
	const struct bal_addr *a = &ask->target.addr;

	*to = (union bal_sockaddr){ .any.sa_family = a->family };
	if (a->family == AF_INET) {
		to->four.sin_port = port;
		memcpy(&to->four.sin_addr, a->bytes, sizeof(to->four.sin_addr));
		return sizeof(to->four);
	}
	to->six.sin6_port = port;
	memcpy(&to->six.sin6_addr, a->bytes, sizeof(to->six.sin6_addr));
	return sizeof(to->six);
}

int
bal_ask_connect(struct bal_ask *ask, int type)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	union bal_sockaddr to;
	const socklen_t len = make_address(ask, &to);
	struct bal_err why;

	ask->source.fd = socket(ask->target.addr.family,
				type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ask->source.fd < 0)
		return errno;
	if (bal_devsock_bind(ask->source.fd, ask->way.dev, ask->way.ifindex,
			     ask->way.mark, &why) < 0)
		return why.sys;
	/* Close by a reset: no TIME_WAIT for each probe. */
	if (type == SOCK_STREAM)
		(void)setsockopt(ask->source.fd, SOL_SOCKET, SO_LINGER, &reset,
				 sizeof(reset));
	if (connect(ask->source.fd, &to.any, len) < 0 && errno != EINPROGRESS)
		return errno;
	return 0;
}
