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

/* The per-device sysctls of IPv6 that bal sets (net.ipv6.conf.DEV.*). */
enum bal_devconf6 {
	BAL_DC6_ACCEPT_RA, /* 2: also while it forwards */
	BAL_DC6_OIF_ADDRS, /* use_oif_addrs_only */
	BAL_DC6_IGNORE_LINKDOWN, /* ignore_routes_with_linkdown */
	BAL_DC6_MAX,
};

/* The global sysctls that bal sets while there is an uplink. */
enum bal_sysctl {
	BAL_SYSCTL_HASH_FIELDS, /* fib_multipath_hash_fields, before the policy */
	BAL_SYSCTL_HASH_POLICY, /* fib_multipath_hash_policy */
	BAL_SYSCTL_ICMP_ERRORS, /* icmp_errors_use_inbound_ifaddr */
	BAL_SYSCTL_HASH_POLICY6, /* the policy of IPv6, read where balanced */
	BAL_SYSCTL_MAX,
};

/* What fib_multipath_hash_policy says. */
#define BAL_HASH_POLICY_HOSTS 0
#define BAL_HASH_POLICY_CONNECTIONS 1
#define BAL_HASH_POLICY_FIELDS 3 /* those of fib_multipath_hash_fields */

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

/* Values for some of a device's sysctls. */
struct bal_devconf_set {
	int ifindex;
	char dev[BAL_IFNAMSIZ];
	unsigned mask; /* 1 << enum bal_devconf: which */
	int32_t value[BAL_DC_MAX];
	bool restore; /* the values from before bal, at the very end */
};

/* What can be done to an object. */
enum bal_verb {
	BAL_ADD,
	BAL_REPLACE, /* one that is there, and is ours */
	BAL_APPEND,  /* beside a foreign one of the same key */
	BAL_DEL,     /* or: the values from before bal */
	BAL_SET,     /* values; or one commit of many objects */
};

/* One network device. */
struct bal_link {
	int ifindex;
	char name[BAL_IFNAMSIZ];
	bool up;      /* IFF_UP */
	bool carrier; /* IFF_LOWER_UP */
	bool no_arp;  /* IFF_NOARP or IFF_POINTOPOINT: a tunnel or ppp */
	bool loopback;
	bool tun;     /* a tun or tap device, or OpenVPN's own kind */
	bool wireguard; /* the kernel's own */
	bool has_devconf;
	int32_t devconf[BAL_DC_MAX];
	bool has_ipv6, ipv6_off; /* IPv6 is known there; disable_ipv6 */
	bool forwards6;		 /* net.ipv6.conf.DEV.forwarding */
	int32_t devconf6[BAL_DC6_MAX]; /* -1: the kernel has no such one */
	uint64_t rx_bytes, tx_bytes; /* only where statistics were requested */
};

/* What marks a host that lo has by us, whatever the kernel's age. */
#define BAL_LOCAL_LABEL "lo:bal"

/* One address of a device, with the prefix length of its subnet. */
struct bal_ifaddr {
	int ifindex;
	struct bal_addr addr;
	bool secondary; /* IFA_F_SECONDARY: not the first of its subnet */
	bool peer;      /* point-to-point: there is no subnet */
	bool ours;	/* of lo, by bal_nl_encode_local() */
	/* Of IPv6: not usable (yet); not for new connections; for privacy. */
	bool tentative, deprecated, temporary;
};

enum bal_rule_action {
	BAL_RULE_OTHER, /* a foreign action without a name here */
	BAL_RULE_LOOKUP,
	BAL_RULE_GOTO,
	BAL_RULE_NOP,
	BAL_RULE_UNREACHABLE,
	BAL_RULE_PROHIBIT,
	BAL_RULE_BLACKHOLE, /* foreign */
};

/* Ports of a rule, both included; 0: any. */
struct bal_ports {
	uint16_t first, last;
};

/* One policy rule.  All-zero members do not take part in the match. */
struct bal_rule {
	uint32_t priority;
	uint8_t family;
	uint8_t protocol; /* FRA_PROTOCOL */
	bool invert;      /* `not` */
	/*
	 * It matches a protocol, ports or users, or does something without a
	 * member here (groups of devices): that is foreign.
	 */
	bool narrow;
	bool obscure; /* what it asks for has no member here */
	enum bal_rule_action action;
	struct bal_addr src, dst;
	char iif[BAL_IFNAMSIZ], oif[BAL_IFNAMSIZ];
	uint32_t mark, mask;
	bool has_mark; /* `fwmark 0/MASK` is a match too */
	uint8_t ip_proto;
	struct bal_ports sport, dport;
	bool has_uid; /* of a socket; what is forwarded counts as user 0 */
	uint32_t uid_first, uid_last;
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
	BAL_ROUTE_BLACKHOLE,
	BAL_ROUTE_PROHIBIT,
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
	uint8_t tos;	 /* read of ours alone, which never have one */
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

/* The word of iproute2 for a type without next hops; "" for others. */
const char *bal_route_type_word(enum bal_route_type type);

/* The name of a sysctl below net.ipv4.conf.DEV, and net.ipv6.conf.DEV. */
const char *bal_devconf_name(enum bal_devconf dc);
const char *bal_devconf6_name(enum bal_devconf6 dc);

/* A total order of rules by all members, first by priority. */
int bal_rule_cmp(const struct bal_rule *a, const struct bal_rule *b);

/* Order of routes by table, metric and prefix: where one replaces another. */
int bal_route_key_cmp(const struct bal_route *a, const struct bal_route *b);

/* Same device, gateway and onlink; weights are not compared. */
bool bal_hop_same(const struct bal_hop *a, const struct bal_hop *b);

#endif
