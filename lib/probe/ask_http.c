// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_http - is that page as expected?  A captive portal's is not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "probe/ask_internal.h"

#define HTTP_PORT 80
#define READ_MAX 65536 /* of the head, and of the body */

enum phase { CONNECTING, STATUS, HEAD, BODY };

static int
start(struct bal_ask *ask, uint32_t *events)
{
	*events = EPOLLOUT;
	ask->phase = CONNECTING;
	return bal_ask_connect(ask, SOCK_STREAM);
}

/* "192.0.2.1:8080", "[2001:db8::1]", unless http_host is set. */
static const char *
host_of(const struct bal_ask *ask, char *buf, size_t size)
{
	const bool six = ask->target.addr.family == AF_INET6;
	char addr[BAL_ADDR_STRLEN];
	int len;

	if (ask->way.http_host[0])
		return ask->way.http_host;
	len = snprintf(buf, size, six ? "[%s]" : "%s",
		       bal_addr_host_str(&ask->target.addr, addr));
	if (ask->target.port != HTTP_PORT)
		snprintf(buf + len, size - (size_t)len, ":%u",
			 ask->target.port);
	return buf;
}

static int
send_request(struct bal_ask *ask)
{
	char host[BAL_ADDR_STRLEN + 10], request[512];
	const char *path = ask->target.text;
	ssize_t sent;
	int len;

	len = snprintf(
		request, sizeof(request),
		"GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: bal-check\r\n"
		"Accept: */*\r\nConnection: close\r\n\r\n",
		path[0] ? path : "/", host_of(ask, host, sizeof(host)));
	sent = send(ask->source.fd, request, (size_t)len, MSG_NOSIGNAL);
	if (sent != len)
		return sent < 0 ? errno : EMSGSIZE;
	ask->phase = STATUS;
	return bal_loop_change(ask->loop, &ask->source, EPOLLIN);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1.1 204 No Content" */
static enum bal_asked
judge_status(struct bal_ask *ask)
{
	const char *line = ask->buf, *status = line + strlen("HTTP/1.1 ");
	unsigned number = 0;

	if (ask->n < strlen("HTTP/1.1 200"))
		return memchr(line, '\n', ask->n) ?
			       bal_ask_bad(ask, "no HTTP answer") :
			       BAL_ASKED_WAIT;
	if (memcmp(line, "HTTP/1.", strlen("HTTP/1.")) != 0 ||
	    status[-1] != ' ')
		return bal_ask_bad(ask, "no HTTP answer");
	for (int i = 0; i < 3; i++) {
		if (!is_digit(status[i]))
			return bal_ask_bad(ask, "no HTTP answer");
		number = number * 10 + (unsigned)(status[i] - '0');
	}
	if (number != ask->target.status)
		return bal_ask_bad(ask, "HTTP status %u", number);
	ask->phase = HEAD;
	return ask->way.http_expect[0] ? BAL_ASKED_WAIT : BAL_ASKED_GOOD;
}

/* Keep a tail that may be the start of the expected text. */
static void
keep_tail(struct bal_ask *ask, size_t tail)
{
	if (ask->n <= tail)
		return;
	memmove(ask->buf, ask->buf + ask->n - tail, tail);
	ask->n = (uint32_t)tail;
}

static enum bal_asked
search_body(struct bal_ask *ask)
{
	const size_t len = strlen(ask->way.http_expect);

	if (memmem(ask->buf, ask->n, ask->way.http_expect, len))
		return BAL_ASKED_GOOD;
	keep_tail(ask, len - 1);
	return BAL_ASKED_WAIT;
}

/* Skip the head; the rest is the start of the body. */
static void
skip_head(struct bal_ask *ask)
{
	static const char end[] = "\r\n\r\n";
	const size_t len = strlen(end);
	char *body = memmem(ask->buf, ask->n, end, len);

	if (!body) {
		keep_tail(ask, len - 1);
		return;
	}
	body += len;
	ask->n -= (uint32_t)(body - ask->buf);
	memmove(ask->buf, body, ask->n);
	ask->phase = BODY;
	ask->seen = ask->n;
}

static enum bal_asked
judge(struct bal_ask *ask)
{
	enum bal_asked asked = BAL_ASKED_WAIT;

	if (ask->phase == STATUS)
		asked = judge_status(ask);
	if (asked == BAL_ASKED_WAIT && ask->phase == HEAD)
		skip_head(ask);
	if (asked == BAL_ASKED_WAIT && ask->phase == BODY)
		asked = search_body(ask);
	if (asked == BAL_ASKED_WAIT && ask->seen >= READ_MAX)
		return bal_ask_bad(ask, ask->phase == BODY ?
						"HTTP: another body" :
						"HTTP: endless head");
	return asked;
}

static enum bal_asked
fail(struct bal_ask *ask, int eno)
{
	ask->error = eno;
	return bal_ask_bad(ask, "%s", strerror(eno));
}

static enum bal_asked
read_more(struct bal_ask *ask)
{
	const size_t left = READ_MAX - ask->seen;
	const size_t room = sizeof(ask->buf) - ask->n;
	ssize_t len = recv(ask->source.fd, ask->buf + ask->n,
			   room < left ? room : left, 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return BAL_ASKED_WAIT;
	if (len < 0 && errno != ECONNRESET)
		return fail(ask, errno);
	if (len <= 0)
		return bal_ask_bad(ask, ask->phase == STATUS ?
						"no HTTP answer" :
						"HTTP: another body");
	ask->n += (uint32_t)len;
	ask->seen += (uint32_t)len;
	return judge(ask);
}

static enum bal_asked
ready(struct bal_ask *ask)
{
	int eno;

	if (ask->phase != CONNECTING)
		return read_more(ask);
	eno = bal_ask_connected(ask);
	if (eno == 0)
		eno = send_request(ask);
	if (eno == ECONNREFUSED)
		return bal_ask_bad(ask, "refused");
	return eno ? fail(ask, eno) : BAL_ASKED_WAIT;
}

const struct ask_kind bal_ask_http = { start, ready };
