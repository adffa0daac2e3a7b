// SPDX-License-Identifier: GPL-2.0-or-later
/* read - decodes addresses, nexthops and routes. */
#include "netlink/read.h"

#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/read_internal.h"

#ifndef RTM_NHA
#define RTM_NHA(h) \
	((struct rtattr *)((char *)(h) + NLMSG_ALIGN(sizeof(struct nhmsg))))
#endif

struct bal_addr
bal_nl_addr_of(int family, const struct rtattr *rta, unsigned len)
{
	if (!rta)
		return (struct bal_addr){ 0 };
	return bal_addr_raw(family, RTA_DATA(rta), RTA_PAYLOAD(rta), len);
}

static struct bal_addr
host_of(int family, const struct rtattr *rta)
{
	return bal_nl_addr_of(family, rta, bal_addr_bits(family));
}

/* IPv6 has the bit of a secondary address for a temporary one. */
static void
flags_of(struct bal_ifaddr *a, int family, uint32_t flags)
{
	if (family == AF_INET) {
		a->secondary = flags & IFA_F_SECONDARY;
		return;
	}
	a->temporary = flags & IFA_F_TEMPORARY;
	a->deprecated = flags & IFA_F_DEPRECATED;
	a->tentative = flags & IFA_F_DADFAILED ||
		       (flags & IFA_F_TENTATIVE &&
			!(flags & IFA_F_OPTIMISTIC));
}

static void
on_addr(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(h);
	struct rtattr *tb[IFA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_ifaddr_list *out = sink->out;
	char label[BAL_IFNAMSIZ];
	const struct rtattr *own;
	struct bal_ifaddr *a;
	uint32_t flags;

	if (h->nlmsg_type != RTM_NEWADDR || ifa->ifa_family != sink->family)
		return;
	bal_nl_parse(tb, IFA_MAX, IFA_RTA(ifa), IFA_PAYLOAD(h));
	/* Without a peer IPv6 has the address itself there. */
	own = tb[IFA_LOCAL];
	if (!own && sink->family == AF_INET6 && ifa->ifa_scope == RT_SCOPE_UNIVERSE)
		own = tb[IFA_ADDRESS];
	if (!own)
		return;
	a = BAL_PUSH(sink->arena, out);
	if (!a)
		return;
	flags = tb[IFA_FLAGS] ? bal_nl_u32(tb[IFA_FLAGS]) : ifa->ifa_flags;
	a->ifindex = (int)ifa->ifa_index;
	a->addr = bal_nl_addr_of(sink->family, own, ifa->ifa_prefixlen);
	flags_of(a, sink->family, flags);
	bal_nl_str(tb[IFA_LABEL], label, sizeof(label));
	a->ours = strcmp(label, BAL_LOCAL_LABEL) == 0;
	if (tb[IFA_ADDRESS]) {
		struct bal_addr peer = host_of(sink->family, tb[IFA_ADDRESS]);

		a->peer = !bal_addr_same_host(&peer, &a->addr);
	}
}

int
bal_nl_addrs_of(struct bal_nl *nl, int family, struct bal_arena *arena,
		bal_ifaddr_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena,
				    .out = out,
				    .family = family };
	struct ifaddrmsg ifa = { .ifa_family = (uint8_t)family };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETADDR, 0, &ifa, sizeof(ifa));
	return bal_nl_dump(nl, &req, on_addr, &sink, &out->n, err);
}

int
bal_nl_addrs(struct bal_nl *nl, struct bal_arena *arena, bal_ifaddr_list *out,
	     struct bal_err *err)
{
	return bal_nl_addrs_of(nl, AF_INET, arena, out, err);
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
	r->hops = bal_arena_alloc(arena, n * sizeof(*r->hops));
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

/*
 * Most of a dump of all tables: its attributes are not even parsed.  What has
 * our protocol is ours, wherever it stands.
 */
static bool
is_bulk(const struct rtmsg *rtm, const struct bal_prefixes *around)
{
	if (rtm->rtm_protocol == BAL_PROTO)
		return false;
	return rtm->rtm_table == BAL_TABLE_LOCAL ||
	       (rtm->rtm_table == BAL_TABLE_MAIN && rtm->rtm_dst_len > 1 &&
		!around->n);
}

static bool
is_wanted(const struct bal_route *r, const struct bal_prefixes *around)
{
	if (r->table != BAL_TABLE_MAIN || r->dst.len <= 1 ||
	    r->protocol == BAL_PROTO)
		return true;
	for (size_t i = 0; i < around->n; i++)
		if (around->v[i].len >= r->dst.len &&
		    bal_addr_in(&around->v[i], &r->dst))
			return true;
	return false;
}

static void
on_route(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_route_list *out = sink->out;
	struct bal_route key = { 0 }, *r;
	uint32_t table;

	if (h->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != sink->family ||
	    (rtm->rtm_flags & RTM_F_CLONED) ||
	    (rtm->rtm_tos && rtm->rtm_protocol != BAL_PROTO) ||
	    (sink->around && is_bulk(rtm, sink->around)))
		return;
	bal_nl_parse(tb, RTA_MAX, RTM_RTA(rtm), RTM_PAYLOAD(h));
	table = tb[RTA_TABLE] ? bal_nl_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	/* Kernels before 4.20 have no strict checking and send all tables. */
	if (sink->table && table != sink->table)
		return;
	key.table = table;
	key.protocol = rtm->rtm_protocol;
	key.tos = rtm->rtm_tos;
	key.dst = tb[RTA_DST] ?
			  bal_nl_addr_of(sink->family, tb[RTA_DST],
					 rtm->rtm_dst_len) :
			  bal_addr_any(sink->family);
	if (sink->around && !is_wanted(&key, sink->around))
		return;
	r = BAL_PUSH(sink->arena, out);
	if (!r)
		return;
	*r = key;
	r->metric = bal_nl_u32(tb[RTA_PRIORITY]);
	r->type = rtm->rtm_type == RTN_UNICAST	   ? BAL_ROUTE_UNICAST :
		  rtm->rtm_type == RTN_UNREACHABLE ? BAL_ROUTE_UNREACHABLE :
		  rtm->rtm_type == RTN_BLACKHOLE   ? BAL_ROUTE_BLACKHOLE :
		  rtm->rtm_type == RTN_PROHIBIT	   ? BAL_ROUTE_PROHIBIT :
		  rtm->rtm_type == RTN_LOCAL	   ? BAL_ROUTE_LOCAL :
		  rtm->rtm_type == RTN_THROW	   ? BAL_ROUTE_THROW :
						     BAL_ROUTE_OTHER;
	r->scope_link = rtm->rtm_scope == RT_SCOPE_LINK;
	if (r->protocol == BAL_PROTO &&
	    (rtm->rtm_scope == RT_SCOPE_HOST || rtm->rtm_tos))
		r->type = BAL_ROUTE_OTHER;
	r->src = host_of(sink->family, tb[RTA_PREFSRC]);
	r->nhid = bal_nl_u32(tb[RTA_NH_ID]);
	/* IPv6 has a device, `lo`, where nothing leaves, too. */
	if (r->type == BAL_ROUTE_UNICAST || sink->family == AF_INET)
		hops_of(r, tb, rtm, sink->arena);
}

int
bal_nl_routes(struct bal_nl *nl, uint32_t table, struct bal_arena *arena,
	      bal_route_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena,
				    .out = out,
				    .family = AF_INET,
				    .table = table };
	struct rtmsg rtm = { .rtm_family = AF_INET };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	bal_nlmsg_put_u32(&req, RTA_TABLE, table);
	return bal_nl_dump(nl, &req, on_route, &sink, &out->n, err);
}

int
bal_nl_all_routes(struct bal_nl *nl, int family,
		  const struct bal_prefixes *around, struct bal_arena *arena,
		  bal_route_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena,
				    .out = out,
				    .family = family,
				    .around = around };
	struct rtmsg rtm = { .rtm_family = (uint8_t)family };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	return bal_nl_dump(nl, &req, on_route, &sink, &out->n, err);
}
