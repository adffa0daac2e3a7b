/* budget - how many bytes of probes an uplink may spend in a month. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BUDGET_H
#define BAL_BUDGET_H

#include <time.h>

#include "state.h"

/* Out of budget a line is still asked so often: else nobody would notice. */
#define BAL_BUDGET_LAST_MS 3600000

/* The month of @now in local time, as 202611. */
uint32_t bal_budget_month(time_t now);

/* A new month begins with nothing spent. */
void bal_budget_turn(struct bal_uplink_state *us, uint32_t month);

/* @bytes more, in the month that is. */
void bal_budget_spend(struct bal_uplink_state *us, uint64_t bytes);

/*
 * The time between two rounds of @round_bytes so that what is left of @budget
 * lasts until the month ends; @interval_ms where that is longer, and where
 * @budget is 0: none.  Pure.
 */
uint32_t bal_budget_interval_ms(uint64_t budget, uint64_t spent,
				uint32_t round_bytes, time_t now,
				uint32_t interval_ms);

/*
 * What was spent outlives a boot in the file @path: read for uplinks that do
 * not know it yet (a file that cannot be read is as if there was none), and
 * written, with its folder, when some uplink with a budget has spent another
 * 200th of it.
 */
void bal_budget_load(const char *path, struct bal_state *state,
		     uint32_t month);
int bal_budget_save(const char *path, struct bal_state *state,
		    const struct bal_conf *conf, struct bal_err *err);

#endif
