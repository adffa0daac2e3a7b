// SPDX-License-Identifier: GPL-2.0-or-later
/* health - an uplink's health from the results of its probes and a clock. */
#include "health/health.h"

#include "health/internal.h"

#define RUN_ACCUSES 6 /* one run has one cause, however long it is */

static void
live(struct bal_health_record *j, uint64_t now_ms)
{
	j->health = BAL_HEALTH_ALIVE;
	j->worse = j->better = 0;
	bal_health_forget_flaps(j, now_ms);
}

static void
die(struct bal_health_record *j, const struct bal_health_rule *rule, uint64_t now_ms)
{
	bal_health_count_flap(j, rule, now_ms);
	j->health = BAL_HEALTH_DEAD;
	j->worse = j->better = 0;
	j->good_since_ms = 0;
}

static void
degrade(struct bal_health_record *j, const struct bal_health_rule *rule, uint64_t now_ms)
{
	bal_health_count_flap(j, rule, now_ms);
	/* An uplink that is only slow needs no evidence about its loss. */
	j->better = bal_health_too_lossy(j, rule) ? 0 : bal_health_enough(j);
	j->health = BAL_HEALTH_DEGRADED;
	j->worse = 0;
	j->good_since_ms = now_ms;
}

static void
remember(struct bal_health_record *j, bool lost)
{
	j->recent = j->recent << 1 | lost;
	j->n_recent = bal_health_clamp(j->n_recent, 0, 63) + 1;
}

/* An answer ended the run of bad rounds. */
static void
end_run(struct bal_health_record *j, const struct bal_health_rule *rule, bool late)
{
	const uint32_t accused = bal_health_clamp(j->bad, 1, RUN_ACCUSES);

	/*
	 * The run that marked the uplink down was an outage, not habitual loss;
	 * unless a late answer shows that there was none.
	 */
	if (bal_health_lives(j) || bal_health_recovers(j) ||
	    (late && !bal_health_never_answered(j) &&
	     j->bad / 2 <= bal_health_misses(j, rule)))
		bal_health_learn_run(j);
	/* A late answer is no loss. */
	if (late) {
		j->worse = bal_health_sub(j->worse,
					 accused * bal_health_weights(rule).bad);
		j->recent &= j->recent - 1;
	}
}

/*
 * Dead because its device was gone, and not for missing answers.  When the
 * device is back the uplink has no hold, unless it goes often.
 */
static bool
was_pulled(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	return bal_health_now(j) == BAL_HEALTH_DEAD && j->flaps <= 1 &&
	       j->bad < bal_health_misses(j, rule);
}

static void
begin_to_recover(struct bal_health_record *j, bool believed, uint64_t now_ms)
{
	/* No hold: as if it had always been good. */
	j->good_since_ms = believed || !now_ms ? 1 : now_ms;
	j->flap_ms = now_ms;
	j->recent = j->n_recent = 0;
}

static void
count_good(struct bal_health_record *j, const struct bal_health_rule *rule,
	   uint64_t now_ms, uint32_t rtt_us)
{
	const bool late = bal_health_is_late(j, rule, rtt_us);
	const bool pulled = was_pulled(j, rule);

	end_run(j, rule, late);
	if (bal_health_now(j) == BAL_HEALTH_DEAD && !bal_health_recovers(j))
		begin_to_recover(j, pulled, now_ms);
	if (j->good_since_ms > now_ms)
		j->good_since_ms = now_ms;
	j->bad = 0;
	j->good = bal_health_add(j->good, 1);
	bal_health_learn_good(j);
	bal_health_learn_rtt(j, rtt_us);
	remember(j, false);
}

bool
bal_health_good(struct bal_health_record *j, const struct bal_health_rule *rule,
	       uint64_t now_ms, uint32_t rtt_us)
{
	const uint32_t weight = j->worse ? bal_health_weights(rule).good : 0;
	const enum bal_health before = j->health;

	count_good(j, rule, now_ms, rtt_us);
	switch (bal_health_now(j)) {
	case BAL_HEALTH_ALIVE:
		bal_health_forget_flaps(j, now_ms);
		if (bal_health_too_lossy(j, rule) || bal_health_too_slow(j, rule))
			degrade(j, rule, now_ms);
		else
			j->worse = bal_health_sub(j->worse, weight);
		break;
	case BAL_HEALTH_DEGRADED:
		j->better = bal_health_clamp(
			(uint64_t)j->better + bal_health_relief(rule).good, 0,
			bal_health_enough(j));
		if (bal_health_still_slow(j, rule))
			j->good_since_ms = now_ms;
		else if (!bal_health_still_lossy(j, rule) &&
			 !bal_health_hold_left_ms(j, rule, now_ms))
			live(j, now_ms);
		break;
	case BAL_HEALTH_DEAD:
		j->worse = bal_health_sub(j->worse, weight);
		if (j->good < rule->up || bal_health_doubts_loss(j, rule) ||
		    bal_health_hold_left_ms(j, rule, now_ms))
			break;
		if (bal_health_too_lossy(j, rule))
			degrade(j, rule, now_ms);
		else
			live(j, now_ms);
		break;
	default:
		live(j, now_ms);
	}
	return j->health != before;
}

/* The @run-th lost round in a row. */
static void
accuse(struct bal_health_record *j, const struct bal_health_rule *rule, uint64_t now_ms,
       uint32_t run)
{
	const uint32_t weight = bal_health_weights(rule).bad;

	j->better = bal_health_sub(j->better, bal_health_relief(rule).bad);
	if (!j->better && bal_health_now(j) == BAL_HEALTH_DEGRADED)
		j->good_since_ms = now_ms;
	/* A longer run tests for dead, not for loss. */
	if ((bal_health_now(j) == BAL_HEALTH_ALIVE ||
	     bal_health_recovers(j)) &&
	    run <= RUN_ACCUSES)
		j->worse = bal_health_clamp((uint64_t)j->worse + weight, 0,
					   2 * BAL_HEALTH_ALARM);
}

/* A round without an answer makes the run longer, which may mark it down. */
static bool
lengthen_run(struct bal_health_record *j, const struct bal_health_rule *rule,
	     uint64_t now_ms)
{
	const enum bal_health before = j->health;

	j->bad = bal_health_add(j->bad, 1);
	j->good = 0;
	if (rule->guessed && bal_health_never_answered(j))
		j->health = BAL_HEALTH_UNKNOWN;
	else if (j->bad >= bal_health_misses(j, rule))
		die(j, rule, now_ms);
	else
		j->health = bal_health_now(j);
	return j->health != before;
}

bool
bal_health_bad(struct bal_health_record *j, const struct bal_health_rule *rule,
	      uint64_t now_ms)
{
	remember(j, true);
	accuse(j, rule, now_ms, bal_health_add(j->bad, 1));
	return lengthen_run(j, rule, now_ms);
}

bool
bal_health_silent(struct bal_health_record *j, const struct bal_health_rule *rule,
		 uint64_t now_ms)
{
	return lengthen_run(j, rule, now_ms);
}

void
bal_health_late(struct bal_health_record *j)
{
	j->good = 0;
}

void
bal_health_lost(struct bal_health_record *j, const struct bal_health_rule *rule,
	       uint64_t now_ms, uint32_t in_row)
{
	j->good = 0;
	remember(j, true);
	accuse(j, rule, now_ms, bal_health_add(in_row, 1));
	if (bal_health_lives(j) || bal_health_recovers(j))
		bal_health_learn_lost(j, in_row);
}

void
bal_health_proof(struct bal_health_record *j)
{
	if (bal_health_now(j) == BAL_HEALTH_DEAD)
		return;
	if (bal_health_lives(j))
		bal_health_learn_run(j);
	j->bad = 0;
}

bool
bal_health_gone(struct bal_health_record *j, const struct bal_health_rule *rule,
	       uint64_t now_ms)
{
	const enum bal_health before = j->health;

	die(j, rule, now_ms);
	j->good = j->bad = 0;
	return j->health != before;
}

/* --- for passes of one command -------------------------------------------- */

bool
bal_health_settled(const struct bal_health_record *j, const struct bal_health_rule *rule,
		  uint64_t now_ms, uint32_t rounds)
{
	const uint64_t down = rule->down ? rule->down : 1;
	const uint64_t pass_ms = (down - 1) * rule->interval_ms;
	const uint32_t misses = bal_health_misses(j, rule);

	/* What @j holds then is of the last pass. */
	if (!rounds)
		return false;
	switch (bal_health_now(j)) {
	case BAL_HEALTH_ALIVE:
	case BAL_HEALTH_DEGRADED:
		return j->bad == 0;
	case BAL_HEALTH_DEAD:
		if (bal_health_recovers(j))
			return bal_health_hold_left_ms(j, rule, now_ms) >
			       pass_ms;
		/* Exactly that many: the last round marked it down. */
		return rounds >= misses || j->bad == misses;
	default:
		return rounds >= misses;
	}
}
