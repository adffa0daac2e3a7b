// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_growth - the growth of a device's counters, without our probes. */
#include "netlink/arrivals.h"
#include "probe/prober_internal.h"

/* Packets a second, without ours, of a busy uplink. */
#define BUSY_PACKETS 5
#define PROBE_BYTES 64 /* of an echo, with its frame */
/* Fewer packets than this are ARP, DHCP and the like. */
#define EXCUSE_PACKETS 3
/* Bytes a second that may fill the queue of a slow uplink. */
#define FLOOD_BYTES 16384
/* So many times the answered traffic may be too much for the uplink. */
#define FLOOD_TIMES 2
/* Traffic fades within this time; packets are in 1/256 then. */
#define LATELY_NS (1000 * BAL_NS_PER_MS)
#define PACKET 256
/* One packet back for so many is an answer (TCP acknowledges every other). */
#define ANSWER_RATIO 20

/* Our packets are small: subtracted at the mean size at most. */
static uint64_t
probe_size(uint64_t bytes, uint64_t packets)
{
	uint64_t mean = packets ? bytes / packets : 0;

	return mean < PROBE_BYTES ? mean : PROBE_BYTES;
}

static bool
has_doubts(const struct line *l)
{
	return line_inquires(l) || bal_health_in_doubt(&l->p.record, &l->p.rule);
}

/* The growth since the last reading; false: there is none. */
static bool
look(struct line *l, struct bal_growth *g)
{
	struct traffic *t = &l->traffic;
	struct bal_counters now;
	bool known = t->seen_ns != 0;
	uint64_t rx_each, tx_each;

	if (bal_counters_read(l->prober->nl, l->p.ifindex, &now) < 0)
		return false;
	*g = (struct bal_growth){
		.rx_packets = bal_less(now.rx_packets, t->seen.rx_packets),
		.tx_packets = bal_less(now.tx_packets, t->seen.tx_packets),
		.rx_bytes = bal_less(now.rx_bytes, t->seen.rx_bytes),
		.tx_bytes = bal_less(now.tx_bytes, t->seen.tx_bytes),
		.span_ns = bal_less(l->prober->now_ns, t->seen_ns),
	};
	rx_each = probe_size(g->rx_bytes, g->rx_packets);
	tx_each = probe_size(g->tx_bytes, g->tx_packets);
	if (known) {
		g->rx_bytes = bal_less(g->rx_bytes, t->own_rx * rx_each);
		g->tx_bytes = bal_less(g->tx_bytes, t->own_tx * tx_each);
		g->rx_packets = bal_less(g->rx_packets, t->own_rx);
		g->tx_packets = bal_less(g->tx_packets, t->own_tx);
	}
	t->seen = now;
	t->seen_ns = l->prober->now_ns;
	t->own_rx = t->own_tx = 0;
	if (known)
		bal_fill_note(&t->fill, g->rx_bytes, g->tx_bytes, g->span_ns,
			      &l->p.fill);
	if (known)
		bal_shortfall_note(&t->shortfall, g->rx_packets, g->tx_packets,
				   g->span_ns, !has_doubts(l));
	return known;
}

/* The amount of the last second, if it came evenly. */
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
 * Silence is a sign on an uplink that sends no more than what was answered.
 * One that begins to send much more fills a queue first.
 */
static void
note_silence(struct traffic *t, const struct bal_growth *g)
{
	t->unanswered += (uint32_t)g->tx_packets;
	if (t->tx_bytes_lately >= FLOOD_BYTES &&
	    t->tx_bytes_lately >= FLOOD_TIMES * t->answered_bytes)
		t->both_ways = t->suspected = false;
}

static void
note_activity(struct line *l, const struct bal_growth *g)
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

bool
bal_growth_is_enough(const struct line *l, const struct bal_growth *g)
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
 * Where arrivals cannot be counted, the configured number of bytes has to do,
 * whatever their source.
 */
static void
note_arrivals(struct line *l, const struct bal_growth *g)
{
	struct traffic *t = &l->traffic;

	if (t->arrivals >= 0 ? bal_arrivals_count(t->arrivals) > 0 :
			       bal_growth_is_enough(l, g))
		t->arrived_ns = l->prober->now_ns;
}

bool
bal_growth_observe(struct line *l, struct bal_growth *g)
{
	bool known;

	*g = (struct bal_growth){ 0 };
	known = look(l, g);
	if (known)
		note_activity(l, g);
	note_arrivals(l, g);
	return known;
}
