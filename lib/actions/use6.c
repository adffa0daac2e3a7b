// SPDX-License-Identifier: GPL-2.0-or-later
/* use6 - which uplinks hold connections of IPv6, and what is due of others. */
#include "actions/use6.h"

#include <string.h>
#include <sys/socket.h>

#include "actions/outcome_event.h"
#include "plan/group.h"
#include "plan/leg6.h"

static bool
another_can(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	for (size_t i = 0; i < ups->n; i++)
		if (&ups->v[i] != up && ups->v[i].alive6 &&
		    bal_plan_balanced(&ups->v[i]))
			return true;
	return false;
}

/* Its addresses, for the sockets; one release flushes what has its mark. */
void
bal_use6_release(const struct bal_use_maker *m, const struct bal_uplink *up,
		 enum bal_use_cause cause)
{
	const struct bal_leg *leg = &up->v6;
	unsigned due = up->set.on_dead;

	for (size_t i = 0; due && i <= leg->n_addrs; i++) {
		struct bal_release *r = BAL_PUSH(m->arena, m->out);

		if (!r)
			return;
		memcpy(r->dev, up->name, sizeof(r->dev));
		r->on_dead = due;
		r->mark = bal_mark_of(up->slot, m->from->globals->mark_mask);
		r->ifindex = up->ifindex;
		r->six = true;
		r->inbound_stays = up->up;
		r->until_back = cause == BAL_CAUSE_GONE;
		r->of = m->of;
		(void)bal_copy(r->group, sizeof(r->group), m->group);
		if (i < leg->n_addrs)
			r->source = leg->addrs[i]->addr;
		due &= BAL_ON_DEAD_SOCKETS;
		if (i + 1 >= leg->n_addrs)
			return;
	}
}

static const char *
reason_of(const struct bal_uplink *up, const struct bal_uplink_state *us)
{
	const char *lacks = bal_uplink_lacks6(up);

	if (lacks)
		return lacks;
	return bal_has_targets(&up->set, AF_INET6) ? us->reason6 : us->reason;
}

static void
report(const struct bal_outcome_from *from, const struct bal_uplink *up,
       struct bal_uplink_state *us, struct bal_arena *arena,
       struct bal_outcome *out)
{
	const bool dead = !up->alive6;
	const enum bal_health before = dead	 ? BAL_HEALTH_ALIVE :
				       us->dead6 ? BAL_HEALTH_DEAD :
						   BAL_HEALTH_UNKNOWN;
	struct bal_event *e = bal_outcome_add(
		from, out, dead ? BAL_EVENT_IPV6_DEAD : BAL_EVENT_IPV6_ALIVE,
		up->name, arena);

	us->dead6 = dead;
	if (!e)
		return;
	(void)bal_copy(e->before, sizeof(e->before), bal_health_name(before));
	if (dead)
		(void)bal_copy(e->reason, sizeof(e->reason), reason_of(up, us));
}

/* While no other one can take them, its connections stay: they may recover. */
static void
see_uplink(const struct bal_outcome_from *from, const struct bal_uplink *up,
	   struct bal_uplink_state *us, struct bal_arena *arena,
	   struct bal_outcome *out)
{
	const struct bal_use_maker m = { .from = from,
					 .arena = arena,
					 .out = &out->releases,
					 .of = BAL_RELEASE_ALL,
					 .group = "" };
	const bool holds = up->six && up->alive6;

	if (holds ? !us->held6 || us->dead6 :
		    up->six && us->held6 && !us->dead6)
		report(from, up, us, arena, out);
	if (!holds && us->held6 && another_can(from->uplinks, up)) {
		us->held6 = false;
		bal_use6_release(&m, up, BAL_CAUSE_GONE);
	}
	us->held6 |= holds;
}

void
bal_use6_conclude(const struct bal_outcome_from *from, struct bal_state *state,
		  struct bal_arena *arena, struct bal_outcome *out)
{
	const struct bal_uplinks *ups = from->uplinks;

	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink_state *us =
			bal_state_find(state, ups->v[i].name);

		if (us)
			see_uplink(from, &ups->v[i], us, arena, out);
	}
}
