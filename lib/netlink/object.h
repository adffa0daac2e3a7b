/* object - what the kernel holds, in our own words: links to nexthops. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OBJECT_H
#define BAL_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/text.h"

/*
 * The protocol number of our routes, rules and nexthops (`proto 214`): an
 * object is ours if and only if it has it.  214 is unused in iproute2's
 * rt_protos and in the kernel's rtnetlink.h.
 */
#define BAL_PROTO 214

/* The rule that leads into our block: the last priority before main, 32766. */
#define BAL_RULE_ENTRY 32765

#define BAL_TABLE_DEFAULT 253 /* RT_TABLE_DEFAULT, rule 32767 */
#define BAL_TABLE_MAIN 254
#define BAL_TABLE_LOCAL 255

/* The per-device sysctls that bal sets (net.ipv4.conf.DEV.*). */
enum bal_devconf {
	BAL_DC_ARP_IGNORE,
	BAL_DC_ARP_ANNOUNCE,
	BAL_DC_ARP_FILTER,
	BAL_DC_RP_FILTER,
	BAL_DC_PROMOTE_SECONDARIES,
	BAL_DC_IGNORE_LINKDOWN, /* ignore_routes_with_linkdown */
	BAL_DC_MAX,
};

/* The global sysctls that bal sets while there is an uplink. */
enum bal_sysctl {
	BAL_SYSCTL_HASH_POLICY, /* fib_multipath_hash_policy */
	BAL_SYSCTL_ICMP_ERRORS, /* icmp_errors_use_inbound_ifaddr */
	BAL_SYSCTL_MAX,
};

/* One of these sysctls. */
struct bal_sysctl_row {
	const char *name; /* below /proc/sys, as sysctl(8) takes it */
	int32_t ours;
	int32_t initial;  /* the kernel's default */
	const char *lost; /* what goes wrong while it has that value */
};

extern const struct bal_sysctl_row bal_sysctls[BAL_SYSCTL_MAX];

/* A value for each; -1: none, or not known. */
struct bal_sysctl_values {
	int32_t of[BAL_SYSCTL_MAX];
};

/* All values -1. */
struct bal_sysctl_values bal_sysctl_none(void);

/* One network device. */
struct bal_link {
	int ifindex;
	char name[BAL_IFNAMSIZ];
	bool up;      /* IFF_UP */
	bool carrier; /* IFF_LOWER_UP */
	bool no_arp;  /* IFF_NOARP or IFF_POINTOPOINT: a tunnel or ppp */
	bool loopback;
	bool tun;     /* a tun or tap device, or OpenVPN's own kind */
	bool has_devconf;
	int32_t devconf[BAL_DC_MAX];
	uint64_t rx_bytes, tx_bytes; /* only where statistics were requested */
};

/* One address of a device, with the prefix length of its subnet. */
struct bal_ifaddr {
	int ifindex;
	struct bal_addr addr;
	bool secondary; /* IFA_F_SECONDARY: not the first of its subnet */
	bool peer;      /* point-to-point: there is no subnet */
};

enum bal_rule_action {
	BAL_RULE_OTHER, /* a foreign action without a name here */
	BAL_RULE_LOOKUP,
	BAL_RULE_GOTO,
	BAL_RULE_NOP,
	BAL_RULE_UNREACHABLE,
	BAL_RULE_BLACKHOLE, /* foreign, as are those below */
	BAL_RULE_PROHIBIT,
};

/* One policy rule.  All-zero members do not take part in the match. */
struct bal_rule {
	uint32_t priority;
	uint8_t family;
	uint8_t protocol; /* FRA_PROTOCOL */
	bool invert;      /* `not` */
	/*
	 * It matches or does something without a member here (ports, users,
	 * groups of devices): foreign.
	 */
	bool narrow;
	enum bal_rule_action action;
	struct bal_addr src, dst;
	char iif[BAL_IFNAMSIZ], oif[BAL_IFNAMSIZ];
	uint32_t mark, mask;
	bool has_mark; /* `fwmark 0/MASK` is a match too */
	uint32_t table;       /* LOOKUP */
	uint32_t target;      /* GOTO: a priority */
	int suppress_prefixlen; /* -1: none */
};

/* One next hop: a device, and a gateway behind it or none. */
struct bal_hop {
	int ifindex;
	char dev[BAL_IFNAMSIZ]; /* for people and for -n; not compared */
	struct bal_addr gateway;
	bool onlink;
	uint32_t weight; /* 1 where it does not matter */
};

enum bal_route_type {
	BAL_ROUTE_OTHER,
	BAL_ROUTE_UNICAST,
	BAL_ROUTE_UNREACHABLE,
	BAL_ROUTE_LOCAL, /* to this box itself */
	BAL_ROUTE_THROW, /* the lookup goes on with the next rule */
};

/* One route. */
struct bal_route {
	uint32_t table;
	struct bal_addr dst;
	uint32_t metric;
	uint8_t protocol;
	enum bal_route_type type;
	bool scope_link; /* RT_SCOPE_LINK; else universe */
	struct bal_addr src; /* preferred source */
	uint32_t nhid;       /* nexthop object it refers to, 0: none */
	/*
	 * The next hops; for a route with @nhid the members of that group.  Two
	 * or more wanted hops are weighted.
	 */
	struct bal_hop *hops;
	size_t n_hops;
};

/* One nexthop object (`ip nexthop`). */
struct bal_nexthop {
	uint32_t id;
	uint8_t family;
	uint8_t protocol;
	bool link_scope; /* no gateway */
	struct bal_hop hop; /* of a single one */
	/* A group has members, in the order in which they are hashed. */
	struct bal_nh_member {
		uint32_t id, weight;
	} *members;
	size_t n_members;
};

typedef BAL_LIST(struct bal_link) bal_link_list;
typedef BAL_LIST(struct bal_ifaddr) bal_ifaddr_list;
typedef BAL_LIST(struct bal_rule) bal_rule_list;
typedef BAL_LIST(struct bal_route) bal_route_list;
typedef BAL_LIST(struct bal_nexthop) bal_nexthop_list;

/* The name of a sysctl below net.ipv4.conf.DEV. */
const char *bal_devconf_name(enum bal_devconf dc);

/* A total order of rules by all members, first by priority. */
int bal_rule_cmp(const struct bal_rule *a, const struct bal_rule *b);

/* Order of routes by table, metric and prefix: where one replaces another. */
int bal_route_key_cmp(const struct bal_route *a, const struct bal_route *b);

/* Same device, gateway and onlink; weights are not compared. */
bool bal_hop_same(const struct bal_hop *a, const struct bal_hop *b);

#endif
