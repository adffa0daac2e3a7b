// SPDX-License-Identifier: GPL-2.0-or-later
/* diff_nexthops - nexthop objects: which to make, keep, change, drop. Pure. */
#include <string.h>

#include "plan/diff_internal.h"

/* Ours begin here, so that people's own small numbers stay free. */
#define FIRST_ID 21400

/* What the wanted routes need, with the ids they have or get. */
struct needs {
	struct bal_diff *d;
	BAL_LIST(struct bal_nexthop) singles, groups;
	uint32_t next_id;
};

static bool
id_taken(const struct needs *n, uint32_t id)
{
	for (size_t i = 0; i < n->d->snap->nexthops.n; i++)
		if (n->d->snap->nexthops.v[i].id == id)
			return true;
	return false;
}

static uint32_t
new_id(struct needs *n)
{
	while (id_taken(n, n->next_id))
		n->next_id++;
	return n->next_id++;
}

static const struct bal_nexthop *
ours_by_id(const struct bal_diff *d, uint32_t id)
{
	for (size_t i = 0; i < d->snap->nexthops.n; i++)
		if (d->snap->nexthops.v[i].id == id &&
		    d->snap->nexthops.v[i].protocol == BAL_PROTO)
			return &d->snap->nexthops.v[i];
	return NULL;
}

/* The id of the single nexthop for @hop: known, present, or new. */
static uint32_t
single_id(struct needs *n, const struct bal_hop *hop, uint8_t family)
{
	const bal_nexthop_list *present = &n->d->snap->nexthops;
	struct bal_nexthop *slot;
	struct bal_op *op;

	for (size_t i = 0; i < n->singles.n; i++)
		if (bal_hop_same(&n->singles.v[i].hop, hop))
			return n->singles.v[i].id;
	slot = BAL_PUSH(n->d->arena, &n->singles);
	if (!slot)
		return 0;
	slot->family = family;
	slot->protocol = BAL_PROTO;
	slot->hop = *hop;
	for (size_t i = 0; i < present->n && !slot->id; i++)
		if (present->v[i].protocol == BAL_PROTO &&
		    !present->v[i].n_members &&
		    bal_hop_same(&present->v[i].hop, hop))
			slot->id = present->v[i].id;
	if (slot->id)
		return slot->id;
	slot->id = new_id(n);
	op = bal_diff_add(n->d, BAL_STAGE_NEXTHOP, BAL_OP_NEXTHOP_ADD);
	if (op)
		op->nexthop = *slot;
	return slot->id;
}

static bool
same_members(const struct bal_nexthop *a, const struct bal_nexthop *b)
{
	if (a->n_members != b->n_members)
		return false;
	for (size_t i = 0; i < a->n_members; i++)
		if (a->members[i].id != b->members[i].id ||
		    a->members[i].weight != b->members[i].weight)
			return false;
	return true;
}

/* The group that the kernel's route at the key of @r uses, if it is ours. */
static const struct bal_nexthop *
present_group(const struct bal_diff *d, const struct bal_route *r)
{
	for (size_t i = 0; i < d->snap->routes.n; i++) {
		const struct bal_route *have = &d->snap->routes.v[i];
		const struct bal_nexthop *nh;

		if (!have->nhid || have->protocol != BAL_PROTO ||
		    bal_route_key_cmp(have, r) != 0)
			continue;
		nh = ours_by_id(d, have->nhid);
		if (nh && nh->n_members)
			return nh;
	}
	return NULL;
}

static bool
claimed(const struct needs *n, uint32_t id)
{
	for (size_t i = 0; i < n->groups.n; i++)
		if (n->groups.v[i].id == id)
			return true;
	return false;
}

/*
 * Routes that go the same ways share a group.  A group that is there is
 * changed in place, which moves no connection of those that stay in it.
 */
static void
settle_group(struct needs *n, struct bal_nexthop *group,
	     const struct bal_route *r)
{
	const struct bal_nexthop *present = present_group(n->d, r);
	struct bal_nexthop *slot;
	struct bal_op *op = NULL;

	for (size_t i = 0; i < n->groups.n; i++) {
		if (same_members(&n->groups.v[i], group)) {
			group->id = n->groups.v[i].id;
			return;
		}
	}
	if (present && !claimed(n, present->id)) {
		group->id = present->id;
		if (!same_members(present, group))
			op = bal_diff_add(n->d, BAL_STAGE_BALANCE,
					  BAL_OP_NEXTHOP_REPLACE);
	} else {
		group->id = new_id(n);
		op = bal_diff_add(n->d, BAL_STAGE_NEXTHOP, BAL_OP_NEXTHOP_ADD);
	}
	if (op)
		op->nexthop = *group;
	slot = BAL_PUSH(n->d->arena, &n->groups);
	if (slot)
		*slot = *group;
}

static void
want_group(struct needs *n, struct bal_route *r)
{
	struct bal_nexthop group = { .protocol = BAL_PROTO,
				     .n_members = r->n_hops };

	group.members = bal_arena_alloc(n->d->arena,
					r->n_hops * sizeof(*group.members));
	if (!group.members)
		return;
	for (size_t i = 0; i < r->n_hops; i++) {
		group.members[i].id = single_id(n, &r->hops[i], r->dst.family);
		group.members[i].weight = r->hops[i].weight;
	}
	settle_group(n, &group, r);
	r->nhid = group.id;
}

static bool
needed(const struct needs *n, const struct bal_nexthop *nh)
{
	if (nh->n_members)
		return claimed(n, nh->id);
	for (size_t i = 0; i < n->singles.n; i++)
		if (n->singles.v[i].id == nh->id)
			return true;
	return false;
}

void
bal_diff_nexthops(struct bal_diff *d, bal_route_list *wanted)
{
	struct needs n = { .d = d, .next_id = FIRST_ID };

	for (size_t i = 0; i < wanted->n; i++)
		if (d->objects && wanted->v[i].n_hops > 1)
			want_group(&n, &wanted->v[i]);
	for (size_t i = 0; i < d->snap->nexthops.n; i++) {
		const struct bal_nexthop *nh = &d->snap->nexthops.v[i];
		struct bal_op *op;

		if (nh->protocol != BAL_PROTO || needed(&n, nh))
			continue;
		op = bal_diff_add(d, nh->n_members ? BAL_STAGE_UNGROUP :
						     BAL_STAGE_UNHOP,
				  BAL_OP_NEXTHOP_DEL);
		if (op)
			op->nexthop = *nh;
	}
}
