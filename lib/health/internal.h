/* internal - what the files of health share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HEALTH_INTERNAL_H
#define BAL_HEALTH_INTERNAL_H

#include "health/health.h"

/* Evidence that decides, in 1/1000 nat: wrong once in e^12 tries. */
#define BAL_HEALTH_ALARM 12000

static inline uint64_t
bal_health_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t
bal_health_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* @most wins where it is less than @least. */
static inline uint32_t
bal_health_clamp(uint64_t value, uint64_t least, uint64_t most)
{
	return (uint32_t)bal_health_min(bal_health_max(value, least), most);
}

/* Saturating: counters stop at UINT32_MAX, evidence at 0. */
static inline uint32_t
bal_health_add(uint32_t a, uint32_t b)
{
	return bal_health_clamp((uint64_t)a + b, 0, UINT32_MAX);
}

static inline uint32_t
bal_health_sub(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

/* --- health_now.c -------------------------------------------------------------- */

/* Its health; unknown where a damaged state file holds anything else. */
enum bal_health bal_health_now(const struct bal_health_record *j);
/* Alive, or degraded. */
bool bal_health_lives(const struct bal_health_record *j);
/* No round-trip is known, of this run or one before. */
bool bal_health_never_answered(const struct bal_health_record *j);
/* Dead, but answering again: it is to be seen whether that lasts. */
bool bal_health_recovers(const struct bal_health_record *j);
/* Is it certain that it is too slow, or loses too much? */
bool bal_health_too_slow(const struct bal_health_record *j,
			const struct bal_health_rule *rule);
bool bal_health_too_lossy(const struct bal_health_record *j,
			 const struct bal_health_rule *rule);
/* Some loss, and too few rounds yet to decide how much. */
bool bal_health_doubts_loss(const struct bal_health_record *j,
			   const struct bal_health_rule *rule);
/* The evidence needed for a degraded one to be alive: more after each flap. */
uint32_t bal_health_enough(const struct bal_health_record *j);
/* Is it still degraded for its loss, or its delay? */
bool bal_health_still_lossy(const struct bal_health_record *j,
			   const struct bal_health_rule *rule);
bool bal_health_still_slow(const struct bal_health_record *j,
			  const struct bal_health_rule *rule);

/* --- health_flap.c ------------------------------------------------------------- */

/* It is marked down or degraded at @now_ms; a flap only if it was alive. */
void bal_health_count_flap(struct bal_health_record *j,
			  const struct bal_health_rule *rule, uint64_t now_ms);
/* Drop the flaps that are forgotten by @now_ms. */
void bal_health_forget_flaps(struct bal_health_record *j, uint64_t now_ms);

/* --- health_loss.c ------------------------------------------------------------- */

/* ln(a / b) in 1/1000, for 2^32 > a >= b > 0. */
uint32_t bal_health_ln(uint64_t a, uint64_t b);

/* Did an answer after @rtt_us come too late for its round? */
bool bal_health_is_late(const struct bal_health_record *j,
		       const struct bal_health_rule *rule, uint32_t rtt_us);

/*
 * Update the habit: by a round-trip in us; an answered round; a lost one, after
 * @in_row others; a run of bad rounds that is over.
 */
void bal_health_learn_rtt(struct bal_health_record *j, uint32_t rtt_us);
void bal_health_learn_good(struct bal_health_record *j);
void bal_health_learn_lost(struct bal_health_record *j, uint32_t in_row);
void bal_health_learn_run(struct bal_health_record *j);

/* What one round weighs, in 1/1000 nat. */
struct bal_health_weights {
	uint32_t bad, good;
};

/* In the test for too much loss. */
struct bal_health_weights bal_health_weights(const struct bal_health_rule *rule);

/* In the test whether a lossy one recovered, which is harder to pass. */
struct bal_health_weights bal_health_relief(const struct bal_health_rule *rule);

#endif
