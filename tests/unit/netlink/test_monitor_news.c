// SPDX-License-Identifier: GPL-2.0-or-later
/* test_monitor_news - messages made by hand: news or none, without a kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/monitor_internal.h"
#include "netlink/nl.h"
#include "netlink/object.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define UP IFF_UP
#define CARRIER (IFF_UP | IFF_LOWER_UP)
#define RUNNING (IFF_UP | IFF_LOWER_UP | IFF_RUNNING)
#define NO_STATE -1

struct link_message {
	bool gone;
	int ifindex;
	const char *name;
	unsigned flags;
	int operstate;
};

static unsigned
hear_link(struct bal_monitor_known *known, const struct link_message *link)
{
	struct ifinfomsg ifi = { .ifi_index = link->ifindex,
				 .ifi_flags = link->flags };
	struct bal_nlmsg m;

	bal_nlmsg_init(&m, link->gone ? RTM_DELLINK : RTM_NEWLINK, 0, &ifi,
		       sizeof(ifi));
	if (link->name)
		bal_nlmsg_put_str(&m, IFLA_IFNAME, link->name);
	if (link->operstate != NO_STATE)
		bal_nlmsg_put_u8(&m, IFLA_OPERSTATE, (uint8_t)link->operstate);
	return bal_monitor_news(known, &m.h, m.h.nlmsg_len);
}

/* One after the other: each is compared with what came before it. */
static void
links(void **state)
{
	static const struct {
		struct link_message link;
		bool news;
	} cases[] = {
		{ { false, 5, "a", RUNNING, 6 }, true },
		{ { false, 5, "a", RUNNING, 6 }, false },
		{ { false, 5, "a", CARRIER, 6 }, true },
		{ { false, 5, "a", UP, 6 }, true },
		{ { false, 5, "a", 0, 6 }, true },
		{ { false, 5, "a", 0, 2 }, true },
		{ { false, 5, "a", IFF_PROMISC | IFF_ALLMULTI, 2 }, false },
		/* As wireless drivers tell of an association. */
		{ { false, 5, "a", 0, NO_STATE }, false },
		{ { false, 5, "a", 0, 2 }, false },
		{ { false, 5, NULL, RUNNING, 6 }, false },
		/* Gone, and the same again. */
		{ { true, 5, "a", 0, 2 }, true },
		{ { true, 5, "a", 0, 2 }, false },
		{ { false, 5, "a", 0, 2 }, true },
		/* Another of that name, without a word of the end of the one. */
		{ { false, 9, "a", 0, 2 }, true },
		{ { true, 5, "a", 0, 2 }, false },
		{ { false, 9, "a", 0, 2 }, false },
		/* One name becomes the other. */
		{ { false, 9, "b", 0, 2 }, true },
		{ { false, 9, "b", 0, 2 }, false },
		{ { false, 9, "c", 0, 2 }, true },
		{ { false, 9, "c", RUNNING, 6 }, false },
		{ { true, 9, "c", 0, 2 }, false },
		{ { true, 9, "b", 0, 2 }, false },
	};
	struct bal_monitor_dev devs[] = { { .name = "a" }, { .name = "b" } };
	struct bal_monitor_known known = { .devs = devs, .n_devs = N(devs) };

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		if ((hear_link(&known, &cases[i].link) == BAL_NEWS_LINK) !=
		    cases[i].news)
			fail_msg("case %zu", i);
	assert_int_equal(devs[0].ifindex, 0);
	assert_int_equal(devs[1].ifindex, 0);
}

/* A device that is not there has no addresses. */
static void
no_index(void **state)
{
	struct bal_monitor_dev dev = { .name = "a" };
	struct bal_monitor_known known = { .devs = &dev, .n_devs = 1 };
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	struct bal_nlmsg m;

	(void)state;
	bal_nlmsg_init(&m, RTM_NEWADDR, 0, &ifa, sizeof(ifa));
	bal_nlmsg_put_u32(&m, IFA_LOCAL, 1);
	assert_int_equal(bal_monitor_news(&known, &m.h, m.h.nlmsg_len), 0);
	dev.ifindex = 5;
	ifa.ifa_index = 5;
	bal_nlmsg_init(&m, RTM_NEWADDR, 0, &ifa, sizeof(ifa));
	bal_nlmsg_put_u32(&m, IFA_LOCAL, 1);
	assert_int_equal(bal_monitor_news(&known, &m.h, m.h.nlmsg_len),
			 BAL_NEWS_ADDR);
}

/* Of main what leads everywhere, by whichever device. */
static void
routes_of_main(void **state)
{
	static const unsigned news[] = { BAL_NEWS_ROUTE, BAL_NEWS_ROUTE, 0, 0 };
	struct bal_monitor_known known = { .n_devs = 0 };
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_table = RT_TABLE_MAIN };
	struct bal_nlmsg m;

	(void)state;
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++) {
		rtm.rtm_dst_len = (unsigned char)i;
		bal_nlmsg_init(&m, RTM_NEWROUTE, 0, &rtm, sizeof(rtm));
		bal_nlmsg_put_u32(&m, RTA_OIF, 5);
		assert_int_equal(bal_monitor_news(&known, &m.h, m.h.nlmsg_len),
				 news[i]);
	}
}

/* Ours of IPv6 only where they are of interest. */
static void
rules_of_ipv6(void **state)
{
	struct bal_monitor_known known = { .n_devs = 0 };
	struct fib_rule_hdr frh = { .family = AF_INET6 };
	struct bal_nlmsg m;

	(void)state;
	for (int of_interest = 0; of_interest < 2; of_interest++) {
		known.rules6 = of_interest;
		bal_nlmsg_init(&m, RTM_DELRULE, 0, &frh, sizeof(frh));
		bal_nlmsg_put_u8(&m, FRA_PROTOCOL, BAL_PROTO);
		assert_int_equal(bal_monitor_news(&known, &m.h, m.h.nlmsg_len),
				 of_interest ? BAL_NEWS_RULE : 0);
	}
}

/* Nothing behind what has arrived is read. */
static void
pieces_of_messages(void **state)
{
	static const struct {
		uint16_t type;
		unsigned news;
	} cases[] = {
		{ RTM_NEWLINK, BAL_NEWS_LINK },
		{ RTM_DELLINK, BAL_NEWS_LINK },
		{ RTM_NEWADDR, BAL_NEWS_ADDR },
		{ RTM_DELADDR, BAL_NEWS_ADDR },
		{ RTM_NEWROUTE, BAL_NEWS_ROUTE },
		{ RTM_DELROUTE, BAL_NEWS_ROUTE },
		{ RTM_NEWRULE, BAL_NEWS_RULE },
		{ RTM_DELRULE, BAL_NEWS_RULE },
		{ RTM_NEWNEXTHOP, 0 },
		{ RTM_DELNEXTHOP, 0 },
		{ RTM_NEWNEIGH, 0 },
		{ NLMSG_DONE, 0 },
	};
	struct bal_monitor_known known = { .self = 7 };

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		for (size_t got = 0; got < 40; got++) {
			struct nlmsghdr *h = calloc(1, got ? got : 1);
			struct nlmsghdr whole = { .nlmsg_len = 20000,
						  .nlmsg_type = cases[i].type };

			assert_non_null(h);
			memcpy(h, &whole, got < sizeof(*h) ? got : sizeof(*h));
			assert_int_equal(bal_monitor_news(&known, h, got),
					 got < 32 ? 0 : cases[i].news);
			if (got >= sizeof(*h))
				h->nlmsg_pid = 7;
			assert_int_equal(bal_monitor_news(&known, h, got), 0);
			free(h);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
		cmocka_unit_test(no_index),
		cmocka_unit_test(routes_of_main),
		cmocka_unit_test(rules_of_ipv6),
		cmocka_unit_test(pieces_of_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
