// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_mood - what is to be told of a line though no verdict changed. */
#include "probe/prober_internal.h"

/* Doubts that last so long are told; and how often at most, and recoveries. */
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

struct mood
bal_line_mood(const struct line *l)
{
	const struct bal_judge *j = &l->p.judge;
	bool recovers = j->health == BAL_HEALTH_DEAD && j->good_since_ms;

	return (struct mood){
		.recovers = recovers,
		.wonders = !recovers && bal_judge_wonders(j, &l->p.rule),
	};
}

void
bal_line_note_mood(struct line *l)
{
	const struct mood mood = bal_line_mood(l);
	const uint64_t now = l->prober->now_ns;

	if (mood.recovers != l->told.recovers)
		l->news_ns =
			earliest(l->news_ns,
				 latest(now, l->told_ns + RECOVERIES_APART_NS));
	else if (mood.wonders == l->told.wonders)
		l->news_ns = mood.wonders ? l->doubted_ns : BAL_NEVER;
	else
		l->news_ns = earliest(l->news_ns,
				      latest(now + DOUBT_NS,
					     mood.wonders ? l->doubted_ns : 0));
}

void
bal_line_tell_mood(struct line *l)
{
	const struct mood mood = bal_line_mood(l);

	if (mood.recovers != l->told.recovers ||
	    mood.wonders != l->told.wonders)
		l->told_ns = l->prober->now_ns;
	if (mood.wonders)
		l->doubted_ns = l->prober->now_ns + DOUBTS_APART_NS;
	l->told = mood;
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
