// SPDX-License-Identifier: GPL-2.0-or-later
/* outcome_event - one more event of an outcome. */
#include "actions/outcome_event.h"

#include "config/mode.h"

struct bal_event *
bal_outcome_add(const struct bal_outcome_from *from, struct bal_outcome *out,
		enum bal_event_kind kind, const char *uplink,
		struct bal_arena *arena)
{
	struct bal_event *e = BAL_PUSH(arena, &out->events);

	if (!e)
		return NULL;
	e->kind = kind;
	e->at = from->now_wall;
	(void)bal_copy(e->uplink, sizeof(e->uplink), uplink);
	(void)bal_copy(e->mode, sizeof(e->mode), bal_mode_name(from->mode));
	return e;
}
