// SPDX-License-Identifier: GPL-2.0-or-later
/* apply - the only place where bal changes the kernel. */
#include "kernel/apply.h"

#include <errno.h>
#include <string.h>

#include "kernel/kind.h"

struct applying {
	const bal_op_list *ops;
	struct bal_applied *out;
	struct bal_committing how;
	struct bal_err failed; /* the first commit that did */
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
	return op->verb == BAL_DEL &&
	       (eno == ESRCH || eno == ENOENT || eno == ENODEV);
}

static const char *
dev_of(const struct bal_op *op)
{
	return op->kind->dev ? op->kind->dev(op) : "";
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
		a->out->six = op->kind->six && op->kind->six(op);
		bal_err_sys(&a->out->first, eno, "cannot %s%s%s%s",
			    bal_op_describe(op, what, sizeof(what)),
			    why[0] ? " (" : "", why, why[0] ? ")" : "");
	}
	if (!world_moved(eno) && !is_shortage(eno))
		a->out->moved = false;
}

/*
 * Routes matter more than marks: a commit that fails keeps nothing else from
 * being done.  It is reported at the end; without the kernel's modules, warned of.
 */
static void
commit(struct applying *a, const struct bal_op *op)
{
	struct bal_err err = { 0 };

	if (op->kind->commit(op, &a->how, &err) == 0)
		return;
	a->how.failed = true;
	if (err.kind == BAL_EUNAVAIL)
		bal_warn("%s", err.msg);
	else if (err.kind == BAL_EBUSY && !a->how.wait_ms)
		a->out->chains_wait = true;
	else if (a->failed.kind == BAL_EOK)
		a->failed = err;
}

/* What stands before a commit is in force before it. */
static int
carry_out(struct applying *a, size_t number, struct bal_nl *nl,
	  struct bal_err *err)
{
	const struct bal_op *op = &a->ops->v[number];
	struct bal_nlmsg req;

	if (op->kind->encode) {
		op->kind->encode(op, &req);
		return bal_nl_queue(nl, &req, number, err);
	}
	if (bal_nl_flush(nl, err) < 0)
		return -1;
	commit(a, op);
	return 0;
}

int
bal_apply(struct bal_nl *nl, const struct bal_changes *changes,
	  struct bal_applied *out, struct bal_err *err)
{
	struct applying a = { .ops = changes->ops,
			      .out = out,
			      .how.wait_ms = changes->lock_wait_ms };
	int rc = 0;

	*out = (struct bal_applied){ 0 };
	bal_nl_on_failure(nl, on_failure, &a);
	for (size_t i = 0; i < a.ops->n && rc == 0; i++)
		rc = carry_out(&a, i, nl, err);
	if (rc == 0)
		rc = bal_nl_flush(nl, err);
	bal_nl_on_failure(nl, NULL, NULL);
	out->done = a.ops->n - out->refused;
	if (rc == 0 && a.failed.kind != BAL_EOK) {
		*err = a.failed;
		return -1;
	}
	return rc;
}
