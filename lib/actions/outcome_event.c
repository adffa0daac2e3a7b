// SPDX-License-Identifier: GPL-2.0-or-later
/* outcome_event - one more event of an outcome, also of a state that lasts. */
#include "actions/outcome_event.h"

#include <string.h>

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

const char *
bal_outcome_reason(const struct bal_uplink *up,
		   const struct bal_uplink_state *us)
{
	const char *lack = bal_uplink_lacks(up);

	return lack ? lack : us->reason;
}

enum bal_event_kind
bal_outcome_event_of(enum bal_health condition)
{
	switch (condition) {
	case BAL_HEALTH_DEAD:
		return BAL_EVENT_DEAD;
	case BAL_HEALTH_DEGRADED:
		return BAL_EVENT_DEGRADED;
	default:
		return BAL_EVENT_ALIVE;
	}
}

/* Was a state that began at @since_ms reported @every_ms ago, or before? */
static bool
is_due(const struct bal_outcome_from *from, uint64_t since_ms, uint64_t *told_ms)
{
	const uint64_t at = *told_ms > since_ms ? *told_ms : since_ms;

	if (!at || from->now_ms < at + from->globals->every_ms)
		return false;
	*told_ms = from->now_ms;
	return true;
}

static void
repeat_uplink(const struct bal_outcome_from *from, struct bal_uplink_state *us,
	      struct bal_arena *arena, struct bal_outcome *out)
{
	const struct bal_uplink *up = bal_uplinks_find(from->uplinks, us->name);
	struct bal_event *e;

	if (!us->admin_up || (us->condition != BAL_HEALTH_DEAD &&
			      us->condition != BAL_HEALTH_DEGRADED))
		return;
	if (!is_due(from, us->since_ms, &us->told_ms))
		return;
	e = bal_outcome_add(from, out, bal_outcome_event_of(us->condition),
			    us->name, arena);
	if (!e)
		return;
	e->again = true;
	e->lasted_ms = from->now_ms - us->since_ms;
	(void)bal_copy(e->before, sizeof(e->before),
		       bal_health_name(us->condition));
	if (up)
		(void)bal_copy(e->reason, sizeof(e->reason),
			       bal_outcome_reason(up, us));
}

void
bal_outcome_repeat(const struct bal_outcome_from *from, struct bal_state *state,
		   struct bal_arena *arena, struct bal_outcome *out)
{
	struct bal_event *e;

	if (!from->globals->every_ms)
		return;
	for (size_t i = 0; i < state->n_uplinks; i++)
		repeat_uplink(from, &state->uplinks[i], arena, out);
	if (!is_due(from, state->offline_ms, &state->told_ms))
		return;
	e = bal_outcome_add(from, out, BAL_EVENT_ALL_DEAD, "", arena);
	if (!e)
		return;
	e->again = true;
	e->lasted_ms = from->now_ms - state->offline_ms;
	(void)bal_copy(e->before, sizeof(e->before),
		       bal_event_name(BAL_EVENT_ALL_DEAD));
}
