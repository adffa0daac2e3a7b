// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_ask - questions of a round that have a socket, or a process, each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/prober_internal.h"

#define ASKINGS_MAX 32 /* of a session */

/* "HTTP status 302 from 192.0.2.1" */
static void
say_why(struct line *l, struct round *r, const struct bal_ask *ask)
{
	char host[BAL_ADDR_STRLEN];

	if (bal_addr_none(&ask->target.addr))
		bal_line_say(l, "%s", ask->why);
	else
		bal_line_say(l, "%s from %s", ask->why,
			     bal_addr_host_str(&ask->target.addr, host));
	r->said = true;
}

static void
on_asked(struct bal_ask *ask, void *arg)
{
	struct asking *a = arg;
	struct line *l = a->line;

	l->prober->now_ns = bal_clock_ns();
	a->over = true;
	/* The asking is of an older round in this place. */
	if (l->rounds_begun - a->round > ROUNDS)
		return;
	if (ask->asked == BAL_ASKED_GOOD) {
		bal_round_answered(l, a->round, a->target, a->sent_ns);
		return;
	}
	if (bal_ask_shortage(ask->error)) {
		bal_round_unasked(l, bal_round(l, a->round), a->target,
				  ask->error);
		return;
	}
	bal_round_note(bal_round(l, a->round), ask->error);
	say_why(l, bal_round(l, a->round), ask);
	bal_round_failed(l, a->round, a->target);
}

static size_t
count_asking(const struct line *l, size_t target)
{
	size_t n = 0;

	for (const struct asking *a = l->asking; a; a = a->next)
		n += !a->over &&
		     (target == BAL_TARGETS_MAX || a->target == target);
	return n;
}

static struct bal_ask_way
way_of(const struct bal_probe *p)
{
	struct bal_ask_way way = {
		.ifindex = p->ifindex,
		.mark = p->mark,
		.source = p->source,
		.gateway = p->gateway,
	};

	memcpy(way.dev, p->dev, sizeof(way.dev));
	memcpy(way.http_host, p->http_host, sizeof(way.http_host));
	memcpy(way.http_expect, p->http_expect, sizeof(way.http_expect));
	return way;
}

/* Begin, by the descriptor of another session if need be: 0 or the errno. */
static int
begin(struct asking *a, const struct bal_target *t)
{
	const struct bal_ask_way way = way_of(&a->line->p);
	struct bal_err why = { 0 };

	a->ask.done = on_asked;
	a->ask.arg = a;
	while (bal_ask_start(&a->ask, a->line->prober->loop, t, &way, &why) < 0)
		if (!bal_line_borrow(a->line, why.sys))
			return why.sys;
	return 0;
}

/* A command that takes too long is killed; an answer may be late. */
static uint64_t
give_up_after_ns(const struct line *l, const struct bal_target *t)
{
	return t->kind == BAL_TARGET_EXEC ?
		       l->p.rule.timeout_ms * BAL_NS_PER_MS :
		       bal_line_longest_ns(l);
}

/* Where there are too many, the oldest one past its time is dropped. */
static void
make_room(struct line *l)
{
	struct asking *oldest = NULL;

	if (count_asking(l, BAL_TARGETS_MAX) < ASKINGS_MAX)
		return;
	for (struct asking *a = l->asking; a; a = a->next)
		if (!a->over && bal_round(l, a->round)->outcome != WAITING)
			oldest = a;
	if (oldest)
		oldest->give_up_ns = l->prober->now_ns;
	bal_line_drop_asking(l, false);
}

void
bal_round_ask(struct line *l, struct round *r, uint32_t number, size_t target)
{
	const struct bal_target *t = &l->p.targets[target];
	struct asking *a;
	int eno;

	make_room(l);
	/* A command is no packet: one at a time is enough. */
	if (count_asking(l, BAL_TARGETS_MAX) >= ASKINGS_MAX ||
	    (t->kind == BAL_TARGET_EXEC && count_asking(l, target))) {
		r->pending |= bit(target);
		return;
	}
	a = calloc(1, sizeof(*a));
	if (!a) {
		bal_round_unasked(l, r, target, ENOMEM);
		return;
	}
	a->line = l;
	a->round = number;
	a->target = (uint8_t)target;
	a->sent_ns = l->prober->now_ns;
	a->give_up_ns = a->sent_ns + give_up_after_ns(l, t);
	eno = begin(a, t);
	if (eno) {
		free(a);
		bal_round_unasked(l, r, target, eno);
		return;
	}
	a->next = l->asking;
	l->asking = a;
	r->asked |= bit(target);
	l->p.sent++;
	l->p.spent += bal_target_bytes(t);
	if (a->ask.asked == BAL_ASKED_BAD) {
		a->over = true;
		r->failed |= bit(target);
		bal_round_note(r, a->ask.error);
		say_why(l, r, &a->ask);
	} else if (a->ask.asked == BAL_ASKED_GOOD) {
		on_asked(&a->ask, a);
	}
}

void
bal_line_drop_asking(struct line *l, bool all)
{
	struct asking **at = &l->asking, *a;

	while ((a = *at)) {
		bool silent = !a->over && a->give_up_ns <= l->prober->now_ns;

		if (!all && !a->over && !silent) {
			at = &a->next;
			continue;
		}
		*at = a->next;
		bal_ask_stop(&a->ask);
		free(a);
	}
}
