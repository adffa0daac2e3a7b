// SPDX-License-Identifier: GPL-2.0-or-later
/* nexthop - nexthop objects: which to make, keep, change, drop. */
#include <inttypes.h>
#include <string.h>

#include "base/show.h"
#include "kinds/internal.h"
#include "netlink/read.h"
#include "netlink/write.h"
#include "plan/stages.h"

/* Ours begin here, so that people's own small numbers stay free. */
#define FIRST_ID 21400

static int
read_nexthops(struct bal_reading *r, struct bal_err *err)
{
	int rc = bal_nl_nexthops(r->nl, r->arena, &r->snap->nexthops, err);

	r->snap->has_nexthops = rc == BAL_DUMP_DONE;
	return rc < 0 ? -1 : 0;
}

/* What the wanted routes need, with the ids they have or get. */
struct needs {
	struct bal_diff *d;
	BAL_LIST(struct bal_nexthop) singles, groups;
	uint32_t next_id;
};

static bool
id_taken(const struct needs *n, uint32_t id)
{
	for (size_t i = 0; i < n->d->world->snap->nexthops.n; i++)
		if (n->d->world->snap->nexthops.v[i].id == id)
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
	for (size_t i = 0; i < d->world->snap->nexthops.n; i++)
		if (d->world->snap->nexthops.v[i].id == id &&
		    d->world->snap->nexthops.v[i].protocol == BAL_PROTO)
			return &d->world->snap->nexthops.v[i];
	return NULL;
}

static void
nexthop_op(struct bal_diff *d, enum bal_stage stage, enum bal_verb verb,
	   const struct bal_nexthop *nh)
{
	struct bal_op *op = bal_diff_add(d, stage, &bal_kind_nexthop, verb);

	if (op)
		op->nexthop = *nh;
}

/* The id of the single nexthop for @hop: known, present, or new. */
static uint32_t
single_id(struct needs *n, const struct bal_hop *hop, uint8_t family)
{
	const bal_nexthop_list *present = &n->d->world->snap->nexthops;
	struct bal_nexthop *slot;

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
	nexthop_op(n->d, BAL_STAGE_NEXTHOP, BAL_ADD, slot);
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
	for (size_t i = 0; i < d->world->snap->routes.n; i++) {
		const struct bal_route *have = &d->world->snap->routes.v[i];
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

	for (size_t i = 0; i < n->groups.n; i++) {
		if (same_members(&n->groups.v[i], group)) {
			group->id = n->groups.v[i].id;
			return;
		}
	}
	if (present && !claimed(n, present->id)) {
		group->id = present->id;
		if (!same_members(present, group))
			nexthop_op(n->d, BAL_STAGE_BALANCE, BAL_REPLACE, group);
	} else {
		group->id = new_id(n);
		nexthop_op(n->d, BAL_STAGE_NEXTHOP, BAL_ADD, group);
	}
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

static bool
has_objects(const struct bal_world *world)
{
	return world->globals->nexthop_objects && world->snap->has_nexthops;
}

/*
 * Every wanted route of two or more hops gets a group: its @nhid.  Ids of ours
 * that are not wanted go at the end.
 */
static void
diff_nexthops(struct bal_diff *d, const void *have)
{
	const bal_nexthop_list *present = &d->world->snap->nexthops;
	struct needs n = { .d = d, .next_id = FIRST_ID };

	(void)have;
	for (size_t i = 0; i < d->routes.n && has_objects(d->world); i++)
		if (d->routes.v[i].n_hops > 1)
			want_group(&n, &d->routes.v[i]);
	for (size_t i = 0; i < present->n; i++) {
		const struct bal_nexthop *nh = &present->v[i];

		if (nh->protocol == BAL_PROTO && !needed(&n, nh))
			nexthop_op(d, nh->n_members ? BAL_STAGE_UNGROUP :
						      BAL_STAGE_UNHOP,
				   BAL_DEL, nh);
	}
}

static void
encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	bal_nl_encode_nexthop(&op->nexthop, op->verb, out);
}

static const char *
dev(const struct bal_op *op)
{
	return op->verb != BAL_DEL ? op->nexthop.hop.dev : "";
}

void
bal_print_hop(FILE *out, const struct bal_hop *hop)
{
	char buf[BAL_ADDR_STRLEN];

	if (!bal_addr_none(&hop->gateway))
		fprintf(out, " via %s", bal_addr_host_str(&hop->gateway, buf));
	fputs(" dev ", out);
	bal_put_word(out, hop->dev);
	if (hop->onlink)
		fputs(" onlink", out);
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct bal_nexthop *nh = &op->nexthop;

	if (op->verb == BAL_DEL) {
		fprintf(out, "ip nexthop del id %" PRIu32 "\n", nh->id);
		return;
	}
	fprintf(out, "ip nexthop %s id %" PRIu32,
		op->verb == BAL_REPLACE ? "replace" : "add", nh->id);
	if (nh->n_members)
		fputs(" group", out);
	else
		bal_print_hop(out, &nh->hop);
	for (size_t i = 0; i < nh->n_members; i++)
		fprintf(out, "%c%" PRIu32 ",%" PRIu32, i ? '/' : ' ',
			nh->members[i].id, nh->members[i].weight);
	fprintf(out, " protocol %u\n", nh->protocol);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	const struct bal_nexthop *nh = &op->nexthop;

	if (op->verb == BAL_DEL)
		snprintf(buf, size, "delete nexthop %" PRIu32, nh->id);
	else
		snprintf(buf, size, "set nexthop %" PRIu32 "%s%s", nh->id,
			 nh->hop.dev[0] ? " by " : "", nh->hop.dev);
}

const struct bal_kind bal_kind_nexthop = {
	.read = read_nexthops,
	.diff = diff_nexthops,
	.encode = encode,
	.dev = dev,
	.print = print,
	.describe = describe,
};
