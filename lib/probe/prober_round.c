// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_round - one round: asked, answered, late, over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "probe/prober_internal.h"

#define RESEND_NS (2 * BAL_NS_PER_MS) /* where the device's queue was full */
#define READS_AT_ONCE 256 /* so that a flood does not keep the others waiting */
#define TARGET_BITS 3
#define ROUND_NUMBERS (1u << (16 - TARGET_BITS)) /* in a sequence number */

/* Echo, ARP and DNS answer as fast as the line is; others take their time. */
static bool
answers_at_once(const struct bal_target *t)
{
	return t->kind == BAL_TARGET_ICMP || t->kind == BAL_TARGET_ARP ||
	       t->kind == BAL_TARGET_DNS;
}

static uint64_t
patience_for(const struct line *l, size_t target)
{
	const uint64_t limit = l->p.rule.timeout_ms * BAL_NS_PER_MS;
	uint64_t usual =
		bal_judge_timeout_us(&l->p.judge, &l->p.rule) * BAL_NS_PER_US;
	uint64_t seen = 3 * l->aims[target].rtt_us * BAL_NS_PER_US;

	if (!answers_at_once(&l->p.targets[target]) && !seen)
		return limit;
	if (seen > usual && !answers_at_once(&l->p.targets[target]))
		usual = seen;
	return usual < limit ? usual : limit;
}

uint64_t
bal_line_longest_ns(const struct line *l)
{
	return 2 * l->p.rule.timeout_ms * BAL_NS_PER_MS;
}

/* --- ICMP ---------------------------------------------------------------- */

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
		/* Nothing else is on its way: no call to be told so. */
		if (!bal_rounds_wait(l))
			return;
	}
}

bool
bal_rounds_wait(const struct line *l)
{
	return l->oldest != l->rounds_begun;
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
bal_round_note(struct round *r, int eno)
{
	if (r->error != ENODEV)
		r->error = eno;
}

void
bal_round_unasked(struct line *l, struct round *r, size_t target, int eno)
{
	r->pending |= bit(target);
	r->asked &= (uint8_t)~bit(target);
	bal_line_lacks(l, eno);
}

static void
send_icmp(struct line *l, struct round *r, uint32_t number, size_t target)
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

/* --- a round -------------------------------------------------------------- */

/* 256 random bytes come whole (getrandom(2)), and serve 16 rounds. */
static int
take_token(struct bal_prober *p, uint8_t *token)
{
	if (p->random_left == 0) {
		if (getrandom(p->random, sizeof(p->random), 0) !=
		    sizeof(p->random))
			return -1;
		p->random_left = sizeof(p->random);
	}
	p->random_left -= BAL_ICMP_TOKEN;
	memcpy(token, p->random + p->random_left, BAL_ICMP_TOKEN);
	return 0;
}

/* A lack of ours, which says nothing of the uplink. */
static bool
is_lack(int eno)
{
	return bal_ask_shortage(eno) || eno == EPERM || eno == EACCES;
}

static void
ask_icmp(struct line *l, struct round *r, uint32_t number, size_t target)
{
	int eno = bal_line_socket(l);

	if (eno == 0)
		send_icmp(l, r, number, target);
	else if (is_lack(eno))
		bal_round_unasked(l, r, target, eno);
	else
		cannot_send(l, r, target, eno);
}

static void
ask_one(struct line *l, struct round *r, uint32_t number, size_t target)
{
	uint64_t until;

	if (l->p.targets[target].kind == BAL_TARGET_ICMP)
		ask_icmp(l, r, number, target);
	else
		bal_round_ask(l, r, number, target);
	until = r->sent_ns + patience_for(l, target);
	if (until > r->deadline_ns)
		r->deadline_ns = until;
}

static void
check_sent(struct line *l, uint32_t number)
{
	struct round *r = bal_round(l, number);

	if (r->outcome == WAITING && r->error == ENODEV && bal_line_look(l))
		return;
	/* There is nothing to wait for. */
	if (l->lack_ns && !r->asked && !r->failed && !r->unsent)
		r->outcome = EXCUSED;
	bal_round_check(l, number);
}

void
bal_round_begin(struct line *l, bool rest)
{
	const uint32_t number = l->rounds_begun;
	struct round *r = bal_round(l, number);
	uint8_t asked = bal_round_targets(l, rest, number);

	/*
	 * As many wait as are remembered.  If the oldest gave way, an answer
	 * or a time-out that takes longer than all of them would never count.
	 */
	if (number - l->oldest >= ROUNDS)
		return;
	memset(r, 0, sizeof(*r));
	if (take_token(l->prober, r->token) < 0) {
		r->outcome = EXCUSED;
		bal_line_lacks(l, errno);
		return;
	}
	r->sent_ns = l->prober->now_ns;
	r->late_ns = r->sent_ns +
		     bal_judge_late_us(&l->p.judge, &l->p.rule) * BAL_NS_PER_US;
	l->rounds_begun++;
	for (size_t i = 0; i < l->p.n_targets; i++)
		if (asked & bit(i))
			ask_one(l, r, number, i);
	check_sent(l, number);
}

void
bal_rounds_resend(struct line *l)
{
	l->resend_ns = BAL_NEVER;
	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		struct round *r = bal_round(l, i);

		for (size_t t = 0; t < l->p.n_targets; t++)
			if (r->outcome == WAITING && r->unsent & bit(t))
				send_icmp(l, r, i, t);
		check_sent(l, i);
	}
}
