// SPDX-License-Identifier: GPL-2.0-or-later
/* write - encodes rtnetlink messages. */
#include "netlink/write.h"

#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"

#define CREATE (NLM_F_CREATE | NLM_F_EXCL)

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
static void
encode_devconf(const struct bal_devconf_set *set, struct bal_nlmsg *m)
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
encode_nexthop(const struct bal_nexthop *nh, int flags, struct bal_nlmsg *m)
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

static void
delete_nexthop(uint32_t id, struct bal_nlmsg *m)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };

	bal_nlmsg_init(m, RTM_DELNEXTHOP, 0, &nhm, sizeof(nhm));
	bal_nlmsg_put_u32(m, NHA_ID, id);
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

static void
encode_route(const struct bal_route *r, int type, int flags,
	     struct bal_nlmsg *m)
{
	struct rtmsg rtm = {
		.rtm_family = r->dst.family,
		.rtm_dst_len = r->dst.len,
		.rtm_protocol = BAL_PROTO,
		.rtm_type = r->type == BAL_ROUTE_UNREACHABLE ? RTN_UNREACHABLE :
			    r->type == BAL_ROUTE_THROW	     ? RTN_THROW :
							       RTN_UNICAST,
		.rtm_scope = r->scope_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	};

	if (!r->nhid && r->n_hops == 1 && r->hops[0].onlink)
		rtm.rtm_flags = RTNH_F_ONLINK;
	bal_nlmsg_init(m, type, flags, &rtm, sizeof(rtm));
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
	case BAL_RULE_LOOKUP:
	case BAL_RULE_OTHER:
	case BAL_RULE_BLACKHOLE:
	case BAL_RULE_PROHIBIT:
		break;
	}
	return FR_ACT_TO_TBL;
}

static void
encode_rule(const struct bal_rule *r, int type, int flags, struct bal_nlmsg *m)
{
	struct fib_rule_hdr frh = {
		.family = r->family,
		.src_len = r->src.len,
		.dst_len = r->dst.len,
		.action = fr_action(r->action),
		.flags = r->invert ? FIB_RULE_INVERT : 0,
	};

	bal_nlmsg_init(m, type, flags, &frh, sizeof(frh));
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
	if (r->action == BAL_RULE_LOOKUP)
		bal_nlmsg_put_u32(m, FRA_TABLE, r->table);
	if (r->action == BAL_RULE_GOTO)
		bal_nlmsg_put_u32(m, FRA_GOTO, r->target);
	if (r->action == BAL_RULE_LOOKUP && r->suppress_prefixlen >= 0)
		bal_nlmsg_put_u32(m, FRA_SUPPRESS_PREFIXLEN,
				  (uint32_t)r->suppress_prefixlen);
}

bool
bal_nl_encode(const struct bal_op *op, struct bal_nlmsg *out)
{
	switch (op->kind) {
	case BAL_OP_DEVCONF:
		encode_devconf(&op->devconf, out);
		return true;
	case BAL_OP_NEXTHOP_ADD:
		encode_nexthop(&op->nexthop, CREATE, out);
		return true;
	case BAL_OP_NEXTHOP_REPLACE:
		encode_nexthop(&op->nexthop, NLM_F_REPLACE, out);
		return true;
	case BAL_OP_NEXTHOP_DEL:
		delete_nexthop(op->nexthop.id, out);
		return true;
	case BAL_OP_ROUTE_ADD:
		encode_route(&op->route, RTM_NEWROUTE, CREATE, out);
		return true;
	case BAL_OP_ROUTE_REPLACE:
		encode_route(&op->route, RTM_NEWROUTE,
			     NLM_F_CREATE | NLM_F_REPLACE, out);
		return true;
	case BAL_OP_ROUTE_APPEND:
		encode_route(&op->route, RTM_NEWROUTE,
			     NLM_F_CREATE | NLM_F_APPEND, out);
		return true;
	case BAL_OP_ROUTE_DEL:
		encode_route(&op->route, RTM_DELROUTE, 0, out);
		return true;
	case BAL_OP_RULE_ADD:
		/*
		 * Without NLM_F_EXCL: the kernel takes rules as equal that
		 * differ in the target of a goto or in a "not", and then a rule
		 * could not be made before the one that it replaces is gone.
		 */
		encode_rule(&op->rule, RTM_NEWRULE, NLM_F_CREATE, out);
		return true;
	case BAL_OP_RULE_DEL:
		encode_rule(&op->rule, RTM_DELRULE, 0, out);
		return true;
	case BAL_OP_SYSCTL:
	case BAL_OP_FIREWALL:
		break;
	}
	return false;
}
