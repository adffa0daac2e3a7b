/* kind - all that bal does with one kind of kernel object, as a row of functions. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KIND_H
#define BAL_KIND_H

#include "kernel/op.h"
#include "kernel/snapshot.h"
#include "netlink/nl.h"

struct bal_diff; /* plan/stages.h */

/* What read() has. */
struct bal_reading {
	struct bal_snapshot *snap; /* devices and addresses are there */
	const void **have; /* what only this kind's own diff() will look at */
	struct bal_nl *nl;
	const struct bal_snapshot_want *want;
	struct bal_arena *arena; /* of all that is read */
};

/* What commit() has. */
struct bal_committing {
	unsigned wait_ms; /* how long to wait for others who change the same */
	bool failed;	  /* a commit before this one was not made */
};

/*
 * One kind.  A table of these, NULL behind the last, makes a pass: the kinds are
 * read and compared in its order.  When an operation is carried out is its stage's
 * matter.
 */
struct bal_kind {
	/* Read what the kernel has.  0 or -1.  NULL: another one reads it. */
	int (*read)(struct bal_reading *r, struct bal_err *err);

	/*
	 * Pure: what is planned against @have, or against the snapshot: the
	 * operations that are missing, by bal_diff_add().
	 */
	void (*diff)(struct bal_diff *d, const void *have);

	/* @op as a request of rtnetlink.  NULL: commit() carries it out. */
	void (*encode)(const struct bal_op *op, struct bal_nlmsg *out);

	/*
	 * Carry @op out; all operations before it are.  -1: it was not, but the
	 * others are to be done.  BAL_EUNAVAIL is warned of, the kernel lacks
	 * something; BAL_EBUSY without a wait is for a later pass.
	 */
	int (*commit)(const struct bal_op *op,
		      const struct bal_committing *how, struct bal_err *err);

	/*
	 * The one device whose uplink is to blame when @op is refused, or "".
	 * NULL: never one alone.
	 */
	const char *(*dev)(const struct bal_op *op);

	/* Is @op of IPv6 alone?  NULL: it is not. */
	bool (*six)(const struct bal_op *op);

	/* See bal_op_print() and bal_op_describe(). */
	void (*print)(FILE *out, const struct bal_op *op);
	void (*describe)(const struct bal_op *op, char *buf, size_t size);
};

#endif
