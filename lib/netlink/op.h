/* op - one change to the kernel, as data: what diff orders and apply sends. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OP_H
#define BAL_OP_H

#include <stdio.h>

#include "netlink/object.h"

enum bal_op_kind {
	BAL_OP_DEVCONF,
	BAL_OP_SYSCTL, /* of the box */
	BAL_OP_NEXTHOP_ADD,
	BAL_OP_NEXTHOP_REPLACE, /* a group gets other members */
	BAL_OP_NEXTHOP_DEL,
	BAL_OP_ROUTE_ADD,
	BAL_OP_ROUTE_REPLACE, /* the first route at that key is ours */
	BAL_OP_ROUTE_APPEND,  /* beside a foreign route at that key */
	BAL_OP_ROUTE_DEL,
	BAL_OP_RULE_ADD,
	BAL_OP_RULE_DEL,
	BAL_OP_FIREWALL, /* one commit of marks or of masquerading */
};

/* Values for some of a device's sysctls. */
struct bal_devconf_set {
	int ifindex;
	char dev[BAL_IFNAMSIZ];
	unsigned mask; /* 1 << enum bal_devconf: which */
	int32_t value[BAL_DC_MAX];
	bool restore; /* the values from before bal, at the very end */
};

struct bal_sysctl_set {
	enum bal_sysctl which;
	int32_t value;
};

struct bal_fw_op; /* firewall/firewall.h */

struct bal_op {
	enum bal_op_kind kind;
	union {
		struct bal_devconf_set devconf;
		struct bal_sysctl_set sysctl;
		struct bal_nexthop nexthop;
		struct bal_route route;
		struct bal_rule rule;
		const struct bal_fw_op *firewall;
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

/* One object in iproute2's words, without a newline. */
void bal_print_rule(FILE *out, const struct bal_rule *rule);
void bal_print_route(FILE *out, const struct bal_route *route);

#endif
