// SPDX-License-Identifier: GPL-2.0-or-later
/* test_monitor_storm - more happens than anyone can hear. */
#include "../listener.h"

/* @n routes of @table come, by a batch of "ip". */
static void
add_routes(int n, int table)
{
	must("for i in $(seq 0 %d); do echo route add"
	     " 10.$((i / 65536)).$((i / 256 %% 256)).$((i %% 256))/32 dev v0"
	     " table %d; done | ip -batch -",
	     n - 1, table);
}

static void
foreign_routes_wake_nobody(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	add_routes(10000, 999);
	add_routes(100, 256 + 101);
	must("ip route add default dev v0 table 999 &&"
	     " ip route add 10.1.0.0/16 dev v0");
	assert_int_equal(waiting_bytes(), 0);
	assert_int_equal(heard_by_now(), 0);
	add_routes(1, 101);
	assert_true(waiting_bytes() > 0);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
}

static void
foreign_routes_without_a_filter(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	add_routes(200, 999);
	assert_true(waiting_bytes() > 0);
	assert_int_equal(heard_by_now(), 0);
}

static void
told_once_for_many(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	add_routes(60, 101);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	assert_int_equal(told_times, 1);
}

/* Others in the loop have their turn between. */
static void
bounded_reading(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	add_routes(200, 101);
	turn(0);
	assert_int_equal(told_times, 1);
	assert_true(waiting_bytes() > 0);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	assert_int_equal(told_times, 4);
	assert_int_equal(waiting_bytes(), 0);
}

static void
flapping_link(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("for i in $(seq 30); do echo link set v0 down;"
	     " echo link set v0 up; done | ip -batch -");
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
	assert_in_range(told_times, 1, 6);
}

/* The kernel stops telling when nobody listens. */
static void
overrun(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip route add 10.250.0.0/16 dev v0 table 101");
	add_routes(10000, 101);
	must("ip link del v0 && ip link add v0 type veth peer name v1 &&"
	     " ip link set v1 up");
	assert_int_equal(hear(BAL_NEWS_LOST), BAL_NEWS_LOST);
	assert_int_equal(told_times, 1);
	assert_int_equal(waiting_bytes(), 0);
	/* The new device is known, without a message that told of it. */
	must("ip address add 192.168.1.101/24 dev v0");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
	must("ip link set v0 up");
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
	must_send("", "v0 v1");
	must("ip link set v0 mtu 1400");
	heard_by_now();
	add_routes(1, 101);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
}

/* Until its queue is empty the kernel goes on to drop what comes. */
static void
nothing_is_lost_after_the_word(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	for (int i = 0; i < 20; i++) {
		add_routes(2000, 101);
		must("ip route flush table 101");
		turn(bal_clock_ns() + PATIENCE_NS);
		assert_int_equal(heard, BAL_NEWS_LOST);
		heard = 0;
		must("ip rule add lookup 101 pref 50 && ip rule del pref 50");
		assert_int_equal(hear(BAL_NEWS_RULE), BAL_NEWS_RULE);
	}
}

static void
other_interest(void **state)
{
	static const char other[][BAL_IFNAMSIZ] = { "v1" };
	static const uint32_t table = 500;
	const struct bal_monitor_interest others = { other, 1, &table, 1,
						     false, false };

	(void)state;
	NEED_NAMESPACE();
	assert_true(care(&others));
	assert_false(care(&others));
	must("ip address add 10.0.0.1/32 dev v0");
	add_routes(5, 101);
	must("ip link set v1 mtu 1400");
	must("ip address add 10.0.0.2/32 dev v1");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
	assert_int_equal(told_times, 1);
	add_routes(5, 500);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	care(&(struct bal_monitor_interest){ 0 });
	must("ip route flush table 101");
	must("ip link set v1 down && ip address flush dev v1 &&"
	     " ip link del v0 && ip route flush table 500");
	turn(0);
	assert_int_equal(heard, 0);
}

/* What happened before the same was said again is news still. */
static void
same_interest_again(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link set v0 down");
	assert_false(care(&interest));
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
}

static void
more_interest(void **state)
{
	static const char more[][BAL_IFNAMSIZ] = { "v0", "later", "v1" };
	const struct bal_monitor_interest devs = { more, 3, tables, N(tables),
						   false, false };
	const struct bal_monitor_interest one = { more, 3, tables, 1, false, false };
	const struct bal_monitor_interest none = { more, 3, NULL, 0, false, false };

	(void)state;
	NEED_NAMESPACE();
	assert_true(care(&devs));
	assert_false(care(&devs));
	assert_true(care(&one));
	assert_true(care(&devs));
	assert_true(care(&none));
	assert_false(care(&none));
	assert_false(care(&(struct bal_monitor_interest){ .devs = more,
							  .n_devs = 1 }));
	assert_true(care(&interest));
}

static void
close_monitor(void *arg, unsigned news)
{
	struct bal_monitor **which = arg;

	assert_int_equal(news, BAL_NEWS_ROUTE);
	bal_monitor_close(*which);
	*which = NULL;
}

static void
closed_from_within(void **state)
{
	struct bal_monitor *mortal;

	(void)state;
	NEED_NAMESPACE();
	mortal = bal_monitor_open(loop, 0, close_monitor, &mortal, &err);
	assert_non_null(mortal);
	if (bal_monitor_care(mortal, &interest, &err) < 0)
		fail_msg("%s", err.msg);
	add_routes(200, 101);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	assert_null(mortal);
}

/* A route of so many hops that it does not fit. */
static void
cut_message(void **state)
{
	enum { HOPS = 2500 };
	static struct {
		struct nlmsghdr h;
		struct rtmsg rtm;
		struct rtattr table_rta;
		uint32_t table;
		struct rtattr hops_rta;
		struct rtnexthop hops[HOPS];
	} req;
	char answer[256];
	int fd;

	(void)state;
	NEED_NAMESPACE();
	req.h.nlmsg_len = sizeof(req);
	req.h.nlmsg_type = RTM_NEWROUTE;
	req.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	req.rtm = (struct rtmsg){ .rtm_family = AF_INET,
				  .rtm_protocol = BAL_PROTO,
				  .rtm_scope = RT_SCOPE_LINK,
				  .rtm_type = RTN_UNICAST };
	req.table_rta = (struct rtattr){ RTA_LENGTH(4), RTA_TABLE };
	req.table = 101;
	req.hops_rta =
		(struct rtattr){ RTA_LENGTH(sizeof(req.hops)), RTA_MULTIPATH };
	for (size_t i = 0; i < HOPS; i++)
		req.hops[i] =
			(struct rtnexthop){ .rtnh_len = 8, .rtnh_ifindex = v0 };
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	assert_true(fd >= 0);
	assert_int_equal(send(fd, &req, sizeof(req), 0), sizeof(req));
	assert_true(recv(fd, answer, sizeof(answer), 0) > 0);
	close(fd);
	if (((struct nlmsgerr *)NLMSG_DATA(answer))->error != 0)
		fail_msg("%d", ((struct nlmsgerr *)NLMSG_DATA(answer))->error);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	assert_int_equal(heard_by_now(), 0);
}

/* More tables than a filter can name: all comes, and is told apart here. */
static void
too_many_tables(void **state)
{
	static uint32_t many[3000];
	const struct bal_monitor_interest wide = { devices, N(devices), many,
						   N(many), false, false };

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < N(many); i++)
		many[i] = 1000 + (uint32_t)i;
	care(&wide);
	add_routes(5, 999);
	add_routes(5, 101);
	assert_int_equal(heard_by_now(), 0);
	add_routes(5, 3999);
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		HEARS(foreign_routes_wake_nobody),
		cmocka_unit_test_setup_teardown(foreign_routes_without_a_filter,
						listen_to_all, stop_listening),
		HEARS(told_once_for_many),
		HEARS(bounded_reading),
		HEARS(flapping_link),
		HEARS(overrun),
		HEARS(nothing_is_lost_after_the_word),
		HEARS(other_interest),
		HEARS(same_interest_again),
		HEARS(more_interest),
		HEARS(closed_from_within),
		HEARS(cut_message),
		HEARS(too_many_tables),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
