// SPDX-License-Identifier: GPL-2.0-or-later
/* monitor_news - separates news from repeats and foreign changes. */
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/monitor_internal.h"
#include "netlink/nl.h"
#include "netlink/object.h"

#define WATCHED_FLAGS (IFF_UP | IFF_LOWER_UP | IFF_RUNNING)

static bool
is_our_dev(const struct bal_monitor_known *known, uint32_t ifindex)
{
	for (size_t i = 0; i < known->n_devs; i++)
		if (ifindex && known->devs[i].ifindex == (int)ifindex)
			return true;
	return false;
}

static bool
is_our_table(const struct bal_monitor_known *known, uint32_t table)
{
	for (size_t i = 0; i < known->n_tables; i++)
		if (known->tables[i] == table)
			return true;
	return false;
}

/* Did @dev, the device of the message, change? */
static bool
has_changed(struct bal_monitor_dev *dev, const struct ifinfomsg *ifi,
	    const struct rtattr *operstate)
{
	const struct bal_monitor_dev old = *dev;

	dev->ifindex = ifi->ifi_index;
	dev->flags = ifi->ifi_flags & WATCHED_FLAGS;
	/* The private messages of wireless drivers have none. */
	if (operstate)
		dev->operstate = bal_nl_u8(operstate);
	return dev->ifindex != old.ifindex || dev->flags != old.flags ||
	       dev->operstate != old.operstate;
}

static unsigned
link_news(struct bal_monitor_known *known, const struct nlmsghdr *h)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	struct rtattr *tb[IFLA_MAX + 1];
	char name[BAL_IFNAMSIZ];
	unsigned news = 0;
	bool gone = h->nlmsg_type == RTM_DELLINK;

	/*
	 * A bridge also reports its ports that come and go, which stay devices.
	 */
	if (ifi->ifi_family != AF_UNSPEC)
		return 0;
	bal_nl_parse(tb, IFLA_MAX, IFLA_RTA(ifi), IFLA_PAYLOAD(h));
	if (!tb[IFLA_IFNAME])
		return 0;
	bal_nl_str(tb[IFLA_IFNAME], name, sizeof(name));
	for (size_t i = 0; i < known->n_devs; i++) {
		struct bal_monitor_dev *dev = &known->devs[i];

		if (!gone && strcmp(dev->name, name) == 0) {
			if (has_changed(dev, ifi, tb[IFLA_OPERSTATE]))
				news = BAL_NEWS_LINK;
		} else if (dev->ifindex == ifi->ifi_index) {
			dev->ifindex = 0;
			news = BAL_NEWS_LINK;
		}
	}
	return news;
}

static bool
is_of_interest(const struct bal_monitor_known *known, int family)
{
	return family == AF_INET || (known->routes6 && family == AF_INET6);
}

static unsigned
addr_news(const struct bal_monitor_known *known, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(h);

	if (!is_of_interest(known, ifa->ifa_family) ||
	    !is_our_dev(known, ifa->ifa_index))
		return 0;
	return BAL_NEWS_ADDR;
}

static unsigned
route_news(const struct bal_monitor_known *known, const struct nlmsghdr *h)
{
	const struct rtmsg *rtm = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];
	uint32_t table;

	if (!is_of_interest(known, rtm->rtm_family))
		return 0;
	bal_nl_parse(tb, RTA_MAX, RTM_RTA(rtm), RTM_PAYLOAD(h));
	table = tb[RTA_TABLE] ? bal_nl_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	if (is_our_table(known, table))
		return BAL_NEWS_ROUTE;
	/*
	 * By whichever device: it tells a gateway, and whether new connections
	 * are kept from a dead uplink while no share is alive.
	 */
	return table == RT_TABLE_MAIN && rtm->rtm_dst_len <= 1 ?
		       BAL_NEWS_ROUTE :
		       0;
}

static unsigned
rule_news(const struct bal_monitor_known *known, const struct nlmsghdr *h)
{
	const struct fib_rule_hdr *frh = NLMSG_DATA(h);
	struct rtattr *tb[FRA_MAX + 1];
	uint32_t table;

	if (frh->family != AF_INET &&
	    !(known->rules6 && frh->family == AF_INET6))
		return 0;
	bal_nl_parse(tb, FRA_MAX, RTM_RTA((struct rtmsg *)frh),
		     NLMSG_PAYLOAD(h, sizeof(*frh)));
	table = tb[FRA_TABLE] ? bal_nl_u32(tb[FRA_TABLE]) : frh->table;
	if (bal_nl_u8(tb[FRA_PROTOCOL]) == BAL_PROTO)
		return BAL_NEWS_RULE;
	/* A rule behind ours is not reached. */
	if (h->nlmsg_type == RTM_NEWRULE &&
	    bal_nl_u32(tb[FRA_PRIORITY]) == BAL_RULE_ENTRY)
		return BAL_NEWS_RULE;
	if (frh->action == FR_ACT_TO_TBL && is_our_table(known, table))
		return BAL_NEWS_RULE;
	return 0;
}

/* The news that messages of @type may be, 0: none. */
static unsigned
kind_of(uint16_t type)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return BAL_NEWS_LINK;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return BAL_NEWS_ADDR;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		return BAL_NEWS_ROUTE;
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return BAL_NEWS_RULE;
	default:
		return 0;
	}
}

unsigned
bal_monitor_news(struct bal_monitor_known *known, const struct nlmsghdr *h,
		 size_t got)
{
	const struct nhmsg *nhm = NLMSG_DATA(h);
	unsigned kind;

	/* Every message has a fixed part and an attribute at least. */
	if (got < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
		return 0;
	kind = kind_of(h->nlmsg_type);
	if (!kind || (known->self && h->nlmsg_pid == known->self))
		return 0;
	/*
	 * One that replaces another has a protocol of its own, whichever that
	 * had: it may be ours, or the way of a route that counts.
	 */
	if (h->nlmsg_type == RTM_NEWNEXTHOP || h->nlmsg_type == RTM_DELNEXTHOP)
		return nhm->nh_protocol == BAL_PROTO ||
				       h->nlmsg_flags & NLM_F_REPLACE ?
			       kind :
			       0;
	if (got < h->nlmsg_len)
		return kind;
	switch (kind) {
	case BAL_NEWS_LINK:
		return link_news(known, h);
	case BAL_NEWS_ADDR:
		return addr_news(known, h);
	case BAL_NEWS_RULE:
		return rule_news(known, h);
	default:
		return route_news(known, h);
	}
}
