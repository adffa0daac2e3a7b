/* shortfall - a busy uplink receives less than it did: an inquiry pays. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets in 200 ms
 *    |~~~~~~~~~~~\~ ~ ~ ~ ~ ~ ~   usual: follows in 2 s, upwards in 0.5 s
 *    |            \
 *    |             \_____________ lately: the last 200 ms
 *    +--------------^-----------> inquiry: rounds at a burst's pace
 *
 * An uplink that begins to lose 30 % each way still answers half of its probes,
 * and one probe a second may take seconds to notice; of a thousand packets a
 * second, half are missing after a fifth of one.  But a download that ends
 * looks the same.  So a shortfall marks nothing down: it only brings more
 * probes, whose answers count as ever.
 *
 * Pure: no system call, times are the caller's.
 */
#ifndef BAL_SHORTFALL_H
#define BAL_SHORTFALL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Answers in a row that end an inquiry: by chance 1 of 256 where half is lost.
 */
#define BAL_INQUIRY_ROUNDS 8
/*
 * Rounds that end it in any case: the loss test needs about 52 where half are
 * lost.
 */
#define BAL_INQUIRY_MOST 128

/* Packets in 200 ms, in 1/256. */
struct bal_shortfall_rate {
	uint64_t received, sent;
};

/* Zero state: no traffic yet. */
struct bal_shortfall {
	struct bal_shortfall_rate lately, usual;
};

/*
 * @received and @sent packets (without our probes) in the last @span_ns.  With
 * @settled they update the usual rate; it is false while the uplink is in
 * doubt, when its traffic is not usual.
 */
void bal_shortfall_note(struct bal_shortfall *s, uint64_t received,
			uint64_t sent, uint64_t span_ns, bool settled);

/*
 * Does it receive clearly less than usual: under 3/4, and under 7/8 in
 * proportion to what it sends (many send less when answers are missing); or
 * under 1/2 whatever it sends?  Never where less than 80 packets a second are
 * usual, nor where it may be chance (three standard deviations).
 */
bool bal_shortfall_shows(const struct bal_shortfall *s);

/* Make the rate of the last moment the usual one. */
void bal_shortfall_accept(struct bal_shortfall *s);

/* Zero state: none is open, and none was. */
struct bal_inquiry {
	uint32_t left;	   /* rounds that it may still send; 0: none is open */
	uint32_t answered; /* in a row */
	bool lost;	   /* a round was lost: the inquiry was justified */
	uint64_t ended_ns, pause_ns; /* the next not before both have passed */
};

/*
 * Open one of at most @afford rounds.  False: one is open, @afford is too small
 * to end one, or the last one was too short a time ago.
 */
bool bal_inquiry_open(struct bal_inquiry *q, uint64_t now_ns, uint32_t afford);

/* A round of it begins.  Returns whether that was the last one. */
bool bal_inquiry_asked(struct bal_inquiry *q, uint64_t now_ns);

/*
 * A round was answered while it was open.  Returns whether that ended it: with
 * BAL_INQUIRY_ROUNDS answers in a row.
 */
bool bal_inquiry_answered(struct bal_inquiry *q, uint64_t now_ns);
/* A round was lost, which justifies it; answers in a row count anew. */
void bal_inquiry_lost(struct bal_inquiry *q);

/*
 * Close it: the health changed, or nothing is in doubt any more.  However it
 * ends, the pause until the next is a second if a round was lost, else twice
 * what it was, up to 16 s; forgotten after four times that long.
 */
void bal_inquiry_close(struct bal_inquiry *q, uint64_t now_ns);

#endif
