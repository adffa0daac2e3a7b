// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_dns - does the server resolve a name to an address (RFC 1035)? */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "probe/ask_internal.h"

#define HEADER 12
#define TYPE_A 1
#define CLASS_IN 1
#define FLAG_ANSWER 0x80 /* of the third byte */
#define OPCODE 0x78
#define FLAG_RECURSE 0x01
#define RCODE 0x0f /* of the fourth */
#define POINTER 0xc0
#define ANSWER_MAX 1232 /* fits into a packet on any path */

/* "www.example.net" as labels; their length, 0: not a name. */
static size_t
put_name(uint8_t *out, size_t room, const char *name)
{
	size_t at = 0;

	while (*name) {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > 63 || at + len + 2 > room)
			return 0;
		out[at++] = (uint8_t)len;
		memcpy(out + at, name, len);
		at += len;
		name += len;
		if (*name == '.')
			name++;
	}
	if (at == 0)
		return 0;
	out[at++] = 0;
	return at;
}

/* The question behind the header: name, type A, class IN. */
static size_t
put_question(struct bal_ask *ask, uint8_t *out, size_t room)
{
	static const uint8_t tail[] = { 0, TYPE_A, 0, CLASS_IN };
	size_t len = put_name(out, room - sizeof(tail), ask->target.text);

	if (!len)
		return 0;
	memcpy(out + len, tail, sizeof(tail));
	return len + sizeof(tail);
}

static int
start(struct bal_ask *ask, uint32_t *events)
{
	uint8_t *packet = (uint8_t *)ask->buf;
	size_t len;
	int eno;

	(void)events;
	memset(packet, 0, HEADER);
	memcpy(packet, ask->token, 2);
	packet[2] = FLAG_RECURSE;
	packet[5] = 1;
	len = put_question(ask, packet + HEADER, sizeof(ask->buf) - HEADER);
	if (!len) {
		bal_ask_bad(ask, "no name to ask for");
		return EINVAL;
	}
	ask->n = (uint32_t)(HEADER + len);
	eno = bal_ask_connect(ask, SOCK_DGRAM);
	if (eno)
		return eno;
	return send(ask->source.fd, packet, ask->n, MSG_NOSIGNAL) < 0 ? errno :
									0;
}

/* The offset after the name at @at; 0: malformed.  A pointer ends a name. */
static size_t
skip_name(const uint8_t *m, size_t len, size_t at)
{
	while (at < len) {
		if ((m[at] & POINTER) == POINTER)
			return at + 2 <= len ? at + 2 : 0;
		if (m[at] == 0)
			return at + 1;
		at += m[at] + 1u;
	}
	return 0;
}

static unsigned
u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/*
 * An A record among @n, the expected one if there is one.  Its owner does not
 * matter: the name, or the end of its aliases.  So no name has to be read, and
 * no pointer followed, which might form a loop.
 */
static enum bal_asked
look_for_address(struct bal_ask *ask, const uint8_t *m, size_t len, size_t at,
		 unsigned n)
{
	const bool any = bal_addr_none(&ask->target.expect);
	bool seen = false;

	for (; n; n--) {
		size_t data;

		at = skip_name(m, len, at);
		if (!at || len - at < 10)
			break;
		data = at + 10;
		if (u16(m + at + 8) > len - data)
			break;
		if (u16(m + at) == TYPE_A && u16(m + at + 2) == CLASS_IN &&
		    u16(m + at + 8) == 4) {
			seen = true;
			ask->found = bal_addr_raw(AF_INET, m + data, 4, 32);
			if (any ||
			    memcmp(m + data, ask->target.expect.bytes, 4) == 0)
				return BAL_ASKED_GOOD;
		}
		at = data + u16(m + at + 8);
	}
	return bal_ask_bad(ask,
			   seen ? "DNS: another address" : "DNS: no address");
}

enum bal_asked
bal_ask_dns_judge(struct bal_ask *ask, const uint8_t *m, size_t len)
{
	const uint8_t *asked = (const uint8_t *)ask->buf;

	/* Not to this question: a late answer, or a forged one. */
	if (len < ask->n || memcmp(m, asked, 2) != 0 ||
	    (m[2] & (FLAG_ANSWER | OPCODE)) != FLAG_ANSWER || u16(m + 4) != 1 ||
	    strncasecmp((const char *)m + HEADER, (const char *)asked + HEADER,
			ask->n - HEADER) != 0 ||
	    memcmp(m + ask->n - 4, asked + ask->n - 4, 4) != 0)
		return BAL_ASKED_WAIT;
	if (m[3] & RCODE)
		return bal_ask_bad(ask, "DNS error %d", m[3] & RCODE);
	return look_for_address(ask, m, len, ask->n, u16(m + 6));
}

static enum bal_asked
ready(struct bal_ask *ask)
{
	uint8_t answer[ANSWER_MAX];
	ssize_t len = recv(ask->source.fd, answer, sizeof(answer), 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return BAL_ASKED_WAIT;
	if (len < 0) {
		ask->error = errno == ECONNREFUSED ? 0 : errno;
		return errno == ECONNREFUSED ?
			       bal_ask_bad(ask, "refused") :
			       bal_ask_bad(ask, "%s", strerror(errno));
	}
	return bal_ask_dns_judge(ask, answer, (size_t)len);
}

const struct ask_kind bal_ask_dns = { start, ready };
