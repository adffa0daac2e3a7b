/* outcome_event - one more event of an outcome. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTCOME_EVENT_H
#define BAL_OUTCOME_EVENT_H

#include "actions/outcome.h"

/* One more event of @uplink ("": of all), the rest to be filled in.  NULL: no memory. */
struct bal_event *bal_outcome_add(const struct bal_outcome_from *from,
				  struct bal_outcome *out,
				  enum bal_event_kind kind, const char *uplink,
				  struct bal_arena *arena);

/*
 * Why it is not alive: what it lacks, else the result of its probes.  "": no
 * reason is known.
 */
const char *bal_outcome_reason(const struct bal_uplink *up,
			       const struct bal_uplink_state *us);

/* The event of a change of health to @condition. */
enum bal_event_kind bal_outcome_event_of(enum bal_health condition);

/*
 * With globals->every_ms: once more the events of states that have lasted so long
 * since they were reported.  @from has the reasons.
 */
void bal_outcome_repeat(const struct bal_outcome_from *from,
			struct bal_state *state, struct bal_arena *arena,
			struct bal_outcome *out);

#endif
