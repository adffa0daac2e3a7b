/* apply - sends operations to the kernel, in their order. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_APPLY_H
#define BAL_APPLY_H

#include "kernel/op.h"
#include "netlink/nl.h"

/* What is to be done, in this order; and how long to wait for the firewall. */
struct bal_changes {
	const bal_op_list *ops;
	unsigned lock_wait_ms;
};

/* What became of a list of operations. */
struct bal_applied {
	size_t done;
	size_t refused;
	/*
	 * Every refusal was one that a world which moved meanwhile explains
	 * (ENODEV, ENETDOWN, ESRCH, ENOENT, EEXIST...): reading again and
	 * planning again may end well; or the kernel was short of memory.
	 */
	bool moved;
	/*
	 * The firewall could not be had without waiting (lock_wait_ms 0), and
	 * is as it was; the rest is done.
	 */
	bool chains_wait;
	struct bal_err first; /* the first refusal, in words */
	char dev[BAL_IFNAMSIZ]; /* the uplink that is refused, or "" */
	bool six;		/* it is, by IPv6 alone */
};

/*
 * Carry @changes out, in order: netlink in batches, and a commit for each part
 * of the firewall.  A refused operation stops nothing, it is counted in @out.  A sysctl
 * that cannot be written is a bal_warn(), once.  -1 when the kernel cannot be
 * talked to at all, or a commit of the firewall failed.
 */
int bal_apply(struct bal_nl *nl, const struct bal_changes *changes,
	      struct bal_applied *out, struct bal_err *err);

#endif
