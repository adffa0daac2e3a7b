// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_icmp - the ICMP socket of a session: requests and replies. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "probe/prober_internal.h"

#define RESEND_NS (2 * BAL_NS_PER_MS) /* where the device's queue was full */
#define READS_AT_ONCE 256 /* a flood must not starve other sessions */
#define TARGET_BITS 3
#define ROUND_NUMBERS (1u << (16 - TARGET_BITS)) /* in a sequence number */

static void
take_reply(struct line *l, const struct bal_icmp_reply *reply)
{
	const size_t target = reply->seq & ((1u << TARGET_BITS) - 1);
	const uint32_t low = reply->seq >> TARGET_BITS;
	uint32_t age = (l->rounds_begun - 1 - low) % ROUND_NUMBERS;
	uint32_t number = l->rounds_begun - 1 - age;
	struct round *r = bal_round(l, number);

	if (age >= ROUNDS || age >= l->rounds_begun ||
	    target >= l->p.n_targets || !(r->asked & bit(target)) ||
	    memcmp(reply->token, r->token, sizeof(r->token)) != 0 ||
	    !bal_addr_same_host(&reply->from, &l->p.targets[target].addr))
		return;
	if (!(r->answered & bit(target)))
		l->traffic.own_rx++;
	bal_round_answered(l, number, target, r->sent_ns);
}

void
bal_line_receive(struct line *l)
{
	struct bal_icmp_reply reply;
	int rc;

	l->prober->now_ns = bal_clock_ns();
	for (int i = 0; i < READS_AT_ONCE && l->sock.fd >= 0; i++) {
		rc = bal_icmp_recv(&l->sock, &reply);
		if (rc < 0)
			return;
		if (rc > 0 && l->rounds_begun)
			take_reply(l, &reply);
		/* No answer is awaited: no need to read any. */
		if (!bal_rounds_wait(l))
			return;
	}
}

static void
say_send(struct line *l, size_t target, int error)
{
	char host[BAL_ADDR_STRLEN];

	bal_line_say(l, "send to %s failed: %s",
		     bal_addr_host_str(&l->p.targets[target].addr, host),
		     strerror(error));
}

static void
cannot_send(struct line *l, struct round *r, size_t target, int error)
{
	say_send(l, target, error);
	r->said = true;
	r->failed |= bit(target);
	bal_round_note(r, error);
}

void
bal_round_send_icmp(struct line *l, struct round *r, uint32_t number,
		    size_t target)
{
	uint16_t seq =
		(uint16_t)((number % ROUND_NUMBERS) << TARGET_BITS | target);
	int error = bal_icmp_send(&l->sock, &l->p.targets[target].addr, seq,
				  r->token);

	r->unsent &= (uint8_t)~bit(target);
	if (error == ENOBUFS || error == EAGAIN || error == ENOMEM) {
		r->unsent |= bit(target);
		l->resend_ns = l->prober->now_ns + RESEND_NS;
		return;
	}
	if (error) {
		cannot_send(l, r, target, error);
		return;
	}
	r->asked |= bit(target);
	l->p.sent++;
	l->traffic.own_tx++;
	l->p.spent += bal_target_bytes(&l->p.targets[target]);
}

/* A shortage of this box, which shows nothing of the uplink. */
static bool
is_lack(int eno)
{
	return bal_ask_shortage(eno) || eno == EPERM || eno == EACCES;
}

void
bal_round_ask_icmp(struct line *l, struct round *r, uint32_t number,
		   size_t target)
{
	int eno = bal_line_socket(l);

	if (eno == 0)
		bal_round_send_icmp(l, r, number, target);
	else if (is_lack(eno))
		bal_round_unasked(l, r, target, eno);
	else
		cannot_send(l, r, target, eno);
}

static void
on_ready(struct bal_source *source, uint32_t events)
{
	(void)events;
	bal_line_receive((struct line *)source);
}

static int
open_socket(struct line *l)
{
	const int family = l->p.family == AF_INET6 ? AF_INET6 : AF_INET;
	struct bal_err why;

	if (bal_icmp_open(&l->sock, family, l->p.dev, l->p.ifindex,
			  l->p.mark, &why) < 0)
		return why.sys;
	l->source.fd = l->sock.fd;
	l->source.ready = on_ready;
	if (bal_loop_add(l->prober->loop, &l->source, EPOLLIN, &why) == 0)
		return 0;
	bal_icmp_close(&l->sock);
	l->source.fd = -1;
	return why.sys;
}

void
bal_line_close_socket(struct line *l)
{
	bal_loop_drop(l->prober->loop, &l->source);
	l->sock.fd = -1;
}

bool
bal_line_borrow(struct line *l, int eno)
{
	if (eno != EMFILE && eno != ENFILE)
		return false;
	for (struct line *o = l->prober->lines; o; o = o->next) {
		if (o == l || o->sock.fd < 0 || bal_rounds_wait(o))
			continue;
		bal_prober_note_short(l->prober, eno);
		bal_line_close_socket(o);
		return true;
	}
	return false;
}

int
bal_line_socket(struct line *l)
{
	int eno;

	if (l->sock.fd >= 0)
		return 0;
	do {
		eno = open_socket(l);
	} while (eno && bal_line_borrow(l, eno));
	return eno;
}
