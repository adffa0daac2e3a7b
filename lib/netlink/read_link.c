// SPDX-License-Identifier: GPL-2.0-or-later
/* read_link - decodes devices, with their sysctls and counters. */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"
#include "netlink/read_internal.h"

/* Older headers: kernel 5.9 (RTEXT_FILTER_SKIP_STATS is 2.6.39). */
#ifndef RTEXT_FILTER_SKIP_STATS
#define RTEXT_FILTER_SKIP_STATS (1 << 3)
#endif

const int bal_devconf_id[BAL_DC_MAX] = {
	[BAL_DC_ARP_IGNORE] = IPV4_DEVCONF_ARP_IGNORE,
	[BAL_DC_ARP_ANNOUNCE] = IPV4_DEVCONF_ARP_ANNOUNCE,
	[BAL_DC_ARP_FILTER] = IPV4_DEVCONF_ARPFILTER,
	[BAL_DC_RP_FILTER] = IPV4_DEVCONF_RP_FILTER,
	[BAL_DC_PROMOTE_SECONDARIES] = IPV4_DEVCONF_PROMOTE_SECONDARIES,
	[BAL_DC_IGNORE_LINKDOWN] = IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN,
};

static const int devconf6_id[BAL_DC6_MAX] = {
	[BAL_DC6_ACCEPT_RA] = DEVCONF_ACCEPT_RA,
	[BAL_DC6_OIF_ADDRS] = DEVCONF_USE_OIF_ADDRS_ONLY,
	[BAL_DC6_IGNORE_LINKDOWN] = DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN,
};

/* The kernel sends a device's settings of IPv6 whether they are of use or not. */
static void
ipv6_of(struct bal_link *link, const struct rtattr *family)
{
	struct rtattr *inet6[IFLA_INET6_MAX + 1];
	const uint32_t *conf;
	size_t n;

	if (!family)
		return;
	bal_nl_parse(inet6, IFLA_INET6_MAX, RTA_DATA(family),
		     RTA_PAYLOAD(family));
	if (!inet6[IFLA_INET6_CONF])
		return;
	n = RTA_PAYLOAD(inet6[IFLA_INET6_CONF]) / sizeof(*conf);
	if (n <= DEVCONF_DISABLE_IPV6)
		return;
	conf = RTA_DATA(inet6[IFLA_INET6_CONF]);
	link->has_ipv6 = true;
	link->ipv6_off = conf[DEVCONF_DISABLE_IPV6];
	link->forwards6 = conf[DEVCONF_FORWARDING];
	for (int i = 0; i < BAL_DC6_MAX; i++)
		link->devconf6[i] = (size_t)devconf6_id[i] < n ?
					    (int32_t)conf[devconf6_id[i]] :
					    -1;
}

static void
devconf_of(struct bal_link *link, const struct rtattr *family)
{
	struct rtattr *inet[IFLA_INET_MAX + 1];
	const uint32_t *conf;
	size_t n;

	if (!family)
		return;
	bal_nl_parse(inet, IFLA_INET_MAX, RTA_DATA(family),
		     RTA_PAYLOAD(family));
	if (!inet[IFLA_INET_CONF])
		return;
	conf = RTA_DATA(inet[IFLA_INET_CONF]);
	n = RTA_PAYLOAD(inet[IFLA_INET_CONF]) / sizeof(*conf);
	for (int i = 0; i < BAL_DC_MAX; i++) {
		if ((size_t)bal_devconf_id[i] > n)
			return;
		link->devconf[i] = (int32_t)conf[bal_devconf_id[i] - 1];
	}
	link->has_devconf = true;
}

static void
families_of(struct bal_link *link, const struct rtattr *af_spec)
{
	struct rtattr *families[AF_MAX + 1];

	if (!af_spec)
		return;
	bal_nl_parse(families, AF_MAX, RTA_DATA(af_spec), RTA_PAYLOAD(af_spec));
	devconf_of(link, families[AF_INET]);
	ipv6_of(link, families[AF_INET6]);
}

/* "ovpn-dco" is OpenVPN's own module, "ovpn" that of Linux since 6.16. */
static void
kind_of(struct bal_link *link, const struct rtattr *linkinfo)
{
	static const char *const kinds[] = { "tun", "ovpn", "ovpn-dco" };
	struct rtattr *info[IFLA_INFO_MAX + 1];
	char kind[16];

	if (!linkinfo)
		return;
	bal_nl_parse(info, IFLA_INFO_MAX, RTA_DATA(linkinfo),
		     RTA_PAYLOAD(linkinfo));
	bal_nl_str(info[IFLA_INFO_KIND], kind, sizeof(kind));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		link->tun |= strcmp(kind, kinds[i]) == 0;
	link->wireguard = strcmp(kind, "wireguard") == 0;
}

static void
on_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	struct rtattr *tb[IFLA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_link_list *out = sink->out;
	struct bal_link *link;

	if (h->nlmsg_type != RTM_NEWLINK)
		return;
	bal_nl_parse(tb, IFLA_MAX, IFLA_RTA(ifi), IFLA_PAYLOAD(h));
	link = BAL_PUSH(sink->arena, out);
	if (!link)
		return;
	link->ifindex = ifi->ifi_index;
	bal_nl_str(tb[IFLA_IFNAME], link->name, sizeof(link->name));
	link->up = ifi->ifi_flags & IFF_UP;
	link->carrier = ifi->ifi_flags & IFF_LOWER_UP;
	link->no_arp = ifi->ifi_flags & (IFF_NOARP | IFF_POINTOPOINT);
	link->loopback = ifi->ifi_flags & IFF_LOOPBACK;
	kind_of(link, tb[IFLA_LINKINFO]);
	families_of(link, tb[IFLA_AF_SPEC]);
	if (tb[IFLA_STATS64]) {
		struct rtnl_link_stats64 stats = { 0 };
		size_t len = RTA_PAYLOAD(tb[IFLA_STATS64]);

		memcpy(&stats, RTA_DATA(tb[IFLA_STATS64]),
		       len < sizeof(stats) ? len : sizeof(stats));
		link->rx_bytes = stats.rx_bytes;
		link->tx_bytes = stats.tx_bytes;
	}
}

int
bal_nl_links(struct bal_nl *nl, bool stats, struct bal_arena *arena,
	     bal_link_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena, .out = out };
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	if (!stats)
		bal_nlmsg_put_u32(&req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return bal_nl_dump(nl, &req, on_link, &sink, &out->n, err);
}
