// SPDX-License-Identifier: GPL-2.0-or-later
/* write - encodes rtnetlink messages. */
#include "netlink/write.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"

#define LOOPBACK_IFINDEX 1
#ifndef IFA_PROTO /* an enum's member since Linux 5.18 */
#define IFA_PROTO 11
#endif

/* How an object is made; a rule has a way of its own. */
static int
flags_of(enum bal_verb verb)
{
	switch (verb) {
	case BAL_ADD:
		return NLM_F_CREATE | NLM_F_EXCL;
	case BAL_REPLACE:
		return NLM_F_CREATE | NLM_F_REPLACE;
	case BAL_APPEND:
		return NLM_F_CREATE | NLM_F_APPEND;
	case BAL_DEL:
	case BAL_SET:
		break;
	}
	return 0;
}

static size_t
addr_size(const struct bal_addr *a)
{
	return bal_addr_bits(a->family) / 8;
}

static void
put_addr(struct bal_nlmsg *m, int type, const struct bal_addr *a)
{
	if (!bal_addr_none(a))
		bal_nlmsg_put(m, type, a->bytes, addr_size(a));
}

/*
 * Setting IFLA_INET_CONF needs no writable /proc/sys, so it works where
 * containers mount that read-only, and it travels in the same batch.
 */
void
bal_nl_encode_devconf(const struct bal_devconf_set *set, struct bal_nlmsg *m)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC,
				 .ifi_index = set->ifindex };
	struct rtattr *spec, *inet, *conf;

	bal_nlmsg_init(m, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	spec = bal_nlmsg_nest(m, IFLA_AF_SPEC | NLA_F_NESTED);
	inet = bal_nlmsg_nest(m, AF_INET | NLA_F_NESTED);
	conf = bal_nlmsg_nest(m, IFLA_INET_CONF | NLA_F_NESTED);
	for (int i = 0; i < BAL_DC_MAX; i++)
		if (set->mask & (1u << i))
			bal_nlmsg_put_u32(m, bal_devconf_id[i],
					  (uint32_t)set->value[i]);
	bal_nlmsg_nest_end(m, conf);
	bal_nlmsg_nest_end(m, inet);
	bal_nlmsg_nest_end(m, spec);
}

/* Scope host: the kernel chooses it for no other device's packets. */
void
bal_nl_encode_local(const struct bal_addr *host, enum bal_verb verb,
		    struct bal_nlmsg *m)
{
	const struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				       .ifa_prefixlen = 32,
				       .ifa_scope = RT_SCOPE_HOST,
				       .ifa_index = LOOPBACK_IFINDEX };

	bal_nlmsg_init(m, verb == BAL_DEL ? RTM_DELADDR : RTM_NEWADDR,
		       flags_of(verb), &ifa, sizeof(ifa));
	put_addr(m, IFA_LOCAL, host);
	put_addr(m, IFA_ADDRESS, host);
	bal_nlmsg_put_str(m, IFA_LABEL, BAL_LOCAL_LABEL);
	if (verb != BAL_DEL)
		bal_nlmsg_put_u8(m, IFA_PROTO, BAL_PROTO);
}

static void
put_members(struct bal_nlmsg *m, const struct bal_nexthop *nh)
{
	struct nexthop_grp grp[nh->n_members];

	memset(grp, 0, sizeof(grp));
	for (size_t i = 0; i < nh->n_members; i++) {
		grp[i].id = nh->members[i].id;
		grp[i].weight = (uint8_t)(nh->members[i].weight - 1);
	}
	bal_nlmsg_put(m, NHA_GROUP, grp, sizeof(grp));
}

static void
delete_nexthop(uint32_t id, struct bal_nlmsg *m)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };

	bal_nlmsg_init(m, RTM_DELNEXTHOP, 0, &nhm, sizeof(nhm));
	bal_nlmsg_put_u32(m, NHA_ID, id);
}

static void
set_nexthop(const struct bal_nexthop *nh, int flags, struct bal_nlmsg *m)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC,
			     .nh_protocol = BAL_PROTO };

	if (!nh->n_members) {
		nhm.nh_family = nh->family;
		nhm.nh_flags = nh->hop.onlink ? RTNH_F_ONLINK : 0;
	}
	bal_nlmsg_init(m, RTM_NEWNEXTHOP, flags, &nhm, sizeof(nhm));
	bal_nlmsg_put_u32(m, NHA_ID, nh->id);
	if (nh->n_members) {
		put_members(m, nh);
		return;
	}
	bal_nlmsg_put_u32(m, NHA_OIF, (uint32_t)nh->hop.ifindex);
	put_addr(m, NHA_GATEWAY, &nh->hop.gateway);
}

void
bal_nl_encode_nexthop(const struct bal_nexthop *nh, enum bal_verb verb,
		      struct bal_nlmsg *m)
{
	if (verb == BAL_DEL)
		delete_nexthop(nh->id, m);
	else /* one that is not there is not replaced by a new one */
		set_nexthop(nh, verb == BAL_REPLACE ? NLM_F_REPLACE :
						      flags_of(verb), m);
}

static void
put_multipath(struct bal_nlmsg *m, const struct bal_route *r)
{
	struct rtattr *multi = bal_nlmsg_nest(m, RTA_MULTIPATH);

	for (size_t i = 0; i < r->n_hops; i++) {
		const struct bal_hop *hop = &r->hops[i];
		struct rtnexthop rtnh = {
			.rtnh_len = sizeof(rtnh),
			.rtnh_flags = hop->onlink ? RTNH_F_ONLINK : 0,
			.rtnh_hops = (uint8_t)(hop->weight - 1),
			.rtnh_ifindex = hop->ifindex,
		};
		struct rtnexthop *at;

		if (!bal_addr_none(&hop->gateway))
			rtnh.rtnh_len += RTA_SPACE(addr_size(&hop->gateway));
		at = bal_nlmsg_raw(m, &rtnh, sizeof(rtnh));
		if (!at)
			return;
		put_addr(m, RTA_GATEWAY, &hop->gateway);
	}
	bal_nlmsg_nest_end(m, multi);
}

/* One that bal never makes is deleted whatever its type and scope. */
static uint8_t
rtn_type(enum bal_route_type type)
{
	switch (type) {
	case BAL_ROUTE_UNREACHABLE:
		return RTN_UNREACHABLE;
	case BAL_ROUTE_THROW:
		return RTN_THROW;
	case BAL_ROUTE_PROHIBIT:
		return RTN_PROHIBIT;
	case BAL_ROUTE_BLACKHOLE:
		return RTN_BLACKHOLE;
	case BAL_ROUTE_OTHER:
	case BAL_ROUTE_LOCAL:
		return RTN_UNSPEC;
	case BAL_ROUTE_UNICAST:
		break;
	}
	return RTN_UNICAST;
}

void
bal_nl_encode_route(const struct bal_route *r, enum bal_verb verb,
		    struct bal_nlmsg *m)
{
	struct rtmsg rtm = {
		.rtm_family = r->dst.family,
		.rtm_dst_len = r->dst.len,
		.rtm_protocol = BAL_PROTO,
		.rtm_type = rtn_type(r->type),
		.rtm_scope = r->scope_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_tos = r->tos,
	};

	if (rtm.rtm_type == RTN_UNSPEC)
		rtm.rtm_scope = RT_SCOPE_NOWHERE;
	if (!r->nhid && r->n_hops == 1 && r->hops[0].onlink)
		rtm.rtm_flags = RTNH_F_ONLINK;
	bal_nlmsg_init(m, verb == BAL_DEL ? RTM_DELROUTE : RTM_NEWROUTE,
		       flags_of(verb), &rtm, sizeof(rtm));
	bal_nlmsg_put_u32(m, RTA_TABLE, r->table);
	if (r->dst.len)
		put_addr(m, RTA_DST, &r->dst);
	if (r->metric)
		bal_nlmsg_put_u32(m, RTA_PRIORITY, r->metric);
	put_addr(m, RTA_PREFSRC, &r->src);
	if (r->nhid) {
		bal_nlmsg_put_u32(m, RTA_NH_ID, r->nhid);
	} else if (r->n_hops == 1) {
		bal_nlmsg_put_u32(m, RTA_OIF, (uint32_t)r->hops[0].ifindex);
		put_addr(m, RTA_GATEWAY, &r->hops[0].gateway);
	} else if (r->n_hops) {
		put_multipath(m, r);
	}
}

static uint8_t
fr_action(enum bal_rule_action action)
{
	switch (action) {
	case BAL_RULE_GOTO:
		return FR_ACT_GOTO;
	case BAL_RULE_NOP:
		return FR_ACT_NOP;
	case BAL_RULE_UNREACHABLE:
		return FR_ACT_UNREACHABLE;
	case BAL_RULE_BLACKHOLE:
		return FR_ACT_BLACKHOLE;
	case BAL_RULE_PROHIBIT:
		return FR_ACT_PROHIBIT;
	case BAL_RULE_OTHER: /* which is only deleted */
		return FR_ACT_UNSPEC;
	case BAL_RULE_LOOKUP:
		break;
	}
	return FR_ACT_TO_TBL;
}

static void
put_ports(struct bal_nlmsg *m, int type, const struct bal_ports *ports)
{
	const struct fib_rule_port_range range = { ports->first, ports->last };

	if (ports->first)
		bal_nlmsg_put(m, type, &range, sizeof(range));
}

static void
put_selector(struct bal_nlmsg *m, const struct bal_rule *r)
{
	const struct fib_rule_uid_range uid = { r->uid_first, r->uid_last };

	if (r->ip_proto)
		bal_nlmsg_put_u8(m, FRA_IP_PROTO, r->ip_proto);
	put_ports(m, FRA_SPORT_RANGE, &r->sport);
	put_ports(m, FRA_DPORT_RANGE, &r->dport);
	if (r->has_uid)
		bal_nlmsg_put(m, FRA_UID_RANGE, &uid, sizeof(uid));
}

/*
 * Without NLM_F_EXCL: the kernel takes rules as equal that differ in the target
 * of a goto or in a "not", and then a rule could not be made before the one that
 * it replaces is gone.
 */
void
bal_nl_encode_rule(const struct bal_rule *r, enum bal_verb verb,
		   struct bal_nlmsg *m)
{
	struct fib_rule_hdr frh = {
		.family = r->family,
		.src_len = r->src.len,
		.dst_len = r->dst.len,
		.action = fr_action(r->action),
		.flags = r->invert ? FIB_RULE_INVERT : 0,
	};

	if (verb == BAL_DEL)
		bal_nlmsg_init(m, RTM_DELRULE, 0, &frh, sizeof(frh));
	else
		bal_nlmsg_init(m, RTM_NEWRULE, NLM_F_CREATE, &frh, sizeof(frh));
	bal_nlmsg_put_u32(m, FRA_PRIORITY, r->priority);
	bal_nlmsg_put_u8(m, FRA_PROTOCOL, BAL_PROTO);
	put_addr(m, FRA_SRC, &r->src);
	put_addr(m, FRA_DST, &r->dst);
	if (r->iif[0])
		bal_nlmsg_put_str(m, FRA_IIFNAME, r->iif);
	if (r->oif[0])
		bal_nlmsg_put_str(m, FRA_OIFNAME, r->oif);
	if (r->has_mark) {
		bal_nlmsg_put_u32(m, FRA_FWMARK, r->mark);
		bal_nlmsg_put_u32(m, FRA_FWMASK, r->mask);
	}
	put_selector(m, r);
	if (r->action == BAL_RULE_LOOKUP)
		bal_nlmsg_put_u32(m, FRA_TABLE, r->table);
	if (r->action == BAL_RULE_GOTO)
		bal_nlmsg_put_u32(m, FRA_GOTO, r->target);
	if (r->action == BAL_RULE_LOOKUP && r->suppress_prefixlen >= 0)
		bal_nlmsg_put_u32(m, FRA_SUPPRESS_PREFIXLEN,
				  (uint32_t)r->suppress_prefixlen);
}
