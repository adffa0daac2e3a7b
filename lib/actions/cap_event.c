// SPDX-License-Identifier: GPL-2.0-or-later
/* cap_event - which thresholds of data caps are to be reported; pure. */
#include "actions/cap_event.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/show.h"
#include "state/usage.h"

#define DAY_STRLEN 32

/* " since 2026-11-01"; of a month without that day its last one. */
static const char *
since(const struct bal_usage *usage, const struct bal_settings *set, char *buf)
{
	*buf = '\0';
	if (set->cap_reset == BAL_CAP_MONTHLY && usage->period)
		snprintf(buf, DAY_STRLEN, " since %" PRIu32 "-%02" PRIu32
			 "-%02u",
			 usage->period / 100, usage->period % 100,
			 bal_usage_day(usage->period, set->cap_day));
	return buf;
}

const char *
bal_cap_str(const struct bal_usage *usage, const struct bal_settings *set,
	    char *buf)
{
	char used[BAL_AMOUNT_STRLEN], cap[BAL_AMOUNT_STRLEN], day[DAY_STRLEN];

	snprintf(buf, BAL_CAP_STRLEN, "%s of %s%s",
		 bal_amount_str(usage->bytes, used),
		 bal_amount_str(set->cap, cap), since(usage, set, day));
	return buf;
}

bool
bal_cap_event(const struct bal_uplink *up, struct bal_uplink_state *us,
	      struct bal_event *e)
{
	const unsigned percent = bal_usage_news(&us->usage, up->set.cap);
	char words[BAL_CAP_STRLEN];

	if (!percent)
		return false;
	bal_usage_reported(&us->usage, percent);
	e->kind = percent == 100 ? BAL_EVENT_CAP_100 :
		  percent == 95	 ? BAL_EVENT_CAP_95 :
				   BAL_EVENT_CAP_75;
	snprintf(e->reason, sizeof(e->reason), "%.*s",
		 (int)sizeof(e->reason) - 1,
		 bal_cap_str(&us->usage, &up->set, words));
	return true;
}
