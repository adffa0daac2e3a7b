// SPDX-License-Identifier: GPL-2.0-or-later
/* diff_routes - routes and their nexthop groups: what changes. Pure. */
#include <stdlib.h>
#include <string.h>

#include "plan/diff_internal.h"

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
	qsort(v, list->n, sizeof(*v), by_key);
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
 * where it is, and go before them.  It is the other way round for a prefix
 * that rules do not lead to yet, or no more: those must not come to nothing.
 */
static bool
is_followed(const struct bal_diff *d, bool del, const struct bal_route *r)
{
	if (r->table == BAL_TABLE_DEFAULT)
		return true;
	return bal_groups_own(d->groups, r->table) &&
	       (!r->dst.len ||
		bal_diff_leads_to(del ? d->rules : &d->snap->rules, &r->dst));
}

static void
route_op(struct bal_diff *d, enum bal_op_kind kind, const struct bal_route *r)
{
	bool del = kind == BAL_OP_ROUTE_DEL;
	enum bal_stage stage = is_followed(d, del, r) ?
				       (del ? BAL_STAGE_UNBALANCE :
					      BAL_STAGE_BALANCE) :
				       (del ? BAL_STAGE_UNTABLE :
					      BAL_STAGE_DEVICE_TABLE);
	struct bal_op *op = bal_diff_add(d, stage, kind);

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
		route_op(d, BAL_OP_ROUTE_ADD, want);
	if (!equal && n && have[0]->protocol == BAL_PROTO) {
		replaced = have[0];
		route_op(d, BAL_OP_ROUTE_REPLACE, want);
	}
	if (!equal && n && !replaced)
		route_op(d, BAL_OP_ROUTE_APPEND, want);
	for (size_t i = 0; i < n; i++)
		if (have[i]->protocol == BAL_PROTO && have[i] != equal &&
		    have[i] != replaced)
			route_op(d, BAL_OP_ROUTE_DEL, have[i]);
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

void
bal_diff_routes(struct bal_diff *d, bal_route_list *wanted)
{
	const bal_route_list *present = &d->snap->routes;
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
				route_op(d, BAL_OP_ROUTE_DEL, have[k]);
		for (end = k; end < present->n &&
			      bal_route_key_cmp(have[end], want[i]) == 0;
		     end++)
			;
		settle_key(d, want[i], have + k, end - k);
		k = end;
	}
	for (; k < present->n; k++)
		if (have[k]->protocol == BAL_PROTO)
			route_op(d, BAL_OP_ROUTE_DEL, have[k]);
	unreachable_first(&d->stage[BAL_STAGE_UNBALANCE]);
	unreachable_first(&d->stage[BAL_STAGE_UNTABLE]);
}
