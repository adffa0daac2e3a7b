// SPDX-License-Identifier: GPL-2.0-or-later
/* rtts - how many answers took how long: a histogram of round trips; pure. */
#include "health/rtts.h"

#include <stddef.h>

/* From a wire to a modem whose queue is full; a time-out is 2 s by default. */
const uint32_t bal_rtt_bounds_us[BAL_RTT_BOUNDS] = {
	1000,	5000,	10000,	25000,	 50000,
	100000, 250000, 500000, 1000000, 2500000,
};

static void
add_count(uint32_t *n, uint32_t more)
{
	*n = *n > UINT32_MAX - more ? UINT32_MAX : *n + more;
}

static void
add_sum(struct bal_rtts *r, uint64_t us)
{
	r->sum_us = r->sum_us > UINT64_MAX - us ? UINT64_MAX : r->sum_us + us;
}

void
bal_rtts_add(struct bal_rtts *r, uint32_t rtt_us)
{
	size_t i = 0;

	while (i < BAL_RTT_BOUNDS && rtt_us > bal_rtt_bounds_us[i])
		i++;
	add_count(&r->n[i], 1);
	add_sum(r, rtt_us);
}

void
bal_rtts_merge(struct bal_rtts *r, const struct bal_rtts *more)
{
	for (size_t i = 0; i < BAL_RTT_BUCKETS; i++)
		add_count(&r->n[i], more->n[i]);
	add_sum(r, more->sum_us);
}

uint64_t
bal_rtts_count(const struct bal_rtts *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BAL_RTT_BUCKETS; i++)
		n += r->n[i];
	return n;
}
