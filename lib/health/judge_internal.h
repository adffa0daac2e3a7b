/* judge_internal - what the files of judge share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_JUDGE_INTERNAL_H
#define BAL_JUDGE_INTERNAL_H

#include "health/judge.h"

/* Evidence that decides, in 1/1000 nat: wrong once in e^12 tries. */
#define BAL_JUDGE_ALARM 12000

static inline uint64_t
bal_judge_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t
bal_judge_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* @most wins where the two contradict each other. */
static inline uint32_t
bal_judge_clamp(uint64_t value, uint64_t least, uint64_t most)
{
	return (uint32_t)bal_judge_min(bal_judge_max(value, least), most);
}

/* Counters stay at the top, evidence at the bottom. */
static inline uint32_t
bal_judge_add(uint32_t a, uint32_t b)
{
	return bal_judge_clamp((uint64_t)a + b, 0, UINT32_MAX);
}

static inline uint32_t
bal_judge_sub(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

/* --- judge_health.c ------------------------------------------------------ */

/* Its health; unknown where a damaged state file said anything else. */
enum bal_health bal_judge_health(const struct bal_judge *j);
/* Alive, or degraded. */
bool bal_judge_lives(const struct bal_judge *j);
/* No round-trip is known, of this run or one before. */
bool bal_judge_never_answered(const struct bal_judge *j);
/* Dead, and answering again: what is judged is whether that lasts. */
bool bal_judge_recovers(const struct bal_judge *j);
/* Is it clear that it is too slow, or loses too much? */
bool bal_judge_too_slow(const struct bal_judge *j,
			const struct bal_judge_rule *rule);
bool bal_judge_too_lossy(const struct bal_judge *j,
			 const struct bal_judge_rule *rule);
/* Some loss, and not yet clear how much that is. */
bool bal_judge_doubts_loss(const struct bal_judge *j,
			   const struct bal_judge_rule *rule);
/* Evidence that a degraded one is well: more for each time that it was not. */
uint32_t bal_judge_enough(const struct bal_judge *j);
/* What is still held against a degraded one? */
bool bal_judge_still_lossy(const struct bal_judge *j,
			   const struct bal_judge_rule *rule);
bool bal_judge_still_slow(const struct bal_judge *j,
			  const struct bal_judge_rule *rule);

/* --- judge_flap.c -------------------------------------------------------- */

/* It ceases to live at @now_ms; one that is not alive does not flap. */
void bal_judge_count_flap(struct bal_judge *j,
			  const struct bal_judge_rule *rule, uint64_t now_ms);
/* Drop the flaps that are forgotten by @now_ms. */
void bal_judge_forget_flaps(struct bal_judge *j, uint64_t now_ms);

/* --- judge_line.c -------------------------------------------------------- */

/* ln(a / b) in 1/1000, for 2^32 > a >= b > 0. */
uint32_t bal_judge_ln(uint64_t a, uint64_t b);

/* Did an answer after @rtt_us come too late for its round? */
bool bal_judge_is_late(const struct bal_judge *j,
		       const struct bal_judge_rule *rule, uint32_t rtt_us);

/*
 * A round-trip; an answered round; a lost one, after @in_row others; the run of
 * bad rounds that is over.
 */
void bal_judge_learn_rtt(struct bal_judge *j, uint32_t rtt_us);
void bal_judge_learn_good(struct bal_judge *j);
void bal_judge_learn_lost(struct bal_judge *j, uint32_t in_row);
void bal_judge_learn_run(struct bal_judge *j);

/* What one round weighs, in 1/1000 nat. */
struct bal_judge_weights {
	uint32_t bad, good;
};

/* In the test for too much loss. */
struct bal_judge_weights bal_judge_weights(const struct bal_judge_rule *rule);

/* In the test whether a lossy one is well again: the harder one to pass. */
struct bal_judge_weights bal_judge_relief(const struct bal_judge_rule *rule);

#endif
