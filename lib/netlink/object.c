// SPDX-License-Identifier: GPL-2.0-or-later
/* object - when two objects of the kernel are equal. */
#include "netlink/object.h"

#include <string.h>

const char *
bal_devconf_name(enum bal_devconf dc)
{
	static const char *const names[BAL_DC_MAX] = {
		[BAL_DC_ARP_IGNORE] = "arp_ignore",
		[BAL_DC_ARP_ANNOUNCE] = "arp_announce",
		[BAL_DC_ARP_FILTER] = "arp_filter",
		[BAL_DC_RP_FILTER] = "rp_filter",
		[BAL_DC_PROMOTE_SECONDARIES] = "promote_secondaries",
		[BAL_DC_IGNORE_LINKDOWN] = "ignore_routes_with_linkdown",
	};

	return names[dc];
}

const struct bal_sysctl_row bal_sysctls[BAL_SYSCTL_MAX] = {
	[BAL_SYSCTL_HASH_POLICY] = {
		"net/ipv4/fib_multipath_hash_policy", 1, 0,
		"connections to one address share one uplink" },
	/*
	 * At 0 an ICMP error about a forwarded packet has no source address
	 * before it is routed, and so is balanced like a new connection.  By
	 * another uplink than the packet came by, its connection is unknown
	 * there: "fragmentation needed" gets lost.
	 */
	[BAL_SYSCTL_ICMP_ERRORS] = {
		"net/ipv4/icmp_errors_use_inbound_ifaddr", 1, 0,
		"ICMP errors about forwarded packets may leave by another "
		"uplink" },
};

struct bal_sysctl_values
bal_sysctl_none(void)
{
	struct bal_sysctl_values none;

	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		none.of[i] = -1;
	return none;
}

static int
number_cmp(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int
bal_rule_cmp(const struct bal_rule *a, const struct bal_rule *b)
{
	int c = number_cmp(a->priority, b->priority);

	if (!c)
		c = bal_addr_cmp(&a->src, &b->src);
	if (!c)
		c = number_cmp(a->mark, b->mark);
	if (!c)
		c = strcmp(a->oif, b->oif);
	if (!c)
		c = number_cmp(a->table, b->table);
	if (!c)
		c = bal_addr_cmp(&a->dst, &b->dst);
	if (!c)
		c = strcmp(a->iif, b->iif);
	if (!c)
		c = number_cmp(a->mask, b->mask);
	if (!c)
		c = number_cmp(a->target, b->target);
	if (!c)
		c = number_cmp((uint64_t)a->action, (uint64_t)b->action);
	if (!c)
		c = number_cmp(a->invert, b->invert);
	if (!c)
		c = a->suppress_prefixlen - b->suppress_prefixlen;
	return c;
}

bool
bal_hop_same(const struct bal_hop *a, const struct bal_hop *b)
{
	return a->ifindex == b->ifindex && a->onlink == b->onlink &&
	       a->gateway.family == b->gateway.family &&
	       bal_addr_cmp(&a->gateway, &b->gateway) == 0;
}

int
bal_route_key_cmp(const struct bal_route *a, const struct bal_route *b)
{
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	return bal_addr_cmp(&a->dst, &b->dst);
}
