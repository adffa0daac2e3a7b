// SPDX-License-Identifier: GPL-2.0-or-later
/* route - routes; those of two or more hops refer to a nexthop group. */
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "base/order.h"
#include "kinds/internal.h"
#include "netlink/read.h"
#include "netlink/write.h"
#include "plan/stages.h"

static const struct bal_nexthop *
find_nexthop(const struct bal_snapshot *snap, uint32_t id)
{
	for (size_t i = 0; i < snap->nexthops.n; i++)
		if (snap->nexthops.v[i].id == id)
			return &snap->nexthops.v[i];
	return NULL;
}

static void
expand_group(struct bal_route *r, const struct bal_nexthop *group,
	     const struct bal_snapshot *snap, struct bal_arena *arena)
{
	r->hops = bal_arena_alloc(arena, group->n_members * sizeof(*r->hops));
	r->n_hops = r->hops ? group->n_members : 0;
	for (size_t k = 0; k < r->n_hops; k++) {
		const struct bal_nexthop *one;

		one = find_nexthop(snap, group->members[k].id);
		if (one)
			r->hops[k] = one->hop;
		r->hops[k].weight = group->members[k].weight;
	}
}

/* One that drops all has no device, and its route stays without a hop. */
static void
expand_single(struct bal_route *r, const struct bal_nexthop *one,
	      struct bal_arena *arena)
{
	r->hops = one->hop.ifindex ? bal_arena_alloc(arena, sizeof(*r->hops)) :
				     NULL;
	r->n_hops = r->hops ? 1 : 0;
	if (r->hops)
		*r->hops = one->hop;
}

/*
 * Routes over nexthop objects: the hops as the objects say, since with
 * nexthop_compat_mode=0 the route's own message does not repeat them.
 */
static void
expand_objects(struct bal_snapshot *snap, struct bal_arena *arena)
{
	for (size_t i = 0; i < snap->all.n; i++) {
		struct bal_route *r = &snap->all.v[i];
		const struct bal_nexthop *nh;

		nh = r->nhid ? find_nexthop(snap, r->nhid) : NULL;
		if (nh && nh->n_members)
			expand_group(r, nh, snap, arena);
		else if (nh && !r->n_hops)
			expand_single(r, nh, arena);
	}
}

/* Names for people: hops come with indexes only. */
static void
name_hops(const struct bal_snapshot *snap, bal_route_list *all)
{
	const struct bal_link *last = NULL;

	for (size_t i = 0; i < all->n; i++) {
		struct bal_route *r = &all->v[i];

		for (size_t k = 0; k < r->n_hops; k++) {
			const struct bal_link *l = last;

			if (r->protocol != BAL_PROTO)
				continue;
			/* A device's routes stand together. */
			if (!l || l->ifindex != r->hops[k].ifindex)
				l = bal_snapshot_ifindex(snap,
							 r->hops[k].ifindex);
			last = l;
			if (l)
				memcpy(r->hops[k].dev, l->name,
				       sizeof(l->name));
		}
	}
}

/* A kernel without IPv6 has neither. */
static int
read_routes6(struct bal_reading *r, struct bal_err *err)
{
	struct bal_snapshot *snap = r->snap;

	if (!r->want->routes6)
		return 0;
	if (bal_nl_addrs_of(r->nl, AF_INET6, r->arena, &snap->addrs6, err) <
		    0 ||
	    bal_nl_all_routes(r->nl, AF_INET6, &r->want->destinations, r->arena, &snap->all6,
			      err) < 0)
		return -1;
	name_hops(snap, &snap->all6);
	snap->has_routes6 = true;
	return 0;
}

static int
read_routes(struct bal_reading *r, struct bal_err *err)
{
	if (bal_nl_all_routes(r->nl, AF_INET,
			      r->want->whole ? NULL : &r->want->destinations,
			      r->arena, &r->snap->all, err) < 0)
		return -1;
	expand_objects(r->snap, r->arena);
	name_hops(r->snap, &r->snap->all);
	return read_routes6(r, err);
}

/* By key; at one key in the order given, which is the kernel's. */
static int
by_key(const void *a, const void *b)
{
	const struct bal_route *x = *(const struct bal_route *const *)a;
	const struct bal_route *y = *(const struct bal_route *const *)b;
	int c = bal_route_key_cmp(x, y);

	return c ? c : x < y ? -1 : x > y;
}

static const struct bal_route **
sorted_routes(struct bal_diff *d, const bal_route_list *list)
{
	const struct bal_route **v;

	v = bal_arena_alloc(d->arena, (list->n + 1) * sizeof(*v));
	if (!v)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		v[i] = &list->v[i];
	bal_sort(v, list->n, sizeof(*v), by_key);
	return v;
}

static bool
same_route(const struct bal_route *want, const struct bal_route *have)
{
	if (have->protocol != BAL_PROTO || want->type != have->type ||
	    want->scope_link != have->scope_link || want->nhid != have->nhid ||
	    bal_addr_cmp(&want->src, &have->src) != 0)
		return false;
	if (want->nhid)
		return true;
	if (want->n_hops != have->n_hops)
		return false;
	for (size_t i = 0; i < want->n_hops; i++)
		if (!bal_hop_same(&want->hops[i], &have->hops[i]) ||
		    want->hops[i].weight != have->hops[i].weight)
			return false;
	return true;
}

/*
 * Routes that share out traffic follow the rules that keep what is established
 * where it is, and go before them.  It is the other way round for a prefix or
 * a table that rules do not lead to yet, or no more: those must not come to
 * nothing.
 */
static bool
is_followed(const struct bal_diff *d, bool del, const struct bal_route *r)
{
	const struct bal_world *world = d->world;
	const bool six = r->dst.family == AF_INET6;
	const bal_rule_list *planned = six ? &d->plan->rules6 : &d->plan->rules;
	const bal_rule_list *present = six ? &world->snap->rules6 :
					     &world->snap->rules;
	const bal_rule_list *rules = del ? planned : present;

	if (r->table == BAL_TABLE_DEFAULT)
		return true;
	if (!bal_groups_own(world->groups, r->table))
		return false;
	if (r->table != world->groups->v[0].table)
		return bal_rules_look_up(rules, r->table);
	return !r->dst.len || bal_rules_lead_to(rules, &r->dst);
}

static void
route_op(struct bal_diff *d, enum bal_verb verb, const struct bal_route *r)
{
	bool del = verb == BAL_DEL;
	enum bal_stage stage = is_followed(d, del, r) ?
				       (del ? BAL_STAGE_UNBALANCE :
					      BAL_STAGE_BALANCE) :
				       (del ? BAL_STAGE_UNTABLE :
					      BAL_STAGE_DEVICE_TABLE);
	struct bal_op *op = bal_diff_add(d, stage, &bal_kind_route, verb);

	if (op)
		op->route = *r;
}

/* One wanted route against the @n that the kernel has at its key. */
static void
settle_key(struct bal_diff *d, const struct bal_route *want,
	   const struct bal_route **have, size_t n)
{
	const struct bal_route *equal = NULL, *replaced = NULL;

	for (size_t i = 0; i < n && !equal; i++)
		if (same_route(want, have[i]))
			equal = have[i];
	if (!equal && n == 0)
		route_op(d, BAL_ADD, want);
	if (!equal && n && have[0]->protocol == BAL_PROTO) {
		replaced = have[0];
		route_op(d, BAL_REPLACE, want);
	}
	/* IPv6 would make one set of both: somebody's own route stays alone. */
	if (!equal && n && !replaced && want->dst.family != AF_INET6)
		route_op(d, BAL_APPEND, want);
	for (size_t i = 0; i < n; i++)
		if (have[i]->protocol == BAL_PROTO && have[i] != equal &&
		    have[i] != replaced)
			route_op(d, BAL_DEL, have[i]);
}

/* `unreachable` must not outlive the routes of smaller metric before it. */
static void
unreachable_first(bal_op_list *del)
{
	for (size_t i = 0, k = del->n; k && i < --k; i++) {
		struct bal_op op = del->v[i];

		del->v[i] = del->v[k];
		del->v[k] = op;
	}
}

/* What is missing of @wanted, and too many in @present: both of one family. */
static void
compare(struct bal_diff *d, const bal_route_list *wanted,
	const bal_route_list *present)
{
	const struct bal_route **want = sorted_routes(d, wanted);
	const struct bal_route **have = sorted_routes(d, present);
	size_t k = 0;

	if (!want || !have)
		return;
	for (size_t i = 0; i < wanted->n; i++) {
		size_t end;

		for (; k < present->n && bal_route_key_cmp(have[k], want[i]) < 0;
		     k++)
			if (have[k]->protocol == BAL_PROTO)
				route_op(d, BAL_DEL, have[k]);
		for (end = k; end < present->n &&
			      bal_route_key_cmp(have[end], want[i]) == 0;
		     end++)
			;
		settle_key(d, want[i], have + k, end - k);
		k = end;
	}
	for (; k < present->n; k++)
		if (have[k]->protocol == BAL_PROTO)
			route_op(d, BAL_DEL, have[k]);
}

static void
diff_routes(struct bal_diff *d, const void *seen)
{
	const struct bal_snapshot *snap = d->world->snap;

	(void)seen;
	compare(d, &d->routes, &snap->routes);
	/* A kernel without IPv6 answers with those of IPv4, and has no rules. */
	if (snap->has_routes6 && snap->has_rules6)
		compare(d, &d->plan->routes6, &snap->routes6);
	unreachable_first(&d->stage[BAL_STAGE_UNBALANCE]);
	unreachable_first(&d->stage[BAL_STAGE_UNTABLE]);
}

static void
encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	bal_nl_encode_route(&op->route, op->verb, out);
}

static const char *
dev(const struct bal_op *op)
{
	return op->verb != BAL_DEL && op->route.n_hops == 1 ?
		       op->route.hops[0].dev :
		       "";
}

static bool
is_six(const struct bal_op *op)
{
	return op->route.dst.family == AF_INET6;
}

static void
print_route(FILE *out, const struct bal_route *r)
{
	const char *type = bal_route_type_word(r->type);
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, "%s%s%s", type, *type ? " " : "",
		bal_addr_str(&r->dst, buf));
	if (r->nhid)
		fprintf(out, " nhid %" PRIu32, r->nhid);
	else if (r->n_hops == 1)
		bal_print_hop(out, &r->hops[0]);
	if (!bal_addr_none(&r->src))
		fprintf(out, " src %s", bal_addr_host_str(&r->src, buf));
	if (r->tos)
		fprintf(out, " tos 0x%x", r->tos);
	fprintf(out, " table %" PRIu32, r->table);
	if (r->metric)
		fprintf(out, " metric %" PRIu32, r->metric);
	if (r->scope_link)
		fputs(" scope link", out);
	fprintf(out, " proto %u", r->protocol);
	for (size_t i = 0; !r->nhid && r->n_hops > 1 && i < r->n_hops; i++) {
		fputs(" nexthop", out);
		bal_print_hop(out, &r->hops[i]);
		fprintf(out, " weight %" PRIu32, r->hops[i].weight);
	}
}

/* In iproute2's words, in those of a message, and what comes before the table. */
static const struct {
	const char *ip, *verb, *where;
} words[] = {
	[BAL_ADD] = { "add", "add", "to" },
	[BAL_APPEND] = { "append", "add", "to" },
	[BAL_REPLACE] = { "replace", "replace", "in" },
	[BAL_DEL] = { "del", "delete", "from" },
};

static void
print(FILE *out, const struct bal_op *op)
{
	fprintf(out, "ip %sroute %s ",
		is_six(op) ? "-6 " : "",
		words[op->verb].ip);
	print_route(out, &op->route);
	fputc('\n', out);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	const struct bal_route *r = &op->route;
	char dst[BAL_ADDR_STRLEN];

	snprintf(buf, size, "%s %s%s route%s%s %s table %" PRIu32,
		 words[op->verb].verb,
		 is_six(op) ? "IPv6 " : "",
		 bal_addr_str(&r->dst, dst),
		 r->n_hops == 1 ? " by " : "",
		 r->n_hops == 1 ? r->hops[0].dev : "", words[op->verb].where,
		 r->table);
}

const struct bal_kind bal_kind_route = {
	.read = read_routes,
	.diff = diff_routes,
	.encode = encode,
	.dev = dev,
	.six = is_six,
	.print = print,
	.describe = describe,
};
