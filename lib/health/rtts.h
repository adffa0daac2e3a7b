/* rtts - how many answers took how long: a histogram of round trips; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RTTS_H
#define BAL_RTTS_H

#include <stdint.h>

/* Buckets, and one for what is longer than the last bound. */
#define BAL_RTT_BOUNDS 10
#define BAL_RTT_BUCKETS (BAL_RTT_BOUNDS + 1)

/* The upper bounds in us, inclusive, ascending: 1 ms to 2.5 s. */
extern const uint32_t bal_rtt_bounds_us[BAL_RTT_BOUNDS];

/* Zero state: no answer.  A count stays at UINT32_MAX, and the sum likewise. */
struct bal_rtts {
	uint32_t n[BAL_RTT_BUCKETS]; /* each answer in one of them */
	uint64_t sum_us;
};

/* Count an answer after @rtt_us. */
void bal_rtts_add(struct bal_rtts *r, uint32_t rtt_us);

/* Add what @more has counted. */
void bal_rtts_merge(struct bal_rtts *r, const struct bal_rtts *more);

/* How many answers there were. */
uint64_t bal_rtts_count(const struct bal_rtts *r);

#endif
