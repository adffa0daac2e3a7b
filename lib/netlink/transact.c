// SPDX-License-Identifier: GPL-2.0-or-later
/* transact - many messages of netfilter that count as one, or not at all. */
#include "netlink/transact.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "netlink/internal.h"

#ifndef SO_SNDBUFFORCE
#define SO_SNDBUFFORCE 32
#endif

#define OVERHEAD 65536 /* what the kernel counts beside the bytes themselves */

/* The default holds 200 KB; a table for 250 uplinks has 300. */
static void
make_room(int fd, size_t len)
{
	const int size = (int)len + OVERHEAD;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size));
}

/* The one message of the datagram is kept if it is the first refusal. */
static void
note(const struct nlmsghdr *h, size_t got, uint32_t first, uint32_t n,
     struct bal_transacted *out)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (got < NLMSG_LENGTH(sizeof(*e)) || h->nlmsg_type != NLMSG_ERROR ||
	    h->nlmsg_seq - first >= n || e->error >= 0 || out->eno)
		return;
	out->eno = -e->error;
	out->type = e->msg.nlmsg_type;
	(void)bal_copy(out->why, sizeof(out->why), bal_nl_why(h));
}

int
bal_nl_transact(struct bal_nl *nl, void *bytes, size_t len,
		struct bal_transacted *out, struct bal_err *err)
{
	const uint32_t first = nl->seq + 1;
	uint32_t n;
	ssize_t got;

	*out = (struct bal_transacted){ 0 };
	bal_nl_number(nl, bytes, len);
	n = nl->seq - first + 1;
	make_room(nl->fd, len);
	if (bal_nl_send(nl, bytes, len, err) < 0)
		return -1;
	/*
	 * The kernel has answered before the sending returns.  Refusals alone
	 * are answered; of more than fit into the queue the first is here.
	 */
	for (uint32_t i = 0; i <= n; i++) {
		got = recv(nl->fd, nl->answer, sizeof(nl->answer),
			   MSG_DONTWAIT);
		if (got >= 0)
			note((const void *)nl->answer, (size_t)got, first, n,
			     out);
		else if (errno != EINTR && errno != ENOBUFS)
			break;
	}
	if (got < 0 && errno != EAGAIN)
		return bal_err_sys(err, errno, "cannot read from netlink");
	return 0;
}
