// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_lack - sessions that cannot ask, as this box is short of something. */
#include <string.h>

#include "probe/prober_internal.h"

/* A round that could not ask is repeated after this part of an interval. */
#define AGAIN_TIMES 8

/* A shortage is over after this time without one, and the next is reported. */
#define SHORT_OVER_NS (UINT64_C(60000) * BAL_NS_PER_MS)

void
bal_prober_note_short(struct bal_prober *p, int eno)
{
	if (!p->short_ns || p->now_ns > p->short_ns + SHORT_OVER_NS)
		bal_warn("probes take turns or wait: %s", strerror(eno));
	p->short_ns = p->now_ns;
}

void
bal_line_lacks(struct line *l, int eno)
{
	const uint64_t again = l->prober->now_ns + l->p.rule.interval_ms *
							   BAL_NS_PER_MS /
							   AGAIN_TIMES;

	bal_prober_note_short(l->prober, eno);
	if (!l->lack_ns)
		l->lack_ns = l->prober->now_ns;
	l->lack = eno;
	if (l->due_ns > again)
		l->due_ns = again;
}

void
bal_round_unasked(struct line *l, struct round *r, size_t target, int eno)
{
	r->pending |= bit(target);
	r->asked &= (uint8_t)~bit(target);
	bal_line_lacks(l, eno);
}

/* As long as a death takes to be noticed. */
static uint64_t
lack_limit_ns(const struct line *l)
{
	return ((uint64_t)l->p.rule.down * l->p.rule.interval_ms +
		l->p.rule.timeout_ms) *
	       BAL_NS_PER_MS;
}

/* Dead and degraded stay, as they are proved; alive does not. */
void
bal_line_check_lack(struct line *l)
{
	struct bal_health_record *j = &l->p.record;

	if (!l->lack_ns || l->unasked ||
	    l->prober->now_ns < l->lack_ns + lack_limit_ns(l))
		return;
	l->unasked = true;
	if (j->health != BAL_HEALTH_ALIVE && j->health != BAL_HEALTH_UNKNOWN)
		return;
	bal_line_say(l, "not probed: %s", strerror(l->lack));
	bal_warn("%s is %s", l->p.dev, l->p.reason);
	j->health = BAL_HEALTH_UNKNOWN;
	j->good = j->bad = 0;
	l->changed = true;
}

