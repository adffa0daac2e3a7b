// SPDX-License-Identifier: GPL-2.0-or-later
/* nl_ask - many small questions at once: two system calls for all of them. */
#include <errno.h>
#include <sys/socket.h>

#include "netlink/internal.h"

/* Answers, and who sent them; their bytes are in slots of the socket's room. */
struct answers {
	struct mmsghdr msgs[BAL_NL_AT_ONCE];
	struct iovec iovs[BAL_NL_AT_ONCE];
	struct sockaddr_nl from[BAL_NL_AT_ONCE];
};

/* Some of those that wait, @want at most: their number, 0 for none, or -1. */
static int
receive(struct bal_nl *nl, uint32_t want, struct answers *a,
	struct bal_err *err)
{
	int got = -1;

	_Static_assert(sizeof(nl->answer) >= BAL_NL_AT_ONCE * BAL_NL_SHORT,
		       "short answers need room");
	if (want > BAL_NL_AT_ONCE)
		want = BAL_NL_AT_ONCE;
	for (uint32_t i = 0; i < want; i++) {
		a->iovs[i].iov_base = nl->answer + (size_t)i * BAL_NL_SHORT;
		a->iovs[i].iov_len = BAL_NL_SHORT;
		a->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &a->from[i],
			.msg_namelen = sizeof(a->from[i]),
			.msg_iov = &a->iovs[i],
			.msg_iovlen = 1,
		};
	}
	errno = EINTR;
	for (int i = 0; i < BAL_NL_TRIES && got < 0 && errno == EINTR; i++)
		got = recvmmsg(nl->fd, a->msgs, want, MSG_DONTWAIT, NULL);
	/* What was lost in a queue that overflowed has no answer. */
	if (got < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return 0;
	if (got < 0)
		return bal_err_sys(err, errno, "cannot read from netlink");
	return got;
}

/* The one in @slot, if it is whole and the kernel's. */
static const struct nlmsghdr *
answer(const struct answers *a, int slot)
{
	const struct mmsghdr *m = &a->msgs[slot];
	const struct nlmsghdr *h = m->msg_hdr.msg_iov->iov_base;

	if (m->msg_hdr.msg_flags & MSG_TRUNC || a->from[slot].nl_pid != 0 ||
	    m->msg_len < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > m->msg_len)
		return NULL;
	return h;
}

int
bal_nl_ask(struct bal_nl *nl, const struct bal_nl_questions *questions,
	   bal_nl_fn *fn, void *arg, struct bal_err *err)
{
	const uint32_t first = nl->seq + 1;
	struct answers a;
	uint32_t n;
	int got = 1;

	bal_nl_number(nl, questions->first, questions->len);
	n = nl->seq - first + 1;
	if (bal_nl_send(nl, questions->first, questions->len, err) < 0)
		return -1;
	/* The kernel has answered all of them before the sending returns. */
	for (uint32_t left = n; left && got > 0;) {
		got = receive(nl, left, &a, err);
		for (int i = 0; i < got; i++) {
			const struct nlmsghdr *h = answer(&a, i);

			/* What is left from before answers nobody. */
			if (!h || h->nlmsg_seq - first >= n)
				continue;
			left--;
			if (h->nlmsg_type != NLMSG_ERROR)
				fn(h, arg);
		}
	}
	return got < 0 ? -1 : 0;
}
