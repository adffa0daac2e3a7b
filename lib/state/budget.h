/* budget - how many bytes of probes an uplink may spend in a month. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BUDGET_H
#define BAL_BUDGET_H

#include <time.h>

#include "state/state.h"

/*
 * The interval in ms when the budget is spent, so that a change is still
 * noticed.
 */
#define BAL_BUDGET_LAST_MS 3600000

/* How long in ms the clock must name a month other than the recorded one. */
#define BAL_BUDGET_DOUBT_MS UINT64_C(86400000)

/*
 * The month of @now in local time, as 202611; 0: the clock has not been set, as
 * it is earlier than this build.
 */
uint32_t bal_budget_month(time_t now);

/*
 * Is the clock, at @now when CLOCK_BOOTTIME is @now_ms, to be believed?  The
 * month then, else 0.  A box without a battery clock boots at any date, also
 * after the last one, and is set later.  So the clock is believed when it names
 * the recorded month, or goes on from there to the first day of the next one;
 * or there is no record; or when it has named the same month for
 * BAL_BUDGET_DOUBT_MS: the box was off, or the record is wrong.  Until then
 * bytes count for the recorded month.
 */
uint32_t bal_budget_believe(struct bal_state *state, time_t now,
			    uint64_t now_ms);

/*
 * The clock is believed: a later month begins with nothing spent.  An earlier
 * one shows that the clock was ahead at the record, which keeps its bytes.
 */
void bal_budget_turn(struct bal_uplink_state *us, uint32_t month);

/* Add @bytes to the recorded month. */
void bal_budget_spend(struct bal_uplink_state *us, uint64_t bytes);

/*
 * The time in ms between two rounds of @round_bytes so that what is left of
 * @budget lasts until the month ends; @interval_ms where that is longer, and
 * where @budget is 0: none.  Pure.
 */
uint32_t bal_budget_interval_ms(uint64_t budget, uint64_t spent,
				uint32_t round_bytes, time_t now,
				uint32_t interval_ms);

/*
 * Read the bytes spent, with their month, from the file @path, which outlives a
 * boot: for uplinks that have none recorded.  No file: nothing.  -1 where it
 * cannot be read: then it must not be replaced.
 */
int bal_budget_load(const char *path, struct bal_state *state,
		    struct bal_err *err);

/*
 * Has @us spent another 200th of its @budget (bytes a month) since the last
 * save?
 */
bool bal_budget_due(const struct bal_uplink_state *us, uint64_t budget);

/*
 * Write the file and its directory.  Records of devices that are no uplinks now
 * stay until their month is over.
 */
int bal_budget_save(const char *path, struct bal_state *state,
		    struct bal_err *err);

#endif
