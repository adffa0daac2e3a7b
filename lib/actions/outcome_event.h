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

#endif
