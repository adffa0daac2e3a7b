/* usage - bytes that an uplink has carried since its cap began to count. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_USAGE_H
#define BAL_USAGE_H

#include <time.h>

#include "state/state.h"

/* In ms: how long a clock must name another month until it is believed. */
#define BAL_USAGE_DOUBT_MS UINT64_C(86400000)

/* The clocks of this machine at one moment. */
struct bal_clocks {
	time_t now;	  /* CLOCK_REALTIME */
	uint64_t boot_ms; /* CLOCK_BOOTTIME */
	bool synced;	  /* the kernel says that NTP has set it */
};

/* The counters of a device. */
struct bal_sample {
	int ifindex;
	uint64_t rx, tx; /* bytes */
};

/*
 * What a counter has grown by from @before to @now.  Below @before it has
 * wrapped, where it has 32 bits and was in the upper half of them; else it was
 * reset, and counts from 0.  Pure.
 */
uint64_t bal_usage_growth(uint64_t before, uint64_t now);

/*
 * Add what has passed since the last sample: all that @sample has where the
 * device is another one than then.  The first sample of a record without a
 * history only begins it.
 */
void bal_usage_count(struct bal_usage *u, const struct bal_sample *sample);

/* Add @bytes that the counters do not show (yet). */
void bal_usage_add(struct bal_usage *u, uint64_t bytes);

/*
 * The month, as 202611, in which the period of @now began that begins on day
 * @day of each month (1 to 31; the last day of a shorter month), in local time.
 * 0: the clock was not set, as it is earlier than this build.
 */
uint32_t bal_usage_period(time_t now, unsigned day);

/* The day of the month @period on which that period began, from 1. */
unsigned bal_usage_day(uint32_t period, unsigned day);

/*
 * As bal_usage_period(), where the clock is to be believed, else 0.  It is where
 * it names the recorded period; or there is none; or NTP has set it; or it has
 * gone on as CLOCK_BOOTTIME has from a moment when it was believed; or it has
 * named the same other period for BAL_USAGE_DOUBT_MS.
 */
uint32_t bal_usage_believe(struct bal_state *state, struct bal_usage *u,
			   unsigned day, const struct bal_clocks *clocks);

/*
 * The clock is believed.  A later @period begins with nothing used, unless
 * @manual; an earlier one shows that the clock was ahead, and keeps the bytes.
 */
void bal_usage_turn(struct bal_usage *u, uint32_t period, bool manual);

/* Begin anew with nothing used; the counters stay known. */
void bal_usage_reset(struct bal_usage *u);

/*
 * Which threshold, of 75, 95 and 100 per cent of @cap, has been reached and not
 * reported: the lowest; 0: none.
 */
unsigned bal_usage_news(const struct bal_usage *u, uint64_t cap);

/* It was reported. */
void bal_usage_reported(struct bal_usage *u, unsigned percent);

/* Whole per cent of @cap, rounded down, 999 at most; 0 without one. */
unsigned bal_usage_percent(const struct bal_usage *u, uint64_t cap);

/*
 * When the next threshold may be reached at @rate bytes a second, in ms of
 * CLOCK_BOOTTIME: half of that time is left for the rate to grow, but no less
 * than a second.  0: not within a minute.
 */
uint64_t bal_usage_next_ms(const struct bal_usage *u, uint64_t cap,
			   uint64_t rate, uint64_t now_ms);

/*
 * Is the record to be written?  At once after a reset or report, or when a
 * 200th of @cap was used since; else every five minutes: flash wears out.
 */
bool bal_usage_due(const struct bal_usage *u, uint64_t cap, uint64_t now_ms);

/*
 * Read the records of the uplinks that have none known from the file @path.
 * Counters count where they are of the boot @boot_id.  No file: nothing.  -1
 * where it cannot be read: then it must not be replaced.
 */
int bal_usage_load(const char *path, const char *boot_id,
		   struct bal_state *state, struct bal_err *err);

/*
 * Write the file and its directory.  Records of devices that are no uplinks now
 * stay in it, up to a number that no box has.
 */
int bal_usage_save(const char *path, const char *boot_id, uint64_t now_ms,
		   struct bal_state *state, struct bal_err *err);

#endif
