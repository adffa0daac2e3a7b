/* internal - what the files of kinds share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KINDS_INTERNAL_H
#define BAL_KINDS_INTERNAL_H

#include <stdio.h>

#include "kernel/kind.h"

/*
 * The table, in order: each row is in the file of its name.  Routes come behind
 * nexthop objects: in reading, since their hops are those of the objects; in
 * comparing, since they get the ids of their groups there.
 */
#define BAL_KIND_ROWS(row)     \
	row(bal_kind_sysctl)   \
	row(bal_kind_address)  \
	row(bal_kind_devconf)  \
	row(bal_kind_ipv6)     \
	row(bal_kind_devconf6) \
	row(bal_kind_nexthop)  \
	row(bal_kind_route)    \
	row(bal_kind_rule)     \
	row(bal_kind_steer)    \
	row(bal_kind_mptcp)    \
	row(bal_kind_firewall) \
	row(bal_kind_smooth)

#define BAL_KIND_DECLARE(kind) extern const struct bal_kind kind;
BAL_KIND_ROWS(BAL_KIND_DECLARE)

/* Is there one of ours in @rules that sends @prefix past main? */
bool bal_rules_lead_to(const bal_rule_list *rules,
		       const struct bal_addr *prefix);

/* Is there one of ours in @rules that looks @table up? */
bool bal_rules_look_up(const bal_rule_list *rules, uint32_t table);

/* A next hop in iproute2's words, behind a space. */
void bal_print_hop(FILE *out, const struct bal_hop *hop);

#endif
