// SPDX-License-Identifier: GPL-2.0-or-later
/* outcome - the changes of a pass for the uplinks, and their effects; pure. */
#include "actions/outcome.h"

#include <stdio.h>
#include <string.h>

#include "actions/cap_event.h"
#include "actions/use.h"
#include "actions/outcome_event.h"
#include "actions/use6.h"

struct maker {
	const struct bal_outcome_from *from;
	struct bal_state *state;
	struct bal_arena *arena;
	struct bal_outcome *out;
};

static struct bal_event *
tell(struct maker *m, enum bal_event_kind kind, const char *uplink)
{
	return bal_outcome_add(m->from, m->out, kind, uplink, m->arena);
}

/* --- administrative ------------------------------------------------------- */

static const struct bal_uplink_state *
as_read(const struct maker *m, const char *name)
{
	return bal_state_find(m->from->was, name);
}

static void
tell_admin(struct maker *m, const struct bal_uplink_state *us)
{
	const struct bal_uplink_state *before = as_read(m, us->name);
	bool was_up = before && before->admin_up;
	struct bal_event *e;

	if (us->admin_up == was_up)
		return;
	e = tell(m, us->admin_up ? BAL_EVENT_UP : BAL_EVENT_DOWN, us->name);
	if (!e || !before)
		return;
	(void)bal_copy(e->before, sizeof(e->before),
		       bal_health_name(before->condition));
	if (before->since_ms && before->since_ms < m->from->now_ms)
		e->lasted_ms = m->from->now_ms - before->since_ms;
}

/* --- health --------------------------------------------------------------- */

/* Another device of the same name, or one without a result yet. */
static bool
is_news(enum bal_health before, enum bal_health now)
{
	if (now == BAL_HEALTH_UNKNOWN)
		return before == BAL_HEALTH_DEAD ||
		       before == BAL_HEALTH_DEGRADED;
	return before != now;
}

/* Why the uplink that a tunnel is over is down. */
static const char *
fate_of(const struct bal_uplinks *ups, const char *name)
{
	const struct bal_uplink *under = bal_uplinks_find(ups, name);

	return under && under->admin_up ? "dead" : "down";
}

static void
tell_condition(struct maker *m, const struct bal_uplink *up,
	       struct bal_uplink_state *us, enum bal_health now)
{
	struct bal_event *e;

	if (is_news(us->condition, now)) {
		e = tell(m, bal_outcome_event_of(now), us->name);
		if (!e)
			return;
		us->deaths += e->kind == BAL_EVENT_DEAD;
		if (strcmp(us->reason, BAL_REASON_HELD_BACK) != 0)
			(void)bal_copy(e->before, sizeof(e->before),
				       bal_health_name(us->condition));
		if (us->since_ms && us->since_ms < m->from->now_ms)
			e->lasted_ms = m->from->now_ms - us->since_ms;
		if (now != BAL_HEALTH_ALIVE && now != BAL_HEALTH_UNKNOWN)
			(void)bal_copy(e->reason, sizeof(e->reason),
				       bal_outcome_reason(up, us));
		if (up->underlay_down)
			snprintf(e->reason, sizeof(e->reason), "%s is %s",
				 up->set.over,
				 fate_of(m->from->uplinks, up->set.over));
	}
	/*
	 * Used and reported again: it counts as alive until its first result.
	 */
	us->condition = now == BAL_HEALTH_UNKNOWN && is_news(us->condition, now) ?
				BAL_HEALTH_ALIVE :
				now;
	us->since_ms = m->from->now_ms;
}

/* Each threshold of its cap once; a program may be there for one of them. */
static void
tell_cap(struct maker *m, const struct bal_uplink *up,
	 struct bal_uplink_state *us)
{
	struct bal_event found, *e;

	while (bal_cap_event(up, us, &found)) {
		e = tell(m, found.kind, us->name);
		if (!e)
			return;
		memcpy(e->reason, found.reason, sizeof(e->reason));
	}
}

static bool
was_of_use(enum bal_health condition)
{
	return condition != BAL_HEALTH_DEAD;
}

static void
see_uplink(struct maker *m, const struct bal_uplink *up,
	   struct bal_uplink_state *us)
{
	enum bal_health before = us->condition;
	enum bal_health now = bal_uplink_condition(up);

	/* In use as before: that it is still alive is no news. */
	if (before == BAL_HEALTH_ALIVE && now == BAL_HEALTH_UNKNOWN)
		return;
	/* It never had a device or an address yet: it did not become dead. */
	if (before == BAL_HEALTH_UNKNOWN && !up->v4.usable && !us->record.bad &&
	    !us->record.good)
		return;
	if (now != before)
		tell_condition(m, up, us, now);
}

/* --- comparing outcomes --------------------------------------------------- */

static uint64_t
add_text(uint64_t sum, const char *text)
{
	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return sum;
}

uint64_t
bal_outcome_sum(const struct bal_outcome *outcome)
{
	uint64_t sum = UINT64_C(14695981039346656037);
	char buf[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < outcome->events.n; i++) {
		const struct bal_event *e = &outcome->events.v[i];

		sum = add_text(sum + e->kind + 1, e->uplink);
	}
	for (size_t i = 0; i < outcome->releases.n; i++) {
		const struct bal_release *r = &outcome->releases.v[i];

		sum = add_text(sum + r->on_dead, r->dev);
		sum = add_text(sum, bal_addr_host_str(&r->source, buf));
		sum = add_text(sum + r->of, r->group);
	}
	return sum;
}

/* --- of all --------------------------------------------------------------- */

static size_t
count_of_use(const struct bal_state *state)
{
	size_t n = 0;

	for (size_t i = 0; i < state->n_uplinks; i++)
		n += state->uplinks[i].admin_up &&
		     was_of_use(state->uplinks[i].condition);
	return n;
}

static bool
any_lives(const struct bal_state *state)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].admin_up &&
		    (state->uplinks[i].condition == BAL_HEALTH_ALIVE ||
		     state->uplinks[i].condition == BAL_HEALTH_DEGRADED))
			return true;
	return false;
}

/* An uplink that is alive again reports the end of it. */
static void
see_last_resort(struct maker *m)
{
	struct bal_state *state = m->state;
	const struct bal_resort *now = m->from->last_resort;
	struct bal_event *e;
	bool nothing;

	if (!now)
		return;
	nothing = now->kind == BAL_RESORT_NOTHING;
	if (nothing == state->nothing_leaves &&
	    strcmp(state->last_resort, now->dev) == 0)
		return;
	memcpy(state->last_resort, now->dev, sizeof(state->last_resort));
	state->nothing_leaves = nothing;
	if (now->kind == BAL_RESORT_NONE)
		return;
	e = tell(m, BAL_EVENT_LAST_RESORT, "");
	if (e)
		bal_resort_str(now, e->reason, sizeof(e->reason));
}

/* How long no uplink was alive; one without a result yet is no sign of life. */
static void
see_online(struct maker *m, size_t were_of_use)
{
	struct bal_state *state = m->state;
	struct bal_event *e;

	/* One that is taken down and up, and dead as before, is no news. */
	if (were_of_use && !count_of_use(state) && !state->offline_ms) {
		state->offline_ms = state->told_ms = m->from->now_ms;
		(void)tell(m, BAL_EVENT_ALL_DEAD, "");
	}
	if (!state->offline_ms || !any_lives(state))
		return;
	e = tell(m, BAL_EVENT_ONLINE, "");
	if (e) {
		(void)bal_copy(e->before, sizeof(e->before),
			       bal_event_name(BAL_EVENT_ALL_DEAD));
		e->lasted_ms = m->from->now_ms - state->offline_ms;
	}
	state->offline_ms = state->told_ms = 0;
}

static void
tell_conf(struct maker *m)
{
	const char *fault = m->from->conf_fault;
	struct bal_event *e;

	if (!fault || m->state->conf_wrong == (*fault != '\0'))
		return;
	m->state->conf_wrong = *fault;
	e = tell(m, *fault ? BAL_EVENT_CONF_WRONG : BAL_EVENT_CONF_RIGHT, "");
	if (e)
		snprintf(e->reason, sizeof(e->reason), "%.*s",
			 (int)sizeof(e->reason) - 1, fault);
}

static void
tell_balance(struct maker *m)
{
	struct bal_event *e = tell(m, BAL_EVENT_BALANCE, "");

	if (!e)
		return;
	(void)bal_copy(e->reason, sizeof(e->reason),
		       bal_balance_name(m->from->balance));
	(void)bal_copy(e->before, sizeof(e->before),
		       bal_balance_name(m->from->balance_before));
}

int
bal_outcome_make(const struct bal_outcome_from *from, struct bal_state *state,
		 struct bal_arena *arena, struct bal_outcome *out,
		 struct bal_err *err)
{
	struct maker m = { from, state, arena, out };
	size_t of_use = count_of_use(state);
	struct bal_event *e;

	for (size_t i = 0; i < state->n_uplinks; i++)
		tell_admin(&m, &state->uplinks[i]);
	for (size_t i = 0; i < from->uplinks->n; i++) {
		const struct bal_uplink *up = &from->uplinks->v[i];
		struct bal_uplink_state *us = bal_state_find(state, up->name);

		if (us && us->admin_up)
			see_uplink(&m, up, us);
		if (us)
			tell_cap(&m, up, us);
	}
	bal_use_conclude(from, state, arena, &out->releases);
	bal_use6_conclude(from, state, arena, out);
	if (from->mode != from->mode_before) {
		e = tell(&m, BAL_EVENT_MODE, "");
		if (e)
			(void)bal_copy(e->before, sizeof(e->before),
				       bal_mode_name(from->mode_before));
	}
	if (from->balance != from->balance_before)
		tell_balance(&m);
	see_online(&m, of_use);
	see_last_resort(&m);
	tell_conf(&m);
	bal_outcome_repeat(from, state, arena, out);
	return arena->oom ? bal_err_nomem(err) : 0;
}
