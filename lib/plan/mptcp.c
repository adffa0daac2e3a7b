// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp - endpoints in step with the uplinks. */
#include "plan/mptcp.h"

#include <string.h>

#include "base/order.h"

/* From above: the kernel itself numbers from below. */
#define FIRST_ID 254

struct maker {
	const struct bal_world *world;
	const struct bal_mptcp_seen *seen;
	struct bal_arena *arena;
	bal_mptcp_list *out;
	size_t room;
};

bool
bal_plan_limits_mptcp(const struct bal_world *world)
{
	const struct bal_uplinks *ups = world->uplinks;

	for (size_t i = 0; world->globals->mptcp && i < ups->n; i++)
		if (ups->v[i].admin_up)
			return true;
	return false;
}

static uint8_t
id_of_slot(uint32_t slot)
{
	return slot < FIRST_ID ? (uint8_t)(FIRST_ID - slot) : 0;
}

static uint8_t
usual_id(const struct bal_uplink *up)
{
	return id_of_slot(up->slot);
}

bool
bal_plan_mptcp_numbers(const struct bal_uplink_state *us,
		       const struct bal_mptcp_endpoint *e)
{
	return us->slot && id_of_slot(us->slot) == e->id;
}

const struct bal_uplink *
bal_plan_mptcp_owner(const struct bal_uplinks *ups,
		     const struct bal_mptcp_endpoint *e)
{
	for (size_t i = 0; !bal_addr_none(&e->addr) && i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		const struct bal_ifaddr *a = bal_uplink_addr(up);

		if (up->mptcp_id == e->id &&
		    bal_addr_same_host(&up->mptcp_addr, &e->addr))
			return up;
		if (usual_id(up) == e->id &&
		    ((a && bal_addr_same_host(&a->addr, &e->addr)) ||
		     bal_addr_same_host(&up->v4.absent_addr, &e->addr)))
			return up;
	}
	return NULL;
}

const struct bal_mptcp_endpoint *
bal_plan_mptcp_find(const bal_mptcp_list *list,
		    const struct bal_mptcp_endpoint *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].id == e->id &&
		    bal_addr_same_host(&list->v[i].addr, &e->addr))
			return &list->v[i];
	return NULL;
}

static bool
has_addr(const bal_mptcp_list *list, const struct bal_addr *addr)
{
	for (size_t i = 0; i < list->n; i++)
		if (bal_addr_same_host(&list->v[i].addr, addr))
			return true;
	return false;
}

static bool
has_id(const bal_mptcp_list *list, unsigned id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].id == id)
			return true;
	return false;
}

static bool
is_usual(const struct bal_uplinks *ups, unsigned id)
{
	for (size_t i = 0; i < ups->n; i++)
		if (usual_id(&ups->v[i]) == id)
			return true;
	return false;
}

/* No other one has it: what @up itself has there is removed before. */
static bool
is_free(const struct maker *m, const struct bal_uplink *up, unsigned id)
{
	const bal_mptcp_list *there = &m->seen->endpoints;

	for (size_t i = 0; i < there->n; i++)
		if (there->v[i].id == id &&
		    bal_plan_mptcp_owner(m->world->uplinks, &there->v[i]) != up)
			return false;
	return !has_id(m->out, id);
}

/*
 * Its own number; where another program's endpoint got that, the highest that
 * is free, which stays as long as the endpoint does.
 */
static uint8_t
choose_id(const struct maker *m, const struct bal_uplink *up,
	  const struct bal_addr *addr)
{
	const bal_mptcp_list *there = &m->seen->endpoints;
	unsigned id = FIRST_ID;

	for (size_t i = 0; i < there->n; i++)
		if (bal_addr_same_host(&there->v[i].addr, addr) &&
		    bal_plan_mptcp_owner(m->world->uplinks, &there->v[i]) == up)
			return there->v[i].id;
	if (usual_id(up) && is_free(m, up, usual_id(up)))
		return usual_id(up);
	while (id && (has_id(there, id) || has_id(m->out, id) ||
		      is_usual(m->world->uplinks, id)))
		id--;
	return (uint8_t)id;
}

static void
add(struct maker *m, const struct bal_uplink *up)
{
	const struct bal_addr addr = bal_addr_host(&bal_uplink_addr(up)->addr);
	struct bal_mptcp_endpoint *e;
	uint8_t id;

	if (m->out->n >= m->room || has_addr(m->out, &addr))
		return;
	id = choose_id(m, up, &addr);
	e = id ? BAL_PUSH(m->arena, m->out) : NULL;
	if (!e)
		return;
	e->id = id;
	e->addr = addr;
	e->ifindex = up->ifindex;
	memcpy(e->dev, up->name, sizeof(e->dev));
}

static int
by_metric(const void *a, const void *b)
{
	const uint32_t x = bal_uplink_metric(*(const struct bal_uplink *const *)a);
	const uint32_t y = bal_uplink_metric(*(const struct bal_uplink *const *)b);

	return x < y ? -1 : x > y;
}

/* What other programs have takes room, and their addresses are theirs. */
static bool
take_room(struct maker *m, bal_mptcp_list *foreign)
{
	const bal_mptcp_list *there = &m->seen->endpoints;

	for (size_t i = 0; i < there->n; i++) {
		struct bal_mptcp_endpoint *e;

		if (bal_plan_mptcp_owner(m->world->uplinks, &there->v[i]))
			continue;
		e = BAL_PUSH(m->arena, foreign);
		if (!e)
			return false;
		*e = there->v[i];
	}
	m->room = foreign->n < BAL_MPTCP_MAX ? BAL_MPTCP_MAX - foreign->n : 0;
	return true;
}

/* Volume that has been used up is spared as long as another one lives. */
static bool
takes_part(const struct bal_uplink *up, uint32_t best_rank)
{
	return up->alive && up->ifindex && bal_uplink_addr(up) &&
	       bal_plan_balanced(up) &&
	       (up->capped == BAL_CAPPED_NONE || best_rank > 1);
}

void
bal_plan_mptcp(const struct bal_world *world, struct bal_arena *arena,
	       bal_mptcp_list *out)
{
	struct maker m = { .world = world, .arena = arena, .out = out };
	const struct bal_uplinks *ups = world->uplinks;
	const struct bal_uplink **v;
	bal_mptcp_list foreign = { 0 };
	uint32_t rank = 2;
	size_t n = 0;

	m.seen = world->snap ? world->snap->mptcp : NULL;
	if (!world->globals->mptcp || !m.seen || !m.seen->there ||
	    !take_room(&m, &foreign))
		return;
	v = bal_arena_alloc(arena, (ups->n + 1) * sizeof(*v));
	for (size_t i = 0; v && i < ups->n; i++)
		if (takes_part(&ups->v[i], 2) &&
		    bal_uplink_rank(&ups->v[i]) < rank)
			rank = bal_uplink_rank(&ups->v[i]);
	for (size_t i = 0; v && i < ups->n; i++)
		if (takes_part(&ups->v[i], rank) &&
		    !has_addr(&foreign, &bal_uplink_addr(&ups->v[i])->addr))
			v[n++] = &ups->v[i];
	if (n)
		bal_sort(v, n, sizeof(*v), by_metric);
	for (size_t i = 0; i < n; i++)
		add(&m, v[i]);
}
