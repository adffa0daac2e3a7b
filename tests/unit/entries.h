/* entries - conntrack entries made by hand, and what became of them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_ENTRIES_H
#define TEST_ENTRIES_H

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "netlink/nl.h"

/* One UDP flow; addresses and ports in host order. */
struct entry {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint32_t mark;
	uint16_t zone;
};

static inline void
put_tuple(struct bal_nlmsg *m, int type, const struct entry *e, bool reply)
{
	const uint32_t src = htonl(reply ? e->dst : e->src);
	const uint32_t dst = htonl(reply ? e->src : e->dst);
	const uint16_t sport = htons(reply ? e->dport : e->sport);
	const uint16_t dport = htons(reply ? e->sport : e->dport);
	struct rtattr *tuple = bal_nlmsg_nest(m, type | NLA_F_NESTED), *part;

	part = bal_nlmsg_nest(m, CTA_TUPLE_IP | NLA_F_NESTED);
	bal_nlmsg_put_u32(m, CTA_IP_V4_SRC, src);
	bal_nlmsg_put_u32(m, CTA_IP_V4_DST, dst);
	bal_nlmsg_nest_end(m, part);
	part = bal_nlmsg_nest(m, CTA_TUPLE_PROTO | NLA_F_NESTED);
	bal_nlmsg_put_u8(m, CTA_PROTO_NUM, IPPROTO_UDP);
	bal_nlmsg_put(m, CTA_PROTO_SRC_PORT, &sport, sizeof(sport));
	bal_nlmsg_put(m, CTA_PROTO_DST_PORT, &dport, sizeof(dport));
	bal_nlmsg_nest_end(m, part);
	bal_nlmsg_nest_end(m, tuple);
}

/* A message of @type that tells of @e, or asks the kernel to make it. */
static inline void
entry_message(struct bal_nlmsg *m, int type, int flags, const struct entry *e)
{
	const struct nfgenmsg head = { .nfgen_family = AF_INET };
	const uint16_t zone = htons(e->zone);

	bal_nlmsg_init(m, NFNL_SUBSYS_CTNETLINK << 8 | type, flags, &head,
		       sizeof(head));
	put_tuple(m, CTA_TUPLE_ORIG, e, false);
	put_tuple(m, CTA_TUPLE_REPLY, e, true);
	bal_nlmsg_put_u32(m, CTA_TIMEOUT, htonl(600));
	bal_nlmsg_put_u32(m, CTA_MARK, htonl(e->mark));
	if (e->zone)
		bal_nlmsg_put(m, CTA_ZONE, &zone, sizeof(zone));
}

/* Let the kernel make @e; refusals go to bal_nl_on_failure()'s. */
static inline int
entry_make(struct bal_nl *nl, const struct entry *e, struct bal_err *cause)
{
	struct bal_nlmsg m;

	entry_message(&m, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL, e);
	return bal_nl_queue(nl, &m, 0, cause);
}

#endif
