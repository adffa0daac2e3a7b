/* outcomes - a pass is concluded, in the world of a test. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_OUTCOMES_H
#define TEST_OUTCOMES_H

#include "actions/use.h"
#include "world.h"

static struct bal_state was;
static struct bal_outcome outcome;
static const struct bal_resort *last_resort; /* NULL: not asked */
static const char *conf_fault; /* NULL: not asked */
static bool has_groups; /* those of bal.conf have a failback_drain */

/* The state as some command read it, before what comes now. */
static inline void
as_it_is(void)
{
	was = w.state;
	was.uplinks = bal_arena_alloc(&w.arena, (w.state.n_uplinks + 1) *
							sizeof(*was.uplinks));
	assert_non_null(was.uplinks);
	memcpy(was.uplinks, w.state.uplinks,
	       w.state.n_uplinks * sizeof(*was.uplinks));
}

static inline void
conclude(enum bal_mode mode, enum bal_mode before)
{
	struct bal_outcome_from from = {
		.was = &was,
		.uplinks = &w.ups,
		.globals = &w.conf.globals,
		.mode = mode,
		.mode_before = before,
		.now_ms = w.snap.now_ms,
		.now_wall = 1000,
		.last_resort = last_resort,
		.conf_fault = conf_fault,
	};

	resolve();
	if (has_groups) {
		make_groups();
		from.groups = &w.groups;
	}
	memset(&outcome, 0, sizeof(outcome));
	assert_int_equal(bal_outcome_make(&from, &w.state, &w.arena, &outcome,
					  &w.err),
			 0);
}

#endif
