// SPDX-License-Identifier: GPL-2.0-or-later
/* counters - asks the kernel for the statistics of one device. */
#include "netlink/counters.h"

#include <linux/if_link.h>
#include <string.h>

/* What one request asks, and how many go together. */
struct question {
	struct nlmsghdr h;
	struct if_stats_msg ifsm;
};

#define QUESTIONS 16

struct found {
	struct bal_counters_of *v;
	size_t n;
};

static struct bal_counters_of *
which(const struct found *found, uint32_t ifindex)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->v[i].ifindex == (int)ifindex)
			return &found->v[i];
	return NULL;
}

static void
on_stats(const struct nlmsghdr *h, void *arg)
{
	const struct if_stats_msg *ifsm = NLMSG_DATA(h);
	struct rtattr *tb[IFLA_STATS_MAX + 1];
	struct rtnl_link_stats64 stats = { 0 };
	struct bal_counters_of *of;
	const struct rtattr *rta;
	size_t len;

	if (h->nlmsg_type != RTM_NEWSTATS ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*ifsm)))
		return;
	of = which(arg, ifsm->ifindex);
	bal_nl_parse(tb, IFLA_STATS_MAX, (const void *)(ifsm + 1),
		     NLMSG_PAYLOAD(h, sizeof(*ifsm)));
	rta = tb[IFLA_STATS_LINK_64];
	if (!of || !rta)
		return;
	/* The struct grows with the kernel, and aligns on 4 bytes only. */
	len = RTA_PAYLOAD(rta);
	memcpy(&stats, RTA_DATA(rta),
	       len < sizeof(stats) ? len : sizeof(stats));
	of->now = (struct bal_counters){
		.rx_bytes = stats.rx_bytes,
		.tx_bytes = stats.tx_bytes,
		.rx_packets = stats.rx_packets,
		.tx_packets = stats.tx_packets,
	};
	of->there = true;
}

static void
read_some(struct bal_nl *nl, struct bal_counters_of *some, size_t n)
{
	struct question questions[QUESTIONS];
	const struct bal_nl_questions all = { &questions[0].h,
					      n * sizeof(questions[0]) };
	struct found found = { some, n };
	struct bal_err unused;

	for (size_t i = 0; i < n; i++) {
		some[i].there = false;
		questions[i] = (struct question){
			.h.nlmsg_len = sizeof(questions[i]),
			.h.nlmsg_type = RTM_GETSTATS,
			.h.nlmsg_flags = NLM_F_REQUEST,
			.ifsm.ifindex = (uint32_t)some[i].ifindex,
			.ifsm.filter_mask =
				IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
		};
	}
	(void)bal_nl_ask(nl, &all, on_stats, &found, &unused);
}

void
bal_counters_read_all(struct bal_nl *nl, struct bal_counters_of *all, size_t n)
{
	for (size_t i = 0; i < n; i += QUESTIONS)
		read_some(nl, all + i, n - i < QUESTIONS ? n - i : QUESTIONS);
}

int
bal_counters_read(struct bal_nl *nl, int ifindex, struct bal_counters *out)
{
	struct bal_counters_of one = { .ifindex = ifindex };

	bal_counters_read_all(nl, &one, 1);
	if (one.there)
		*out = one.now;
	return one.there ? 0 : -1;
}
