// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_verdict - rounds become verdicts; tunnels and targets have a say. */
#include <stdlib.h>
#include <string.h>

#include "health/blame.h"
#include "probe/prober_internal.h"

/* --- tunnels and what they are over --------------------------------------- */

/*
 * An answer through a tunnel is one through its underlay: it counts as a good
 * round of one that looked dead.  The tunnel's round-trip is another thing.
 */
static void
prove_underlay(const struct line *tunnel)
{
	struct judge_rtt {
		uint32_t srtt, rttvar;
	} kept;

	for (struct line *l = tunnel->prober->lines; l; l = l->next) {
		if (!line_is_over(tunnel, l) || l->gone || l->p.no_carrier)
			continue;
		if (l->p.judge.health != BAL_HEALTH_DEAD) {
			bal_judge_proof(&l->p.judge);
			continue;
		}
		kept.srtt = l->p.judge.srtt_us;
		kept.rttvar = l->p.judge.rttvar_us;
		l->changed |= bal_judge_good(&l->p.judge, &l->p.rule,
					     line_now_ms(l), tunnel->p.rtt_us);
		l->p.judge.srtt_us = kept.srtt;
		l->p.judge.rttvar_us = kept.rttvar;
	}
}

static void
fail_tunnels(const struct line *under)
{
	for (struct line *t = under->prober->lines; t; t = t->next) {
		/* Nobody would notice that it came back. */
		if (!line_is_over(t, under) || !t->p.n_targets ||
		    t->p.judge.health == BAL_HEALTH_DEAD)
			continue;
		bal_line_say(t, "%s is dead", under->p.dev);
		t->changed |= bal_judge_gone(&t->p.judge, &t->p.rule,
					     line_now_ms(t));
	}
}

/* --- verdicts -------------------------------------------------------------- */

void
bal_line_good(struct line *l, uint32_t rtt_us)
{
	l->rounds_judged++;
	bal_line_learned(l);
	l->changed |= bal_judge_good(&l->p.judge, &l->p.rule, line_now_ms(l),
				     rtt_us);
	if (l->p.judge.bad == 0)
		l->p.reason[0] = '\0';
	bal_traffic_answered(l);
	prove_underlay(l);
}

static void
note_bad(struct line *l, bool changed)
{
	l->rounds_judged++;
	l->bad_ns = l->prober->now_ns;
	l->changed |= changed;
	bal_traffic_lost(l);
	if (changed && l->p.judge.health == BAL_HEALTH_DEAD)
		fail_tunnels(l);
}

void
bal_line_bad(struct line *l)
{
	bal_line_learned(l);
	note_bad(l, bal_judge_bad(&l->p.judge, &l->p.rule, line_now_ms(l)));
}

void
bal_line_silent(struct line *l)
{
	bal_line_say(l, "sends and receives nothing");
	note_bad(l, bal_judge_silent(&l->p.judge, &l->p.rule, line_now_ms(l)));
}

void
bal_line_late(struct line *l)
{
	bal_line_learned(l);
	bal_judge_late(&l->p.judge);
	/* What came before the last bad round does not refute it. */
	if (l->traffic.arrived_ns > l->bad_ns)
		bal_judge_proof(&l->p.judge);
}

void
bal_line_lost(struct line *l, uint32_t in_row)
{
	bal_line_learned(l);
	/* A full queue loses what it has no room for, on the best of lines. */
	if (bal_traffic_is_queued(l))
		return;
	bal_judge_lost(&l->p.judge, &l->p.rule, line_now_ms(l), in_row);
	bal_traffic_lost(l);
}

void
bal_line_gone(struct line *l, const char *why)
{
	bal_line_say(l, "%s", why);
	bal_rounds_excuse(l);
	l->rounds_judged++;
	bal_line_learned(l);
	l->changed |= bal_judge_gone(&l->p.judge, &l->p.rule, line_now_ms(l));
	bal_traffic_lost(l);
	fail_tunnels(l);
}

/* --- targets --------------------------------------------------------------- */

/* ARP asks each uplink's own gateway, a command whatever it likes. */
static bool
is_shared(const struct bal_target *t)
{
	return t->kind != BAL_TARGET_ARP && t->kind != BAL_TARGET_EXEC;
}

/* The first line and place where this target stands: its number. */
static unsigned
number_of(const struct bal_prober *prober, const struct bal_target *t)
{
	unsigned number = 0;

	for (const struct line *l = prober->lines; l; l = l->next)
		for (size_t i = 0; i < l->p.n_targets; i++, number++)
			if (bal_target_same(&l->p.targets[i], t))
				return number;
	return number;
}

/*
 * One that died of a target that nobody reaches has nothing against it; and
 * where no other target is left to judge by, it stays in use.
 */
static void
acquit(struct line *l, size_t target)
{
	char name[BAL_TARGET_STRLEN];

	bal_rounds_excuse(l);
	if (l->p.judge.health != BAL_HEALTH_DEAD) {
		bal_judge_proof(&l->p.judge);
		return;
	}
	if (bal_line_counting(l) || l->gone || l->p.no_carrier)
		return;
	bal_target_str(&l->p.targets[target], name);
	bal_line_say(l, "%.30s answers on no uplink", name);
	l->p.judge.health = BAL_HEALTH_UNKNOWN;
	l->p.judge.bad = 0;
	l->changed = true;
}

struct facts {
	struct bal_blame_fact *v;
	struct aim **aims;
	struct line **lines;
	size_t n;
};

static void
add_facts(struct facts *f, struct line *l, unsigned uplink)
{
	for (size_t i = 0; i < l->p.n_targets; i++) {
		struct aim *aim = &l->aims[i];

		if (!is_shared(&l->p.targets[i]) ||
		    (!aim->good_ns && !aim->bad_ns))
			continue;
		f->v[f->n] = (struct bal_blame_fact){
			.uplink = uplink,
			.target = number_of(l->prober, &l->p.targets[i]),
			.good = aim->good_ns > aim->bad_ns,
		};
		f->aims[f->n] = aim;
		f->lines[f->n++] = l;
	}
}

static void
judge_targets(struct facts *f)
{
	bool *suspect = calloc(f->n + 1, sizeof(*suspect));

	if (!suspect)
		return;
	bal_blame(f->v, f->n, suspect);
	for (size_t i = 0; i < f->n; i++) {
		bool was = f->aims[i]->suspect;

		f->aims[i]->suspect = suspect[i];
		if (suspect[i] && !was)
			acquit(f->lines[i],
			       (size_t)(f->aims[i] - f->lines[i]->aims));
	}
	free(suspect);
}

static bool
doubts(const struct line *l)
{
	return l->p.judge.bad > 0 || bal_rounds_late(l);
}

/* When @l asked last; 0: never. */
static uint64_t
asked_ns(const struct line *l)
{
	return l->rounds_begun ?
		       l->rounds[(l->rounds_begun - 1) % ROUNDS].sent_ns :
		       0;
}

/* Does @l ask the same as @other, and has it not since @other's doubts? */
static bool
can_tell(const struct line *l, const struct line *other)
{
	if (asked_ns(l) > other->good_ns)
		return false;
	for (size_t i = 0; i < l->p.n_targets; i++)
		for (size_t k = 0; k < other->p.n_targets; k++)
			if (is_shared(&l->p.targets[i]) &&
			    bal_target_same(&l->p.targets[i],
					    &other->p.targets[k]))
				return true;
	return false;
}

/* An answer through a tunnel proves the line only if it was asked for since. */
static bool
can_prove(const struct line *tunnel, const struct line *under)
{
	return line_is_over(tunnel, under) && asked_ns(tunnel) < asked_ns(under);
}

/*
 * A second opinion: while one line doubts a target, another one asks it at
 * once and not at its next round at rest, so that by the time of the verdict
 * it is known whose fault it is.
 */
static void
seek_opinions(struct bal_prober *prober)
{
	for (const struct line *l = prober->lines; l; l = l->next) {
		if (!doubts(l))
			continue;
		for (struct line *o = prober->lines; o; o = o->next)
			if (o != l && !doubts(o) &&
			    (can_tell(o, l) || can_prove(o, l)))
				o->due_ns = prober->now_ns;
	}
}

void
bal_prober_blame(struct bal_prober *prober)
{
	struct facts f = { 0 };
	bool needed = false;
	unsigned uplink = 0;
	size_t n = 0;

	for (struct line *l = prober->lines; l; l = l->next) {
		n += l->p.n_targets;
		needed |= doubts(l);
		for (size_t i = 0; i < l->p.n_targets; i++)
			needed |= l->aims[i].suspect;
	}
	if (!needed)
		return;
	seek_opinions(prober);
	f.v = calloc(n + 1, sizeof(*f.v));
	f.aims = calloc(n + 1, sizeof(*f.aims));
	f.lines = calloc(n + 1, sizeof(*f.lines));
	if (f.v && f.aims && f.lines) {
		for (struct line *l = prober->lines; l; l = l->next)
			add_facts(&f, l, uplink++);
		judge_targets(&f);
	}
	free(f.v);
	free(f.aims);
	free(f.lines);
}
