// SPDX-License-Identifier: GPL-2.0-or-later
/* judge - what probes say of an uplink: samples and a clock in, a verdict out. */
#include "health/judge.h"

#include <string.h>

#include "health/judge_internal.h"

#define RUN_ACCUSES 6 /* one run has one cause, however long it is */
#define SAMPLES 8     /* answers until a round-trip is believed */
#define FORGET_MS (10 * 60 * UINT64_C(1000)) /* of life, for one flap */
#define FLAPS_WEIGH 3 /* so many make it harder to be believed again */

static const char *const names[] = {
	[BAL_HEALTH_UNKNOWN] = "unknown",
	[BAL_HEALTH_ALIVE] = "alive",
	[BAL_HEALTH_DEAD] = "dead",
	[BAL_HEALTH_DEGRADED] = "degraded",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

const char *
bal_health_name(enum bal_health health)
{
	return (size_t)health < N_NAMES ? names[health] : "?";
}

bool
bal_health_parse(const char *text, enum bal_health *out)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*out = (enum bal_health)i;
		return true;
	}
	return false;
}

/* --- what holds now ----------------------------------------------------- */

/* A damaged state file may say anything. */
enum bal_health
bal_judge_health(const struct bal_judge *j)
{
	return (size_t)j->health < N_NAMES ? j->health : BAL_HEALTH_UNKNOWN;
}

static bool
lives(const struct bal_judge *j)
{
	return bal_judge_health(j) == BAL_HEALTH_ALIVE ||
	       bal_judge_health(j) == BAL_HEALTH_DEGRADED;
}

static bool
never_answered(const struct bal_judge *j)
{
	return j->srtt_us == 0;
}

/* Dead, and answering again: what is judged is whether that lasts. */
bool
bal_judge_recovers(const struct bal_judge *j)
{
	return bal_judge_health(j) == BAL_HEALTH_DEAD && j->good_since_ms;
}

static uint64_t
elapsed(uint64_t since_ms, uint64_t now_ms)
{
	return now_ms > since_ms ? now_ms - since_ms : 0;
}

static bool
slower_than(const struct bal_judge *j, uint32_t ms)
{
	return ms && j->srtt_us > ms * UINT64_C(1000);
}

static bool
too_slow(const struct bal_judge *j, const struct bal_judge_rule *rule)
{
	return slower_than(j, rule->degraded_rtt_ms) &&
	       bal_judge_recent_rounds(j) - bal_judge_recent_lost(j) >= SAMPLES;
}

static bool
too_lossy(const struct bal_judge *j, const struct bal_judge_rule *rule)
{
	return rule->degraded_loss && j->worse >= BAL_JUDGE_ALARM;
}

/* Some loss, and not yet clear how much that is. */
bool
bal_judge_doubts_loss(const struct bal_judge *j,
		      const struct bal_judge_rule *rule)
{
	return rule->degraded_loss && j->worse && !too_lossy(j, rule);
}

/* Evidence that a degraded one is well: more for each time that it was not. */
static uint32_t
enough(const struct bal_judge *j)
{
	return BAL_JUDGE_ALARM * bal_judge_clamp(j->flaps, 1, FLAPS_WEIGH);
}

/* What is still held against a degraded one? */
bool
bal_judge_still_lossy(const struct bal_judge *j,
		      const struct bal_judge_rule *rule)
{
	return rule->degraded_loss && j->better < enough(j);
}

bool
bal_judge_still_slow(const struct bal_judge *j,
		     const struct bal_judge_rule *rule)
{
	const uint32_t much = rule->degraded_rtt_ms;
	const uint32_t less = rule->recovered_rtt_ms;

	return slower_than(j, less && less < much ? less : much);
}

/* Flaps that are not forgotten at @now_ms; silence mends nothing. */
uint32_t
bal_judge_flaps(const struct bal_judge *j, uint64_t now_ms)
{
	uint64_t forgotten = 0;

	if (lives(j) || bal_judge_recovers(j))
		forgotten = elapsed(j->flap_ms, now_ms) / FORGET_MS;
	return forgotten < j->flaps ? j->flaps - (uint32_t)forgotten : 0;
}

static uint64_t
most_hold(const struct bal_judge_rule *rule)
{
	return bal_judge_max(rule->stable_ms, rule->stable_max_ms);
}

static uint32_t
hold_after(uint32_t flaps, const struct bal_judge_rule *rule)
{
	const uint64_t hold = (uint64_t)rule->stable_ms
			      << bal_judge_clamp(flaps, 0, 31);

	return bal_judge_clamp(hold, 0, most_hold(rule));
}

uint32_t
bal_judge_hold_ms(const struct bal_judge *j, const struct bal_judge_rule *rule,
		  uint64_t now_ms)
{
	uint32_t before = bal_judge_flaps(j, now_ms);

	/* The one that it suffers from now is the last of them. */
	if (bal_judge_health(j) != BAL_HEALTH_ALIVE && before)
		before--;
	return hold_after(before, rule);
}

uint32_t
bal_judge_hold_left_ms(const struct bal_judge *j,
		       const struct bal_judge_rule *rule, uint64_t now_ms)
{
	const uint64_t hold = bal_judge_hold_ms(j, rule, now_ms);
	const uint64_t done = elapsed(j->good_since_ms, now_ms);

	switch (bal_judge_health(j)) {
	case BAL_HEALTH_DEAD:
	case BAL_HEALTH_DEGRADED:
		if (!j->good_since_ms)
			return (uint32_t)hold;
		return done < hold ? (uint32_t)(hold - done) : 0;
	default:
		return 0;
	}
}

bool
bal_judge_wonders(const struct bal_judge *j, const struct bal_judge_rule *rule)
{
	switch (bal_judge_health(j)) {
	case BAL_HEALTH_ALIVE:
		return j->bad || bal_judge_doubts_loss(j, rule);
	case BAL_HEALTH_DEGRADED:
		return j->bad > 0;
	case BAL_HEALTH_DEAD:
		return bal_judge_recovers(j) &&
		       (j->good < rule->up || bal_judge_doubts_loss(j, rule));
	default:
		return j->bad && !never_answered(j);
	}
}

#define UNEASY_ROUNDS UINT64_C(0xff) /* the last eight */
#define UNEASY_LOST 2

bool
bal_judge_is_uneasy(const struct bal_judge *j)
{
	return bal_judge_health(j) == BAL_HEALTH_ALIVE &&
	       __builtin_popcountll(j->recent & UNEASY_ROUNDS) >= UNEASY_LOST;
}

bool
bal_judge_is_lossy(const struct bal_judge *j)
{
	return bal_judge_health(j) == BAL_HEALTH_DEGRADED &&
	       j->better < enough(j);
}

/* --- from one verdict to the next --------------------------------------- */

static void
forget_flaps(struct bal_judge *j, uint64_t now_ms)
{
	const uint32_t left = bal_judge_flaps(j, now_ms);

	j->flap_ms += (j->flaps - left) * FORGET_MS;
	if (!left || j->flap_ms > now_ms)
		j->flap_ms = now_ms;
	j->flaps = left;
}

static void
live(struct bal_judge *j, uint64_t now_ms)
{
	j->health = BAL_HEALTH_ALIVE;
	j->worse = j->better = 0;
	forget_flaps(j, now_ms);
}

/*
 * From alive to something worse: that, and nothing else, is a flap.  Those
 * that cannot make the hold longer would only make the memory longer.
 */
static void
count_flap(struct bal_judge *j, const struct bal_judge_rule *rule,
	   uint64_t now_ms)
{
	if (bal_judge_health(j) != BAL_HEALTH_ALIVE)
		return;
	forget_flaps(j, now_ms);
	if (j->flaps == 0 || hold_after(j->flaps - 1, rule) < most_hold(rule))
		j->flaps = bal_judge_add(j->flaps, 1);
	j->flap_ms = now_ms;
}

static void
die(struct bal_judge *j, const struct bal_judge_rule *rule, uint64_t now_ms)
{
	count_flap(j, rule, now_ms);
	j->health = BAL_HEALTH_DEAD;
	j->worse = j->better = 0;
	j->good_since_ms = 0;
}

static void
degrade(struct bal_judge *j, const struct bal_judge_rule *rule, uint64_t now_ms)
{
	count_flap(j, rule, now_ms);
	/* If it is only slow, nobody complained about loss. */
	j->better = too_lossy(j, rule) ? 0 : enough(j);
	j->health = BAL_HEALTH_DEGRADED;
	j->worse = 0;
	j->good_since_ms = now_ms;
}

static void
remember(struct bal_judge *j, bool lost)
{
	j->recent = j->recent << 1 | lost;
	j->n_recent = bal_judge_clamp(j->n_recent, 0, 63) + 1;
}

/* An answer ended the run of bad rounds. */
static void
end_run(struct bal_judge *j, const struct bal_judge_rule *rule, bool late)
{
	const uint32_t accused = bal_judge_clamp(j->bad, 1, RUN_ACCUSES);

	/*
	 * What condemned it was an outage, and no habit; unless it comes to
	 * light, by a late answer, that there was none.
	 */
	if (lives(j) || bal_judge_recovers(j) ||
	    (late && !never_answered(j) &&
	     j->bad / 2 <= bal_judge_misses(j, rule)))
		bal_judge_learn_run(j);
	/* Slow is not lossy. */
	if (late) {
		j->worse = bal_judge_sub(j->worse,
					 accused * bal_judge_weights(rule).bad);
		j->recent &= j->recent - 1;
	}
}

/*
 * Dead, and not for its silence: its device was gone.  Back again it is
 * believed at once, unless being gone becomes a habit.
 */
static bool
was_pulled(const struct bal_judge *j, const struct bal_judge_rule *rule)
{
	return bal_judge_health(j) == BAL_HEALTH_DEAD && j->flaps <= 1 &&
	       j->bad < bal_judge_misses(j, rule);
}

static void
begin_to_recover(struct bal_judge *j, bool believed, uint64_t now_ms)
{
	/* Good since ever, then. */
	j->good_since_ms = believed || !now_ms ? 1 : now_ms;
	j->flap_ms = now_ms;
	j->recent = j->n_recent = 0;
}

static void
count_good(struct bal_judge *j, const struct bal_judge_rule *rule,
	   uint64_t now_ms, uint32_t rtt_us)
{
	const bool late = bal_judge_is_late(j, rule, rtt_us);
	const bool pulled = was_pulled(j, rule);

	end_run(j, rule, late);
	if (bal_judge_health(j) == BAL_HEALTH_DEAD && !bal_judge_recovers(j))
		begin_to_recover(j, pulled, now_ms);
	if (j->good_since_ms > now_ms)
		j->good_since_ms = now_ms;
	j->bad = 0;
	j->good = bal_judge_add(j->good, 1);
	bal_judge_learn_good(j);
	bal_judge_learn_rtt(j, rtt_us);
	remember(j, false);
}

bool
bal_judge_good(struct bal_judge *j, const struct bal_judge_rule *rule,
	       uint64_t now_ms, uint32_t rtt_us)
{
	const uint32_t weight = j->worse ? bal_judge_weights(rule).good : 0;
	const enum bal_health before = j->health;

	count_good(j, rule, now_ms, rtt_us);
	switch (bal_judge_health(j)) {
	case BAL_HEALTH_ALIVE:
		forget_flaps(j, now_ms);
		if (too_lossy(j, rule) || too_slow(j, rule))
			degrade(j, rule, now_ms);
		else
			j->worse = bal_judge_sub(j->worse, weight);
		break;
	case BAL_HEALTH_DEGRADED:
		j->better = bal_judge_clamp(
			(uint64_t)j->better + bal_judge_relief(rule).good, 0,
			enough(j));
		if (bal_judge_still_slow(j, rule))
			j->good_since_ms = now_ms;
		else if (!bal_judge_still_lossy(j, rule) &&
			 !bal_judge_hold_left_ms(j, rule, now_ms))
			live(j, now_ms);
		break;
	case BAL_HEALTH_DEAD:
		j->worse = bal_judge_sub(j->worse, weight);
		if (j->good < rule->up || bal_judge_doubts_loss(j, rule) ||
		    bal_judge_hold_left_ms(j, rule, now_ms))
			break;
		if (too_lossy(j, rule))
			degrade(j, rule, now_ms);
		else
			live(j, now_ms);
		break;
	default:
		live(j, now_ms);
	}
	return j->health != before;
}

/* The @run-th lost one in a row. */
static void
accuse(struct bal_judge *j, const struct bal_judge_rule *rule, uint64_t now_ms,
       uint32_t run)
{
	const uint32_t weight = bal_judge_weights(rule).bad;

	j->better = bal_judge_sub(j->better, bal_judge_relief(rule).bad);
	if (!j->better && bal_judge_health(j) == BAL_HEALTH_DEGRADED)
		j->good_since_ms = now_ms;
	/* Beyond that it is the silence that is judged, not the loss. */
	if ((bal_judge_health(j) == BAL_HEALTH_ALIVE ||
	     bal_judge_recovers(j)) &&
	    run <= RUN_ACCUSES)
		j->worse = bal_judge_clamp((uint64_t)j->worse + weight, 0,
					   2 * BAL_JUDGE_ALARM);
}

/* A round without an answer makes the run longer, which may condemn it. */
static bool
lengthen_run(struct bal_judge *j, const struct bal_judge_rule *rule,
	     uint64_t now_ms)
{
	const enum bal_health before = j->health;

	j->bad = bal_judge_add(j->bad, 1);
	j->good = 0;
	if (rule->guessed && never_answered(j))
		j->health = BAL_HEALTH_UNKNOWN;
	else if (j->bad >= bal_judge_misses(j, rule))
		die(j, rule, now_ms);
	else
		j->health = bal_judge_health(j);
	return j->health != before;
}

bool
bal_judge_bad(struct bal_judge *j, const struct bal_judge_rule *rule,
	      uint64_t now_ms)
{
	remember(j, true);
	accuse(j, rule, now_ms, bal_judge_add(j->bad, 1));
	return lengthen_run(j, rule, now_ms);
}

bool
bal_judge_silent(struct bal_judge *j, const struct bal_judge_rule *rule,
		 uint64_t now_ms)
{
	return lengthen_run(j, rule, now_ms);
}

void
bal_judge_late(struct bal_judge *j)
{
	j->good = 0;
}

void
bal_judge_lost(struct bal_judge *j, const struct bal_judge_rule *rule,
	       uint64_t now_ms, uint32_t in_row)
{
	j->good = 0;
	remember(j, true);
	accuse(j, rule, now_ms, bal_judge_add(in_row, 1));
	if (lives(j) || bal_judge_recovers(j))
		bal_judge_learn_lost(j, in_row);
}

void
bal_judge_proof(struct bal_judge *j)
{
	if (bal_judge_health(j) == BAL_HEALTH_DEAD)
		return;
	if (lives(j))
		bal_judge_learn_run(j);
	j->bad = 0;
}

bool
bal_judge_gone(struct bal_judge *j, const struct bal_judge_rule *rule,
	       uint64_t now_ms)
{
	const enum bal_health before = j->health;

	die(j, rule, now_ms);
	j->good = j->bad = 0;
	return j->health != before;
}

/* --- for passes of one command --------------------------------------------- */

bool
bal_judge_settled(const struct bal_judge *j, const struct bal_judge_rule *rule,
		  uint64_t now_ms, uint32_t rounds)
{
	const uint64_t down = rule->down ? rule->down : 1;
	const uint64_t pass_ms = (down - 1) * rule->interval_ms;
	const uint32_t misses = bal_judge_misses(j, rule);

	/* What is in @j then is the last pass's. */
	if (!rounds)
		return false;
	switch (bal_judge_health(j)) {
	case BAL_HEALTH_ALIVE:
	case BAL_HEALTH_DEGRADED:
		return j->bad == 0;
	case BAL_HEALTH_DEAD:
		if (bal_judge_recovers(j))
			return bal_judge_hold_left_ms(j, rule, now_ms) >
			       pass_ms;
		/* Exactly that many: it died in this very round. */
		return rounds >= misses || j->bad == misses;
	default:
		return rounds >= misses;
	}
}
