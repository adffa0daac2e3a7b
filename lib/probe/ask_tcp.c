// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_tcp - does the target accept a connection? */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "probe/ask_internal.h"

static int
start(struct bal_ask *ask, uint32_t *events)
{
	*events = EPOLLOUT;
	return bal_ask_connect(ask, SOCK_STREAM);
}

static enum bal_asked
ready(struct bal_ask *ask)
{
	int eno = bal_ask_connected(ask);

	if (eno == 0)
		return BAL_ASKED_GOOD;
	ask->error = eno == ECONNREFUSED ? 0 : eno;
	return eno == ECONNREFUSED ? bal_ask_bad(ask, "refused") :
				     bal_ask_bad(ask, "%s", strerror(eno));
}

const struct ask_kind bal_ask_tcp = { start, ready };
