// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_decide - the outcome of a round: answered, late, lost, bad. */
#include <stdio.h>
#include <string.h>

#include "probe/prober_internal.h"

static uint32_t
count_bits(const struct line *l, uint8_t bits)
{
	uint32_t n = 0;

	for (size_t i = 0; i < l->p.n_targets; i++)
		n += (bits & bit(i)) && !l->target_records[i].suspect;
	return n;
}

static void
note_silent(struct line *l, const struct round *r)
{
	uint8_t silent = r->asked & (uint8_t)~r->answered;

	for (size_t i = 0; i < l->p.n_targets; i++)
		if (silent & bit(i)) {
			l->target_records[i].bad_ns = l->prober->now_ns;
			l->target_records[i].fails++;
		}
}

static void
say_bad(struct line *l)
{
	char list[BAL_REASON_MAX] = "", host[BAL_TARGET_STRLEN];
	size_t len = 0, room = sizeof(list) - sizeof("no answer from ") - 5;

	for (size_t i = 0; i < l->p.n_targets; i++) {
		if (!l->target_records[i].fails || l->target_records[i].suspect)
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

/* --- late, or lost -------------------------------------------------------- */

/* How many remembered rounds just before @number were lost as well. */
static uint32_t
lost_before(struct line *l, uint32_t number)
{
	uint32_t n = 0;

	while (n + 1 < ROUNDS && n < number &&
	       (bal_round(l, number - n - 1)->outcome == LOST ||
		bal_round(l, number - n - 1)->outcome == BAD))
		n++;
	return n;
}

/*
 * A later question has been answered.  The queue of a full uplink keeps the
 * order, so this one was lost, and the uplink is alive.
 */
static void
decide_lost(struct line *l, uint32_t number)
{
	struct round *r = bal_round(l, number);

	note_silent(l, r);
	r->outcome = LOST;
	bal_line_lost(l, lost_before(l, number));
}

/* Rounds past their time and older than @number, which is answered. */
static void
lose_overtaken(struct line *l, uint32_t number)
{
	for (uint32_t i = bal_rounds_first(l); i < number; i++) {
		const struct round *r = bal_round(l, i);

		if (r->outcome == LATE || (r->outcome == WAITING && r->longer))
			decide_lost(l, i);
	}
}

static bool
is_overtaken(const struct line *l, uint32_t number)
{
	return number < l->last_good;
}

/* A target of the round has not answered yet. */
static bool
may_be_answered(const struct round *r)
{
	return r->asked & (uint8_t) ~(r->answered | r->failed);
}

static void
decide_bad(struct line *l, uint32_t number)
{
	struct round *r = bal_round(l, number);

	/* No target counts, or a slow one may still answer. */
	if (bal_line_counting(l) == 0 ||
	    count_bits(l, r->answered | r->pending) >= bal_line_need(l)) {
		note_silent(l, r);
		r->outcome = EXCUSED;
		return;
	}
	if (bal_line_proved_by_tunnel(l, r->sent_ns)) {
		note_silent(l, r);
		r->outcome = EXCUSED;
		bal_health_proof(&l->p.record);
		return;
	}
	if (!r->error && may_be_answered(r)) {
		if (is_overtaken(l, number)) {
			decide_lost(l, number);
			return;
		}
		if (bal_traffic_proves(l, r->sent_ns)) {
			r->outcome = LATE;
			bal_line_late(l);
			return;
		}
	}
	note_silent(l, r);
	r->outcome = BAD;
	if (!r->said)
		say_bad(l);
	bal_line_bad(l);
}

/* --- answers -------------------------------------------------------------- */

static void
decide_good(struct line *l, uint32_t number, uint32_t rtt_us)
{
	struct round *r = bal_round(l, number);

	if (r->outcome == GOOD)
		return;
	l->good_ns = l->vouched_ns = l->prober->now_ns;
	if (!is_overtaken(l, number))
		l->last_good = number;
	lose_overtaken(l, number);
	r->outcome = GOOD;
	bal_line_good(l, rtt_us);
}

/*
 * The shortest round trip is that of an empty queue, until it is longer at
 * rest.
 */
static void
learn_rtt(struct line *l, struct target_record *record, uint32_t rtt_us)
{
	const uint32_t faded = record->rtt_us / 8 * 7;

	record->rtt_us = rtt_us > faded ? rtt_us : faded;
	if (!record->least_us || rtt_us < record->least_us)
		record->least_us = rtt_us;
	else if (!bal_traffic_is_busy(l))
		record->least_us += (rtt_us - record->least_us) / 16;
	l->queue_us = rtt_us - record->least_us;
	l->p.rtt_us = rtt_us;
	bal_fill_answer(&l->traffic.fill, l->queue_us, record->least_us);
}

void
bal_round_answered(struct line *l, uint32_t number, size_t target,
		   uint64_t sent_ns)
{
	struct round *r = bal_round(l, number);
	struct target_record *record = &l->target_records[target];
	uint64_t rtt = (l->prober->now_ns - sent_ns) / BAL_NS_PER_US;
	uint32_t rtt_us = rtt == 0	   ? 1 :
			  rtt < UINT32_MAX ? (uint32_t)rtt :
					     UINT32_MAX;

	if (r->answered & bit(target))
		return;
	r->answered |= bit(target);
	record->good_ns = l->prober->now_ns;
	record->fails = 0;
	learn_rtt(l, record, rtt_us);
	l->p.answered++;
	bal_rtts_add(&l->p.rtts, rtt_us);
	if (count_bits(l, r->answered) >= bal_line_need(l))
		decide_good(l, number, rtt_us);
	bal_rounds_skip_decided(l);
}

/* No outstanding answer can make the round good any more. */
static bool
is_hopeless(const struct line *l, const struct round *r)
{
	uint8_t may = (uint8_t)~r->failed & (r->asked | r->pending);

	return count_bits(l, may) < bal_line_need(l);
}

void
bal_round_check(struct line *l, uint32_t number)
{
	const struct round *r = bal_round(l, number);

	if (r->outcome == WAITING && !r->unsent && is_hopeless(l, r))
		decide_bad(l, number);
	bal_rounds_skip_decided(l);
}

void
bal_round_failed(struct line *l, uint32_t number, size_t target)
{
	bal_round(l, number)->failed |= bit(target);
	bal_round_check(l, number);
}

/* --- time-outs ------------------------------------------------------------ */

/* The end of the wait for an answer to @r. */
static uint64_t
over_ns(const struct line *l, const struct round *r)
{
	const uint64_t patient = l->prober->grace_ns;

	return r->deadline_ns > patient ? r->deadline_ns : patient;
}

/* Does it only send, so that only the answer could show that it is alive? */
static bool
waits_longer(struct line *l, uint32_t number)
{
	struct round *r = bal_round(l, number);
	const uint64_t longest = r->sent_ns + bal_line_longest_ns(l);

	if (l->prober->now_ns >= longest || is_overtaken(l, number) ||
	    !bal_traffic_floods(l))
		return false;
	r->deadline_ns = longest;
	r->longer = true;
	return true;
}

bool
bal_rounds_over(const struct line *l)
{
	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		const struct round *r = &l->rounds[i % ROUNDS];

		if (r->outcome == WAITING && l->prober->now_ns >= over_ns(l, r))
			return true;
	}
	return false;
}

void
bal_rounds_expire(struct line *l)
{
	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		const struct round *r = bal_round(l, i);

		if (r->outcome == WAITING &&
		    l->prober->now_ns >= over_ns(l, r) && !waits_longer(l, i))
			decide_bad(l, i);
	}
	bal_rounds_skip_decided(l);
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
