// SPDX-License-Identifier: GPL-2.0-or-later
/* read - decodes addresses, rules, nexthops and routes. */
#include "netlink/read.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <sys/socket.h>

#include "netlink/read_internal.h"

#ifndef RTM_NHA
#define RTM_NHA(h) \
	((struct rtattr *)((char *)(h) + NLMSG_ALIGN(sizeof(struct nhmsg))))
#endif

static struct bal_addr
addr_of(int family, const struct rtattr *rta, unsigned len)
{
	if (!rta)
		return (struct bal_addr){ 0 };
	return bal_addr_raw(family, RTA_DATA(rta), RTA_PAYLOAD(rta), len);
}

static struct bal_addr
host_of(int family, const struct rtattr *rta)
{
	return addr_of(family, rta, bal_addr_bits(family));
}

static void
on_addr(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(h);
	struct rtattr *tb[IFA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_ifaddr_list *out = sink->out;
	struct bal_ifaddr *a;
	uint32_t flags;

	if (h->nlmsg_type != RTM_NEWADDR || ifa->ifa_family != AF_INET)
		return;
	bal_nl_parse(tb, IFA_MAX, IFA_RTA(ifa), IFA_PAYLOAD(h));
	if (!tb[IFA_LOCAL])
		return;
	a = BAL_PUSH(sink->arena, out);
	if (!a)
		return;
	flags = tb[IFA_FLAGS] ? bal_nl_u32(tb[IFA_FLAGS]) : ifa->ifa_flags;
	a->ifindex = (int)ifa->ifa_index;
	a->addr = addr_of(AF_INET, tb[IFA_LOCAL], ifa->ifa_prefixlen);
	a->secondary = flags & IFA_F_SECONDARY;
	if (tb[IFA_ADDRESS]) {
		struct bal_addr peer = host_of(AF_INET, tb[IFA_ADDRESS]);

		a->peer = !bal_addr_same_host(&peer, &a->addr);
	}
}

int
bal_nl_addrs(struct bal_nl *nl, struct bal_arena *arena, bal_ifaddr_list *out,
	     struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out };
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETADDR, 0, &ifa, sizeof(ifa));
	return bal_nl_dump(nl, &req, on_addr, &sink, &out->n, err);
}

static enum bal_rule_action
action_of(uint8_t action)
{
	switch (action) {
	case FR_ACT_TO_TBL:
		return BAL_RULE_LOOKUP;
	case FR_ACT_GOTO:
		return BAL_RULE_GOTO;
	case FR_ACT_NOP:
		return BAL_RULE_NOP;
	case FR_ACT_UNREACHABLE:
		return BAL_RULE_UNREACHABLE;
	case FR_ACT_BLACKHOLE:
		return BAL_RULE_BLACKHOLE;
	case FR_ACT_PROHIBIT:
		return BAL_RULE_PROHIBIT;
	default:
		return BAL_RULE_OTHER;
	}
}

/* The attributes that struct bal_rule has a member for. */
#define BIT(type) (UINT64_C(1) << (type))
#define RULE_KNOWN                                                          \
	(BIT(FRA_PAD) | BIT(FRA_PRIORITY) | BIT(FRA_PROTOCOL) |             \
	 BIT(FRA_SRC) | BIT(FRA_DST) | BIT(FRA_IIFNAME) |                   \
	 BIT(FRA_OIFNAME) | BIT(FRA_FWMARK) | BIT(FRA_FWMASK) |             \
	 BIT(FRA_TABLE) | BIT(FRA_GOTO) | BIT(FRA_SUPPRESS_PREFIXLEN))

static void
on_rule(const struct nlmsghdr *h, void *arg)
{
	const struct fib_rule_hdr *frh = NLMSG_DATA(h);
	struct rtattr *tb[FRA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_rule_list *out = sink->out;
	struct bal_rule *r;

	if (h->nlmsg_type != RTM_NEWRULE || frh->family != AF_INET)
		return;
	bal_nl_parse(tb, FRA_MAX, RTM_RTA((struct rtmsg *)frh),
		     NLMSG_PAYLOAD(h, sizeof(*frh)));
	r = BAL_PUSH(sink->arena, out);
	if (!r)
		return;
	r->family = AF_INET;
	r->priority = bal_nl_u32(tb[FRA_PRIORITY]);
	r->protocol = bal_nl_u8(tb[FRA_PROTOCOL]);
	r->invert = frh->flags & FIB_RULE_INVERT;
	r->action = action_of(frh->action);
	r->src = addr_of(AF_INET, tb[FRA_SRC], frh->src_len);
	r->dst = addr_of(AF_INET, tb[FRA_DST], frh->dst_len);
	bal_nl_str(tb[FRA_IIFNAME], r->iif, sizeof(r->iif));
	bal_nl_str(tb[FRA_OIFNAME], r->oif, sizeof(r->oif));
	r->mark = bal_nl_u32(tb[FRA_FWMARK]);
	r->mask = bal_nl_u32(tb[FRA_FWMASK]);
	r->has_mark = r->mask != 0;
	r->narrow = frh->tos ||
		    !bal_nl_only(RTM_RTA((struct rtmsg *)frh),
				 NLMSG_PAYLOAD(h, sizeof(*frh)), RULE_KNOWN);
	if (r->action == BAL_RULE_LOOKUP)
		r->table = tb[FRA_TABLE] ? bal_nl_u32(tb[FRA_TABLE]) :
					   frh->table;
	if (r->action == BAL_RULE_GOTO)
		r->target = bal_nl_u32(tb[FRA_GOTO]);
	r->suppress_prefixlen = -1;
	if (r->action == BAL_RULE_LOOKUP && tb[FRA_SUPPRESS_PREFIXLEN])
		r->suppress_prefixlen =
			(int)bal_nl_u32(tb[FRA_SUPPRESS_PREFIXLEN]);
}

int
bal_nl_rules(struct bal_nl *nl, struct bal_arena *arena, bal_rule_list *out,
	     struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out };
	struct fib_rule_hdr frh = { .family = AF_INET };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETRULE, 0, &frh, sizeof(frh));
	return bal_nl_dump(nl, &req, on_rule, &sink, &out->n, err);
}

static void
members_of(struct bal_nexthop *nh, const struct rtattr *rta,
	   struct bal_arena *arena)
{
	const struct nexthop_grp *grp = RTA_DATA(rta);
	size_t n = RTA_PAYLOAD(rta) / sizeof(*grp);

	nh->members = bal_arena_alloc(arena, (n + 1) * sizeof(*nh->members));
	if (!nh->members)
		return;
	for (size_t i = 0; i < n; i++) {
		nh->members[i].id = grp[i].id;
		nh->members[i].weight = grp[i].weight + 1u;
	}
	nh->n_members = n;
}

static void
on_nexthop(const struct nlmsghdr *h, void *arg)
{
	const struct nhmsg *nhm = NLMSG_DATA(h);
	struct rtattr *tb[NHA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_nexthop_list *out = sink->out;
	struct bal_nexthop *nh;

	if (h->nlmsg_type != RTM_NEWNEXTHOP)
		return;
	bal_nl_parse(tb, NHA_MAX, RTM_NHA(nhm),
		     NLMSG_PAYLOAD(h, sizeof(*nhm)));
	nh = BAL_PUSH(sink->arena, out);
	if (!nh)
		return;
	nh->id = bal_nl_u32(tb[NHA_ID]);
	nh->family = nhm->nh_family;
	nh->protocol = nhm->nh_protocol;
	nh->link_scope = !tb[NHA_GATEWAY];
	nh->hop.ifindex = (int)bal_nl_u32(tb[NHA_OIF]);
	nh->hop.gateway = host_of(nhm->nh_family, tb[NHA_GATEWAY]);
	nh->hop.onlink = nhm->nh_flags & RTNH_F_ONLINK;
	nh->hop.weight = 1;
	if (tb[NHA_GROUP])
		members_of(nh, tb[NHA_GROUP], sink->arena);
}

int
bal_nl_nexthops(struct bal_nl *nl, struct bal_arena *arena,
		bal_nexthop_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out };
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETNEXTHOP, 0, &nhm, sizeof(nhm));
	return bal_nl_dump(nl, &req, on_nexthop, &sink, &out->n, err);
}

/* The hops of RTA_MULTIPATH; counted first, filled when there is room. */
static size_t
multipath_of(const struct rtattr *rta, int family, struct bal_hop *hops)
{
	const struct rtnexthop *rtnh = RTA_DATA(rta);
	int left = RTA_PAYLOAD(rta);
	size_t n = 0;

	for (; left >= (int)sizeof(*rtnh) && RTNH_OK(rtnh, left); n++) {
		if (hops) {
			struct rtattr *tb[RTA_MAX + 1];

			bal_nl_parse(tb, RTA_MAX, RTNH_DATA(rtnh),
				     rtnh->rtnh_len - sizeof(*rtnh));
			hops[n].ifindex = rtnh->rtnh_ifindex;
			hops[n].gateway = host_of(family, tb[RTA_GATEWAY]);
			hops[n].onlink = rtnh->rtnh_flags & RTNH_F_ONLINK;
			hops[n].weight = rtnh->rtnh_hops + 1u;
		}
		left -= RTNH_ALIGN(rtnh->rtnh_len);
		rtnh = RTNH_NEXT(rtnh);
	}
	return n;
}

static void
hops_of(struct bal_route *r, struct rtattr **tb, const struct rtmsg *rtm,
	struct bal_arena *arena)
{
	const struct rtattr *multi = tb[RTA_MULTIPATH];
	size_t n = multi ? multipath_of(multi, rtm->rtm_family, NULL) : 1;

	if (!multi && !tb[RTA_OIF])
		return;
	r->hops = bal_arena_alloc(arena, (n + 1) * sizeof(*r->hops));
	if (!r->hops)
		return;
	r->n_hops = n;
	if (multi) {
		multipath_of(multi, rtm->rtm_family, r->hops);
		return;
	}
	r->hops[0].ifindex = (int)bal_nl_u32(tb[RTA_OIF]);
	r->hops[0].gateway = host_of(rtm->rtm_family, tb[RTA_GATEWAY]);
	r->hops[0].onlink = rtm->rtm_flags & RTNH_F_ONLINK;
	r->hops[0].weight = 1;
}

/* Most of a dump of all tables: its attributes are not even parsed. */
static bool
is_bulk(const struct rtmsg *rtm)
{
	return rtm->rtm_table == BAL_TABLE_LOCAL ||
	       (rtm->rtm_table == BAL_TABLE_MAIN && rtm->rtm_dst_len);
}

static void
on_route(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_route_list *out = sink->out;
	struct bal_route *r;
	uint32_t table;

	if (h->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != AF_INET ||
	    (rtm->rtm_flags & RTM_F_CLONED) || rtm->rtm_tos != 0 ||
	    (!sink->table && is_bulk(rtm)))
		return;
	bal_nl_parse(tb, RTA_MAX, RTM_RTA(rtm), RTM_PAYLOAD(h));
	table = tb[RTA_TABLE] ? bal_nl_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	/* Kernels before 4.20 have no strict checking and send all tables. */
	if (sink->table && table != sink->table)
		return;
	r = BAL_PUSH(sink->arena, out);
	if (!r)
		return;
	r->table = table;
	r->dst = tb[RTA_DST] ?
			 addr_of(AF_INET, tb[RTA_DST], rtm->rtm_dst_len) :
			 bal_addr_any(AF_INET);
	r->metric = bal_nl_u32(tb[RTA_PRIORITY]);
	r->protocol = rtm->rtm_protocol;
	r->type = rtm->rtm_type == RTN_UNICAST	   ? BAL_ROUTE_UNICAST :
		  rtm->rtm_type == RTN_UNREACHABLE ? BAL_ROUTE_UNREACHABLE :
		  rtm->rtm_type == RTN_LOCAL	   ? BAL_ROUTE_LOCAL :
		  rtm->rtm_type == RTN_THROW	   ? BAL_ROUTE_THROW :
						     BAL_ROUTE_OTHER;
	r->scope_link = rtm->rtm_scope == RT_SCOPE_LINK;
	r->src = host_of(AF_INET, tb[RTA_PREFSRC]);
	r->nhid = bal_nl_u32(tb[RTA_NH_ID]);
	hops_of(r, tb, rtm, sink->arena);
}

int
bal_nl_routes(struct bal_nl *nl, uint32_t table, struct bal_arena *arena,
	      bal_route_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out, .table = table };
	struct rtmsg rtm = { .rtm_family = AF_INET };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	bal_nlmsg_put_u32(&req, RTA_TABLE, table);
	return bal_nl_dump(nl, &req, on_route, &sink, &out->n, err);
}

int
bal_nl_all_routes(struct bal_nl *nl, struct bal_arena *arena,
		  bal_route_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out };
	struct rtmsg rtm = { .rtm_family = AF_INET };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	return bal_nl_dump(nl, &req, on_route, &sink, &out->n, err);
}
