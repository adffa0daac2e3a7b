/* xentry - one rule of ours as the kernel's ip_tables entry, and back. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_XENTRY_H
#define BAL_XENTRY_H

#include <limits.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "firewall/chain.h"

/* Room for the longest entry that we write, aligned as the kernel wants it. */
union bal_xentry {
	struct ipt_entry e;
	unsigned char bytes[512];
};

/*
 * The entry of @rule, with matches in the order conntrack, mark, connmark,
 * and target names as iptc_append_entry() takes them.  @connmark_revision is
 * the newest of the CONNMARK target that the kernel has, 1 or 2: iptables
 * prints no other, so only that one survives iptables-save.  False for a rule
 * that has no entry (BAL_XT_OTHER).
 */
bool bal_xentry_encode(const struct bal_xrule *rule, int connmark_revision,
		       union bal_xentry *out);

/*
 * Is @e, as read, with the target that iptc_get_target() names, the entry
 * @want that we would write?  Counters and the kernel's own notes in it do not
 * matter.
 */
bool bal_xentry_same(const struct ipt_entry *e, const char *target,
		     const union bal_xentry *want);

/*
 * The rule of @e into @out; BAL_XT_OTHER where we would not write exactly
 * that.  Returns the revision of its CONNMARK target, 0 where it has none.
 */
int bal_xentry_decode(const struct ipt_entry *e, const char *target,
		      struct bal_xrule *out);

#endif
