// SPDX-License-Identifier: GPL-2.0-or-later
/* forget - messages that make and delete one entry. */
#include "netlink/forget.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#define DELETE (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE)

static void
put_tuple(struct bal_nlmsg *m, const struct bal_connection *c)
{
	const uint16_t sport = htons(c->sport), dport = htons(c->dport);
	struct rtattr *part = bal_nlmsg_nest(m, CTA_TUPLE_IP | NLA_F_NESTED);

	bal_nlmsg_put(m, CTA_IP_V4_SRC, c->src.bytes, 4);
	bal_nlmsg_put(m, CTA_IP_V4_DST, c->dst.bytes, 4);
	bal_nlmsg_nest_end(m, part);
	part = bal_nlmsg_nest(m, CTA_TUPLE_PROTO | NLA_F_NESTED);
	bal_nlmsg_put(m, CTA_PROTO_NUM, &c->proto, sizeof(c->proto));
	bal_nlmsg_put(m, CTA_PROTO_SRC_PORT, &sport, sizeof(sport));
	bal_nlmsg_put(m, CTA_PROTO_DST_PORT, &dport, sizeof(dport));
	bal_nlmsg_nest_end(m, part);
}

int
bal_forget_connection(struct bal_nl *nl, const struct bal_connection *c,
		      struct bal_err *err)
{
	const struct nfgenmsg head = { .nfgen_family = AF_INET,
				       .version = NFNETLINK_V0 };
	struct bal_nlmsg m;
	struct rtattr *tuple;

	bal_nlmsg_init(&m, DELETE, 0, &head, sizeof(head));
	tuple = bal_nlmsg_nest(&m, CTA_TUPLE_ORIG | NLA_F_NESTED);
	put_tuple(&m, c);
	bal_nlmsg_nest_end(&m, tuple);
	return bal_nl_queue(nl, &m, 0, err);
}

static void
begin_neighbour(struct bal_nlmsg *m, int type, int flags,
		const struct bal_neighbour *n)
{
	const struct ndmsg head = { .ndm_family = AF_INET,
				    .ndm_ifindex = n->ifindex,
				    .ndm_state = NUD_REACHABLE };

	bal_nlmsg_init(m, (uint16_t)type, (uint16_t)flags, &head, sizeof(head));
	bal_nlmsg_put(m, NDA_DST, n->addr.bytes, 4);
}

int
bal_make_neighbour(struct bal_nl *nl, const struct bal_neighbour *n,
		   const uint8_t hardware[6], size_t number,
		   struct bal_err *err)
{
	struct bal_nlmsg m;

	begin_neighbour(&m, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, n);
	bal_nlmsg_put(&m, NDA_LLADDR, hardware, 6);
	return bal_nl_queue(nl, &m, number, err);
}

int
bal_forget_neighbour(struct bal_nl *nl, const struct bal_neighbour *n,
		     struct bal_err *err)
{
	struct bal_nlmsg m;

	begin_neighbour(&m, RTM_DELNEIGH, 0, n);
	return bal_nl_queue(nl, &m, 0, err);
}
