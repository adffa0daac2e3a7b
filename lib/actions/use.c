// SPDX-License-Identifier: GPL-2.0-or-later
/* use - the use of an uplink, and the effects of its change; pure. */
#include "actions/use.h"

#include <string.h>

#include "actions/use_internal.h"
#include "plan/plan.h"

static const struct bal_uplink *
best_of(const struct bal_uplinks *ups)
{
	const struct bal_uplink *best = NULL;

	for (size_t i = 0; i < ups->n; i++)
		if (bal_plan_balanced(&ups->v[i]) &&
		    bal_plan_better(&ups->v[i], best))
			best = &ups->v[i];
	return best;
}

enum bal_use
bal_use_of(const struct bal_uplinks *ups, enum bal_mode mode,
	   const struct bal_uplink *up, const struct bal_uplink *best,
	   enum bal_use before)
{
	if (!up->admin_up || !up->alive)
		return BAL_USE_NONE;
	if (bal_plan_shunned(ups, up))
		return before < BAL_USE_OWN && !bal_plan_balanced(up) &&
				       !up->grouped ?
			       before :
			       BAL_USE_OWN;
	/* What a group sends by it stays there, whichever is preferred. */
	if (!bal_plan_balanced(up))
		return before < BAL_USE_KEPT && !up->grouped ? before :
							       BAL_USE_KEPT;
	return bal_plan_shares(mode, up, best) ? BAL_USE_FULL : BAL_USE_KEPT;
}

/* Without a record in the state as read: the use at its last event. */
static enum bal_use
use_before(const struct bal_use_maker *m, const struct bal_uplink *up,
	   const struct bal_uplink_state *us)
{
	if (us->use != BAL_USE_UNRECORDED)
		return us->use;
	us = bal_state_find(m->from->was, up->name);
	if (us && up->share &&
	    (us->unreleased || us->condition == BAL_HEALTH_ALIVE ||
	     us->condition == BAL_HEALTH_DEGRADED))
		return BAL_USE_KEPT;
	return BAL_USE_NONE;
}

static bool
can_take_over(const struct bal_uplink *up)
{
	return bal_plan_balanced(up) && up->alive &&
	       bal_uplink_condition(up) != BAL_HEALTH_DEAD;
}

static bool
another_can(const struct bal_use_maker *m, const struct bal_uplink *up)
{
	const struct bal_uplinks *ups = m->from->uplinks;

	for (size_t i = 0; i < ups->n; i++)
		if (&ups->v[i] != up && can_take_over(&ups->v[i]))
			return true;
	return false;
}

/* Is the best one known to be alive?  Without targets it never is. */
static bool
best_is_proven(const struct bal_use_maker *m)
{
	return m->best && can_take_over(m->best) &&
	       (m->best->v4.health != BAL_HEALTH_UNKNOWN ||
		!m->best->set.n_targets);
}

/* Regardless of their health: is @up behind the best one by priority? */
static bool
is_stopgap(const struct bal_use_maker *m, const struct bal_uplink *up)
{
	const struct bal_uplink *best = m->best;

	if (m->from->mode != BAL_MODE_SOLO)
		return false;
	return up->set.priority > best->set.priority ||
	       (up->set.priority == best->set.priority &&
		up->slot > best->slot);
}

static unsigned
duties(enum bal_use before, enum bal_use now)
{
	if (now == BAL_USE_NONE && before >= BAL_USE_OWN)
		return BAL_ON_DEAD_CONNTRACK | BAL_ON_DEAD_SOCKETS;
	if (now == BAL_USE_OWN && before >= BAL_USE_KEPT)
		return BAL_ON_DEAD_CONNTRACK;
	return 0;
}

/*
 * The kernel's MASQUERADE drops the entries of an address that is removed, and
 * what is routed without NAT continues: only the box's own sockets are lost.
 */
static void
see_address(struct bal_use_maker *m, const struct bal_uplink *up,
	    struct bal_uplink_state *us, const struct bal_addr *used)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up);

	if (!a)
		return;
	if (us->use >= BAL_USE_OWN && !bal_addr_none(used) &&
	    !up->v4.used_addr_here)
		bal_use_release(m, up, us, used, BAL_ON_DEAD_SOCKETS, BAL_CAUSE_OLD_ADDR);
	us->used_addr = a->addr;
}

/* Its use went down: 0, or -1 where the flush has to wait. */
static int
use_less(struct bal_use_maker *m, const struct bal_uplink *up,
	 struct bal_uplink_state *us, enum bal_use before, enum bal_use now,
	 const struct bal_addr *used)
{
	const uint32_t drain_ms =
		m->best ? m->best->set.failback_drain_ms : UINT32_MAX;

	if (now == BAL_USE_KEPT && up != m->best) {
		if (!best_is_proven(m))
			return -1;
		if (is_stopgap(m, up) && drain_ms != UINT32_MAX)
			us->drain_ms = m->from->now_ms + drain_ms;
		return 0;
	}
	if (!another_can(m, up))
		return -1;
	bal_use_release(m, up, us, used, duties(before, now), BAL_CAUSE_GONE);
	return 0;
}

static void
drain(struct bal_use_maker *m, const struct bal_uplink *up, struct bal_uplink_state *us,
      enum bal_use now, const struct bal_addr *used)
{
	if (now != BAL_USE_KEPT || m->from->mode != BAL_MODE_SOLO)
		us->drain_ms = 0;
	if (!us->drain_ms)
		return;
	/* Is the best one in doubt again?  Then the drain time restarts. */
	if (!best_is_proven(m)) {
		us->drain_ms = 0;
		us->use = BAL_USE_FULL;
	}
	if (!us->drain_ms || us->drain_ms > m->from->now_ms)
		return;
	us->drain_ms = 0;
	m->of = bal_use_groups_drain(m->from->groups) ? BAL_RELEASE_REST :
							BAL_RELEASE_ALL;
	bal_use_release(m, up, us, used,
			BAL_ON_DEAD_CONNTRACK | BAL_ON_DEAD_SOCKETS,
			BAL_CAUSE_DRAINED);
	m->of = BAL_RELEASE_ALL;
}

/* Its probes could not be sent: they prove nothing about the uplink. */
static bool
lacks_gateway(const struct bal_uplink *up)
{
	return up->up && up->carrier && up->v4.n_addrs && !up->no_arp &&
	       bal_addr_none(&up->v4.gateway);
}

/* Its record ends with this pass. */
static void
see_off(struct bal_use_maker *m, const struct bal_uplink *up,
	const struct bal_uplink_state *us, const struct bal_addr *used)
{
	const bool waits = us->use != BAL_USE_NONE && up->set.on_dead;
	const bool dead = us->record.health == BAL_HEALTH_DEAD &&
			  !lacks_gateway(up);
	struct bal_former *f;

	if (!waits && !dead)
		return;
	f = bal_state_former(m->state, up->name);
	*f = (struct bal_former){ .dead = dead };
	memcpy(f->name, up->name, sizeof(f->name));
	if (dead) {
		f->bad = us->record.bad;
		f->flaps = us->record.flaps;
		f->flap_ms = us->record.flap_ms;
	}
	if (!waits)
		return;
	f->ifindex = us->ifindex;
	if (up->set.on_dead & BAL_ON_DEAD_CONNTRACK)
		f->slot = us->slot;
	if (up->set.on_dead & BAL_ON_DEAD_SOCKETS)
		f->addr = bal_uplink_is_tunnel(up) ? bal_addr_host(used) :
						     *used;
}

static bool
is_slot_of_one(const struct bal_uplinks *ups, uint32_t slot)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up && ups->v[i].slot == slot)
			return true;
	return false;
}

/*
 * Another uplink got its slot: the connections with that mark may be of either.
 */
static void
release_former(struct bal_use_maker *m, struct bal_former *f)
{
	const struct bal_uplinks *ups = m->from->uplinks;
	struct bal_release r = { .ifindex = f->ifindex,
				 .source = f->addr,
				 .until_back = true };
	struct bal_release *slot;

	if (f->slot && !is_slot_of_one(ups, f->slot))
		r.on_dead |= BAL_ON_DEAD_CONNTRACK;
	if (!bal_addr_none(&f->addr))
		r.on_dead |= BAL_ON_DEAD_SOCKETS;
	memcpy(r.dev, f->name, sizeof(r.dev));
	r.mark = bal_mark_of(f->slot, m->from->globals->mark_mask);
	r.shared = bal_use_is_addr_of_another(ups, NULL, &f->addr);
	f->slot = 0;
	f->ifindex = 0;
	f->addr = (struct bal_addr){ 0 };
	slot = r.on_dead ? BAL_PUSH(m->arena, m->out) : NULL;
	if (slot)
		*slot = r;
}

static void
see_formers(struct bal_use_maker *m)
{
	for (size_t i = m->state->n_formers; i-- > 0;) {
		struct bal_former *f = &m->state->formers[i];

		if ((f->slot || !bal_addr_none(&f->addr)) &&
		    another_can(m, NULL))
			release_former(m, f);
		if (!f->dead && !f->slot && bal_addr_none(&f->addr))
			(void)bal_state_forget_former(m->state, f->name, NULL);
	}
}

static void
see_uplink(struct bal_use_maker *m, const struct bal_uplink *up,
	   struct bal_uplink_state *us)
{
	const struct bal_addr used = *bal_uplink_used_addr(us);
	const enum bal_use before = use_before(m, up, us);
	const enum bal_use now = bal_use_of(m->from->uplinks, m->from->mode, up,
					    m->best, before);

	if (now < before && use_less(m, up, us, before, now, &used) < 0)
		us->use = before;
	else
		us->use = now;
	us->unreleased = 0;
	drain(m, up, us, now, &used);
	if (now == us->use)
		see_address(m, up, us, &used);
	if (us->use == BAL_USE_NONE)
		us->used_addr = (struct bal_addr){ 0 };
	if (!up->admin_up)
		see_off(m, up, us, &used);
}

void
bal_use_conclude(const struct bal_outcome_from *from, struct bal_state *state,
		 struct bal_arena *arena, bal_release_list *out)
{
	const struct bal_uplinks *ups = from->uplinks;
	struct bal_use_maker m = { from, state, arena, out, best_of(ups),
				   BAL_RELEASE_ALL, "" };

	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink_state *us =
			bal_state_find(state, ups->v[i].name);

		if (us)
			see_uplink(&m, &ups->v[i], us);
	}
	see_formers(&m);
	bal_use_see_groups(&m);
}

uint64_t
bal_use_next_ms(const struct bal_state *state)
{
	uint64_t next = 0;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].drain_ms &&
		    (!next || state->uplinks[i].drain_ms < next))
			next = state->uplinks[i].drain_ms;
	for (size_t i = 0; i < 2 * state->n_groups; i++) {
		const uint64_t ms = state->groups[i / 2].drains[i % 2].ms;

		if (ms && (!next || ms < next))
			next = ms;
	}
	return next;
}
