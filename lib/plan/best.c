// SPDX-License-Identifier: GPL-2.0-or-later
/* best - the member with the shortest round trip, with hysteresis; pure. */
#include "plan/best.h"

#include <string.h>

/* Nothing was measured: behind all that was. */
#define UNMEASURED UINT32_MAX

/* Its smoothed round trip, those of a later rank behind the others. */
static uint64_t
delay_of(const struct bal_uplink *up, const struct bal_state *state)
{
	const struct bal_uplink_state *us = bal_state_find(state, up->name);
	uint64_t us_delay = us ? us->record.srtt_us : 0;

	if (!us_delay)
		us_delay = UNMEASURED;
	return us_delay + bal_uplink_rank(up) * ((uint64_t)UNMEASURED << 1);
}

/* Is @other so much shorter than @now that a change is worth it? */
static bool
is_better(uint64_t other, uint64_t now)
{
	return other + BAL_BEST_GAIN_US <= now &&
	       other * 100 <= now * (100 - BAL_BEST_GAIN_PERCENT);
}

size_t
bal_best_of(const struct bal_group *group, const struct bal_state *state,
	    const char *current)
{
	const size_t n = group->members.n;
	uint64_t shortest = UINT64_MAX;
	size_t best = 0, used = n;

	for (size_t i = 0; i < n; i++) {
		const struct bal_uplink *up = group->members.v[i];
		const uint64_t delay = delay_of(up, state);

		if (!up->alive)
			continue;
		if (strcmp(up->name, current) == 0)
			used = i;
		if (delay >= shortest)
			continue;
		shortest = delay;
		best = i;
	}
	if (used == n)
		return best;
	return is_better(shortest, delay_of(group->members.v[used], state)) ?
		       best :
		       used;
}

void
bal_best_remember(const bal_group_list *groups, struct bal_state *state)
{
	for (size_t i = 1; i < groups->n; i++) {
		const struct bal_group *group = &groups->v[i];
		struct bal_group_state *record;

		if (!group->best || !group->members.n)
			continue;
		record = bal_state_find_group(state, group->name);
		if (record && strcmp(record->best, group->members.v[0]->name)) {
			memset(record->best, 0, sizeof(record->best));
			(void)bal_copy(record->best, sizeof(record->best),
				       group->members.v[0]->name);
		}
	}
}
