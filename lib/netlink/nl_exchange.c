// SPDX-License-Identifier: GPL-2.0-or-later
/* nl_exchange - requests and their answers: dumps, questions, batches. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"

/* Parts of a dump, 32 KB each, that are discarded at most. */
#define DRAIN_MAX 4096

#define DUMPS_MAX 10 /* retries of a dump that was interrupted */

static int
fail_cut(struct bal_err *err)
{
	return bal_err(err, BAL_ESYS, "a netlink answer was cut");
}

void
bal_nl_number(struct bal_nl *nl, void *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		struct nlmsghdr *h = (void *)((char *)bytes + at);

		h->nlmsg_seq = ++nl->seq;
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
}

/*
 * Discard what a failed exchange left: the kernel refuses another dump until
 * the rest of the old one has been read.
 */
static void
drain(struct bal_nl *nl)
{
	for (int i = 0; i < DRAIN_MAX && nl->unread; i++)
		if (recv(nl->fd, NULL, 0, MSG_DONTWAIT) < 0 &&
		    errno != ENOBUFS && errno != EINTR) {
			nl->unread = errno != EAGAIN;
			return;
		}
}

int
bal_nl_send(struct bal_nl *nl, const void *buf, size_t len, struct bal_err *err)
{
	ssize_t sent = -1;

	drain(nl);
	errno = EINTR;
	for (int i = 0; i < BAL_NL_TRIES && sent < 0 && errno == EINTR; i++)
		sent = send(nl->fd, buf, len, 0);
	if (sent < 0)
		return bal_err_sys(err, errno, "cannot write to netlink");
	if ((size_t)sent != len)
		return bal_err(err, BAL_ESYS, "a netlink request was cut");
	return 0;
}

/* One datagram of the kernel: its length, or -1. */
static ssize_t
receive(struct bal_nl *nl, struct bal_err *err)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { nl->answer, sizeof(nl->answer) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len = -1;

	errno = EINTR;
	for (int i = 0; i < BAL_NL_TRIES; i++) {
		len = recvmsg(nl->fd, &msg, 0);
		if (len < 0 ? errno != EINTR : from.nl_pid == 0)
			break;
	}
	if (len < 0 && errno == EAGAIN)
		return bal_err(err, BAL_ESYS, "no answer from the kernel");
	if (len < 0)
		return bal_err_sys(err, errno, "cannot read from netlink");
	if (msg.msg_flags & MSG_TRUNC || from.nl_pid != 0)
		return fail_cut(err);
	return len;
}

/* Is it as long as its header claims?  @head: the fixed part of an answer. */
static bool
is_whole(const struct nlmsghdr *h, size_t left, size_t head)
{
	if (left < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > left)
		return false;
	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
		head = sizeof(int);
	return h->nlmsg_len >= NLMSG_LENGTH(head);
}

/* Handles one answer.  0: more to come; else the end, -1 a bad one. */
typedef int each_fn(struct bal_nl *nl, const struct nlmsghdr *h, void *arg,
		    struct bal_err *err);

/* Requests as they are sent; their last sequence number is the socket's. */
struct requests {
	const void *bytes;
	size_t len;
	uint32_t n;
	size_t head; /* of each answer */
};

static int
read_answers(struct bal_nl *nl, const struct requests *reqs, each_fn *each,
	     void *arg, struct bal_err *err)
{
	const uint32_t first = nl->seq - reqs->n + 1;

	for (;;) {
		const ssize_t got = receive(nl, err);
		const struct nlmsghdr *h;

		if (got < 0)
			return -1;
		if (got == 0)
			return fail_cut(err);
		for (size_t at = 0; at < (size_t)got;
		     at += NLMSG_ALIGN(h->nlmsg_len)) {
			int rc;

			h = (const void *)(nl->answer + at);
			if (!is_whole(h, (size_t)got - at, 0))
				return fail_cut(err);
			/* An answer to an earlier request. */
			if (h->nlmsg_seq - first >= reqs->n)
				continue;
			if (!is_whole(h, (size_t)got - at, reqs->head))
				return fail_cut(err);
			rc = each(nl, h, arg, err);
			if (rc != 0)
				return rc;
		}
	}
}

/* Send, and read until @each reports the last answer; returns its result. */
static int
exchange(struct bal_nl *nl, const struct requests *reqs, each_fn *each,
	 void *arg, struct bal_err *err)
{
	int rc;

	if (bal_nl_send(nl, reqs->bytes, reqs->len, err) < 0)
		return -1;
	rc = read_answers(nl, reqs, each, arg, err);
	nl->unread = rc < 0;
	return rc;
}

/* The errno in an NLMSG_ERROR or NLMSG_DONE, 0 for an ack. */
static int
answer_errno(const struct nlmsghdr *h)
{
	int value;

	memcpy(&value, NLMSG_DATA(h), sizeof(value));
	return value < 0 ? -value : 0;
}

/* The receiver of the answers to one request, and the result. */
struct asked {
	bal_nl_fn *fn;
	void *arg;
	bool interrupted; /* the answers may be inconsistent */
	int outcome;	  /* of the function that asked */
};

static int
exchange_one(struct bal_nl *nl, struct bal_nlmsg *req, each_fn *each,
	     struct asked *asked, struct bal_err *err)
{
	const struct requests reqs = { &req->h, req->h.nlmsg_len, 1,
				       req->head };

	req->h.nlmsg_seq = ++nl->seq;
	return exchange(nl, &reqs, each, asked, err) < 0 ? -1 : asked->outcome;
}

static bool
is_absence(int eno)
{
	return eno == ENOENT || eno == EOPNOTSUPP || eno == EAFNOSUPPORT;
}

static int
on_dumped(struct bal_nl *nl, const struct nlmsghdr *h, void *arg,
	  struct bal_err *err)
{
	struct asked *asked = arg;
	int eno;

	(void)nl;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		asked->interrupted = true;
	if (h->nlmsg_type != NLMSG_DONE && h->nlmsg_type != NLMSG_ERROR) {
		asked->fn(h, asked->arg);
		return 0;
	}
	eno = answer_errno(h);
	if (eno && !is_absence(eno))
		return bal_err_sys(err, eno, "cannot dump from the kernel");
	asked->outcome = eno ? BAL_DUMP_ABSENT : BAL_DUMP_DONE;
	return 1;
}

int
bal_nl_dump(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn, void *arg,
	    size_t *n, struct bal_err *err)
{
	const size_t before = *n;

	req->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (int i = 0; i < DUMPS_MAX; i++) {
		struct asked asked = { .fn = fn, .arg = arg };
		int rc = exchange_one(nl, req, on_dumped, &asked, err);

		if (rc < 0 || !asked.interrupted)
			return rc;
		*n = before;
	}
	return bal_err(err, BAL_EBUSY,
		       "the kernel's routes change faster than they can be "
		       "read");
}

/* The kernel could not answer: neither yes nor no. */
static bool
is_shortage(int eno)
{
	return eno == ENOMEM || eno == ENOBUFS || eno == EAGAIN ||
	       eno == EBUSY || eno == EINTR;
}

static int
on_answer(struct bal_nl *nl, const struct nlmsghdr *h, void *arg,
	  struct bal_err *err)
{
	struct asked *asked = arg;

	(void)nl;
	if (h->nlmsg_type != NLMSG_ERROR) {
		asked->fn(h, asked->arg);
		return 1;
	}
	if (is_shortage(answer_errno(h)))
		return bal_err_sys(err, answer_errno(h),
				   "cannot ask the kernel");
	asked->outcome = answer_errno(h) == EHOSTUNREACH ? BAL_NL_UNREACHABLE : 1;
	return 1;
}

int
bal_nl_get(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn, void *arg,
	   struct bal_err *err)
{
	struct asked asked = { .fn = fn, .arg = arg };

	return exchange_one(nl, req, on_answer, &asked, err);
}

void
bal_nl_on_failure(struct bal_nl *nl, bal_nl_failed_fn *failed, void *arg)
{
	nl->failed = failed;
	nl->failed_arg = arg;
}

static int
on_change(struct bal_nl *nl, const struct nlmsghdr *h, void *arg,
	  struct bal_err *err)
{
	/* read_answers() lets only those of the batch through. */
	const uint32_t at = *(const size_t *)arg - 1 - (nl->seq - h->nlmsg_seq);
	int eno;

	(void)err;
	if (h->nlmsg_type != NLMSG_ERROR)
		return 0;
	eno = answer_errno(h);
	if (eno && nl->failed)
		nl->failed(nl->numbers[at], eno, bal_nl_why(h), nl->failed_arg);
	return h->nlmsg_seq == nl->seq;
}

static void
empty_batch(struct bal_nl *nl)
{
	nl->n = 0;
	nl->used = 0;
}

int
bal_nl_flush(struct bal_nl *nl, struct bal_err *err)
{
	size_t n = nl->n;
	const struct requests reqs = { nl->batch, nl->used, (uint32_t)n, 0 };

	if (n == 0)
		return 0;
	bal_nl_number(nl, nl->batch, nl->used);
	/*
	 * The kernel processes the whole batch whatever fails in it, and
	 * reports every failure: one ack, for the last, is enough.
	 */
	nl->last->nlmsg_flags |= NLM_F_ACK;
	/* However this ends, the batch is not sent again. */
	empty_batch(nl);
	return exchange(nl, &reqs, on_change, &n, err) < 0 ? -1 : 0;
}

void
bal_nl_drop(struct bal_nl *nl)
{
	empty_batch(nl);
}

int
bal_nl_queue(struct bal_nl *nl, struct bal_nlmsg *req, size_t number,
	     struct bal_err *err)
{
	size_t len = NLMSG_ALIGN(req->h.nlmsg_len);

	if (req->overflow) {
		empty_batch(nl);
		return bal_err(err, BAL_ESYS, "a netlink request is too long");
	}
	if ((nl->n == BAL_NL_BATCH_MAX || nl->used + len > sizeof(nl->batch)) &&
	    bal_nl_flush(nl, err) < 0)
		return -1;
	nl->numbers[nl->n++] = number;
	nl->last = (struct nlmsghdr *)(nl->batch + nl->used);
	memset((char *)nl->last + len - NLMSG_ALIGNTO, 0, NLMSG_ALIGNTO);
	memcpy(nl->last, &req->h, req->h.nlmsg_len);
	nl->used += len;
	return 0;
}
