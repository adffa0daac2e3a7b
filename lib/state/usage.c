// SPDX-License-Identifier: GPL-2.0-or-later
/* usage - counters and clocks in, the bytes of a period out; pure. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "state/usage.h"

#ifndef BAL_BUILD_TIME
#define BAL_BUILD_TIME 0
#endif

#define SAVES 200 /* of a cap */
#define SAVE_MS (5 * 60 * 1000)
#define SOON_MS 60000
#define LEAST_MS 1000

/* Two clocks that go on together may differ by so much between two passes. */
#define STEP_S 60

#define WRAP (UINT64_C(1) << 32)

/* To be written whatever the bytes are. */
#define NOT_SAVED UINT64_MAX

static const unsigned thresholds[] = { 75, 95, 100 };
#define N_THRESHOLDS (sizeof(thresholds) / sizeof(thresholds[0]))

/* --- counters ------------------------------------------------------------- */

uint64_t
bal_usage_growth(uint64_t before, uint64_t now)
{
	if (now >= before)
		return now - before;
	/* After a reset so much again between two samples is less likely. */
	if (before >= WRAP / 2 && before < WRAP && WRAP - before + now < WRAP / 2)
		return WRAP - before + now;
	return now;
}

void
bal_usage_add(struct bal_usage *u, uint64_t bytes)
{
	u->bytes = u->bytes > UINT64_MAX - bytes ? UINT64_MAX :
						   u->bytes + bytes;
}

void
bal_usage_count(struct bal_usage *u, const struct bal_sample *sample)
{
	if (!u->known) {
		u->known = true;
		u->saved = NOT_SAVED;
	} else if (u->ifindex != sample->ifindex) {
		bal_usage_add(u, sample->rx);
		bal_usage_add(u, sample->tx);
	} else {
		bal_usage_add(u, bal_usage_growth(u->rx, sample->rx));
		bal_usage_add(u, bal_usage_growth(u->tx, sample->tx));
	}
	u->ifindex = sample->ifindex;
	u->rx = sample->rx;
	u->tx = sample->tx;
}

/* --- clocks --------------------------------------------------------------- */

static int
days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month] + (month == 1 && leap);
}

unsigned
bal_usage_day(uint32_t period, unsigned day)
{
	const unsigned last = (unsigned)days_of((int)period / 100,
						(int)(period % 100 + 11) % 12);

	return day > last ? last : day;
}

uint32_t
bal_usage_period(time_t now, unsigned day)
{
	struct tm tm;
	int year, month, first = (int)day;

	if (now < BAL_BUILD_TIME || !localtime_r(&now, &tm))
		return 0;
	year = tm.tm_year + 1900;
	month = tm.tm_mon;
	if (first > days_of(year, month))
		first = days_of(year, month);
	if (tm.tm_mday < first && --month < 0) {
		month = 11;
		year--;
	}
	return (uint32_t)year * 100 + (uint32_t)month + 1;
}

/* When CLOCK_BOOTTIME was 0, by the other clock. */
static uint64_t
boot_of(const struct bal_clocks *clocks)
{
	return (uint64_t)clocks->now - clocks->boot_ms / 1000;
}

static bool
goes_on(const struct bal_state *state, const struct bal_clocks *clocks)
{
	const uint64_t boot = boot_of(clocks), then = state->believed_boot_s;

	return then && boot + STEP_S >= then && boot <= then + STEP_S;
}

/* Has it named @period for long enough?  Else it is in doubt from now on. */
static bool
insists(struct bal_usage *u, uint32_t period, uint64_t now_ms)
{
	if (u->doubt_period != period || now_ms < u->doubt_ms) {
		u->doubt_period = period;
		u->doubt_ms = now_ms;
	}
	return now_ms - u->doubt_ms >= BAL_USAGE_DOUBT_MS;
}

uint32_t
bal_usage_believe(struct bal_state *state, struct bal_usage *u, unsigned day,
		  const struct bal_clocks *clocks)
{
	const uint32_t period = bal_usage_period(clocks->now, day);

	if (!period)
		return 0;
	if (u->period && period != u->period && !clocks->synced &&
	    !goes_on(state, clocks) &&
	    !insists(u, period, clocks->boot_ms))
		return 0;
	u->doubt_period = 0;
	u->doubt_ms = 0;
	state->believed_boot_s = boot_of(clocks);
	return period;
}

void
bal_usage_turn(struct bal_usage *u, uint32_t period, bool manual)
{
	/* The first known period gets what was used before it. */
	if (u->period && u->period < period && !manual)
		bal_usage_reset(u);
	if (u->period != period)
		u->saved = NOT_SAVED;
	u->period = period;
}

void
bal_usage_reset(struct bal_usage *u)
{
	u->bytes = 0;
	u->reported = 0;
	u->saved = NOT_SAVED;
}

/* --- thresholds ----------------------------------------------------------- */

/* Of @cap, without an overflow: caps end far below 2^64 / 100. */
static uint64_t
bytes_at(uint64_t cap, unsigned percent)
{
	return (cap * percent + 99) / 100;
}

unsigned
bal_usage_news(const struct bal_usage *u, uint64_t cap)
{
	for (size_t i = 0; cap && u->known && i < N_THRESHOLDS; i++)
		if (thresholds[i] > u->reported &&
		    u->bytes >= bytes_at(cap, thresholds[i]))
			return thresholds[i];
	return 0;
}

void
bal_usage_reported(struct bal_usage *u, unsigned percent)
{
	u->reported = percent;
	u->saved = NOT_SAVED;
}

unsigned
bal_usage_percent(const struct bal_usage *u, uint64_t cap)
{
	if (!cap)
		return 0;
	if (u->bytes / cap >= 10)
		return 999;
	return (unsigned)(u->bytes * 100 / cap);
}

uint64_t
bal_usage_next_ms(const struct bal_usage *u, uint64_t cap, uint64_t rate,
		  uint64_t now_ms)
{
	uint64_t ms;

	for (size_t i = 0; cap && rate && i < N_THRESHOLDS; i++) {
		const uint64_t at = bytes_at(cap, thresholds[i]);

		if (u->bytes >= at)
			continue;
		if ((at - u->bytes) / rate >= 2 * SOON_MS / 1000)
			return 0;
		ms = (at - u->bytes) * 1000 / rate / 2;
		return now_ms + (ms > LEAST_MS ? ms : LEAST_MS);
	}
	return 0;
}

bool
bal_usage_due(const struct bal_usage *u, uint64_t cap, uint64_t now_ms)
{
	if (!u->known || !cap || u->bytes == u->saved)
		return false;
	return u->saved > u->bytes || u->bytes - u->saved >= cap / SAVES ||
	       now_ms < u->saved_ms || now_ms - u->saved_ms >= SAVE_MS;
}
