// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_round - one round: asked, answered, late, over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "prober_parts.h"

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
	uint64_t limit = l->p.rule.timeout_ms * BAL_NS_PER_MS;
	uint64_t usual =
		bal_judge_timeout_us(&l->p.judge, &l->p.rule) * BAL_NS_PER_US;
	uint64_t seen = 3 * l->aims[target].rtt_us * BAL_NS_PER_US;

	if (l->traffic.flooded)
		return limit;
	if (!answers_at_once(&l->p.targets[target]) && !seen)
		return limit;
	if (seen > usual && !answers_at_once(&l->p.targets[target]))
		usual = seen;
	return usual < limit ? usual : limit;
}

/* --- is it decided? ------------------------------------------------------ */

static uint32_t
count_bits(const struct line *l, uint8_t bits)
{
	uint32_t n = 0;

	for (size_t i = 0; i < l->p.n_targets; i++)
		n += (bits & bit(i)) && !l->aims[i].suspect;
	return n;
}

static void
note_silent(struct line *l, const struct round *r)
{
	uint8_t silent = r->asked & (uint8_t)~r->answered;

	for (size_t i = 0; i < l->p.n_targets; i++)
		if (silent & bit(i)) {
			l->aims[i].bad_ns = l->prober->now_ns;
			l->aims[i].fails++;
		}
}

static void
say_bad(struct line *l)
{
	char list[BAL_REASON_MAX] = "", host[BAL_TARGET_STRLEN];
	size_t len = 0, room = sizeof(list) - sizeof("no answer from ") - 5;

	for (size_t i = 0; i < l->p.n_targets; i++) {
		if (!l->aims[i].fails || l->aims[i].suspect)
			continue;
		bal_target_str(&l->p.targets[i], host);
		if (len + 2 + strlen(host) > room) {
			(void)snprintf(list + len, sizeof(list) - len, "%s...",
				       len ? ", " : "");
			break;
		}
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", host);
	}
	bal_line_say(l, "no answer from %s", list);
}

static void
decide_bad(struct line *l, struct round *r)
{
	note_silent(l, r);
	/* Nobody to judge by, or a slow one may still answer. */
	if (bal_line_counting(l) == 0 ||
	    count_bits(l, r->answered | r->pending) >= bal_line_need(l)) {
		r->outcome = EXCUSED;
		return;
	}
	if (bal_line_proved_by_tunnel(l, r->sent_ns)) {
		r->outcome = EXCUSED;
		bal_judge_proof(&l->p.judge);
		return;
	}
	if (!r->error && bal_traffic_excuses(l)) {
		r->outcome = EXCUSED;
		bal_line_excused(l);
		return;
	}
	r->outcome = BAD;
	if (!r->said)
		say_bad(l);
	bal_line_bad(l);
}

static void
decide_good(struct line *l, struct round *r, uint32_t rtt_us)
{
	if (r->outcome == GOOD)
		return;
	r->outcome = GOOD;
	l->good_ns = l->prober->now_ns;
	bal_line_good(l, rtt_us);
}

/* Nothing that is still out can make a round good any more. */
static bool
is_lost(const struct line *l, const struct round *r)
{
	uint8_t may = (uint8_t)~r->failed & (r->asked | r->pending);

	return count_bits(l, may) < bal_line_need(l);
}

static void
skip_decided(struct line *l)
{
	while (l->oldest != l->rounds_begun &&
	       bal_round(l, l->oldest)->outcome != WAITING)
		l->oldest++;
}

void
bal_round_answered(struct line *l, uint32_t number, size_t target,
		   uint64_t sent_ns)
{
	struct round *r = bal_round(l, number);
	struct aim *aim = &l->aims[target];
	uint64_t rtt = (l->prober->now_ns - sent_ns) / BAL_NS_PER_US;
	uint32_t rtt_us = rtt == 0	   ? 1 :
			  rtt < UINT32_MAX ? (uint32_t)rtt :
					     UINT32_MAX;

	if (r->answered & bit(target))
		return;
	r->answered |= bit(target);
	aim->good_ns = l->prober->now_ns;
	aim->fails = 0;
	aim->rtt_us =
		rtt_us > aim->rtt_us / 8 * 7 ? rtt_us : aim->rtt_us / 8 * 7;
	l->p.answered++;
	l->p.rtt_us = rtt_us;
	if (count_bits(l, r->answered) >= bal_line_need(l))
		decide_good(l, r, rtt_us);
	skip_decided(l);
}

void
bal_round_failed(struct line *l, uint32_t number, size_t target)
{
	struct round *r = bal_round(l, number);

	r->failed |= bit(target);
	if (r->outcome == WAITING && !r->unsent && is_lost(l, r))
		decide_bad(l, r);
	skip_decided(l);
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
check_sent(struct line *l, struct round *r)
{
	if (r->outcome == WAITING && r->error == ENODEV && bal_line_look(l))
		return;
	/* There is nothing to wait for. */
	if (l->lack_ns && !r->asked && !r->failed && !r->unsent)
		r->outcome = EXCUSED;
	if (r->outcome == WAITING && !r->unsent && is_lost(l, r))
		decide_bad(l, r);
	skip_decided(l);
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
	check_sent(l, r);
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
		check_sent(l, r);
	}
}

/* When an answer to @r is no longer waited for. */
static uint64_t
over_ns(const struct line *l, const struct round *r)
{
	const uint64_t patient = l->prober->patient_ns;

	return r->deadline_ns > patient ? r->deadline_ns : patient;
}

void
bal_rounds_expire(struct line *l)
{
	bool last_look = false;

	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		struct round *r = bal_round(l, i);

		if (r->outcome != WAITING || l->prober->now_ns < over_ns(l, r))
			continue;
		/* What came in time may still be unread on a busy machine. */
		if (!last_look)
			bal_line_receive(l);
		last_look = true;
		if (r->outcome == WAITING)
			decide_bad(l, r);
	}
	skip_decided(l);
}

uint64_t
bal_rounds_next(const struct line *l)
{
	uint64_t next = BAL_NEVER;

	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		const struct round *r = &l->rounds[i % ROUNDS];

		if (r->outcome != WAITING)
			continue;
		if (over_ns(l, r) < next)
			next = over_ns(l, r);
		if (i + 1 == l->rounds_begun && r->late_ns < next &&
		    r->late_ns > l->prober->now_ns)
			next = r->late_ns;
	}
	for (const struct asking *a = l->asking; a; a = a->next)
		if (a->give_up_ns < next)
			next = a->give_up_ns;
	return next;
}

bool
bal_rounds_late(const struct line *l)
{
	const struct round *r;

	if (l->rounds_begun == 0 || l->p.judge.health == BAL_HEALTH_DEAD)
		return false;
	r = &l->rounds[(l->rounds_begun - 1) % ROUNDS];
	return r->outcome == WAITING && l->prober->now_ns >= r->late_ns;
}

void
bal_rounds_excuse(struct line *l)
{
	for (uint32_t i = l->oldest; i != l->rounds_begun; i++)
		if (bal_round(l, i)->outcome == WAITING)
			bal_round(l, i)->outcome = EXCUSED;
	skip_decided(l);
}
