// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_exchange - requests to the kernel, and its refusals. */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "actions/flush_internal.h"

/* No more than bal_nl_queue() keeps: it must send none by itself. */
#define HELD_MAX 64

static void
note_refusal(size_t number, int eno, const char *why, void *arg)
{
	struct flushing *l = arg;

	(void)number;
	(void)why;
	l->refused++;
	if (eno != ENOENT && eno != ESTALE)
		l->why = eno;
}

/*
 * All that is held was found before it is asked whether the uplink is back: it
 * is older than a return that has not happened by then.
 */
static int
send_held(struct flushing *l)
{
	const unsigned n = l->held;

	l->held = 0;
	if (bal_flush_is_back(l)) {
		l->back = true;
		bal_nl_drop(l->telling);
		return 0;
	}
	l->sent += n;
	return bal_nl_flush(l->telling, l->err);
}

void
bal_flush_tell(struct flushing *l, struct bal_nlmsg *m)
{
	if (l->failed || l->back)
		return;
	l->failed = bal_nl_queue(l->telling, m, 0, l->err) < 0;
	if (!l->failed && ++l->held == HELD_MAX)
		l->failed = send_held(l) < 0;
}

int
bal_flush_tell_last(struct flushing *l)
{
	if (l->failed)
		return -1;
	return l->held ? send_held(l) : 0;
}

/* Missing kernel support or privilege is reported once. */
void
bal_flush_warn(const char *what, int eno, const char *lack, bool *warned)
{
	const bool lacking = eno == EINVAL || eno == ENOENT ||
			     eno == EOPNOTSUPP || eno == EAFNOSUPPORT ||
			     eno == EPROTONOSUPPORT;

	if (*warned)
		return;
	bal_warn("%s: %s", what,
		 lacking ? lack : strerror(eno));
	*warned = lacking || eno == EPERM || eno == EACCES;
}

/* Is it kernel support or privilege that is missing?  EINVAL: no such type. */
static bool
is_lack(int eno)
{
	return eno == EPERM || eno == EACCES || eno == EPROTONOSUPPORT ||
	       eno == EINVAL;
}

/*
 * Open both handles of @l, of netlink @protocol: 0; 1 without privilege or
 * kernel support; -1.
 */
int
bal_flush_open(struct flushing *l, int protocol)
{
	l->asking = bal_nl_open_proto(protocol, l->err);
	l->telling = l->asking ? bal_nl_open_proto(protocol, l->err) : NULL;
	if (!l->telling)
		return is_lack(l->err->sys) ? 1 : -1;
	bal_nl_on_failure(l->telling, note_refusal, l);
	l->sent = l->refused = l->held = 0;
	l->of_sockets = protocol == NETLINK_SOCK_DIAG;
	l->why = 0;
	l->failed = false;
	return 0;
}

void
bal_flush_close(struct flushing *l)
{
	bal_nl_close(l->asking);
	bal_nl_close(l->telling);
	l->asking = l->telling = NULL;
}

/* Dump, each answer to @fn: 0, 1 without kernel support or privilege, -1. */
int
bal_flush_ask(struct flushing *l, struct bal_nlmsg *m, bal_nl_fn *fn)
{
	int rc = bal_nl_dump(l->asking, m, fn, l, &l->n_ids, l->err);

	if (rc < 0)
		return is_lack(l->err->sys) ? 1 : -1;
	if (rc == BAL_DUMP_ABSENT) {
		l->err->sys = EOPNOTSUPP;
		return 1;
	}
	return 0;
}
