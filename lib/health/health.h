/* health - what probes say of an uplink: samples and a clock in, a verdict out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *   unknown  -> alive     one good round
 *            -> dead      k bad ones in a row
 *   alive    -> dead      k bad ones in a row
 *            -> degraded  it loses too much, or is too slow
 *   degraded -> dead      k bad ones in a row
 *            -> alive     neither of the two any more, and held for a while
 *   dead     -> alive     `up` good ones in a row, and held for a while...
 *            -> degraded  ...in which it loses too much
 *
 * A round is one question.  What is asked of an uplink are three things, each
 * with the test that decides it in the fewest rounds:
 *
 * - Is it dead?  Late is not lost: a round is bad if nothing at all came in since
 *   it was asked.  A run of k bad rounds has the chance p * q^(k-1), where p is
 *   the loss that is the line's habit and q how often one that follows a lost
 *   one is lost, too.  k is where that falls below one in a million: 3 for a
 *   clean line, 4 at 1 % loss each way, 9 at 10 %, never more than 32.
 * - Does it lose too much?  Each bad or lost round is evidence of ln(p1 / p0), each
 *   good one of ln((1 - p1) / (1 - p0)), which is negative; never below 0
 *   (Page's CUSUM, p0 = recovered_loss, p1 = degraded_loss).  12 nats decide:
 *   a line that loses p0 gets there once in more than e^12 rounds; one that
 *   loses 51 % of them in about 52, for each is worth 0.23.
 * - Is it well again?  Likewise, with the other sign, and harder to pass: for
 *   a loss between the two rates neither test decides, so that such a line
 *   does not go back and forth.  With each flap that is remembered, up to
 *   three, 12 nats more are wanted.
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
	BAL_HEALTH_UNKNOWN, /* never judged: used */
	BAL_HEALTH_ALIVE,
	BAL_HEALTH_DEAD,
	BAL_HEALTH_DEGRADED, /* answers, and too much is lost or too late */
};

const char *bal_health_name(enum bal_health health);
/* "unknown", "alive", "dead" or "degraded"; false for anything else. */
bool bal_health_parse(const char *text, enum bal_health *out);

/* What the configuration wants of a verdict. */
struct bal_health_rule {
	uint32_t down; /* the fewest rounds without an answer until dead */
	uint32_t up;   /* answered rounds in a row until alive */
	uint32_t interval_ms;	 /* between two rounds at rest */
	uint32_t timeout_ms;	 /* the longest that an answer is waited for */
	uint32_t timeout_min_ms; /* and the shortest, however fast the line */
	uint32_t degraded_loss;	 /* per cent lost: degraded; 0: never */
	uint32_t recovered_loss; /* per cent lost that are normal */
	uint32_t degraded_rtt_ms, recovered_rtt_ms; /* likewise; 0: never */
	/*
	 * The hold: good for so long until alive again, doubled for each flap
	 * before this one, up to stable_max.  0: none.
	 */
	uint32_t stable_ms, stable_max_ms;
	/*
	 * The target is a guess of ours: as long as it never answered, its
	 * silence proves nothing and the uplink stays unknown.
	 */
	bool guessed;
};

/*
 * What is remembered between rounds.  Zero state: never judged.  Plain
 * numbers, so that the state file can keep them between two commands; times
 * are of one clock that never goes back (CLOCK_BOOTTIME).
 */
struct bal_health_record {
	enum bal_health health;
	uint32_t good, bad;	     /* rounds in a row */
	uint32_t srtt_us, rttvar_us; /* RFC 6298; srtt 0: none measured yet */
	/*
	 * Loss as far as it is the line's habit: rounds and lost ones, in
	 * 1/256, both decayed; and the chance that the next one after a lost
	 * one is lost, too, in 1/65536.  An outage does not count.
	 */
	uint32_t rounds_q8, lost_q8, again_q16;
	uint32_t worse, better; /* evidence for more or less loss, 1/1000 nat */
	uint64_t recent; /* the last 64 rounds, youngest first; 1: lost */
	uint32_t n_recent;
	/*
	 * When the hold began: a dead one's first answer (0: none yet), or
	 * the last time that something was held against a degraded one.
	 */
	uint64_t good_since_ms;
	/*
	 * How often it left alive; one is forgotten for each ten minutes that
	 * it lives or recovers, which count from flap_ms.
	 */
	uint32_t flaps;
	uint64_t flap_ms;
};

/*
 * A round was answered after @rtt_us.  An answer that comes after the round
 * was given up is told all the same (the round was bal_health_bad() before):
 * it ends the run of bad ones, teaches the time-out and takes back what the
 * run said of loss.  Returns whether the verdict changed.
 *
 * A dead one is alive again when it has answered @rule->up times in a row, the
 * hold is over since its first answer, and there is no doubt about its loss
 * left: if it turns out to lose too much it comes back degraded.  Single lost
 * rounds do not begin the hold anew (a line that loses 19 % would never get
 * through a long one); k in a row do.
 */
bool bal_health_good(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms, uint32_t rtt_us);

/*
 * No answer came within bal_health_timeout_us(), as it is now and not as it was
 * when the question was sent, nor anything else.  Returns as above.
 */
bool bal_health_bad(struct bal_health_record *j, const struct bal_health_rule *rule,
		   uint64_t now_ms);

/*
 * It was sending and receiving, and receives nothing any more: one more bad
 * round in the run, by which no question was lost.  Returns as above.
 */
bool bal_health_silent(struct bal_health_record *j, const struct bal_health_rule *rule,
		      uint64_t now_ms);

/*
 * No answer within that time, while something else came in: it may still come.
 * That is no bad round, and no good one either.
 */
void bal_health_late(struct bal_health_record *j);

/*
 * That answer will not come, for one that was asked later has come.  Nor did
 * those to the @in_row questions before.  It counts for
 * loss, and not for a run: the uplink answers.
 */
void bal_health_lost(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms, uint32_t in_row);

/*
 * Proof of life that is no answer: bytes came in, or a tunnel over the uplink
 * answered.  Ends a run of bad rounds unless the uplink is dead: never revives
 * one, and is no sample of loss.
 */
void bal_health_proof(struct bal_health_record *j);

/*
 * Dead at once: the device, its carrier or its underlay is gone.  Ends a
 * recovery.  When it comes back, and answers before it has been silent for k
 * rounds, there is no hold, unless this is not its only flap.  A guessed
 * target that never answered: the first bad round says that the device is
 * there again, and the uplink is unknown.
 */
bool bal_health_gone(struct bal_health_record *j, const struct bal_health_rule *rule,
		    uint64_t now_ms);

/*
 * How long an answer is waited for: srtt + 4 * rttvar (RFC 6298, but rttvar
 * shrinks by 1/64 of the difference only) within [max(timeout_min,
 * min(interval / 4, 100 ms)), timeout]; timeout as long as nothing was
 * measured.
 */
uint32_t bal_health_timeout_us(const struct bal_health_record *j,
			      const struct bal_health_rule *rule);

/*
 * An answer is late, and the next round due at once, after so long: sooner
 * than the time-out, so that the burst is under way when that is over.  Who
 * never answered is not late before the time-out.
 */
uint32_t bal_health_late_us(const struct bal_health_record *j,
			   const struct bal_health_rule *rule);

/*
 * Between two rounds of a burst: half a round-trip, half an interval up to
 * 25 ms, at least 5 ms; half of that while much speaks for too much loss; and
 * never more than the interval.
 */
uint32_t bal_health_burst_us(const struct bal_health_record *j,
			    const struct bal_health_rule *rule);

/*
 * Is there something to find out quickly?  Then rounds come as a burst: a run
 * of bad rounds, loss that is not judged yet, the first answers of a dead one.
 */
bool bal_health_in_doubt(const struct bal_health_record *j,
		       const struct bal_health_rule *rule);

/*
 * How many bad rounds in a row condemn it, by the loss that is its habit: from
 * @rule->down (who never answered has no habit that could excuse it) to 32.
 */
uint32_t bal_health_misses(const struct bal_health_record *j,
			  const struct bal_health_rule *rule);

/*
 * Did the last rounds lose more than one now and then?  Then rest is shorter,
 * so that the next loss is not long in coming.
 */
bool bal_health_is_suspect(const struct bal_health_record *j);

/* Is a degraded one so for its loss (and not only slow)? */
bool bal_health_is_lossy(const struct bal_health_record *j);

/* Habitual loss in per cent. */
uint32_t bal_health_loss(const struct bal_health_record *j);

/*
 * Of the last 64 rounds at most, which begin anew with the first answer of a
 * dead one: how many there were, and how many of them were lost.
 */
uint32_t bal_health_recent_rounds(const struct bal_health_record *j);
uint32_t bal_health_recent_lost(const struct bal_health_record *j);

/*
 * How long it must be good, or would have to be if it died now; and how much
 * of that is left, 0 for an uplink that is held back by nothing.
 */
uint32_t bal_health_hold_ms(const struct bal_health_record *j,
			   const struct bal_health_rule *rule, uint64_t now_ms);
uint32_t bal_health_hold_left_ms(const struct bal_health_record *j,
				const struct bal_health_rule *rule,
				uint64_t now_ms);

/* Flaps that are not forgotten at @now_ms; silence mends nothing. */
uint32_t bal_health_flaps(const struct bal_health_record *j, uint64_t now_ms);

/*
 * Why it is as it is, beyond what the last bad round said: "lost 31 of 60",
 * "answers after 900 ms", "good for 2 s of 8 s, back in 6 s", "1 of 2 answers",
 * or "".  Into @buf.
 */
const char *bal_health_reason(const struct bal_health_record *j,
			     const struct bal_health_rule *rule, uint64_t now_ms,
			     char *buf, size_t size);

/*
 * What it is suspected of, where bal_health_in_doubt(): "2 bad rounds in a row, 4
 * condemn it", "lost 6 of 64, which may be too much"; else "".  Into @buf.
 */
const char *bal_health_suspicion(const struct bal_health_record *j,
				const struct bal_health_rule *rule, char *buf,
				size_t size);

/*
 * That flaps made the hold longer than `stable`: "flapped 3 times lately, must
 * be good for 8 s before it is back"; else "".  Into @buf.
 */
const char *bal_health_grown(const struct bal_health_record *j,
			    const struct bal_health_rule *rule, uint64_t now_ms,
			    char *buf, size_t size);

/*
 * Would another round in this pass of one command still matter, after @rounds
 * of them?  No after a good round, or proof, of an uplink that lives; no once
 * a dead one died in the last round, was silent for bal_health_misses() rounds,
 * or answers and must hold longer than a pass may take, (down - 1) * interval.
 * That a pass ends in time is its driver's business.
 */
bool bal_health_settled(const struct bal_health_record *j,
		       const struct bal_health_rule *rule, uint64_t now_ms,
		       uint32_t rounds);

#endif
