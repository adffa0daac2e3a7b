// SPDX-License-Identifier: GPL-2.0-or-later
/* capacity - what a line carried when it was full, and weights from that. */
#include "health/capacity.h"

#define WINDOW_NS UINT64_C(2000000000)
#define NS_PER_S UINT64_C(1000000000)
#define QUEUE_US 10000 /* less may be the air of a radio link */
#define LASTING 3
#define SAMPLES_MAX 32 /* more move it no further */
#define HOUR_MS UINT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define LATELY_MS 10000
#define MINUTE_MS 60000
#define KNOWN_MS (5 * MINUTE_MS)
#define ONE 256
#define BOOST_MAX (4 * ONE)

/* --- windows -------------------------------------------------------------- */

void
bal_fill_answer(struct bal_fill *f, uint32_t queue_us, uint32_t empty_us)
{
	f->answers++;
	f->queued += queue_us > QUEUE_US && queue_us > empty_us / 2;
}

/* Two thirds of its answers were late, and two at least. */
static bool
is_full(const struct bal_fill *f)
{
	return f->queued >= 2 && f->queued * 3 >= f->answers * 2;
}

void
bal_fill_note(struct bal_fill *f, uint64_t rx, uint64_t tx, uint64_t span_ns,
	      struct bal_fill_sum *sum)
{
	uint64_t rate;

	f->rx += rx;
	f->tx += tx;
	f->span_ns += span_ns;
	if (f->span_ns < WINDOW_NS)
		return;
	/* In microseconds, that bytes of days do not overflow. */
	rate = (f->rx > f->tx ? f->rx : f->tx) * (NS_PER_S / 1000) /
	       (f->span_ns / 1000);
	if (rate > sum->carried)
		sum->carried = rate;
	f->run = is_full(f) ? f->run + 1 : 0;
	if (f->run) {
		sum->full_rate = (sum->full_rate * sum->n_full + rate) /
				 (sum->n_full + 1);
		sum->n_full++;
	}
	sum->run = f->run;
	*f = (struct bal_fill){ .run = f->run };
}

/* --- one uplink ----------------------------------------------------------- */

static uint64_t
part_of(const struct bal_capacity *c, uint64_t now_ms)
{
	if (!c->full_ms || now_ms < c->full_ms ||
	    now_ms - c->full_ms >= DAY_MS)
		return 1;
	return now_ms - c->full_ms >= HOUR_MS ? 2 : 4;
}

static void
move(struct bal_capacity *c, uint64_t rate, uint64_t part)
{
	if (rate > c->rate)
		c->rate += (rate - c->rate + part - 1) / part;
	else
		c->rate -= (c->rate - rate) / part;
}

void
bal_capacity_learn(struct bal_capacity *c, const struct bal_fill_sum *sum,
		   uint64_t now_ms)
{
	const bool counts = sum->n_full &&
			    (sum->full_rate >= c->rate || sum->run >= LASTING);

	if (!sum->n_full && sum->carried > c->rate)
		c->rate = sum->carried;
	if (!counts)
		return;
	for (uint32_t i = 0; i < sum->n_full && i < SAMPLES_MAX; i++)
		move(c, sum->full_rate, part_of(c, now_ms));
	c->boost = ONE;
	c->full_ms = now_ms;
}

void
bal_capacity_measured(struct bal_capacity *c, uint64_t rate, uint64_t now_ms)
{
	c->rate = rate;
	c->boost = ONE;
	c->full_ms = now_ms;
}

bool
bal_capacity_is_full(const struct bal_capacity *c, uint64_t now_ms)
{
	return c->full_ms && now_ms >= c->full_ms &&
	       now_ms - c->full_ms <= LATELY_MS;
}

void
bal_capacity_explore(struct bal_capacity *c, bool others, uint64_t now_ms)
{
	uint64_t ms = now_ms > c->look_ms ? now_ms - c->look_ms : 0;

	if (!c->look_ms || ms > MINUTE_MS)
		ms = c->look_ms ? MINUTE_MS : 0;
	c->look_ms = now_ms;
	if (!c->boost)
		c->boost = ONE;
	/* What a few minutes ago was found in a full line is no guess. */
	if (!others || (c->full_ms && now_ms - c->full_ms < KNOWN_MS))
		return;
	c->boost += (uint32_t)(c->boost * ms / MINUTE_MS);
	if (c->boost > BOOST_MAX)
		c->boost = BOOST_MAX;
}

/* --- all of them ---------------------------------------------------------- */

static uint64_t
rate_of(const struct bal_capacity *c)
{
	return c->boost ? c->rate / ONE * c->boost : c->rate;
}

/* Of those that are known; 1: none is. */
static uint64_t
mean_of(struct bal_capacity *const *v, size_t n)
{
	uint64_t sum = 0, known = 0;

	for (size_t i = 0; i < n; i++)
		if (rate_of(v[i])) {
			sum += rate_of(v[i]);
			known++;
		}
	return known ? sum / known : 1;
}

static uint32_t
weight_of(const struct bal_capacity *c, uint64_t mean, uint64_t most)
{
	const uint64_t rate = rate_of(c) ? rate_of(c) : mean;
	const uint64_t weight = (rate * BAL_CAPACITY_WEIGHT + most / 2) / most;

	return weight ? (uint32_t)weight : 1;
}

/* Is @now a tenth of itself off, or more? */
static bool
is_off(uint32_t now, uint32_t wanted)
{
	const uint32_t apart = now > wanted ? now - wanted : wanted - now;

	return !now || apart * 10 > now;
}

bool
bal_capacity_weigh(struct bal_capacity *const *v, size_t n)
{
	const uint64_t mean = mean_of(v, n);
	uint64_t most = 1;
	bool off = false;

	for (size_t i = 0; i < n; i++)
		if ((rate_of(v[i]) ? rate_of(v[i]) : mean) > most)
			most = rate_of(v[i]) ? rate_of(v[i]) : mean;
	for (size_t i = 0; i < n; i++)
		off |= is_off(v[i]->weight, weight_of(v[i], mean, most));
	for (size_t i = 0; off && i < n; i++)
		v[i]->weight = weight_of(v[i], mean, most);
	return off;
}
