// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_line - the state of a session: its reason, rounds and targets. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sys/socket.h>

#include "probe/prober_internal.h"

void
bal_line_say(struct line *l, const char *fmt, ...)
{
	const size_t size = sizeof(l->p.reason);
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(l->p.reason, size, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= size)
		memcpy(l->p.reason + size - sizeof("..."), "...",
		       sizeof("..."));
}

bool
bal_line_proved_by_tunnel(const struct line *l, uint64_t since_ns)
{
	/* Its packets say nothing of the other family. */
	if (l->p.family == AF_INET6)
		return false;
	for (const struct line *t = l->prober->lines; t; t = t->next)
		if (line_is_over(t, l) && t->good_ns > since_ns)
			return true;
	return false;
}

uint32_t
bal_line_counting(const struct line *l)
{
	uint32_t n = 0;

	for (size_t i = 0; i < l->p.n_targets; i++)
		n += !l->target_records[i].suspect;
	return n;
}

uint32_t
bal_line_need(const struct line *l)
{
	uint32_t n = bal_line_counting(l), need = l->p.need ? l->p.need : 1;

	return need < n ? need : n;
}

void
bal_line_learned(struct line *l)
{
	l->lack_ns = 0;
	l->unasked = false;
}

uint64_t
bal_line_longest_ns(const struct line *l)
{
	return 2 * l->p.rule.timeout_ms * BAL_NS_PER_MS;
}

bool
bal_rounds_wait(const struct line *l)
{
	return l->oldest != l->rounds_begun;
}

void
bal_round_note(struct round *r, int eno)
{
	if (r->error != ENODEV)
		r->error = eno;
}

void
bal_rounds_skip_decided(struct line *l)
{
	while (l->oldest != l->rounds_begun &&
	       bal_round(l, l->oldest)->outcome != WAITING)
		l->oldest++;
}

uint32_t
bal_rounds_first(const struct line *l)
{
	return l->rounds_begun > ROUNDS ? l->rounds_begun - ROUNDS : 0;
}

bool
bal_rounds_late(const struct line *l)
{
	const struct round *r;

	if (l->rounds_begun == 0 || l->p.record.health == BAL_HEALTH_DEAD)
		return false;
	r = &l->rounds[(l->rounds_begun - 1) % ROUNDS];
	return r->outcome == WAITING && l->prober->now_ns >= r->late_ns;
}

void
bal_rounds_excuse(struct line *l)
{
	for (uint32_t i = bal_rounds_first(l); i != l->rounds_begun; i++) {
		struct round *r = bal_round(l, i);

		if (r->outcome == WAITING || r->outcome == LATE)
			r->outcome = EXCUSED;
	}
	bal_rounds_skip_decided(l);
}
