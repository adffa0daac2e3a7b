// SPDX-License-Identifier: GPL-2.0-or-later
/* read_way - the route of a packet, looked up by the kernel. */
#include "netlink/read.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void
on_way(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];
	struct bal_way *way = arg;

	if (h->nlmsg_type != RTM_NEWROUTE || rtm->rtm_type != RTN_UNICAST)
		return;
	bal_nl_parse(tb, RTA_MAX, RTM_RTA(rtm), RTM_PAYLOAD(h));
	way->ifindex = (int)bal_nl_u32(tb[RTA_OIF]);
	way->table = tb[RTA_TABLE] ? bal_nl_u32(tb[RTA_TABLE]) : rtm->rtm_table;
}

int
bal_nl_find_way(struct bal_nl *nl, struct bal_way *way, struct bal_err *err)
{
	const bool from = !bal_addr_none(&way->src);
	struct rtmsg rtm = {
		.rtm_family = AF_INET,
		.rtm_src_len = from ? 32 : 0,
		.rtm_dst_len = 32,
		/* Without it the kernel reports main, whatever table it was. */
		.rtm_flags = RTM_F_LOOKUP_TABLE,
	};
	struct bal_way found = *way;
	struct bal_nlmsg req;

	found.ifindex = 0;
	found.table = 0;
	bal_nlmsg_init(&req, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	if (from)
		bal_nlmsg_put(&req, RTA_SRC, way->src.bytes, 4);
	bal_nlmsg_put(&req, RTA_DST, way->dst.bytes, 4);
	if (way->mark)
		bal_nlmsg_put(&req, RTA_MARK, &way->mark, sizeof(way->mark));
	if (bal_nl_get(nl, &req, on_way, &found, err) < 0)
		return -1;
	*way = found;
	return 0;
}
