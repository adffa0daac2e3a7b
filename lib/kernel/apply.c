// SPDX-License-Identifier: GPL-2.0-or-later
/* apply - the only place where bal changes the kernel. */
#include "kernel/apply.h"

#include <errno.h>
#include <string.h>

#include "firewall/firewall.h"
#include "netlink/write.h"
#include "netlink/sysctl.h"

struct applying {
	const bal_op_list *ops;
	struct bal_applied *out;
	bool uncommitted; /* a commit of the firewall failed */
};

static bool
world_moved(int eno)
{
	switch (eno) {
	case ENODEV:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ESRCH:
	case ENOENT:
	case EEXIST:
	case EINVAL: /* a nexthop or an address that went meanwhile */
	case EBUSY:
	case EAGAIN:
		return true;
	default:
		return false;
	}
}

/* Already as wanted: deleted, or gone with its device. */
static bool
is_gone_already(const struct bal_op *op, int eno)
{
	switch (op->kind) {
	case BAL_OP_ROUTE_DEL:
	case BAL_OP_RULE_DEL:
	case BAL_OP_NEXTHOP_DEL:
		return eno == ESRCH || eno == ENOENT;
	case BAL_OP_DEVCONF:
		return op->devconf.restore && eno == ENODEV;
	default:
		return false;
	}
}

/* The one device that a refused next hop is by. */
static const char *
dev_of(const struct bal_op *op)
{
	switch (op->kind) {
	case BAL_OP_NEXTHOP_ADD:
	case BAL_OP_NEXTHOP_REPLACE:
		return op->nexthop.hop.dev;
	case BAL_OP_ROUTE_ADD:
	case BAL_OP_ROUTE_APPEND:
	case BAL_OP_ROUTE_REPLACE:
		return op->route.n_hops == 1 ? op->route.hops[0].dev : "";
	default:
		return "";
	}
}

/* The kernel is short of memory: that says nothing about what was asked. */
static bool
is_shortage(int eno)
{
	return eno == ENOMEM || eno == ENOBUFS;
}

static void
on_failure(size_t number, int eno, const char *why, void *arg)
{
	struct applying *a = arg;
	const struct bal_op *op = &a->ops->v[number];
	char what[128];

	/* None of these: answers of another list. */
	if (number >= a->ops->n || is_gone_already(op, eno))
		return;
	if (a->out->refused++ == 0) {
		a->out->moved = true;
		(void)bal_copy(a->out->dev, sizeof(a->out->dev),
			       is_shortage(eno) ? "" : dev_of(op));
		bal_err_sys(&a->out->first, eno, "cannot %s%s%s%s",
			    bal_op_describe(op, what, sizeof(what)),
			    why[0] ? " (" : "", why, why[0] ? ")" : "");
	}
	if (!world_moved(eno) && !is_shortage(eno))
		a->out->moved = false;
}

/* Where one cannot be written, none can: bal-doctor tells of each. */
static void
write_sysctl(const struct bal_sysctl_set *set)
{
	static bool warned;
	const struct bal_sysctl_row *row = &bal_sysctls[set->which];
	struct bal_err err;

	if (bal_sysctl_write(row->name, set->value, &err) == 0 || warned)
		return;
	warned = true;
	/* What is only to be put back was ours, and serves. */
	bal_warn("%s; %s", err.msg,
		 set->value == row->ours ? row->lost : "it stays as it is");
}

/*
 * Routes matter more than marks: a commit that fails keeps nothing else from
 * being done.  It is told at the end; without the kernel's modules, warned of.
 */
static void
commit_firewall(struct applying *a, const struct bal_fw_op *op,
		const struct bal_changes *changes, struct bal_err *failed)
{
	struct bal_err err = { 0 };

	/* Nothing is lost on the way from one to the other. */
	if (op->leaving && a->uncommitted)
		return;
	if (op->by->commit(op->want, op->have, op->part, changes->lock_wait_ms,
			   &err) == 0)
		return;
	a->uncommitted = true;
	if (err.kind == BAL_EUNAVAIL)
		bal_warn("%s", err.msg);
	else if (err.kind == BAL_EBUSY && !changes->lock_wait_ms)
		a->out->chains_wait = true;
	else if (failed->kind == BAL_EOK)
		*failed = err;
}

int
bal_apply(struct bal_nl *nl, const struct bal_changes *changes,
	  struct bal_applied *out, struct bal_err *err)
{
	const bal_op_list *ops = changes->ops;
	struct applying a = { .ops = ops, .out = out };
	struct bal_err failed = { 0 };
	int rc = 0;

	*out = (struct bal_applied){ 0 };
	bal_nl_on_failure(nl, on_failure, &a);
	for (size_t i = 0; i < ops->n && rc == 0; i++) {
		const struct bal_op *op = &ops->v[i];
		struct bal_nlmsg req;

		if (bal_nl_encode(op, &req)) {
			rc = bal_nl_queue(nl, &req, i, err);
			continue;
		}
		/* What stands before a commit is in force before it. */
		rc = bal_nl_flush(nl, err);
		if (rc == 0 && op->kind == BAL_OP_SYSCTL)
			write_sysctl(&op->sysctl);
		if (rc == 0 && op->kind == BAL_OP_FIREWALL)
			commit_firewall(&a, op->firewall, changes, &failed);
	}
	if (rc == 0)
		rc = bal_nl_flush(nl, err);
	bal_nl_on_failure(nl, NULL, NULL);
	out->done = ops->n - out->refused;
	if (rc == 0 && failed.kind != BAL_EOK) {
		*err = failed;
		return -1;
	}
	return rc;
}
