// SPDX-License-Identifier: GPL-2.0-or-later
/* prober - runs the sessions through time, and reports them. */
#include "probe/prober.h"

#include "probe/prober_internal.h"

/*
 * After such a delay (suspend, a stopped process) missing answers show nothing.
 */
#define OVERSLEPT_NS (UINT64_C(2000) * BAL_NS_PER_MS)

/* Timers and our own work are late by this much on any machine. */
#define PUNCTUAL_NS (5 * BAL_NS_PER_MS)

/* Rounds at rest of several sessions share a wake-up within this. */
#define TOGETHER_NS (50 * BAL_NS_PER_MS)

/* The divisor of the interval at rest after rare losses. */
#define UNEASY_TIMES 4

/* --- through time -------------------------------------------------------- */

/*
 * Unknown, and silent since it was asked?  Until that is decided no budget makes
 * it wait: connections may go there.
 */
static bool
asks_on(const struct line *l)
{
	return l->p.record.health == BAL_HEALTH_UNKNOWN &&
	       l->p.record.bad && !l->p.rule.guessed && l->p.pace_ms;
}

static uint64_t
rest_ns(const struct line *l)
{
	uint32_t ms = l->p.rule.interval_ms;

	if (asks_on(l) && l->p.pace_ms < ms)
		ms = l->p.pace_ms;
	return ms * BAL_NS_PER_MS;
}

/* Is a burst needed, for the health or for the counters? */
static bool
in_doubt(const struct line *l)
{
	return bal_health_in_doubt(&l->p.record, &l->p.rule) ||
	       line_inquires(l);
}

/* When the round after this one is due. */
static uint64_t
pause_ns(const struct line *l)
{
	uint64_t burst =
		bal_health_burst_us(&l->p.record, &l->p.rule) * BAL_NS_PER_US;
	uint64_t rest = rest_ns(l);

	if (bal_health_is_suspect(&l->p.record))
		rest /= UNEASY_TIMES;
	return in_doubt(l) && burst < rest ? burst : rest;
}

/*
 * Sessions of the same interval that a burst or a late answer moved apart come
 * together again, to cost one wake-up: a session whose next round follows
 * another's by less than half an interval takes it at that time, once.
 */
static void
join_others(struct line *l)
{
	const uint64_t half = rest_ns(l) / 2, due = l->due_ns;

	if (due != l->prober->now_ns + rest_ns(l))
		return;
	for (const struct line *o = l->prober->lines; o; o = o->next) {
		uint64_t sooner = due > o->due_ns ? due - o->due_ns : 0;

		if (sooner && sooner < half && !line_is_silent(o) &&
		    rest_ns(o) == rest_ns(l))
			l->due_ns = o->due_ns;
	}
}

/* Before the counters are read, to tell our own answers from traffic. */
static void
read_answers(struct line *l)
{
	if (bal_rounds_wait(l))
		bal_line_receive(l);
}

static bool
stands_in(struct line *l)
{
	if (l->p.passive)
		read_answers(l);
	return bal_traffic_stands_in(l);
}

static void
begin_round(struct line *l)
{
	bool rests = !in_doubt(l) && !bal_rounds_late(l);

	l->due_ns = l->prober->now_ns + pause_ns(l);
	join_others(l);
	bal_traffic_listen(l, !rests);
	if (rests) {
		bal_traffic_close(l, true);
		l->rounds_rested++;
		if (stands_in(l)) {
			bal_line_learned(l);
			return;
		}
	}
	bal_traffic_asked(l);
	bal_round_begin(l, rests);
}

static uint64_t
slack_ns(const struct line *l)
{
	uint64_t slack = rest_ns(l) / 20;

	return slack < TOGETHER_NS ? slack : TOGETHER_NS;
}

/*
 * The next round comes sooner when an answer is late, or the health in doubt.
 */
static void
hurry(struct line *l)
{
	const uint64_t now = l->prober->now_ns;

	if (bal_rounds_late(l) && l->due_ns > now)
		l->due_ns = now;
	if ((in_doubt(l) || asks_on(l)) && l->due_ns > now + pause_ns(l))
		l->due_ns = now + pause_ns(l);
}

/*
 * Many packets left and none came back where both did until now: this counts as
 * one bad round, and the next one is due at once.
 */
static void
poll_traffic(struct line *l)
{
	read_answers(l);
	if (!bal_traffic_poll(l))
		return;
	bal_line_silent(l);
	l->due_ns = l->prober->now_ns;
}

/* An answer in time may still be unread on a busy machine. */
static void
expire_rounds(struct line *l)
{
	if (bal_rounds_over(l)) {
		bal_line_receive(l);
		bal_traffic_observe(l);
	}
	bal_rounds_expire(l);
}

static void
step_line(struct line *l, bool woken)
{
	const uint64_t now = l->prober->now_ns;

	bal_line_drop_asking(l, false);
	bal_line_look_again(l);
	if (line_is_silent(l))
		return;
	if (l->resend_ns <= now)
		bal_rounds_resend(l);
	expire_rounds(l);
	if (l->traffic.poll_ns <= now)
		poll_traffic(l);
	hurry(l);
	if (l->due_ns <= now + (woken ? slack_ns(l) : 0))
		begin_round(l);
	bal_line_check_lack(l);
}

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
next_of(const struct line *l)
{
	uint64_t next = earliest(l->resend_ns, l->traffic.poll_ns);

	if (l->gone)
		return l->look_ns;
	if (line_is_silent(l))
		return BAL_NEVER;
	next = earliest(next, l->due_ns);
	return earliest(next, bal_rounds_next(l));
}

static bool
any_due(const struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!line_is_silent(l) && l->due_ns <= prober->now_ns)
			return true;
	return false;
}

/*
 * If the prober was late, so was the machine, and the client of a tunnel:
 * answers get as much time again.  Not without end where it is always late.
 */
static void
allow_for_delay(struct bal_prober *prober)
{
	const uint64_t now = prober->now_ns;
	uint64_t late;

	if (!prober->last_ns || now <= prober->last_ns + PUNCTUAL_NS)
		return;
	late = now - prober->last_ns;
	if (now < prober->no_grace_ns && late < 2 * prober->late_ns)
		return;
	prober->late_ns = late;
	prober->grace_ns = now + late;
	prober->no_grace_ns = now + 2 * late;
}

void
bal_prober_step(struct bal_prober *prober, uint64_t now_ns, uint64_t *next_ns)
{
	bool woken;

	prober->now_ns = now_ns;
	if (prober->last_ns && now_ns > prober->last_ns + OVERSLEPT_NS)
		for (struct line *l = prober->lines; l; l = l->next)
			bal_rounds_excuse(l);
	else
		allow_for_delay(prober);
	*next_ns = BAL_NEVER;
	woken = any_due(prober);
	for (struct line *l = prober->lines; l; l = l->next)
		step_line(l, woken);
	bal_prober_blame(prober);
	for (struct line *l = prober->lines; l; l = l->next) {
		bal_line_note_doubt(l);
		*next_ns = earliest(*next_ns, next_of(l));
	}
	prober->last_ns = earliest(*next_ns, BAL_NEVER - OVERSLEPT_NS);
	if (prober->last_ns < now_ns)
		prober->last_ns = now_ns;
}

/* --- results ------------------------------------------------------------- */

size_t
bal_prober_count(const struct bal_prober *prober)
{
	size_t n = 0;

	for (const struct line *l = prober->lines; l; l = l->next)
		n++;
	return n;
}

bool
bal_prober_changed(const struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (l->changed)
			return true;
	return false;
}

size_t
bal_prober_results(const struct bal_prober *prober, struct bal_probe *out)
{
	size_t n = 0;

	for (const struct line *l = prober->lines; l; l = l->next)
		out[n++] = l->p;
	return n;
}

void
bal_prober_taken(struct bal_prober *prober)
{
	for (struct line *l = prober->lines; l; l = l->next) {
		l->p.sent = l->p.answered = 0;
		l->p.spent = 0;
		l->p.fill = (struct bal_fill_sum){ 0 };
		l->p.rtts = (struct bal_rtts){ 0 };
		l->changed = false;
		bal_line_tell_doubt(l);
	}
}

bool
bal_prober_settled(const struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!line_is_silent(l) &&
		    !bal_health_settled(&l->p.record, &l->p.rule, line_now_ms(l),
				       l->rounds_judged))
			return false;
	return true;
}

bool
bal_prober_rounds_done(const struct bal_prober *prober, uint32_t n)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!line_is_silent(l) &&
		    (l->rounds_rested < n || l->rounds_judged < n ||
		     (bal_health_in_doubt(&l->p.record, &l->p.rule) &&
		      l->p.record.health != BAL_HEALTH_DEAD)))
			return false;
	return true;
}
