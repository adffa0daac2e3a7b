// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_verdict - the health by rounds, tunnels and targets. */
#include <stdlib.h>
#include <string.h>

#include "health/blame.h"
#include "probe/prober_internal.h"

/* --- tunnels and their underlays ------------------------------------------ */

/*
 * An answer through a tunnel proves its underlay: it counts as a good round of
 * one that is dead.  The tunnel's round-trip is not the underlay's.
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
		if (l->p.record.health != BAL_HEALTH_DEAD) {
			bal_health_proof(&l->p.record);
			continue;
		}
		kept.srtt = l->p.record.srtt_us;
		kept.rttvar = l->p.record.rttvar_us;
		l->changed |= bal_health_good(&l->p.record, &l->p.rule,
					     line_now_ms(l), tunnel->p.rtt_us);
		l->p.record.srtt_us = kept.srtt;
		l->p.record.rttvar_us = kept.rttvar;
	}
}

static void
fail_tunnels(const struct line *under)
{
	for (struct line *t = under->prober->lines; t; t = t->next) {
		/* Without probes its return would go unnoticed. */
		if (!line_is_over(t, under) || !t->p.n_targets ||
		    t->p.record.health == BAL_HEALTH_DEAD)
			continue;
		bal_line_say(t, "%s is dead", under->p.dev);
		t->changed |= bal_health_gone(&t->p.record, &t->p.rule,
					     line_now_ms(t));
	}
}

/*
 * --- health ----------------------------------------------------------------
 */

void
bal_line_good(struct line *l, uint32_t rtt_us)
{
	l->rounds_judged++;
	bal_line_learned(l);
	l->changed |= bal_health_good(&l->p.record, &l->p.rule, line_now_ms(l),
				     rtt_us);
	if (l->p.record.bad == 0)
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
	if (changed && l->p.record.health == BAL_HEALTH_DEAD)
		fail_tunnels(l);
}

void
bal_line_bad(struct line *l)
{
	bal_line_learned(l);
	note_bad(l, bal_health_bad(&l->p.record, &l->p.rule, line_now_ms(l)));
}

void
bal_line_silent(struct line *l)
{
	bal_line_say(l, "sends and receives nothing");
	note_bad(l, bal_health_silent(&l->p.record, &l->p.rule, line_now_ms(l)));
}

void
bal_line_late(struct line *l)
{
	bal_line_learned(l);
	bal_health_late(&l->p.record);
	/* An arrival before the last bad round does not refute it. */
	if (l->traffic.arrived_ns > l->bad_ns)
		bal_health_proof(&l->p.record);
}

void
bal_line_lost(struct line *l, uint32_t in_row)
{
	bal_line_learned(l);
	/* A full queue drops packets on the best of uplinks. */
	if (bal_traffic_is_queued(l))
		return;
	bal_health_lost(&l->p.record, &l->p.rule, line_now_ms(l), in_row);
	bal_traffic_lost(l);
}

void
bal_line_gone(struct line *l, const char *why)
{
	bal_line_say(l, "%s", why);
	bal_rounds_excuse(l);
	l->rounds_judged++;
	bal_line_learned(l);
	l->changed |= bal_health_gone(&l->p.record, &l->p.rule, line_now_ms(l));
	bal_traffic_lost(l);
	fail_tunnels(l);
}

/* --- targets -------------------------------------------------------------- */

/* ARP asks each uplink's own gateway, a command anything. */
static bool
is_shared(const struct bal_target *t)
{
	return t->kind != BAL_TARGET_ARP && t->kind != BAL_TARGET_EXEC;
}

/* The number of a target: where it is first found among all sessions. */
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
 * An uplink that died by a suspect target is not at fault; where no other
 * target counts, it is unknown and stays in use.
 */
static void
acquit(struct line *l, size_t target)
{
	char name[BAL_TARGET_STRLEN];

	bal_rounds_excuse(l);
	if (l->p.record.health != BAL_HEALTH_DEAD) {
		bal_health_proof(&l->p.record);
		return;
	}
	if (bal_line_counting(l) || l->gone || l->p.no_carrier)
		return;
	bal_target_str(&l->p.targets[target], name);
	bal_line_say(l, "%.30s answers on no uplink", name);
	l->p.record.health = BAL_HEALTH_UNKNOWN;
	l->p.record.bad = 0;
	l->changed = true;
}

struct facts {
	struct bal_blame_fact *v;
	struct target_record **target_records;
	struct line **lines;
	size_t n;
};

static void
add_facts(struct facts *f, struct line *l, unsigned uplink)
{
	for (size_t i = 0; i < l->p.n_targets; i++) {
		struct target_record *record = &l->target_records[i];

		if (!is_shared(&l->p.targets[i]) ||
		    (!record->good_ns && !record->bad_ns))
			continue;
		f->v[f->n] = (struct bal_blame_fact){
			.uplink = uplink,
			.target = number_of(l->prober, &l->p.targets[i]),
			.good = record->good_ns > record->bad_ns,
		};
		f->target_records[f->n] = record;
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
		bool was = f->target_records[i]->suspect;

		f->target_records[i]->suspect = suspect[i];
		if (suspect[i] && !was)
			acquit(f->lines[i],
			       (size_t)(f->target_records[i] - f->lines[i]->target_records));
	}
	free(suspect);
}

static bool
doubts(const struct line *l)
{
	return l->p.record.bad > 0 || bal_rounds_late(l);
}

/* When @l last sent a round, in ns; 0: never. */
static uint64_t
asked_ns(const struct line *l)
{
	return l->rounds_begun ?
		       l->rounds[(l->rounds_begun - 1) % ROUNDS].sent_ns :
		       0;
}

/* Has @l a target of @other, and not asked it since @other's last answer? */
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

/* An answer through a tunnel proves the underlay only if asked for since. */
static bool
can_prove(const struct line *tunnel, const struct line *under)
{
	return line_is_over(tunnel, under) && asked_ns(tunnel) < asked_ns(under);
}

/*
 * A second opinion: while one session is in doubt about a target, another one
 * asks it at once and not at its next round at rest, so that it is known in
 * time whether the target or the uplink fails.
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
			needed |= l->target_records[i].suspect;
	}
	if (!needed)
		return;
	seek_opinions(prober);
	f.v = calloc(n + 1, sizeof(*f.v));
	f.target_records = calloc(n + 1, sizeof(*f.target_records));
	f.lines = calloc(n + 1, sizeof(*f.lines));
	if (f.v && f.target_records && f.lines) {
		for (struct line *l = prober->lines; l; l = l->next)
			add_facts(&f, l, uplink++);
		judge_targets(&f);
	}
	free(f.v);
	free(f.target_records);
	free(f.lines);
}
