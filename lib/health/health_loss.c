// SPDX-License-Identifier: GPL-2.0-or-later
/* health_loss - the habits of an uplink: its round-trip and its loss. */
#include "health/internal.h"

#define MISSES_MAX 32
#define SURE 13816 /* ln(10^6), in 1/1000 */
#define ONE 65536U /* a certainty */

/* Rates of loss are in 1/10000. */
#define RATES 10000U
#define PER_CENT 100U

/* A round, and as many as a habit remembers, in 1/256. */
#define ROUND 256U
#define HABIT (256 * ROUND)
/* The loss assumed of an uplink without a history: one round of five. */
#define PRIOR_LOST ROUND
#define PRIOR_ROUNDS (5 * ROUND)
/* One run has one cause, however long it is. */
#define RUN_TEACHES 8
/* Lost rounds that are remembered to tell whether they come in a row. */
#define AGAIN 16

/*
 * RFC 6298 forgets a spike within a few answers, since TCP sends whole windows
 * of them.  Probes are sent once a second, and a queue that was full will be
 * full again: here a spike fades over a minute.
 */
#define RTTVAR_UP 4
#define RTTVAR_DOWN 64

#define US_PER_MS UINT64_C(1000)
#define BURST_LEAST (5 * US_PER_MS)
#define BURST_MOST (25 * US_PER_MS)

/*
 * The binary logarithm digit by digit, each by squaring.  No libm: routers
 * have no FPU.
 */
uint32_t
bal_health_ln(uint64_t a, uint64_t b)
{
	const uint64_t one = UINT64_C(1) << 30;
	uint64_t log2 = 0, x;

	for (; a >= 2 * b; b *= 2)
		log2++;
	x = a * one / b;
	for (int digit = 0; digit < 16; digit++) {
		x = x * x / one;
		log2 *= 2;
		if (x >= 2 * one) {
			x /= 2;
			log2++;
		}
	}
	return (uint32_t)((log2 * 693147 / 1000) >> 16);
}

/* --- round-trip --------------------------------------------------------- */

uint32_t
bal_health_timeout_us(const struct bal_health_record *j,
		     const struct bal_health_rule *rule)
{
	const uint64_t most = rule->timeout_ms * US_PER_MS;
	const uint64_t quarter = bal_health_min(rule->interval_ms / 4, 100);
	const uint64_t least = bal_health_max(rule->timeout_min_ms, quarter);
	const uint64_t rto = j->srtt_us + 4 * (uint64_t)j->rttvar_us;
	const uint64_t us = bal_health_max(rto, least * US_PER_MS);

	return bal_health_clamp(j->srtt_us ? bal_health_min(us, most) : most, 1,
			       UINT32_MAX);
}

bool
bal_health_is_late(const struct bal_health_record *j, const struct bal_health_rule *rule,
		  uint32_t rtt_us)
{
	return rtt_us > bal_health_timeout_us(j, rule);
}

uint32_t
bal_health_burst_us(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	const uint64_t interval = rule->interval_ms * US_PER_MS;
	const uint64_t least =
		bal_health_clamp(interval / 2, BURST_LEAST, BURST_MOST);
	uint64_t us = bal_health_max(j->srtt_us / 2, least);

	/* The more evidence of loss, the less a few bytes of probes matter. */
	if (j->worse >= BAL_HEALTH_ALARM / 4)
		us = bal_health_max(us / 2, BURST_LEAST);
	return bal_health_clamp(bal_health_min(us, interval), 1, UINT32_MAX);
}

uint32_t
bal_health_late_us(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	const uint64_t late = j->srtt_us + j->rttvar_us * UINT64_C(3) / 2;

	/* An uplink that never answered may not be ready yet: no hurry. */
	if (!j->srtt_us)
		return bal_health_timeout_us(j, rule);
	return bal_health_clamp(late, bal_health_burst_us(j, rule), UINT32_MAX);
}

static uint32_t
toward(uint32_t mean, uint32_t sample, uint32_t part)
{
	const int64_t step = ((int64_t)sample - mean) / part;

	return (uint32_t)(mean + step);
}

void
bal_health_learn_rtt(struct bal_health_record *j, uint32_t rtt_us)
{
	const uint32_t rtt = rtt_us ? rtt_us : 1;
	uint32_t off;

	if (!j->srtt_us) {
		j->srtt_us = rtt;
		j->rttvar_us = rtt / 2;
		return;
	}
	off = rtt > j->srtt_us ? rtt - j->srtt_us : j->srtt_us - rtt;
	j->rttvar_us = toward(j->rttvar_us, off,
			      off > j->rttvar_us ? RTTVAR_UP : RTTVAR_DOWN);
	j->srtt_us = toward(j->srtt_us, rtt, 8);
}

/* --- loss --------------------------------------------------------------- */

static void
count(uint32_t *n_q8, bool one_more, bool fade)
{
	const uint32_t n = bal_health_clamp(*n_q8, 0, HABIT);

	/* Rounded up, so that old rounds fade to nothing. */
	*n_q8 = n - (fade ? (n + 255) / 256 : 0) + (one_more ? ROUND : 0);
}

static void
learn(struct bal_health_record *j, bool lost)
{
	const bool full = j->rounds_q8 > HABIT - ROUND;

	count(&j->rounds_q8, true, full);
	count(&j->lost_q8, lost, full);
}

void
bal_health_learn_good(struct bal_health_record *j)
{
	learn(j, false);
	/* Slowly, for only lost rounds raise it: 18 hours of seconds. */
	j->again_q16 = bal_health_sub(bal_health_clamp(j->again_q16, 0, ONE), 1);
}

void
bal_health_learn_lost(struct bal_health_record *j, uint32_t in_row)
{
	if (in_row >= RUN_TEACHES)
		return;
	learn(j, true);
	j->again_q16 = toward(bal_health_clamp(j->again_q16, 0, ONE),
			      in_row > 0 ? ONE : 0, AGAIN);
}

void
bal_health_learn_run(struct bal_health_record *j)
{
	for (uint32_t i = 0; i < j->bad && i < RUN_TEACHES; i++)
		bal_health_learn_lost(j, i);
}

/* Of ONE; never so close to it that the logarithm vanishes. */
static uint32_t
likely(uint64_t chance)
{
	return bal_health_clamp(chance, 1, ONE - ONE / 64);
}

/*
 * A run of k bad rounds has the chance p * q^(k-1): p that a round is lost, q
 * that the next one is, too.  It marks the uplink down when that is below one
 * in a million.
 */
uint32_t
bal_health_misses(const struct bal_health_record *j, const struct bal_health_rule *rule)
{
	const uint32_t down = rule->down ? rule->down : 1;
	const uint64_t lost = bal_health_clamp(j->lost_q8, 0, HABIT);
	const uint64_t rounds = bal_health_clamp(j->rounds_q8, 0, HABIT);
	const uint32_t p =
		likely((lost + PRIOR_LOST) * ONE / (rounds + PRIOR_ROUNDS));
	const uint32_t q = likely(bal_health_max(j->again_q16, p));
	const uint32_t each = bal_health_ln(ONE, q);
	const uint32_t left = bal_health_sub(SURE, bal_health_ln(ONE, p));

	/* No habit is known. */
	if (!j->srtt_us)
		return down;
	return bal_health_clamp(1 + (left + each - 1) / each, down,
			       bal_health_max(down, MISSES_MAX));
}

uint32_t
bal_health_recent_rounds(const struct bal_health_record *j)
{
	return bal_health_clamp(j->n_recent, 0, 64);
}

uint32_t
bal_health_recent_lost(const struct bal_health_record *j)
{
	const uint32_t lost = (uint32_t)__builtin_popcountll(j->recent);

	return bal_health_clamp(lost, 0, bal_health_recent_rounds(j));
}

/* Of two rates in 1/10000, @much > @less, the evidence for @much. */
static struct bal_health_weights
between(uint32_t less, uint32_t much)
{
	return (struct bal_health_weights){
		.bad = bal_health_ln(much, less),
		.good = bal_health_ln(RATES - less, RATES - much),
	};
}

/* A value out of range is clamped to a rate. */
static uint32_t
degraded_rate(const struct bal_health_rule *rule)
{
	return bal_health_clamp(rule->degraded_loss, 2, 99) * PER_CENT;
}

static uint32_t
recovered_rate(const struct bal_health_rule *rule)
{
	return bal_health_clamp(rule->recovered_loss * PER_CENT, PER_CENT,
			       degraded_rate(rule) - PER_CENT);
}

struct bal_health_weights
bal_health_weights(const struct bal_health_rule *rule)
{
	return between(recovered_rate(rule), degraded_rate(rule));
}

/*
 * An uplink whose loss lies between the two rates must not go back and forth
 * between alive and degraded: the rate at which the evidence of the other test
 * neither grows nor shrinks is too much here.
 */
struct bal_health_weights
bal_health_relief(const struct bal_health_rule *rule)
{
	const struct bal_health_weights w = bal_health_weights(rule);
	const uint32_t neither = RATES * w.good / (w.good + w.bad);
	const uint32_t less = recovered_rate(rule) / 4 * 3;

	return between(less, neither);
}
