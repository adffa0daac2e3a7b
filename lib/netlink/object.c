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

const char *
bal_devconf6_name(enum bal_devconf6 dc)
{
	static const char *const names[BAL_DC6_MAX] = {
		[BAL_DC6_ACCEPT_RA] = "accept_ra",
		[BAL_DC6_OIF_ADDRS] = "use_oif_addrs_only",
		[BAL_DC6_IGNORE_LINKDOWN] = "ignore_routes_with_linkdown",
	};

	return names[dc];
}

const struct bal_sysctl_row bal_sysctls[BAL_SYSCTL_MAX] = {
	[BAL_SYSCTL_HASH_FIELDS] = {
		"net/ipv4/fib_multipath_hash_fields", 0x37, 7,
		"what is spread is not what `hash` says" },
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
	[BAL_SYSCTL_HASH_POLICY6] = {
		"net/ipv6/fib_multipath_hash_policy", 1, 0,
		"IPv6 connections to one address share one uplink" },
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

const char *
bal_route_type_word(enum bal_route_type type)
{
	switch (type) {
	case BAL_ROUTE_UNREACHABLE:
		return "unreachable";
	case BAL_ROUTE_THROW:
		return "throw";
	case BAL_ROUTE_PROHIBIT:
		return "prohibit";
	case BAL_ROUTE_BLACKHOLE:
		return "blackhole";
	case BAL_ROUTE_OTHER:
	case BAL_ROUTE_UNICAST:
	case BAL_ROUTE_LOCAL:
		break;
	}
	return "";
}

static int
ports_cmp(const struct bal_ports *a, const struct bal_ports *b)
{
	int c = number_cmp(a->first, b->first);

	return c ? c : number_cmp(a->last, b->last);
}

/* What a [rule] of bal.conf alone has. */
static int
selector_cmp(const struct bal_rule *a, const struct bal_rule *b)
{
	int c = number_cmp(a->ip_proto, b->ip_proto);

	if (!c)
		c = ports_cmp(&a->sport, &b->sport);
	if (!c)
		c = ports_cmp(&a->dport, &b->dport);
	if (!c)
		c = number_cmp(a->has_uid, b->has_uid);
	if (!c)
		c = number_cmp(a->uid_first, b->uid_first);
	return c ? c : number_cmp(a->uid_last, b->uid_last);
}

int
bal_rule_cmp(const struct bal_rule *a, const struct bal_rule *b)
{
	int c = number_cmp(a->priority, b->priority);

	/* Numbers first: of one priority, most rules differ in them. */
	if (!c)
		c = number_cmp(a->mark, b->mark);
	if (!c)
		c = number_cmp(a->table, b->table);
	if (!c)
		c = bal_addr_cmp(&a->src, &b->src);
	if (!c)
		c = strcmp(a->oif, b->oif);
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
	return c ? c : selector_cmp(a, b);
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
	if (a->tos != b->tos)
		return a->tos < b->tos ? -1 : 1;
	return bal_addr_cmp(&a->dst, &b->dst);
}
