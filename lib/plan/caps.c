// SPDX-License-Identifier: GPL-2.0-or-later
/* caps - what becomes of uplinks that have used their data caps; pure. */
#include "plan/caps.h"

#include "plan/group.h"

enum bal_capped
bal_caps_of(const struct bal_uplink_state *us, const struct bal_settings *set)
{
	if (!set->cap || !us->usage.known || us->usage.bytes < set->cap)
		return BAL_CAPPED_NONE;
	if (set->cap_action == BAL_CAP_LAST_RESORT)
		return BAL_CAPPED_LAST;
	return set->cap_hard ? BAL_CAPPED_HARD : BAL_CAPPED_OFF;
}

/* A tunnel has the cap of its line, which may be a tunnel itself. */
static bool
pass_on(struct bal_uplinks *ups)
{
	bool changed = false;

	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		const struct bal_uplink *under =
			up->base ? NULL : bal_uplinks_find(ups, up->set.over);

		if (!under || under->capped <= up->capped)
			continue;
		up->capped = under->capped;
		changed = true;
	}
	return changed;
}

static bool
another_is_alive(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].capped == BAL_CAPPED_NONE && ups->v[i].alive &&
		    bal_plan_balanced(&ups->v[i]))
			return true;
	return false;
}

void
bal_caps_apply(struct bal_uplinks *ups)
{
	bool others;

	/* Each round is one tunnel deeper; of a circle it ends as well. */
	while (pass_on(ups))
		;
	others = another_is_alive(ups);
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];

		if (up->capped == BAL_CAPPED_HARD ||
		    (up->capped == BAL_CAPPED_OFF && others))
			up->share = false;
		up->spared = up->capped == BAL_CAPPED_HARD ||
			     (up->capped != BAL_CAPPED_NONE && others);
	}
}
