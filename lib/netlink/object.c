// SPDX-License-Identifier: GPL-2.0-or-later
/* object - what makes two objects of the kernel the same. */
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
	 * At 0 an error about a forwarded packet has no address before it is
	 * routed, and so is balanced like a new connection.  By another uplink
	 * than that packet came by it is about a connection that is not known
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

static bool
same_xmark(const struct bal_xmark *a, const struct bal_xmark *b)
{
	return a->used == b->used && a->invert == b->invert &&
	       a->value == b->value && a->mask == b->mask;
}

static bool
same_xrule(const struct bal_xrule *a, const struct bal_xrule *b)
{
	return a->target == b->target && strcmp(a->in, b->in) == 0 &&
	       strcmp(a->out, b->out) == 0 && a->state_new == b->state_new &&
	       same_xmark(&a->mark, &b->mark) &&
	       same_xmark(&a->connmark, &b->connmark) &&
	       a->set_mark == b->set_mark && a->set_mask == b->set_mask &&
	       strcmp(a->chain, b->chain) == 0;
}

bool
bal_chain_same(const struct bal_chain *want, const struct bal_chain *have)
{
	if (have->n_jumps != 1 || strcmp(want->parent, have->parent) != 0 ||
	    want->rules.n != have->rules.n)
		return false;
	for (size_t i = 0; i < want->rules.n; i++)
		if (!same_xrule(&want->rules.v[i], &have->rules.v[i]))
			return false;
	return true;
}

const struct bal_chain *
bal_chain_find(const bal_chain_list *list, const struct bal_chain *key)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].table == key->table &&
		    strcmp(list->v[i].name, key->name) == 0)
			return &list->v[i];
	return NULL;
}
