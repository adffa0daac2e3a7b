// SPDX-License-Identifier: GPL-2.0-or-later
/* blame - suspects a target that fails on every uplink, not the uplinks. */
#include "health/blame.h"

static bool
answers_elsewhere(const struct bal_blame_fact *facts, size_t n,
		  const struct bal_blame_fact *of)
{
	for (size_t i = 0; i < n; i++)
		if (facts[i].uplink == of->uplink &&
		    facts[i].target != of->target && facts[i].good)
			return true;
	return false;
}

static bool
is_suspect(const struct bal_blame_fact *facts, size_t n, unsigned target)
{
	bool lives = false;
	size_t asked = 0;

	for (size_t i = 0; i < n; i++) {
		if (facts[i].target != target)
			continue;
		if (facts[i].good)
			return false;
		asked++;
		lives |= answers_elsewhere(facts, n, &facts[i]);
	}
	return asked >= 2 && lives;
}

void
bal_blame(const struct bal_blame_fact *facts, size_t n, bool *suspect)
{
	for (size_t i = 0; i < n; i++)
		suspect[i] = is_suspect(facts, n, facts[i].target);
}
