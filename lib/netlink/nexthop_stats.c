// SPDX-License-Identifier: GPL-2.0-or-later
/* nexthop_stats - reads the counters of one nexthop group from the kernel. */
#include "netlink/nexthop_stats.h"

#include <linux/nexthop.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/read.h"

/* Of Linux 6.9; a header may be older than the kernel. */
#define OP_FLAGS 14
#define OP_FLAG_DUMP_STATS 1
#define GROUP_STATS 15
#define NHA_LAST 17
#define ENTRY 1
#define ENTRY_ID 1
#define ENTRY_PACKETS 2
#define ENTRY_LAST 3

#ifndef RTM_NHA
#define RTM_NHA(h) \
	((struct rtattr *)(((char *)(h)) + NLMSG_ALIGN(sizeof(struct nhmsg))))
#endif

struct sink {
	struct bal_arena *arena;
	bal_nexthop_counts *out;
	bool counted;
};

/* 32 bits while that is enough, else 64, aligned to 4 bytes only. */
static uint64_t
count_of(const struct rtattr *rta)
{
	uint64_t n = 0;

	if (!rta || RTA_PAYLOAD(rta) < sizeof(n))
		return bal_nl_u32(rta);
	memcpy(&n, RTA_DATA(rta), sizeof(n));
	return n;
}

static void
add_entry(struct sink *sink, const struct rtattr *entry)
{
	struct rtattr *tb[ENTRY_LAST + 1];
	struct bal_nexthop_count *count = BAL_PUSH(sink->arena, sink->out);

	if (!count)
		return;
	bal_nl_parse(tb, ENTRY_LAST, RTA_DATA(entry), RTA_PAYLOAD(entry));
	count->id = bal_nl_u32(tb[ENTRY_ID]);
	count->packets = count_of(tb[ENTRY_PACKETS]);
}

static void
on_group(const struct nlmsghdr *h, void *arg)
{
	const struct nhmsg *nhm = NLMSG_DATA(h);
	struct rtattr *tb[NHA_LAST + 1];
	struct sink *sink = arg;
	const struct rtattr *entry;
	int len;

	if (h->nlmsg_type != RTM_NEWNEXTHOP)
		return;
	bal_nl_parse(tb, NHA_LAST, RTM_NHA(nhm),
		     NLMSG_PAYLOAD(h, sizeof(*nhm)));
	if (!tb[GROUP_STATS])
		return;
	sink->counted = true;
	entry = RTA_DATA(tb[GROUP_STATS]);
	len = (int)RTA_PAYLOAD(tb[GROUP_STATS]);
	for (; RTA_OK(entry, len); entry = RTA_NEXT(entry, len))
		if ((entry->rta_type & NLA_TYPE_MASK) == ENTRY)
			add_entry(sink, entry);
}

int
bal_nexthop_stats_read(struct bal_nl *nl, uint32_t id, struct bal_arena *arena,
		       bal_nexthop_counts *out)
{
	const struct nhmsg nhm = { .nh_family = AF_UNSPEC };
	struct sink sink = { .arena = arena, .out = out };
	struct bal_nlmsg req;
	struct bal_err unused;

	bal_nlmsg_init(&req, RTM_GETNEXTHOP, 0, &nhm, sizeof(nhm));
	bal_nlmsg_put_u32(&req, NHA_ID, id);
	bal_nlmsg_put_u32(&req, OP_FLAGS, OP_FLAG_DUMP_STATS);
	if (bal_nl_get(nl, &req, on_group, &sink, &unused) != 0)
		return -1;
	return sink.counted ? 0 : -1;
}
