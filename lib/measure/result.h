/* result - what a measurement of an uplink has found; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEASURE_RESULT_H
#define BAL_MEASURE_RESULT_H

#include <stddef.h>
#include <stdint.h>

#define BAL_MEASURE_RTTS 128
#define BAL_RATE_STRLEN 24

/* Progress of one transfer: @bytes have arrived at @us of any clock. */
struct bal_progress {
	uint64_t bytes, us;
};

/* Of one direction.  Zero state: nothing was measured. */
struct bal_measured {
	struct bal_progress begin, first, last;
	/* Round trips in us while it was on. */
	uint32_t rtt_us[BAL_MEASURE_RTTS];
	size_t n_rtts;
};

/*
 * Note that @bytes had arrived in all at @us.  The first ones begin the time
 * that counts: what came before is the way there.
 */
void bal_measured_note(struct bal_measured *m, uint64_t bytes, uint64_t us);

/* Note a round trip; of too many the last ones are left out. */
void bal_measured_rtt(struct bal_measured *m, uint32_t us);

/*
 * Bytes a second, by the clock: from the first ones to the last, or where all
 * came at once from the begin.  0: none came.
 */
uint64_t bal_measured_rate(const struct bal_measured *m);

/* The median of the round trips in us; 0 without any. */
uint32_t bal_measured_median(const struct bal_measured *m);

/*
 * @rate bytes a second as "9.4 Mbit/s", "850 kbit/s", into @buf of
 * BAL_RATE_STRLEN, which is returned.
 */
const char *bal_rate_str(uint64_t rate, char *buf);

#endif
