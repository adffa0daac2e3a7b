/* shortfall - a busy line receives less than it did, which is worth a question. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *   packets in 200 ms
 *    |~~~~~~~~~~~\~ ~ ~ ~ ~ ~ ~   usual: follows in 2 s, upwards in 0.5 s
 *    |            \
 *    |             \_____________ lately: the last 200 ms
 *    +--------------^-----------> inquiry: rounds at a burst's pace
 *
 * A line that begins to lose 30 % each way still answers half of its probes,
 * and one probe a second may take seconds to notice; of a thousand packets a
 * second, half are missing after a fifth of one.  But a download that ends
 * looks the same.  So this condemns nobody: it only has questions asked, and
 * judge weighs the answers as ever.
 *
 * Pure: no system call, times are the caller's.
 */
#ifndef BAL_SHORTFALL_H
#define BAL_SHORTFALL_H

#include <stdbool.h>
#include <stdint.h>

/* Answers in a row that end an inquiry: by chance 1 of 256 where half is lost. */
#define BAL_INQUIRY_ROUNDS 8
/* So many rounds end it anyhow: judge needs about 52 where half are lost. */
#define BAL_INQUIRY_MOST 128

/* Packets in 200 ms, in 1/256. */
struct bal_shortfall_rate {
	uint64_t received, sent;
};

/* Zero state: nothing was seen. */
struct bal_shortfall {
	struct bal_shortfall_rate lately, usual;
};

/*
 * @received and @sent packets (without our probes) in the last @span_ns.  With
 * @settled they teach what is usual; it is false while there are doubts, for
 * what a line does then is not its habit.
 */
void bal_shortfall_note(struct bal_shortfall *s, uint64_t received,
			uint64_t sent, uint64_t span_ns, bool settled);

/*
 * Does it receive clearly less than usual: under 3/4, and under 7/8 in
 * proportion to what it sends (many send less when answers are missing); or
 * under 1/2 whatever it sends?  Never where less than 80
 * packets a second are usual, nor where chance could do it (three standard
 * deviations).
 */
bool bal_shortfall_shows(const struct bal_shortfall *s);

/* What was seen lately is usual from now on. */
void bal_shortfall_accept(struct bal_shortfall *s);

/* Zero state: nobody asks, and nobody has asked. */
struct bal_inquiry {
	uint32_t left;	   /* rounds that it may still cost; 0: none is open */
	uint32_t answered; /* in a row */
	bool lost;	   /* a round was: there was reason to ask */
	uint64_t ended_ns, pause_ns; /* not again before both have passed */
};

/*
 * Open one of at most @afford rounds.  False: there is one, it could not come
 * to an end, or the last one was too short a time ago.
 */
bool bal_inquiry_open(struct bal_inquiry *q, uint64_t now_ns, uint32_t afford);

/* A round of it begins.  Returns whether that was the last one. */
bool bal_inquiry_asked(struct bal_inquiry *q, uint64_t now_ns);

/*
 * A round was decided while it was open.  Returns whether that ended it: with
 * BAL_INQUIRY_ROUNDS answers in a row.
 */
bool bal_inquiry_answered(struct bal_inquiry *q, uint64_t now_ns);
void bal_inquiry_lost(struct bal_inquiry *q);

/*
 * There is a verdict, or nothing to ask about any more.  However one ends, the
 * pause until the next is a second if a round was lost, else twice what it
 * was, up to 16 s; forgotten after four times that long.
 */
void bal_inquiry_close(struct bal_inquiry *q, uint64_t now_ns);

#endif
