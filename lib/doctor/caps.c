// SPDX-License-Identifier: GPL-2.0-or-later
/* caps - data caps that are used up, or whose month is not known. */
#include "actions/cap_event.h"
#include "doctor/internal.h"

static const struct bal_usage *
usage_of(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);

	return up->set.cap && us && us->usage.known ? &us->usage : NULL;
}

static void
used_up(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const struct bal_usage *u = usage_of(f, up);
		char words[BAL_CAP_STRLEN];

		if (!u || u->bytes < up->set.cap)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "cap-used", up->name,
				"New connections leave by other uplinks, as "
				"cap_action says. Connections that are "
				"established go on, and count.");
		bal_doctor_what(d, "its data cap is used up: %s",
				bal_cap_str(u, &up->set, words));
		bal_doctor_fix(d, "bal-up --reset-cap %s (where it was filled "
				  "up, or the count is wrong)",
			       bal_doctor_word(d, up->name));
	}
}

static void
clock_in_doubt(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const struct bal_usage *u = usage_of(f, up);

		if (!u || !u->doubt_period ||
		    up->set.cap_reset == BAL_CAP_MANUAL)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "cap-clock", up->name,
				"The clock names another month than the "
				"record, and NTP has not set it. It is "
				"believed when NTP sets it, or after a day.");
		bal_doctor_what(d, "its data cap counts on for the month "
				   "before");
		bal_doctor_fix_clock(f, d);
	}
}

const struct bal_doctor_rule bal_doctor_rules_caps[] = {
	{ used_up, true },
	{ clock_in_doubt, true },
	{ NULL, false },
};
