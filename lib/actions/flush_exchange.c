// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_exchange - requests to the kernel, and its refusals. */
#include <errno.h>
#include <string.h>

#include "actions/flush_internal.h"

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

void
bal_flush_tell(struct flushing *l, struct bal_nlmsg *m)
{
	if (l->failed)
		return;
	l->failed = bal_nl_queue(l->telling, m, 0, l->err) < 0;
	l->sent++;
}

int
bal_flush_tell_last(struct flushing *l)
{
	if (l->failed)
		return -1;
	return bal_nl_flush(l->telling, l->err);
}

/* Missing kernel support or privilege is reported once. */
void
bal_flush_warn(const char *what, int eno, const char *lack, bool *told)
{
	const bool lacking = eno == EINVAL || eno == ENOENT ||
			     eno == EOPNOTSUPP || eno == EAFNOSUPPORT ||
			     eno == EPROTONOSUPPORT;

	if (*told)
		return;
	bal_warn("%s: %s", what,
		 lacking ? lack : strerror(eno));
	*told = lacking || eno == EPERM || eno == EACCES;
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
	l->sent = l->refused = 0;
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
