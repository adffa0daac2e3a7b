// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_traffic - what the device's counters show between probes. */
#include <unistd.h>

#include "netlink/arrivals.h"
#include "probe/prober_internal.h"

/* An uplink is busy for so long after its last traffic. */
#define BUSY_FOR_NS (3000 * BAL_NS_PER_MS)
/* Half an interval, within these. */
#define POLL_MIN_MS 10
#define POLL_MAX_MS 50
/* Unanswered packets that make silence suspect: one may be one-way. */
#define SUSPICIOUS_PACKETS 2
#define PATIENCE_MAX_NS (1000 * BAL_NS_PER_MS)
/*
 * The time that traffic may stand in for answers: it may be the modem's own,
 * and the round-trip must be measured.  Loss is only found by probes, so
 * traffic saves them only on a metered uplink.
 */
#define STAND_IN_ROUNDS 10
#define EXCUSE_NS (10000 * BAL_NS_PER_MS)
/* The time that sent traffic may fill the queue of a slow uplink. */
#define FLOOD_NS (1000 * BAL_NS_PER_MS)
/* A round trip that is longer by this, and by a factor of two, is queued. */
#define QUEUE_US 100000
/* How long arrivals are counted after the last late round. */
#define LISTEN_NS (60000 * BAL_NS_PER_MS)

bool
bal_traffic_is_busy(const struct line *l)
{
	return l->traffic.active_ns &&
	       l->prober->now_ns <= l->traffic.active_ns + BUSY_FOR_NS;
}

bool
bal_traffic_is_queued(const struct line *l)
{
	const uint64_t empty = l->p.rtt_us - l->queue_us;

	return bal_traffic_is_busy(l) && l->queue_us > QUEUE_US + empty;
}

static uint64_t
poll_ms(const struct line *l)
{
	uint64_t half = l->p.rule.interval_ms / 2;

	return half < POLL_MAX_MS ? half : POLL_MAX_MS;
}

/* The shortest silence that is a sign. */
static uint64_t
least_patience_ns(const struct line *l)
{
	uint64_t ms = l->p.rule.interval_ms;

	return (ms < POLL_MAX_MS ? ms : POLL_MAX_MS) * BAL_NS_PER_MS;
}

static uint64_t
next_poll(const struct line *l)
{
	if (l->p.rule.interval_ms < 2 * POLL_MIN_MS ||
	    !bal_traffic_is_busy(l) || l->p.record.health == BAL_HEALTH_DEAD || !l->p.passive)
		return BAL_NEVER;
	return l->prober->now_ns + poll_ms(l) * BAL_NS_PER_MS;
}

static uint64_t
stand_in_ns(const struct line *l)
{
	uint64_t rounds = STAND_IN_ROUNDS * l->p.rule.interval_ms *
			  BAL_NS_PER_MS;

	return rounds > EXCUSE_NS ? rounds : EXCUSE_NS;
}

static bool
answered_lately(const struct line *l)
{
	return l->vouched_ns &&
	       l->prober->now_ns < l->vouched_ns + stand_in_ns(l);
}

bool
bal_traffic_stands_in(struct line *l)
{
	struct traffic *t = &l->traffic;
	struct bal_growth g;
	bool lives = l->p.record.health == BAL_HEALTH_ALIVE ||
		     l->p.record.health == BAL_HEALTH_DEGRADED;
	uint64_t before = bal_less(l->prober->now_ns,
			       l->p.rule.interval_ms * BAL_NS_PER_MS);
	bool proof = false;

	if (!l->p.passive)
		return false;
	if (bal_growth_observe(l, &g)) {
		if (t->patience_ns > least_patience_ns(l) && !t->suspected)
			t->patience_ns -= t->patience_ns / 8;
		proof = bal_growth_is_enough(l, &g);
		t->poll_ns = next_poll(l);
	}
	proof |= bal_line_proved_by_tunnel(l, before);
	if (!l->p.metered || !lives || !proof ||
	    ++t->skipped >= STAND_IN_ROUNDS ||
	    !answered_lately(l)) {
		t->skipped = 0;
		return false;
	}
	if (t->saved < BAL_INQUIRY_MOST)
		t->saved++;
	bal_health_proof(&l->p.record);
	return true;
}

static uint64_t
patience(const struct line *l)
{
	uint64_t late = bal_health_late_us(&l->p.record, &l->p.rule) *
			BAL_NS_PER_US;
	uint64_t least = least_patience_ns(l);

	if (l->traffic.patience_ns > least)
		least = l->traffic.patience_ns;

	return late > least ? late : least;
}

/*
 * It receives, but less than it did: probe at once, and on a metered uplink by
 * no more rounds than traffic saved before.
 */
static void
inquire(struct line *l)
{
	struct traffic *t = &l->traffic;
	const uint32_t afford = l->p.metered ? t->saved : BAL_INQUIRY_MOST;

	/* Without degraded_loss there is nothing to find. */
	if (l->p.record.health == BAL_HEALTH_ALIVE && l->p.rule.degraded_loss &&
	    bal_shortfall_shows(&t->shortfall) &&
	    bal_inquiry_open(&t->inquiry, l->prober->now_ns, afford))
		l->due_ns = l->prober->now_ns;
}

void
bal_traffic_asked(struct line *l)
{
	struct traffic *t = &l->traffic;

	if (!line_inquires(l))
		return;
	if (l->p.metered && t->saved)
		t->saved--;
	if (bal_inquiry_asked(&t->inquiry, l->prober->now_ns))
		bal_shortfall_accept(&t->shortfall);
}

/* Once the health has changed an inquiry has nothing to find. */
static void
end_inquiry_by_verdict(struct line *l)
{
	if (l->p.record.health != BAL_HEALTH_ALIVE)
		bal_inquiry_close(&l->traffic.inquiry, l->prober->now_ns);
}

void
bal_traffic_lost(struct line *l)
{
	bal_inquiry_lost(&l->traffic.inquiry);
	end_inquiry_by_verdict(l);
}

bool
bal_traffic_poll(struct line *l)
{
	struct traffic *t = &l->traffic;
	struct bal_growth g;

	t->poll_ns = BAL_NEVER;
	if (!bal_growth_observe(l, &g))
		return false;
	t->poll_ns = next_poll(l);
	inquire(l);
	if (!t->both_ways || t->suspected ||
	    t->unanswered < SUSPICIOUS_PACKETS ||
	    l->prober->now_ns < l->prober->grace_ns ||
	    l->prober->now_ns < t->rx_ns + patience(l) ||
	    l->p.record.health == BAL_HEALTH_DEAD)
		return false;
	t->suspected = true;
	t->both_ways = false;
	return true;
}

/* --- what proves that the far side is alive ------------------------------- */

static bool
may_prove(const struct line *l)
{
	return l->p.passive && l->p.record.health != BAL_HEALTH_DEAD;
}

void
bal_traffic_listen(struct line *l, bool late)
{
	struct traffic *t = &l->traffic;
	struct bal_err why;

	if (!may_prove(l))
		return;
	/* Arrivals until now are no answer to the next question. */
	if (t->arrivals >= 0 && bal_arrivals_count(t->arrivals))
		t->arrived_ns = l->prober->now_ns;
	if (!late)
		return;
	t->wanted_ns = l->prober->now_ns;
	if (t->arrivals < 0)
		t->arrivals = bal_arrivals_open(l->p.ifindex, &l->p.link, &why);
}

void
bal_traffic_close(struct line *l, bool idle)
{
	struct traffic *t = &l->traffic;

	if (t->arrivals < 0 ||
	    (idle && l->prober->now_ns < t->wanted_ns + LISTEN_NS))
		return;
	close(t->arrivals);
	t->arrivals = -1;
}

void
bal_traffic_observe(struct line *l)
{
	struct bal_growth g;

	if (may_prove(l))
		(void)bal_growth_observe(l, &g);
}

bool
bal_traffic_proves(const struct line *l, uint64_t since_ns)
{
	return may_prove(l) && answered_lately(l) &&
	       l->traffic.arrived_ns > since_ns;
}

bool
bal_traffic_floods(const struct line *l)
{
	const struct traffic *t = &l->traffic;

	return may_prove(l) && t->flood_ns && !t->both_ways && !t->suspected &&
	       l->prober->now_ns < t->flood_ns + FLOOD_NS;
}

void
bal_traffic_answered(struct line *l)
{
	struct traffic *t = &l->traffic;

	if (bal_inquiry_answered(&t->inquiry, l->prober->now_ns))
		bal_shortfall_accept(&t->shortfall);
	end_inquiry_by_verdict(l);
	if (!t->suspected)
		return;
	t->suspected = false;
	t->patience_ns = patience(l) * 2 < PATIENCE_MAX_NS ? patience(l) * 2 :
							     PATIENCE_MAX_NS;
}
