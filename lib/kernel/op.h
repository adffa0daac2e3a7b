/* op - one change to the kernel, as data: what diff orders and apply sends. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OP_H
#define BAL_OP_H

#include <stdio.h>

#include "netlink/object.h"

struct bal_kind;  /* kernel/kind.h */
struct bal_fw_op; /* firewall/firewall.h */

struct bal_sysctl_set {
	enum bal_sysctl which;
	int32_t value;
};

struct bal_op {
	const struct bal_kind *kind; /* its row: what the verb and object mean */
	enum bal_verb verb;
	union {
		struct bal_devconf_set devconf;
		struct bal_sysctl_set sysctl;
		struct bal_nexthop nexthop;
		struct bal_route route;
		struct bal_rule rule;
		const struct bal_fw_op *firewall;
		const void *object; /* of a kind that only its own file knows */
	};
};

typedef BAL_LIST(struct bal_op) bal_op_list;

/*
 * Print @op as lines for a shell: commands of ip, sysctl and the firewall
 * that do the same.
 */
void bal_op_print(FILE *out, const struct bal_op *op);

/*
 * The purpose of @op, as the middle of a message: "cannot add default route to
 * table 1", into @buf of @size.  Returns @buf.
 */
const char *bal_op_describe(const struct bal_op *op, char *buf, size_t size);

#endif
