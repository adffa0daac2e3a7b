// SPDX-License-Identifier: GPL-2.0-or-later
/* result - what a measurement of an uplink has found; pure. */
#include "measure/result.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_S UINT64_C(1000000)

void
bal_measured_note(struct bal_measured *m, uint64_t bytes, uint64_t us)
{
	if (!m->begin.us)
		m->begin.us = us;
	if (!bytes)
		return;
	if (!m->first.us)
		m->first = (struct bal_progress){ bytes, us };
	if (bytes > m->last.bytes)
		m->last = (struct bal_progress){ bytes, us };
}

void
bal_measured_rtt(struct bal_measured *m, uint32_t us)
{
	if (m->n_rtts < BAL_MEASURE_RTTS)
		m->rtt_us[m->n_rtts++] = us;
}

static uint64_t
per_second(uint64_t bytes, uint64_t us)
{
	return us ? bytes * US_PER_S / us : 0;
}

uint64_t
bal_measured_rate(const struct bal_measured *m)
{
	if (m->last.us > m->first.us)
		return per_second(m->last.bytes - m->first.bytes,
				  m->last.us - m->first.us);
	return per_second(m->last.bytes, m->last.us - m->begin.us);
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint32_t
bal_measured_median(const struct bal_measured *m)
{
	uint32_t sorted[BAL_MEASURE_RTTS];

	if (!m->n_rtts)
		return 0;
	memcpy(sorted, m->rtt_us, m->n_rtts * sizeof(sorted[0]));
	qsort(sorted, m->n_rtts, sizeof(sorted[0]), by_size);
	return sorted[m->n_rtts / 2];
}

const char *
bal_rate_str(uint64_t rate, char *buf)
{
	const double kbit = (double)rate * 8 / 1000;

	if (kbit < 1000)
		snprintf(buf, BAL_RATE_STRLEN, "%.0f kbit/s", kbit);
	else
		snprintf(buf, BAL_RATE_STRLEN, "%.*f Mbit/s",
			 kbit < 100000 ? 1 : 0, kbit / 1000);
	return buf;
}
