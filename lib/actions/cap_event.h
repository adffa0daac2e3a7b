/* cap_event - which thresholds of data caps are to be reported; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CAP_EVENT_H
#define BAL_CAP_EVENT_H

#include "actions/event.h"
#include "plan/uplink.h"

#define BAL_CAP_STRLEN 80

/*
 * The next threshold that @up has reached and that was not reported: fill in
 * kind and reason of @e, and note it in @us.  False: there is none.
 */
bool bal_cap_event(const struct bal_uplink *up, struct bal_uplink_state *us,
		   struct bal_event *e);

/*
 * "7.5GB of 10GB since 2026-11-01" into @buf of BAL_CAP_STRLEN, which is
 * returned; without the day where the cap is reset by hand, or no clock was
 * believed yet.
 */
const char *bal_cap_str(const struct bal_usage *usage,
			const struct bal_settings *set, char *buf);

#endif
