/* health - an uplink's health from the results of its probes and a clock. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unknown  -> alive     one good round
 *          -> dead      k bad ones in a row
 * alive    -> dead      k bad ones in a row
 *          -> degraded  it loses too much, or is too slow
 * degraded -> dead      k bad ones in a row
 *          -> alive     neither of the two any more, and held for a while
 * dead     -> alive     `up` good ones in a row, and held for a while...
 *          -> degraded  ...in which it loses too much
 *
 * A round is one question.  There are three tests of an uplink, each the one
 * that decides in the fewest rounds:
 *
 * - Is it dead?  Late is not lost: a round is bad if nothing at all came in
 *   since it was sent.  A run of k bad rounds has the chance p * q^(k-1), where
 *   p is the habitual loss and q how often the round after a lost one is lost,
 *   too.  k is where that falls below one in a million: 3 without loss, 4 at
 *   1 % loss each way, 9 at 10 %, never more than 32.
 * - Does it lose too much?  Each bad or lost round is evidence of ln(p1 / p0),
 *   each good one of ln((1 - p1) / (1 - p0)), which is negative; never below 0
 *   (Page's CUSUM, p0 = recovered_loss, p1 = degraded_loss).  12 nats decide:
 *   an uplink that loses p0 gets there once in more than e^12 rounds; one that
 *   loses 51 % of them in about 52, for each is worth 0.23.
 * - Has it recovered?  The second test with the other sign, and harder to
 *   pass: for a loss between the two rates neither test decides, so that such
 *   an uplink does not go back and forth.  Each flap that is remembered, up to
 *   three, adds 12 nats.
 *
 * While one of the first two is open, bal_health_in_doubt(), rounds come as a
 * burst: doubt costs some bytes, an error costs connections.
 */
#ifndef BAL_HEALTH_H
#define BAL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bal_health {
	BAL_HEALTH_UNKNOWN, /* no answer yet: in use */
	BAL_HEALTH_ALIVE,
	BAL_HEALTH_DEAD,
	BAL_HEALTH_DEGRADED, /* answers, but with too much loss or delay */
};

/* The word of @health in a static text; "?" for an invalid one. */
const char *bal_health_name(enum bal_health health);
/* "unknown", "alive", "dead" or "degraded"; false for anything else. */
bool bal_health_parse(const char *text, enum bal_health *out);

/* The thresholds of the configuration. */
struct bal_health_rule {
	uint32_t down; /* the fewest rounds without an answer until dead */
	uint32_t up;   /* answered rounds in a row until alive */
	uint32_t interval_ms;	 /* between two rounds at rest */
	uint32_t timeout_ms;	 /* the longest that an answer is waited for */
	uint32_t timeout_min_ms; /* and the shortest, however fast the uplink */
	uint32_t degraded_loss;	 /* per cent lost: degraded; 0: never */
	uint32_t recovered_loss; /* per cent lost that are normal */
	uint32_t degraded_rtt_ms, recovered_rtt_ms; /* likewise; 0: never */
	/*
	 * The hold in ms: good for so long until alive again, doubled for each
	 * flap before this one, up to stable_max_ms.  0: none.
	 */
	uint32_t stable_ms, stable_max_ms;
	/*
	 * The target is only assumed: as long as it never answered, its silence
	 * proves nothing and the uplink stays unknown.
	 */
	bool guessed;
};

/*
 * What is remembered between rounds.  Zero state: unknown.  Plain numbers, so
 * that the state file can keep them between two commands; times are of one
 * clock that never goes back (CLOCK_BOOTTIME).
 */
struct bal_health_record {
	enum bal_health health;
	uint32_t good, bad;	     /* rounds in a row */
	uint32_t srtt_us, rttvar_us; /* RFC 6298; srtt 0: none measured yet */
	/*
	 * Habitual loss: rounds and lost ones, in 1/256, both decayed; and the
	 * chance that the round after a lost one is lost, too, in 1/65536.  An
	 * outage does not count.
	 */
	uint32_t rounds_q8, lost_q8, again_q16;
	uint32_t worse, better; /* evidence for more or less loss, 1/1000 nat */
	uint64_t recent; /* the last 64 rounds, youngest first; 1: lost */
	uint32_t n_recent;
	/*
	 * When the hold began: a dead uplink's first answer (0: none yet), or
	 * the last evidence against a degraded one.
	 */
	uint64_t good_since_ms;
	/*
	 * How often it left alive; one is forgotten for each ten minutes that
	 * it is alive or recovers, which count from flap_ms.
	 */
	uint32_t flaps;
	uint64_t flap_ms;
};

/*
 * A round was answered after @rtt_us.  Also called for an answer that comes
 * after the round was given up (and bal_health_bad() called): it ends the run
 * of bad rounds, lengthens the time-out and takes back what the run counted as
 * loss.  Returns whether the health changed.
 *
 * A dead uplink is alive again when it has answered @rule->up times in a row,
 * the hold is over since its first answer, and its loss is not in doubt.  If it
 * loses too much it comes back degraded.  Single lost rounds do not restart the
 * hold (an uplink that loses 19 % would never complete a long one); k in a row
 * do.
 */
bool bal_health_good(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms, uint32_t rtt_us);

/*
 * No answer and no other packet came within the present
 * bal_health_timeout_us(), not the one of when the question was sent.  Returns
 * as above.
 */
bool bal_health_bad(struct bal_health_record *j, const struct bal_health_rule *rule,
		   uint64_t now_ms);

/*
 * The uplink was sending and receiving, and receives nothing any more: one more
 * bad round in the run, but no lost one.  Returns as above.
 */
bool bal_health_silent(struct bal_health_record *j, const struct bal_health_rule *rule,
		      uint64_t now_ms);

/*
 * No answer within the time-out, while something else came in: it may still
 * come.  The round is neither bad nor good.
 */
void bal_health_late(struct bal_health_record *j);

/*
 * The answer will not come, for a later question was answered.  Nor will those
 * to the @in_row questions before it.  It counts for loss, but not for a run:
 * the uplink answers.
 */
void bal_health_lost(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms, uint32_t in_row);

/*
 * Proof of life that is no answer: bytes came in, or a tunnel over the uplink
 * answered.  Ends a run of bad rounds unless the uplink is dead: it never
 * revives one, and is no sample of loss.
 */
void bal_health_proof(struct bal_health_record *j);

/*
 * Dead at once: the device, its carrier or its underlay is down.  Ends a
 * recovery.  There is no hold when it comes back and answers before k silent
 * rounds, unless this is not its only flap.  With an assumed target that never
 * answered, the first bad round shows that the device is back, and the uplink
 * is unknown.
 */
bool bal_health_gone(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms);

/*
 * The time-out of an answer: srtt + 4 * rttvar (RFC 6298, but rttvar shrinks by
 * 1/64 of the difference only) within [max(timeout_min, min(interval / 4, 100
 * ms)), timeout]; timeout as long as nothing was measured.
 */
uint32_t bal_health_timeout_us(const struct bal_health_record *j,
			      const struct bal_health_rule *rule);

/*
 * After this time an answer is late, and the next round due at once: sooner
 * than the time-out, so that the burst has begun when the time-out is over.  An
 * uplink that never answered is not late before the time-out.
 */
uint32_t bal_health_late_us(const struct bal_health_record *j,
			   const struct bal_health_rule *rule);

/*
 * The time between two rounds of a burst: half a round-trip, half an interval
 * up to 25 ms, at least 5 ms; half of that while there is much evidence of too
 * much loss; and never more than the interval.
 */
uint32_t bal_health_burst_us(const struct bal_health_record *j,
			    const struct bal_health_rule *rule);

/*
 * Is the health in doubt, so that rounds come as a burst: a run of bad rounds,
 * undecided loss, or the first answers of a dead uplink?
 */
bool bal_health_in_doubt(const struct bal_health_record *j,
		       const struct bal_health_rule *rule);

/*
 * How many bad rounds in a row mark it down, by its habitual loss: from
 * @rule->down (also for an uplink that never answered) to 32.
 */
uint32_t bal_health_misses(const struct bal_health_record *j,
			  const struct bal_health_rule *rule);

/*
 * Was more than a rare round of the last ones lost?  Then the interval at rest
 * is shorter, so that the next loss is noticed sooner.
 */
bool bal_health_is_suspect(const struct bal_health_record *j);

/* Is it degraded for its loss (and not only slow)? */
bool bal_health_is_lossy(const struct bal_health_record *j);

/*
 * Of the last 64 rounds at most, which restart with the first answer of a dead
 * uplink: how many there were, and how many of them were lost.
 */
uint32_t bal_health_recent_rounds(const struct bal_health_record *j);
uint32_t bal_health_recent_lost(const struct bal_health_record *j);

/*
 * The hold in ms, as it is or would be if the uplink died now; and how much of
 * it is left, 0 for an uplink without a hold.
 */
uint32_t bal_health_hold_ms(const struct bal_health_record *j,
			   const struct bal_health_rule *rule, uint64_t now_ms);
uint32_t bal_health_hold_left_ms(const struct bal_health_record *j,
				const struct bal_health_rule *rule,
				uint64_t now_ms);

/* Flaps that are not forgotten at @now_ms. */
uint32_t bal_health_flaps(const struct bal_health_record *j, uint64_t now_ms);

/*
 * The reason of its health, beyond that of the last bad round: "lost 31 of 60",
 * "answers after 900 ms", "good for 2 s of 8 s, back in 6 s", "1 of 2 answers",
 * or "".  Into @buf; returns @buf.
 */
const char *bal_health_reason(const struct bal_health_record *j,
			     const struct bal_health_rule *rule, uint64_t now_ms,
			     char *buf, size_t size);

/*
 * What it is suspected of, where bal_health_in_doubt(): such as "lost 6 of 64,
 * which may be too much"; else "".  Into @buf; returns @buf.
 */
const char *bal_health_suspicion(const struct bal_health_record *j,
				const struct bal_health_rule *rule, char *buf,
				size_t size);

/*
 * Says that flaps made the hold longer than `stable`: "flapped 3 times lately,
 * must be good for 8 s before it is back"; else "".  Into @buf; returns @buf.
 */
const char *bal_health_grown(const struct bal_health_record *j,
			    const struct bal_health_rule *rule, uint64_t now_ms,
			    char *buf, size_t size);

/*
 * Would another round in this pass of one command still matter, after @rounds
 * of them?  No after a good round, or proof, of an uplink that is alive.  No
 * once a dead one died in the last round, was silent for bal_health_misses()
 * rounds, or answers and must hold longer than a pass may take, (down - 1) *
 * interval.  The caller limits the duration of the pass.
 */
bool bal_health_settled(const struct bal_health_record *j,
		       const struct bal_health_rule *rule, uint64_t now_ms,
		       uint32_t rounds);

#endif
