// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_doubt - when to report a session though no health changed. */
#include "probe/prober_internal.h"

/*
 * Doubts that last this long are reported; the least interval of doubts, and of
 * recoveries.
 */
#define DOUBT_NS (UINT64_C(1000) * BAL_NS_PER_MS)
#define DOUBTS_APART_NS (UINT64_C(10000) * BAL_NS_PER_MS)
#define RECOVERIES_APART_NS (UINT64_C(500) * BAL_NS_PER_MS)

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
latest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct doubt
bal_line_doubt(const struct line *l)
{
	const struct bal_health_record *j = &l->p.record;
	bool recovers = j->health == BAL_HEALTH_DEAD && j->good_since_ms;

	return (struct doubt){
		.recovers = recovers,
		.in_doubt = !recovers && bal_health_in_doubt(j, &l->p.rule),
	};
}

void
bal_line_note_doubt(struct line *l)
{
	const struct doubt doubt = bal_line_doubt(l);
	const uint64_t now = l->prober->now_ns;

	if (doubt.recovers != l->reported.recovers)
		l->news_ns =
			earliest(l->news_ns,
				 latest(now, l->reported_ns + RECOVERIES_APART_NS));
	else if (doubt.in_doubt == l->reported.in_doubt)
		l->news_ns = doubt.in_doubt ? l->doubted_ns : BAL_NEVER;
	else
		l->news_ns = earliest(l->news_ns,
				      latest(now + DOUBT_NS,
					     doubt.in_doubt ? l->doubted_ns : 0));
}

void
bal_line_tell_doubt(struct line *l)
{
	const struct doubt doubt = bal_line_doubt(l);

	if (doubt.recovers != l->reported.recovers ||
	    doubt.in_doubt != l->reported.in_doubt)
		l->reported_ns = l->prober->now_ns;
	if (doubt.in_doubt)
		l->doubted_ns = l->prober->now_ns + DOUBTS_APART_NS;
	l->reported = doubt;
	l->news_ns = BAL_NEVER;
}

uint64_t
bal_prober_news_ns(const struct bal_prober *prober)
{
	uint64_t news = BAL_NEVER;

	for (const struct line *l = prober->lines; l; l = l->next)
		news = earliest(news, l->news_ns);
	return news;
}
