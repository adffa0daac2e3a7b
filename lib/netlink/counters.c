// SPDX-License-Identifier: GPL-2.0-or-later
/* counters - reads the statistics of one device from the kernel. */
#include "netlink/counters.h"

#include <linux/if_link.h>
#include <string.h>

struct found {
	uint32_t ifindex;
	bool there;
	struct bal_counters now;
};

static void
on_stats(const struct nlmsghdr *h, void *arg)
{
	const struct if_stats_msg *ifsm = NLMSG_DATA(h);
	struct rtattr *tb[IFLA_STATS_MAX + 1];
	struct rtnl_link_stats64 stats = { 0 };
	struct found *found = arg;
	const struct rtattr *rta;
	size_t len;

	if (h->nlmsg_type != RTM_NEWSTATS ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*ifsm)) ||
	    ifsm->ifindex != found->ifindex)
		return;
	bal_nl_parse(tb, IFLA_STATS_MAX, (const void *)(ifsm + 1),
		     NLMSG_PAYLOAD(h, sizeof(*ifsm)));
	rta = tb[IFLA_STATS_LINK_64];
	if (!rta)
		return;
	/* The struct grows with the kernel, and is aligned to 4 bytes only. */
	len = RTA_PAYLOAD(rta);
	memcpy(&stats, RTA_DATA(rta),
	       len < sizeof(stats) ? len : sizeof(stats));
	found->now = (struct bal_counters){
		.rx_bytes = stats.rx_bytes,
		.tx_bytes = stats.tx_bytes,
		.rx_packets = stats.rx_packets,
		.tx_packets = stats.tx_packets,
	};
	found->there = true;
}

int
bal_counters_read(struct bal_nl *nl, int ifindex, struct bal_counters *out)
{
	const struct if_stats_msg ifsm = {
		.ifindex = (uint32_t)ifindex,
		.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};
	struct found found = { .ifindex = (uint32_t)ifindex };
	struct bal_nlmsg req;
	struct bal_err unused;

	bal_nlmsg_init(&req, RTM_GETSTATS, 0, &ifsm, sizeof(ifsm));
	if (bal_nl_get(nl, &req, on_stats, &found, &unused) != 0 ||
	    !found.there)
		return -1;
	*out = found.now;
	return 0;
}
