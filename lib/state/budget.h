/* budget - how many bytes of probes an uplink may spend in a month. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BUDGET_H
#define BAL_BUDGET_H

#include <time.h>

#include "state/state.h"

/* Out of budget a line is still asked so often: else nobody would notice. */
#define BAL_BUDGET_LAST_MS 3600000

/* How long the clock must name another month than that on record. */
#define BAL_BUDGET_DOUBT_MS UINT64_C(86400000)

/*
 * The month of @now in local time, as 202611; 0: the clock has not been set,
 * for that was before this was built.
 */
uint32_t bal_budget_month(time_t now);

/*
 * Is the clock, which says @now at @now_ms (CLOCK_BOOTTIME), to be believed?
 * The month then, else 0.  A box without a clock of its own boots at any date,
 * also after the last one, and is set later.  So it is believed when it names
 * the newest month on record, or goes on from there to the first day of the
 * next one; or there is no record; or when it has named the same month for
 * BAL_BUDGET_DOUBT_MS: the box was off, or the record is wrong.  What is spent
 * until then is counted to the month on record.
 */
uint32_t bal_budget_believe(struct bal_state *state, time_t now,
			    uint64_t now_ms);

/*
 * The clock is believed: a later month begins with nothing spent.  An earlier
 * one shows that the record was made by a clock that was ahead: it keeps what
 * was spent.
 */
void bal_budget_turn(struct bal_uplink_state *us, uint32_t month);

/* @bytes more, in the month on record. */
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
 * What was spent outlives a boot in the file @path: read, with its month, for
 * uplinks of which none is known.  No file: nothing.  -1 where it cannot be
 * read: nothing may be written in its place then.
 */
int bal_budget_load(const char *path, struct bal_state *state,
		    struct bal_err *err);

/* Has @us spent another 200th of its @budget (bytes a month) since it was saved? */
bool bal_budget_due(const struct bal_uplink_state *us, uint64_t budget);

/*
 * Written, with its directory.  What the file has of others, which are no
 * uplinks now, stays until their month is over.
 */
int bal_budget_save(const char *path, struct bal_state *state,
		    struct bal_err *err);

#endif
