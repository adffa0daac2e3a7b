// SPDX-License-Identifier: GPL-2.0-or-later
/* prober - the lines: planned, stepped through time, reported. */
#include "probe/prober.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "probe/prober_internal.h"

/*
 * Whoever slept so much longer than it wanted (suspend, a stopped process)
 * cannot tell what was answered meanwhile.
 */
#define OVERSLEPT_NS (UINT64_C(2000) * BAL_NS_PER_MS)

/* Timers and a pass of ours are late by this much on any machine. */
#define PUNCTUAL_NS (5 * BAL_NS_PER_MS)

/* Rounds at rest of several lines go together: one wake-up for all. */
#define TOGETHER_NS (50 * BAL_NS_PER_MS)

/* So much shorter is the rest of a line that loses now and then. */
#define UNEASY_TIMES 4

struct bal_prober *
bal_prober_open(struct bal_loop *loop, struct bal_nl *nl, struct bal_err *err)
{
	struct bal_prober *p = calloc(1, sizeof(*p));

	if (!p) {
		bal_err_nomem(err);
		return NULL;
	}
	p->loop = loop;
	p->nl = nl;
	bal_icmp_make_room();
	return p;
}

static void
line_close(struct line *l)
{
	bal_line_drop_asking(l, true);
	bal_line_close_socket(l);
	bal_traffic_close(l, false);
	free(l);
}

void
bal_prober_close(struct bal_prober *prober)
{
	struct line *next;

	if (!prober)
		return;
	for (struct line *l = prober->lines; l; l = next) {
		next = l->next;
		line_close(l);
	}
	free(prober);
}

/* --- planning ------------------------------------------------------------ */

static bool
same_questions(const struct bal_probe *a, const struct bal_probe *b)
{
	if (a->n_targets != b->n_targets || a->need != b->need ||
	    strcmp(a->http_host, b->http_host) != 0 ||
	    strcmp(a->http_expect, b->http_expect) != 0)
		return false;
	for (size_t i = 0; i < a->n_targets; i++)
		if (!bal_target_same(&a->targets[i], &b->targets[i]))
			return false;
	return true;
}

static bool
same_line(const struct bal_probe *a, const struct bal_probe *b)
{
	return strcmp(a->dev, b->dev) == 0 && a->ifindex == b->ifindex &&
	       a->mark == b->mark && a->no_carrier == b->no_carrier &&
	       bal_addr_same_host(&a->source, &b->source) &&
	       same_questions(a, b);
}

static bool
asks_icmp(const struct bal_probe *p)
{
	for (size_t i = 0; i < p->n_targets; i++)
		if (p->targets[i].kind == BAL_TARGET_ICMP)
			return true;
	return false;
}

/* 0, or -1 where we may not.  What else is wrong its first round tells. */
static int
open_first(struct line *l, struct bal_err *err)
{
	int eno;

	if (l->p.no_carrier || !asks_icmp(&l->p))
		return 0;
	eno = bal_line_socket(l);
	if (eno == ENODEV)
		(void)bal_line_look(l);
	if (eno == EPERM || eno == EACCES)
		return bal_err_sys(err, eno, "cannot open an ICMP socket");
	return 0;
}

static struct line *
line_open(struct bal_prober *prober, const struct bal_probe *p)
{
	struct line *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->prober = prober;
	l->p = *p;
	l->sock.fd = l->source.fd = -1;
	l->resend_ns = BAL_NEVER;
	l->traffic.poll_ns = BAL_NEVER;
	l->traffic.arrivals = -1;
	l->news_ns = BAL_NEVER;
	l->told = bal_line_mood(l);
	l->due_ns = prober->now_ns;
	if (p->judge.good)
		l->vouched_ns = prober->now_ns;
	/* An old verdict, which nobody could revise, does not stand. */
	l->changed = !p->n_targets;
	if (p->no_carrier)
		bal_line_gone(l, "no carrier");
	return l;
}

static struct line *
find_line(const struct bal_prober *prober, const struct bal_probe *p)
{
	for (struct line *l = prober->lines; l; l = l->next)
		if (same_line(&l->p, p))
			return l;
	return NULL;
}

/* What the configuration may change under a line that goes on. */
static void
adopt(struct line *l, const struct bal_probe *p)
{
	uint64_t rest = p->rule.interval_ms * BAL_NS_PER_MS;

	l->p.rule = p->rule;
	l->p.passive = p->passive;
	l->p.metered = p->metered;
	l->p.gateway = p->gateway;
	l->p.link = p->link;
	memcpy(l->p.over, p->over, sizeof(l->p.over));
	/* Something may have happened to devices. */
	l->look_ns = l->prober->now_ns;
	if (l->due_ns > l->prober->now_ns + rest)
		l->due_ns = l->prober->now_ns + rest;
}

static void
drop_others(struct bal_prober *prober)
{
	struct line **at = &prober->lines, *l;

	while ((l = *at)) {
		if (l->stays) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		line_close(l);
	}
}

int
bal_prober_plan(struct bal_prober *prober, const struct bal_probe *probes,
		size_t n, struct bal_err *err)
{
	struct line *l;
	int rc = 0;

	prober->now_ns = bal_clock_ns();
	for (l = prober->lines; l; l = l->next)
		l->stays = false;
	for (size_t i = 0; i < n; i++) {
		l = find_line(prober, &probes[i]);
		if (l) {
			adopt(l, &probes[i]);
			l->stays = true;
			continue;
		}
		l = line_open(prober, &probes[i]);
		if (!l) {
			rc = bal_err_nomem(err);
			continue;
		}
		l->stays = true;
		l->next = prober->lines;
		prober->lines = l;
		if (open_first(l, err) < 0)
			rc = -1;
	}
	drop_others(prober);
	return rc;
}

/* --- through time -------------------------------------------------------- */

static uint64_t
rest_ns(const struct line *l)
{
	return l->p.rule.interval_ms * BAL_NS_PER_MS;
}

/* Answers are to tell something quickly, or what the counters show. */
static bool
wonders(const struct line *l)
{
	return bal_judge_wonders(&l->p.judge, &l->p.rule) ||
	       bal_traffic_inquires(l);
}

/* When the round after the one that begins now is due. */
static uint64_t
pause_ns(const struct line *l)
{
	uint64_t burst =
		bal_judge_burst_us(&l->p.judge, &l->p.rule) * BAL_NS_PER_US;
	uint64_t rest = rest_ns(l);

	if (bal_judge_is_uneasy(&l->p.judge))
		rest /= UNEASY_TIMES;
	return wonders(l) && burst < rest ? burst : rest;
}

static bool
is_silent(const struct line *l)
{
	return l->gone || l->p.no_carrier || !l->p.n_targets;
}

/*
 * Lines of one pace that a burst or a late answer moved apart come together
 * again, and cost one wake-up: whose next round follows another line's by less
 * than half an interval takes it at that time, once.
 */
static void
join_others(struct line *l)
{
	const uint64_t half = rest_ns(l) / 2, due = l->due_ns;

	if (due != l->prober->now_ns + rest_ns(l))
		return;
	for (const struct line *o = l->prober->lines; o; o = o->next) {
		uint64_t sooner = due > o->due_ns ? due - o->due_ns : 0;

		if (sooner && sooner < half && !is_silent(o) &&
		    rest_ns(o) == rest_ns(l))
			l->due_ns = o->due_ns;
	}
}

static void
begin_round(struct line *l)
{
	bool rests = !wonders(l) && !bal_rounds_late(l);

	l->due_ns = l->prober->now_ns + pause_ns(l);
	join_others(l);
	bal_traffic_listen(l, !rests);
	if (rests) {
		bal_traffic_close(l, true);
		l->rounds_rested++;
		if (bal_traffic_stands_in(l)) {
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

/* The next round comes sooner when an answer is late, or doubts came up. */
static void
hurry(struct line *l)
{
	const uint64_t now = l->prober->now_ns;

	if (bal_rounds_late(l) && l->due_ns > now)
		l->due_ns = now;
	if (wonders(l) && l->due_ns > now + pause_ns(l))
		l->due_ns = now + pause_ns(l);
}

static void
step_line(struct line *l, bool woken)
{
	const uint64_t now = l->prober->now_ns;

	bal_line_drop_asking(l, false);
	bal_line_look_again(l);
	if (is_silent(l))
		return;
	if (l->resend_ns <= now)
		bal_rounds_resend(l);
	bal_rounds_expire(l);
	if (l->traffic.poll_ns <= now)
		bal_traffic_poll(l);
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
	if (is_silent(l))
		return BAL_NEVER;
	next = earliest(next, l->due_ns);
	return earliest(next, bal_rounds_next(l));
}

static bool
any_due(const struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!is_silent(l) && l->due_ns <= prober->now_ns)
			return true;
	return false;
}

/*
 * Whoever will look at its counters in this step.  Not while answers are out:
 * those are to be read first, so as to be told from traffic.
 */
static bool
will_look(const struct line *l, bool woken)
{
	const uint64_t now = l->prober->now_ns;

	if (is_silent(l) || !l->p.passive || bal_rounds_wait(l))
		return false;
	return l->traffic.poll_ns <= now ||
	       (l->due_ns <= now + (woken ? slack_ns(l) : 0) && !wonders(l));
}

static void
step_lines(struct bal_prober *prober, bool woken)
{
	for (struct line *l = prober->lines; l; l = l->next)
		l->traffic.looks = will_look(l, woken);
	bal_prober_read_ahead(prober);
	for (struct line *l = prober->lines; l; l = l->next) {
		step_line(l, woken);
		/* Whoever looks later wants to know what is then. */
		l->traffic.is_ahead = false;
	}
}

/*
 * Who was late was on a machine that did not come to it, and then the client
 * of a tunnel did not, either: answers get as much time again.  Not without
 * end where that is always so.
 */
static void
allow_for_delay(struct bal_prober *prober)
{
	const uint64_t now = prober->now_ns;
	uint64_t late;

	if (!prober->last_ns || now <= prober->last_ns + PUNCTUAL_NS)
		return;
	late = now - prober->last_ns;
	if (now < prober->stern_ns && late < 2 * prober->late_ns)
		return;
	prober->late_ns = late;
	prober->patient_ns = now + late;
	prober->stern_ns = now + 2 * late;
}

void
bal_prober_step(struct bal_prober *prober, uint64_t now_ns, uint64_t *next_ns)
{
	prober->now_ns = now_ns;
	if (prober->last_ns && now_ns > prober->last_ns + OVERSLEPT_NS)
		for (struct line *l = prober->lines; l; l = l->next)
			bal_rounds_excuse(l);
	else
		allow_for_delay(prober);
	*next_ns = BAL_NEVER;
	step_lines(prober, any_due(prober));
	bal_prober_blame(prober);
	for (struct line *l = prober->lines; l; l = l->next) {
		bal_line_note_mood(l);
		*next_ns = earliest(*next_ns, next_of(l));
	}
	prober->last_ns = earliest(*next_ns, BAL_NEVER - OVERSLEPT_NS);
	if (prober->last_ns < now_ns)
		prober->last_ns = now_ns;
}

/* --- what came of it ----------------------------------------------------- */

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
		l->changed = false;
		bal_line_tell_mood(l);
	}
}

bool
bal_prober_settled(const struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!is_silent(l) &&
		    !bal_judge_settled(&l->p.judge, &l->p.rule, line_now_ms(l),
				       l->rounds_judged))
			return false;
	return true;
}

bool
bal_prober_rounds_done(const struct bal_prober *prober, uint32_t n)
{
	for (const struct line *l = prober->lines; l; l = l->next)
		if (!is_silent(l) &&
		    (l->rounds_rested < n || l->oldest != l->rounds_begun ||
		     (bal_judge_wonders(&l->p.judge, &l->p.rule) &&
		      l->p.judge.health != BAL_HEALTH_DEAD)))
			return false;
	return true;
}
