// SPDX-License-Identifier: GPL-2.0-or-later
/* address - hosts that lo has, too, so that a smoothed tunnel outlives its line. */
#include "kinds/internal.h"
#include "netlink/write.h"
#include "plan/stages.h"

/* Ours are no addresses of the box to anything else. */
static int
read_addresses(struct bal_reading *r, struct bal_err *err)
{
	bal_ifaddr_list *all = &r->snap->addrs, *ours;
	size_t kept = 0;

	ours = bal_arena_alloc(r->arena, sizeof(*ours));
	if (!ours)
		return bal_err_nomem(err);
	for (size_t i = 0; i < all->n; i++) {
		struct bal_ifaddr *slot;

		if (!all->v[i].ours) {
			all->v[kept++] = all->v[i];
			continue;
		}
		slot = BAL_PUSH(r->arena, ours);
		if (slot)
			*slot = all->v[i];
	}
	all->n = kept;
	*r->have = ours;
	return 0;
}

static bool
is_wanted(const struct bal_plan *plan, const struct bal_addr *host)
{
	for (size_t i = 0; i < plan->local.n; i++)
		if (bal_addr_same_host(&plan->local.v[i], host))
			return true;
	return false;
}

static bool
is_there(const bal_ifaddr_list *ours, const struct bal_addr *host)
{
	for (size_t i = 0; i < ours->n; i++)
		if (bal_addr_same_host(&ours->v[i].addr, host))
			return true;
	return false;
}

static void
add_op(struct bal_diff *d, enum bal_stage stage, enum bal_verb verb,
       const struct bal_addr *host)
{
	struct bal_op *op = bal_diff_add(d, stage, &bal_kind_address, verb);

	if (op)
		op->object = host;
}

static void
diff_addresses(struct bal_diff *d, const void *have)
{
	static const bal_ifaddr_list none;
	const bal_ifaddr_list *ours = have ? have : &none;

	for (size_t i = 0; i < d->plan->local.n; i++)
		if (!is_there(ours, &d->plan->local.v[i]))
			add_op(d, BAL_STAGE_DEVICE_TABLE, BAL_ADD,
			       &d->plan->local.v[i]);
	for (size_t i = 0; i < ours->n; i++)
		if (!is_wanted(d->plan, &ours->v[i].addr))
			add_op(d, BAL_STAGE_UNTABLE, BAL_DEL,
			       &ours->v[i].addr);
}

static void
encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	bal_nl_encode_local(op->object, op->verb, out);
}

static void
print(FILE *out, const struct bal_op *op)
{
	char host[BAL_ADDR_STRLEN];

	fprintf(out, "ip addr %s %s/32 dev lo scope host label %s\n",
		op->verb == BAL_DEL ? "del" : "add",
		bal_addr_host_str(op->object, host), BAL_LOCAL_LABEL);
}

static void
describe(const struct bal_op *op, char *buf, size_t size)
{
	char host[BAL_ADDR_STRLEN];

	snprintf(buf, size, "%s address %s of lo",
		 op->verb == BAL_DEL ? "remove" : "add",
		 bal_addr_host_str(op->object, host));
}

const struct bal_kind bal_kind_address = {
	.read = read_addresses,
	.diff = diff_addresses,
	.encode = encode,
	.print = print,
	.describe = describe,
};
