// SPDX-License-Identifier: GPL-2.0-or-later
/* nl - sockets and messages; the only file that calls libnetlink. */
#include "netlink/nl.h"

#include <errno.h>
#include <libnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/internal.h"
#include "base/text.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

/* libnetlink prints when it gets no socket: so try before. */
static int
check_protocol(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/*
 * The kernel has answered before send() returns, and prepares the next part of
 * a dump while one is read, so that any wait at all means a lost answer.  A
 * second is a margin; the loop of --watch stands still meanwhile.
 */
#define ANSWER_S 1

/* 0, or -1 with errno and the socket closed. */
static int
set_up(struct rtnl_handle *rth)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	int one = 1, eno;

	/* Errors come back without the whole request. */
	(void)setsockopt(rth->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one,
			 sizeof(one));
	if (rth->proto == NETLINK_ROUTE)
		rtnl_set_strict_dump(rth);
	if (setsockopt(rth->fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
		       sizeof(limit)) == 0)
		return 0;
	eno = errno;
	rtnl_close(rth);
	errno = eno;
	return -1;
}

struct bal_nl *
bal_nl_open_proto(int protocol, struct bal_err *err)
{
	struct bal_nl *nl = malloc(sizeof(*nl));
	struct rtnl_handle rth;

	if (!nl) {
		bal_err_nomem(err);
		return NULL;
	}
	if (check_protocol(protocol) < 0 ||
	    rtnl_open_byproto(&rth, 0, protocol) < 0 || set_up(&rth) < 0) {
		int eno = errno;

		free(nl);
		bal_err_sys(err, eno, "cannot open a netlink socket");
		return NULL;
	}
	memset(nl, 0, offsetof(struct bal_nl, batch));
	nl->fd = rth.fd;
	nl->port = rth.local.nl_pid;
	nl->seq = rth.seq;
	return nl;
}

struct bal_nl *
bal_nl_open(struct bal_err *err)
{
	return bal_nl_open_proto(NETLINK_ROUTE, err);
}

void
bal_nl_close(struct bal_nl *nl)
{
	if (!nl)
		return;
	close(nl->fd);
	free(nl);
}

int
bal_nl_reopen(struct bal_nl *nl, struct bal_err *err)
{
	struct bal_nl *fresh = bal_nl_open(err);

	if (!fresh)
		return -1;
	close(nl->fd);
	nl->fd = fresh->fd;
	nl->port = fresh->port;
	nl->seq = fresh->seq;
	nl->unread = false;
	nl->n = nl->used = 0;
	free(fresh);
	return 0;
}

uint32_t
bal_nl_port(const struct bal_nl *nl)
{
	return nl->port;
}

uint64_t
bal_nl_namespace(const struct bal_nl *nl)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return getsockopt(nl->fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) ?
		       0 :
		       cookie;
}

void
bal_nlmsg_init(struct bal_nlmsg *m, int type, int flags, const void *hdr,
	       size_t len)
{
	memset(&m->h, 0, NLMSG_SPACE(len));
	m->h.nlmsg_len = NLMSG_LENGTH(len);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	m->head = len;
	m->overflow = false;
	memcpy(NLMSG_DATA(&m->h), hdr, len);
}

/* libnetlink prints when a message is full, so check before. */
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

bool
bal_nl_only(const struct rtattr *rta, size_t len, uint64_t known)
{
	int left = (int)len;

	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left)) {
		const unsigned type = rta->rta_type & NLA_TYPE_MASK;

		if (type >= 64 || !(known >> type & 1))
			return false;
	}
	return true;
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

/* nl_dump_ext_ack() passes the text to a function without an argument. */
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

const char *
bal_nl_why(const struct nlmsghdr *h)
{
	ext_ack_text[0] = '\0';
	nl_dump_ext_ack(h, keep_ext_ack);
	return ext_ack_text;
}
