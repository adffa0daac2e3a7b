// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp - endpoints of MPTCP, one for each living uplink, and their limit. */
#include "plan/mptcp.h"

#include "base/show.h"
#include "kinds/internal.h"
#include "plan/stages.h"

static int
read_mptcp(struct bal_reading *r, struct bal_err *err)
{
	struct bal_mptcp_seen *seen;

	if (!r->want->mptcp)
		return 0;
	seen = bal_arena_alloc(r->arena, sizeof(*seen));
	if (!seen)
		return bal_err_nomem(err);
	r->snap->mptcp = seen;
	return bal_mptcp_look(seen, r->arena, err);
}

static void
push(struct bal_diff *d, bal_mptcp_list *list,
     const struct bal_mptcp_endpoint *e)
{
	struct bal_mptcp_endpoint *slot = BAL_PUSH(d->arena, list);

	if (slot)
		*slot = *e;
}

/* A device that was plugged in anew has the same address, and another number. */
static bool
is_same(const struct bal_mptcp_endpoint *a, const struct bal_mptcp_endpoint *b)
{
	return b && a->ifindex == b->ifindex;
}

static void
diff_endpoints(struct bal_diff *d, const struct bal_mptcp_seen *seen,
	       struct bal_mptcp_change *change)
{
	const bal_mptcp_list *want = &d->plan->mptcp;

	for (size_t i = 0; i < seen->endpoints.n; i++) {
		const struct bal_mptcp_endpoint *e = &seen->endpoints.v[i];

		if (bal_plan_mptcp_owner(d->world->uplinks, e) &&
		    !is_same(e, bal_plan_mptcp_find(want, e)))
			push(d, &change->gone, e);
	}
	for (size_t i = 0; i < want->n; i++) {
		const struct bal_mptcp_endpoint *e = &want->v[i];

		if (!is_same(e, bal_plan_mptcp_find(&seen->endpoints, e)))
			push(d, &change->added, e);
	}
}

/* What the administrator set since then is not ours to put back. */
static int32_t
due_limit(const struct bal_diff *d, const struct bal_mptcp_seen *seen)
{
	const uint32_t saved = d->world->saved_mptcp;

	if (bal_plan_limits_mptcp(d->world))
		return seen->subflows < BAL_MPTCP_MAX ? BAL_MPTCP_MAX : -1;
	return saved && seen->subflows == BAL_MPTCP_MAX &&
			       saved - 1 != BAL_MPTCP_MAX ?
		       (int32_t)saved - 1 :
		       -1;
}

static void
diff_mptcp(struct bal_diff *d, const void *have)
{
	const struct bal_mptcp_seen *seen = d->world->snap->mptcp;
	struct bal_mptcp_change *change;
	struct bal_op *op;

	(void)have;
	if (!seen || !seen->there)
		return;
	change = bal_arena_alloc(d->arena, sizeof(*change));
	if (!change)
		return;
	diff_endpoints(d, seen, change);
	change->subflows = due_limit(d, seen);
	if (!change->gone.n && !change->added.n && change->subflows < 0)
		return;
	op = bal_diff_add(d, BAL_STAGE_BALANCE, &bal_kind_mptcp, BAL_SET);
	if (op)
		op->object = change;
}

static int
commit(const struct bal_op *op, const struct bal_committing *how,
       struct bal_err *err)
{
	(void)how;
	return bal_mptcp_commit(op->object, err);
}

static void
print(FILE *out, const struct bal_op *op)
{
	const struct bal_mptcp_change *c = op->object;
	char buf[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < c->gone.n; i++)
		fprintf(out, "ip mptcp endpoint delete id %u\n",
			c->gone.v[i].id);
	if (c->subflows >= 0)
		fprintf(out, "ip mptcp limits set subflows %d\n", c->subflows);
	for (size_t i = 0; i < c->added.n; i++) {
		const struct bal_mptcp_endpoint *e = &c->added.v[i];

		fprintf(out, "ip mptcp endpoint add %s dev ",
			bal_addr_str(&e->addr, buf));
		bal_put_word(out, e->dev);
		fprintf(out, " id %u subflow\n", e->id);
	}
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	(void)op;
	snprintf(buf, size, "set the endpoints of MPTCP");
}

const struct bal_kind bal_kind_mptcp = {
	.read = read_mptcp,
	.diff = diff_mptcp,
	.commit = commit,
	.print = print,
	.describe = describe,
};
