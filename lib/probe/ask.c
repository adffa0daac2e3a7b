// SPDX-License-Identifier: GPL-2.0-or-later
/* ask - one question of any kind but ICMP: begun, waited for, ended. */
#include "probe/ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "probe/ask_internal.h"

static const struct ask_kind *
kind_of(const struct bal_ask *ask)
{
	switch (ask->target.kind) {
	case BAL_TARGET_TCP:
		return &bal_ask_tcp;
	case BAL_TARGET_DNS:
		return &bal_ask_dns;
	case BAL_TARGET_HTTP:
		return &bal_ask_http;
	case BAL_TARGET_ARP:
		return &bal_ask_arp;
	case BAL_TARGET_EXEC:
		return &bal_ask_exec;
	case BAL_TARGET_ICMP:
		break;
	}
	return NULL;
}

static void
on_ready(struct bal_source *source, uint32_t events)
{
	struct bal_ask *ask = (struct bal_ask *)source;

	(void)events;
	ask->asked = kind_of(ask)->ready(ask);
	if (ask->asked == BAL_ASKED_WAIT)
		return;
	bal_loop_del(ask->loop, &ask->source);
	ask->done(ask, ask->arg);
}

bool
bal_ask_shortage(int eno)
{
	return eno == EMFILE || eno == ENFILE || eno == ENOMEM ||
	       eno == ENOBUFS || eno == ENOSPC || eno == EAGAIN;
}

static int
refuse(struct bal_ask *ask, int eno, struct bal_err *err)
{
	bal_ask_stop(ask);
	if (bal_ask_shortage(eno))
		return bal_err_sys(err, eno, "cannot ask through %s",
				   ask->way.dev);
	ask->asked = BAL_ASKED_BAD;
	ask->error = eno;
	if (!ask->why[0])
		bal_ask_bad(ask, "%s", strerror(eno));
	return 0;
}

int
bal_ask_start(struct bal_ask *ask, struct bal_loop *loop,
	      const struct bal_target *target, const struct bal_ask_way *way,
	      struct bal_err *err)
{
	uint32_t events = EPOLLIN;
	int eno;

	*ask = (struct bal_ask){
		.source = { .fd = -1, .ready = on_ready },
		.target = *target,
		.way = *way,
		.done = ask->done,
		.arg = ask->arg,
		.loop = loop,
	};
	if (!kind_of(ask))
		return bal_err(err, BAL_ESYS,
			       "that is no question for a socket");
	if (getrandom(ask->token, sizeof(ask->token), 0) < 0)
		return bal_err_sys(err, errno, "cannot get random bytes");
	eno = kind_of(ask)->start(ask, &events);
	if (eno)
		return refuse(ask, eno, err);
	if (bal_loop_add(loop, &ask->source, events, err) == 0)
		return 0;
	bal_ask_stop(ask);
	return -1;
}

void
bal_ask_stop(struct bal_ask *ask)
{
	if (!ask->loop)
		return;
	if (ask->source.fd >= 0 && ask->asked == BAL_ASKED_WAIT)
		bal_loop_del(ask->loop, &ask->source);
	/* A command has the descriptor of its child instead. */
	if (ask->target.kind == BAL_TARGET_EXEC)
		bal_child_stop(&ask->child);
	else if (ask->source.fd >= 0)
		close(ask->source.fd);
	ask->source.fd = -1;
	ask->loop = NULL;
}
