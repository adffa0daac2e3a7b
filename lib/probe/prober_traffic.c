// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_traffic - what the device's counters tell, between probes. */
#include <unistd.h>

#include "netlink/arrivals.h"
#include "probe/prober_internal.h"

/* A line with so many packets of others in a second is a busy one. */
#define BUSY_PACKETS 5
#define BUSY_FOR_NS (3000 * BAL_NS_PER_MS)
/* Half an interval, within these. */
#define POLL_MIN_MS 10
#define POLL_MAX_MS 50
/* Unanswered packets that make silence suspicious: one may be one-way. */
#define SUSPICIOUS_PACKETS 2
#define PATIENCE_MAX_NS (1000 * BAL_NS_PER_MS)
/*
 * So long may traffic stand in for answers: what comes in may be the modem's
 * own chatter, and a line's round-trip is to be known.  Loss is only found by
 * asking, so it saves probes only where they cost.
 */
#define STAND_IN_ROUNDS 10
#define EXCUSE_NS (10000 * BAL_NS_PER_MS)
#define PROBE_BYTES 64 /* of an echo, with its frame */
/* Fewer packets than this are ARP, DHCP and the like. */
#define EXCUSE_PACKETS 3
/* Bytes in a second that may fill a slow line's queue, and how long they do. */
#define FLOOD_BYTES 16384
#define FLOOD_NS (1000 * BAL_NS_PER_MS)
/* So many times what was answered is more than the line may take. */
#define FLOOD_TIMES 2
/* A round trip that is longer by this, and that often, is a queue's. */
#define QUEUE_US 100000
/* What comes in is of interest for so long after the last late round. */
#define LISTEN_NS (60000 * BAL_NS_PER_MS)
/* What is seen fades within so long; packets are in 1/256 then. */
#define LATELY_NS (1000 * BAL_NS_PER_MS)
#define PACKET 256
/* One packet back for so many is an answer (TCP acknowledges every other). */
#define ANSWER_RATIO 20

struct growth {
	uint64_t rx_bytes, rx_packets, tx_bytes, tx_packets; /* not ours */
	uint64_t span_ns;
};

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Ours are small: taken off at no more than the mean size. */
static uint64_t
probe_size(uint64_t bytes, uint64_t packets)
{
	uint64_t mean = packets ? bytes / packets : 0;

	return mean < PROBE_BYTES ? mean : PROBE_BYTES;
}

static bool
has_doubts(const struct line *l)
{
	return bal_traffic_inquires(l) ||
	       bal_judge_wonders(&l->p.judge, &l->p.rule);
}

/* What the counters grew by since the last look; false: nothing to compare. */
static bool
look(struct line *l, struct growth *g)
{
	struct traffic *t = &l->traffic;
	struct bal_counters now;
	bool known = t->seen_ns != 0;
	uint64_t rx_each, tx_each;

	/* Our own answers among them have to be known as such. */
	if (bal_rounds_wait(l))
		bal_line_receive(l);
	if (bal_line_counters(l, &now) < 0)
		return false;
	*g = (struct growth){
		.rx_packets = less(now.rx_packets, t->seen.rx_packets),
		.tx_packets = less(now.tx_packets, t->seen.tx_packets),
		.rx_bytes = less(now.rx_bytes, t->seen.rx_bytes),
		.tx_bytes = less(now.tx_bytes, t->seen.tx_bytes),
		.span_ns = less(l->prober->now_ns, t->seen_ns),
	};
	rx_each = probe_size(g->rx_bytes, g->rx_packets);
	tx_each = probe_size(g->tx_bytes, g->tx_packets);
	if (known) {
		g->rx_bytes = less(g->rx_bytes, t->own_rx * rx_each);
		g->tx_bytes = less(g->tx_bytes, t->own_tx * tx_each);
		g->rx_packets = less(g->rx_packets, t->own_rx);
		g->tx_packets = less(g->tx_packets, t->own_tx);
	}
	t->seen = now;
	t->seen_ns = l->prober->now_ns;
	t->own_rx = t->own_tx = 0;
	if (known)
		bal_shortfall_note(&t->shortfall, g->rx_packets, g->tx_packets,
				   g->span_ns, !has_doubts(l));
	return known;
}

/* What came in the last second, if it came evenly. */
static void
fade(uint64_t *lately, uint64_t more, uint64_t span_ns)
{
	const uint64_t all = LATELY_NS / BAL_NS_PER_US;
	const uint64_t span = span_ns / BAL_NS_PER_US;

	if (span >= all)
		*lately = more * 1000 / (span / 1000);
	else
		*lately = *lately - *lately * span / all + more;
}

static void
note_received(struct traffic *t, uint64_t now_ns)
{
	t->rx_ns = now_ns;
	/* A lone packet is no answer to hundreds. */
	t->both_ways = t->rx_lately >= t->tx_lately / ANSWER_RATIO;
	if (t->both_ways) {
		t->flood_ns = 0;
		t->answered_bytes = t->tx_bytes_lately;
	}
	t->suspected = false;
	t->unanswered = 0;
}

/*
 * Silence says something of a line that sends what it sent when it was
 * answered.  One that begins to send much more fills a queue first.
 */
static void
note_silence(struct traffic *t, const struct growth *g)
{
	t->unanswered += (uint32_t)g->tx_packets;
	if (t->tx_bytes_lately >= FLOOD_BYTES &&
	    t->tx_bytes_lately >= FLOOD_TIMES * t->answered_bytes)
		t->both_ways = t->suspected = false;
}

static void
note_activity(struct line *l, const struct growth *g)
{
	struct traffic *t = &l->traffic;
	const uint64_t now = l->prober->now_ns;

	fade(&t->rx_lately, g->rx_packets * PACKET, g->span_ns);
	fade(&t->tx_lately, g->tx_packets * PACKET, g->span_ns);
	fade(&t->tx_bytes_lately, g->tx_bytes, g->span_ns);
	if (g->rx_packets)
		note_received(t, now);
	else
		note_silence(t, g);
	if (!t->both_ways && !t->suspected && t->tx_bytes_lately >= FLOOD_BYTES)
		t->flood_ns = now;
	if (t->rx_lately + t->tx_lately >= BUSY_PACKETS * PACKET)
		t->active_ns = now;
}

static bool
enough_came(const struct line *l, const struct growth *g)
{
	const uint64_t interval = l->p.rule.interval_ms * BAL_NS_PER_MS;
	uint64_t wanted = l->p.passive;

	if (!l->p.passive || g->rx_packets < EXCUSE_PACKETS)
		return false;
	if (g->span_ns < interval)
		wanted = wanted * (g->span_ns / BAL_NS_PER_US) /
			 (interval / BAL_NS_PER_US);
	return g->rx_bytes >= wanted;
}

/*
 * Where arrivals cannot be counted, as much as the configuration wants must do,
 * whoever sent it.
 */
static void
note_arrivals(struct line *l, const struct growth *g)
{
	struct traffic *t = &l->traffic;

	if (t->arrivals >= 0 ? bal_arrivals_count(t->arrivals) > 0 :
			       enough_came(l, g))
		t->arrived_ns = l->prober->now_ns;
}

/* See what there is to see; false: the counters have nothing to compare with. */
static bool
observe(struct line *l, struct growth *g)
{
	bool known;

	*g = (struct growth){ 0 };
	known = look(l, g);
	if (known)
		note_activity(l, g);
	note_arrivals(l, g);
	return known;
}

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

/* The shortest silence that says anything. */
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
	    !bal_traffic_is_busy(l) || l->p.judge.health == BAL_HEALTH_DEAD || !l->p.passive)
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
	struct growth g;
	bool lives = l->p.judge.health == BAL_HEALTH_ALIVE ||
		     l->p.judge.health == BAL_HEALTH_DEGRADED;
	uint64_t before = less(l->prober->now_ns,
			       l->p.rule.interval_ms * BAL_NS_PER_MS);
	bool proof = false;

	if (!l->p.passive)
		return false;
	if (observe(l, &g)) {
		if (t->patience_ns > least_patience_ns(l) && !t->suspected)
			t->patience_ns -= t->patience_ns / 8;
		proof = enough_came(l, &g);
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
	bal_judge_proof(&l->p.judge);
	return true;
}

static uint64_t
patience(const struct line *l)
{
	uint64_t late = bal_judge_late_us(&l->p.judge, &l->p.rule) *
			BAL_NS_PER_US;
	uint64_t least = least_patience_ns(l);

	if (l->traffic.patience_ns > least)
		least = l->traffic.patience_ns;

	return late > least ? late : least;
}

/*
 * It receives, and less than it did: asked at once, and where rounds cost, by
 * no more of them than traffic saved before.
 */
static void
inquire(struct line *l)
{
	struct traffic *t = &l->traffic;
	const uint32_t afford = l->p.metered ? t->saved : BAL_INQUIRY_MOST;

	/* Where nobody wants to know of loss there is nothing to ask. */
	if (l->p.judge.health == BAL_HEALTH_ALIVE && l->p.rule.degraded_loss &&
	    bal_shortfall_shows(&t->shortfall) &&
	    bal_inquiry_open(&t->inquiry, l->prober->now_ns, afford))
		l->due_ns = l->prober->now_ns;
}

bool
bal_traffic_inquires(const struct line *l)
{
	return l->traffic.inquiry.left > 0;
}

void
bal_traffic_asked(struct line *l)
{
	struct traffic *t = &l->traffic;

	if (!bal_traffic_inquires(l))
		return;
	if (l->p.metered && t->saved)
		t->saved--;
	if (bal_inquiry_asked(&t->inquiry, l->prober->now_ns))
		bal_shortfall_accept(&t->shortfall);
}

/* Is there a verdict, then there is nothing left to ask about. */
static void
end_inquiry_by_verdict(struct line *l)
{
	if (l->p.judge.health != BAL_HEALTH_ALIVE)
		bal_inquiry_close(&l->traffic.inquiry, l->prober->now_ns);
}

void
bal_traffic_lost(struct line *l)
{
	bal_inquiry_lost(&l->traffic.inquiry);
	end_inquiry_by_verdict(l);
}

/*
 * Many packets left and none came back where both did until now: that is as
 * good as one bad round, and the next one is due at once.
 */
void
bal_traffic_poll(struct line *l)
{
	struct traffic *t = &l->traffic;
	struct growth g;

	t->poll_ns = BAL_NEVER;
	if (!observe(l, &g))
		return;
	t->poll_ns = next_poll(l);
	inquire(l);
	if (!t->both_ways || t->suspected ||
	    t->unanswered < SUSPICIOUS_PACKETS ||
	    l->prober->now_ns < l->prober->patient_ns ||
	    l->prober->now_ns < t->rx_ns + patience(l) ||
	    l->p.judge.health == BAL_HEALTH_DEAD)
		return;
	t->suspected = true;
	t->both_ways = false;
	bal_line_silent(l);
	l->due_ns = l->prober->now_ns;
}

/* --- what proves that the far side lives ---------------------------------- */

static bool
may_prove(const struct line *l)
{
	return l->p.passive && l->p.judge.health != BAL_HEALTH_DEAD;
}

void
bal_traffic_listen(struct line *l, bool late)
{
	struct traffic *t = &l->traffic;
	struct bal_err why;

	if (!may_prove(l))
		return;
	/* What came until now is no answer to what is asked now. */
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
	struct growth g;

	if (may_prove(l))
		(void)observe(l, &g);
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
