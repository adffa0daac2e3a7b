// SPDX-License-Identifier: GPL-2.0-or-later
/* nl - the only file that speaks to libnetlink. */
#include "nl.h"

#include <errno.h>
#include <libnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl_parts.h"
#include "text.h"

#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

#define BATCH_MAX 64
#define BATCH_BYTES 30000 /* libnetlink asks for a send buffer of 32 KB */

/*
 * The kernel builds dump answers of at most 32 KB (netlink_recvmsg() caps
 * max_recvmsg_len), so this never truncates.
 */
#define ANSWER_BYTES 65536

struct bal_nl {
	struct rtnl_handle rth;
	bal_nl_failed_fn *failed;
	void *failed_arg;
	uint32_t first_seq; /* of the batch */
	size_t n;           /* messages in it */
	size_t numbers[BATCH_MAX];
	size_t used;
	struct nlmsghdr *last;
	char batch[BATCH_BYTES] __attribute__((aligned(8)));
	char answer[ANSWER_BYTES] __attribute__((aligned(8)));
};

/* libnetlink prints when it gets no socket: ask before it does. */
static int
check_protocol(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

struct bal_nl *
bal_nl_open_proto(int protocol, struct bal_err *err)
{
	struct bal_nl *nl = malloc(sizeof(*nl));
	int one = 1;

	if (!nl) {
		bal_err_nomem(err);
		return NULL;
	}
	memset(nl, 0, offsetof(struct bal_nl, batch));
	if (check_protocol(protocol) < 0 ||
	    rtnl_open_byproto(&nl->rth, 0, protocol) < 0) {
		int eno = errno;

		free(nl);
		bal_err_sys(err, eno, "cannot open a netlink socket");
		return NULL;
	}
	/* Refusals come back without the whole request behind them. */
	(void)setsockopt(nl->rth.fd, SOL_NETLINK, NETLINK_CAP_ACK, &one,
			 sizeof(one));
	return nl;
}

struct bal_nl *
bal_nl_open(struct bal_err *err)
{
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_ROUTE, err);

	if (nl)
		rtnl_set_strict_dump(&nl->rth);
	return nl;
}

void
bal_nl_close(struct bal_nl *nl)
{
	if (!nl)
		return;
	rtnl_close(&nl->rth);
	free(nl);
}

int
bal_nl_reopen(struct bal_nl *nl, struct bal_err *err)
{
	struct bal_nl *fresh = bal_nl_open(err);

	if (!fresh)
		return -1;
	rtnl_close(&nl->rth);
	nl->rth = fresh->rth;
	nl->n = nl->used = 0;
	free(fresh);
	return 0;
}

uint32_t
bal_nl_port(const struct bal_nl *nl)
{
	return nl->rth.local.nl_pid;
}

struct bal_nl_room
bal_nl_room(struct bal_nl *nl)
{
	_Static_assert(sizeof(nl->answer) >= BAL_NL_AT_ONCE * BAL_NL_SHORT,
		       "short answers need room");
	return (struct bal_nl_room){ nl->rth.fd, &nl->rth.seq, nl->answer };
}

void
bal_nlmsg_init(struct bal_nlmsg *m, int type, int flags, const void *hdr,
	       size_t len)
{
	memset(&m->h, 0, NLMSG_SPACE(len));
	m->h.nlmsg_len = NLMSG_LENGTH(len);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	m->overflow = false;
	memcpy(NLMSG_DATA(&m->h), hdr, len);
}

/* libnetlink prints when a message is full, so never let it come to that. */
static bool
fits(struct bal_nlmsg *m, size_t len)
{
	if (NLMSG_ALIGN(m->h.nlmsg_len) + RTA_SPACE(len) > sizeof(m->bytes))
		m->overflow = true;
	return !m->overflow;
}

void
bal_nlmsg_put(struct bal_nlmsg *m, int type, const void *data, size_t len)
{
	if (fits(m, len))
		addattr_l(&m->h, sizeof(m->bytes), type, data, len);
}

void
bal_nlmsg_put_u8(struct bal_nlmsg *m, int type, uint8_t value)
{
	bal_nlmsg_put(m, type, &value, sizeof(value));
}

void
bal_nlmsg_put_u16(struct bal_nlmsg *m, int type, uint16_t value)
{
	bal_nlmsg_put(m, type, &value, sizeof(value));
}

void
bal_nlmsg_put_u32(struct bal_nlmsg *m, int type, uint32_t value)
{
	bal_nlmsg_put(m, type, &value, sizeof(value));
}

void
bal_nlmsg_put_str(struct bal_nlmsg *m, int type, const char *text)
{
	bal_nlmsg_put(m, type, text, strlen(text) + 1);
}

struct rtattr *
bal_nlmsg_nest(struct bal_nlmsg *m, int type)
{
	return fits(m, 0) ? addattr_nest(&m->h, sizeof(m->bytes), type) : NULL;
}

void
bal_nlmsg_nest_end(struct bal_nlmsg *m, struct rtattr *nest)
{
	if (nest)
		addattr_nest_end(&m->h, nest);
}

void *
bal_nlmsg_raw(struct bal_nlmsg *m, const void *data, size_t len)
{
	char *at = (char *)&m->h + NLMSG_ALIGN(m->h.nlmsg_len);

	if (!fits(m, len))
		return NULL;
	addraw_l(&m->h, sizeof(m->bytes), data, len);
	return at;
}

void
bal_nl_parse(struct rtattr **tb, int max, const struct rtattr *rta, size_t len)
{
	parse_rtattr_flags(tb, max, (struct rtattr *)rta, len, NLA_F_NESTED);
}

uint32_t
bal_nl_u32(const struct rtattr *rta)
{
	uint32_t value = 0;

	if (rta && RTA_PAYLOAD(rta) >= sizeof(value))
		memcpy(&value, RTA_DATA(rta), sizeof(value));
	return value;
}

uint8_t
bal_nl_u8(const struct rtattr *rta)
{
	return rta && RTA_PAYLOAD(rta) >= 1 ? *(const uint8_t *)RTA_DATA(rta) :
					      0;
}

void
bal_nl_str(const struct rtattr *rta, char *buf, size_t size)
{
	size_t len = rta ? strnlen(RTA_DATA(rta), RTA_PAYLOAD(rta)) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, RTA_DATA(rta), len);
	buf[len] = '\0';
}

/* One datagram of answers: its length, or -1. */
static ssize_t
receive(struct bal_nl *nl, struct bal_err *err)
{
	struct sockaddr_nl from;
	struct iovec iov = { nl->answer, sizeof(nl->answer) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	do {
		len = recvmsg(nl->rth.fd, &msg, 0);
	} while ((len < 0 && errno == EINTR) || (len >= 0 && from.nl_pid != 0));
	if (len < 0)
		return bal_err_sys(err, errno, "cannot read from netlink");
	if (msg.msg_flags & MSG_TRUNC)
		return bal_err(err, BAL_ESYS, "a netlink answer was cut");
	return len;
}

/* The whole message at *@at of @got received bytes, *@at moved behind it. */
static const struct nlmsghdr *
next_message(const struct bal_nl *nl, size_t got, size_t *at)
{
	const struct nlmsghdr *h = (const void *)(nl->answer + *at);

	if (*at > got || got - *at < sizeof(*h) ||
	    h->nlmsg_len < sizeof(*h) || h->nlmsg_len > got - *at)
		return NULL;
	*at += NLMSG_ALIGN(h->nlmsg_len);
	return h;
}

static int
send_all(struct bal_nl *nl, const void *buf, size_t len, struct bal_err *err)
{
	ssize_t sent;

	do {
		sent = send(nl->rth.fd, buf, len, 0);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return bal_err_sys(err, errno, "cannot write to netlink");
	return 0;
}

/* The errno in an NLMSG_ERROR or NLMSG_DONE, 0 for an ack. */
static int
answer_errno(const struct nlmsghdr *h)
{
	int value = 0;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(value)))
		memcpy(&value, NLMSG_DATA(h), sizeof(value));
	return value < 0 ? -value : 0;
}

static bool
is_absence(int eno)
{
	return eno == ENOENT || eno == EOPNOTSUPP || eno == EAFNOSUPPORT;
}

static int
dump_end(int eno, bool interrupted, struct bal_err *err)
{
	if (is_absence(eno))
		return BAL_DUMP_ABSENT;
	if (eno)
		return bal_err_sys(err, eno, "cannot dump from the kernel");
	return interrupted ? BAL_DUMP_CHANGED : BAL_DUMP_DONE;
}

int
bal_nl_dump(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn, void *arg,
	    struct bal_err *err)
{
	bool interrupted = false;

	req->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req->h.nlmsg_seq = ++nl->rth.seq;
	if (send_all(nl, &req->h, req->h.nlmsg_len, err) < 0)
		return -1;
	for (;;) {
		ssize_t got = receive(nl, err);
		const struct nlmsghdr *h;
		size_t at = 0;

		if (got < 0)
			return -1;
		while ((h = next_message(nl, (size_t)got, &at))) {
			if (h->nlmsg_seq != nl->rth.seq)
				continue;
			if (h->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (h->nlmsg_type == NLMSG_DONE ||
			    h->nlmsg_type == NLMSG_ERROR) {
				int eno = answer_errno(h);

				return dump_end(eno, interrupted, err);
			}
			fn(h, arg);
		}
	}
}

int
bal_nl_get(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn, void *arg,
	   struct bal_err *err)
{
	req->h.nlmsg_seq = ++nl->rth.seq;
	if (send_all(nl, &req->h, req->h.nlmsg_len, err) < 0)
		return -1;
	for (;;) {
		ssize_t got = receive(nl, err);
		const struct nlmsghdr *h;
		size_t at = 0;

		if (got < 0)
			return -1;
		while ((h = next_message(nl, (size_t)got, &at))) {
			if (h->nlmsg_seq != nl->rth.seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR)
				return 1;
			fn(h, arg);
			return 0;
		}
	}
}

void
bal_nl_on_failure(struct bal_nl *nl, bal_nl_failed_fn *failed, void *arg)
{
	nl->failed = failed;
	nl->failed_arg = arg;
}

/* nl_dump_ext_ack() hands the text to a function without an argument. */
static char ext_ack_text[128];

static int
keep_ext_ack(const char *text, uint32_t off, const struct nlmsghdr *inner)
{
	(void)off;
	(void)inner;
	if (text)
		(void)bal_copy(ext_ack_text, sizeof(ext_ack_text), text);
	return 1;
}

static void
tell_failure(struct bal_nl *nl, const struct nlmsghdr *h, int eno)
{
	uint32_t at = h->nlmsg_seq - nl->first_seq;

	if (at >= nl->n || !nl->failed)
		return;
	ext_ack_text[0] = '\0';
	nl_dump_ext_ack(h, keep_ext_ack);
	nl->failed(nl->numbers[at], eno, ext_ack_text, nl->failed_arg);
}

int
bal_nl_flush(struct bal_nl *nl, struct bal_err *err)
{
	if (nl->n == 0)
		return 0;
	/*
	 * The kernel goes through the whole batch whatever fails in it, and
	 * always tells of failures: one ack, for the last, is enough.
	 */
	nl->last->nlmsg_flags |= NLM_F_ACK;
	if (send_all(nl, nl->batch, nl->used, err) < 0)
		return -1;
	for (bool done = false; !done;) {
		ssize_t got = receive(nl, err);
		const struct nlmsghdr *h;
		size_t at = 0;

		if (got < 0)
			return -1;
		while ((h = next_message(nl, (size_t)got, &at))) {
			int eno = answer_errno(h);

			if (h->nlmsg_type != NLMSG_ERROR ||
			    h->nlmsg_seq - nl->first_seq >= nl->n)
				continue;
			if (eno)
				tell_failure(nl, h, eno);
			if (h->nlmsg_seq == nl->rth.seq)
				done = true;
		}
	}
	nl->n = 0;
	nl->used = 0;
	return 0;
}

int
bal_nl_queue(struct bal_nl *nl, struct bal_nlmsg *req, size_t number,
	     struct bal_err *err)
{
	size_t len = NLMSG_ALIGN(req->h.nlmsg_len);

	if (req->overflow)
		return bal_err(err, BAL_ESYS, "a netlink request is too long");
	if ((nl->n == BATCH_MAX || nl->used + len > sizeof(nl->batch)) &&
	    bal_nl_flush(nl, err) < 0)
		return -1;
	req->h.nlmsg_seq = ++nl->rth.seq;
	if (nl->n == 0)
		nl->first_seq = req->h.nlmsg_seq;
	nl->numbers[nl->n++] = number;
	nl->last = (struct nlmsghdr *)(nl->batch + nl->used);
	memset((char *)nl->last + len - NLMSG_ALIGNTO, 0, NLMSG_ALIGNTO);
	memcpy(nl->last, &req->h, req->h.nlmsg_len);
	nl->used += len;
	return 0;
}
