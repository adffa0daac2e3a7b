// SPDX-License-Identifier: GPL-2.0-or-later
/* health_line - a line that loses, delays and dies, and who asks over it. */
#include "health_line.h"

#include <math.h>
#include <string.h>

/* --- chance: the same numbers in each run ------------------------------- */

static uint64_t seed;

double
chance(void)
{
	uint64_t x = seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

/* Of something that happens each @mean on the average. */
static uint64_t
next_after(uint64_t mean)
{
	return (uint64_t)(-log(1 - chance()) * (double)mean) + 1;
}

/* --- what the line does ------------------------------------------------- */

static uint64_t
queued(struct driver *d, uint64_t t)
{
	const uint64_t ramp = SECOND, stand = 2 * SECOND;
	const struct line *l = d->line;
	uint64_t in;

	if (!l->queue || t < d->queue_at)
		return 0;
	in = t - d->queue_at;
	if (in > 2 * ramp + stand) {
		d->queue_at = t + next_after(l->queue_each);
		return 0;
	}
	if (in < ramp)
		return l->queue * in / ramp;
	if (in < ramp + stand)
		return l->queue;
	return l->queue * (2 * ramp + stand - in) / ramp;
}

static bool
fades(struct driver *d, uint64_t t)
{
	const struct line *l = d->line;

	if (!l->fade)
		return false;
	while (t >= d->fade_end) {
		d->fade_at = d->fade_end + next_after(l->fade_each);
		d->fade_end = d->fade_at + next_after(l->fade);
	}
	return t >= d->fade_at;
}

static bool
away(const struct line *l, uint64_t t)
{
	return l->down && t % (l->up + l->down) >= l->up;
}

/* When the answer to what is asked at @t comes, or NEVER. */
static uint64_t
answer_at(struct driver *d, uint64_t t)
{
	const struct line *l = d->line;
	uint64_t rtt = l->rtt + queued(d, t);
	bool lost;

	d->losing = d->losing ? chance() >= l->end : chance() < l->begin;
	lost = d->losing || away(l, t) || fades(d, t);
	lost |= l->loss > 0 && (chance() < l->loss || chance() < l->loss);
	if (lost || t >= d->dead_from)
		return NEVER;
	if (l->jitter)
		rtt += (uint64_t)(chance() * 2 * (double)l->jitter) - l->jitter;
	if (l->straggler > 0 && chance() < l->straggler)
		rtt += (uint64_t)(chance() * (double)SECOND);
	return t + rtt;
}

/* --- who asks ----------------------------------------------------------- */

static void
note(struct driver *d, enum bal_health before)
{
	d->spent[before] += d->t - d->changed;
	d->changed = d->t;
	d->changes[d->record.health]++;
}

void
driver_init(struct driver *d, const struct line *line,
	    const struct bal_health_rule *rule)
{
	memset(d, 0, sizeof(*d));
	d->line = line;
	d->rule = rule;
	d->dead_from = NEVER;
	d->t = HOUR; /* clocks do not begin with our programs */
	d->changed = d->t;
	d->queue_at = d->t + next_after(line->queue_each);
	d->fade_at = d->fade_end = d->t;
}

/* The oldest that still can be answered in time; NEVER: none. */
static uint64_t
waits_since(const struct driver *d)
{
	for (size_t i = 0; i < d->n_asked; i++)
		if (!d->asked[i].given_up)
			return d->asked[i].at;
	return NEVER;
}

static uint64_t
next_round(const struct driver *d)
{
	const uint64_t rest = d->last + d->rule->interval_ms * MS;
	const uint64_t burst = d->last + bal_health_burst_us(&d->record, d->rule);
	const uint64_t since = waits_since(d);
	uint64_t late;

	if (!d->rounds)
		return d->t;
	if (bal_health_in_doubt(&d->record, d->rule))
		return burst;
	if (since == NEVER || d->record.health == BAL_HEALTH_DEAD)
		return rest;
	late = since + bal_health_late_us(&d->record, d->rule);
	if (late < burst)
		late = burst;
	return late < rest ? late : rest;
}

/* Answered, or never to be. */
static void
forget(struct driver *d, size_t i)
{
	memmove(&d->asked[i], &d->asked[i + 1],
		(--d->n_asked - i) * sizeof(*d->asked));
}

static void
ask(struct driver *d)
{
	const uint64_t answer = answer_at(d, d->t);

	if (d->n_asked == ASKED_MAX)
		forget(d, 0);
	d->asked[d->n_asked++] = (struct asked){
		.number = d->rounds,
		.at = d->t,
		.answer = answer,
	};
	d->last = d->t;
	d->rounds++;
}

static void
take_answer(struct driver *d, size_t i)
{
	const enum bal_health before = d->record.health;
	const uint64_t rtt = d->t - d->asked[i].at;

	if (d->asked[i].at > d->answered)
		d->answered = d->asked[i].at;
	forget(d, i);
	d->answers++;
	if (bal_health_good(&d->record, d->rule, d->t / MS, (uint32_t)rtt))
		note(d, before);
}

static void
lose(struct driver *d, uint64_t number)
{
	d->in_row = number && d->lost == number - 1 ? d->in_row + 1 : 0;
	d->lost = number;
}

static void
give_up(struct driver *d, size_t i)
{
	const enum bal_health before = d->record.health;
	const bool overtaken = d->asked[i].at < d->answered;

	lose(d, d->asked[i].number);
	d->asked[i].given_up = true;
	if (d->asked[i].answer == NEVER)
		forget(d, i);
	if (overtaken) {
		bal_health_lost(&d->record, d->rule, d->t / MS, d->in_row);
		return;
	}
	if (d->line->busy && queued(d, d->t))
		bal_health_proof(&d->record);
	else if (bal_health_bad(&d->record, d->rule, d->t / MS))
		note(d, before);
}

#define A_ROUND SIZE_MAX

/* When something is next, and which answer or time-out that is, or A_ROUND. */
static uint64_t
next_event(const struct driver *d, size_t *which)
{
	const uint64_t timeout = bal_health_timeout_us(&d->record, d->rule);
	uint64_t at = next_round(d);

	*which = A_ROUND;
	for (size_t i = 0; i < d->n_asked; i++) {
		const struct asked *a = &d->asked[i];
		uint64_t end = a->given_up ? NEVER : a->at + timeout;

		if (a->answer < end)
			end = a->answer;
		if (end > at)
			continue;
		at = end;
		*which = i;
	}
	return at > d->t ? at : d->t;
}

static void
happen(struct driver *d, uint64_t at, size_t which)
{
	d->t = at;
	if (which == A_ROUND)
		ask(d);
	else if (d->asked[which].answer <= at)
		take_answer(d, which);
	else
		give_up(d, which);
}

void
driver_run(struct driver *d, uint64_t t)
{
	size_t which;
	uint64_t at;

	while ((at = next_event(d, &which)) < t)
		happen(d, at, which);
	d->t = t;
}

void
driver_run_while(struct driver *d, enum bal_health health, uint64_t t)
{
	size_t which;
	uint64_t at;

	while (d->record.health == health && (at = next_event(d, &which)) < t)
		happen(d, at, which);
}
