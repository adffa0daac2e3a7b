// SPDX-License-Identifier: GPL-2.0-or-later
/* test_monitor - the kernel changes: what of it is news, and what is not. */
#include "../listener.h"

static void
carrier(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link set v1 down");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	must("ip link set v1 up");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
}

static void
administrator(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link set v0 down");
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
	must("ip link set v0 up");
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
}

static void
same_name_again(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link del v0");
	assert_true(hear(BAL_NEWS_LINK) & BAL_NEWS_LINK);
	must("ip link add x0 type veth peer name v1 && ip link set x0 up");
	must("ip address add 10.0.0.1/32 dev x0");
	turn(0);
	assert_int_equal(heard, 0);
	must("ip link del x0 && ip link add v0 type veth peer name v1");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	must("ip address add 10.0.0.1/32 dev v0");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
}

static void
a_name_that_was_missing(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link add later type veth peer name other");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	must("ip address add 10.0.0.1/32 dev other");
	assert_int_equal(heard_by_now(), 0);
	must("ip address add 10.0.0.2/32 dev later");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
}

static void
renamed(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link set v1 down");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	/* To a name that matters. */
	must("ip link set v1 name later");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	must("ip address add 10.0.0.1/32 dev later");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
	/* And away from it. */
	must("ip link set later name v1");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
	must("ip address del 10.0.0.1/32 dev v1");
	assert_int_equal(heard_by_now(), 0);
	must("ip link set v1 name x1 && ip link set x1 name v1");
	assert_int_equal(heard_by_now(), 0);
}

static void
links_that_stay_as_they_are(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip link set v0 mtu 1400 && ip link set v0 alias modem &&"
	     " ip link set v0 txqueuelen 77 &&"
	     " ip link set v0 address 02:00:00:00:00:01");
	must("ip link add x0 type veth peer name x1 && ip link set x0 up &&"
	     " ip link set x1 up && ip link del x0");
	assert_int_equal(heard_by_now(), 0);
	/* A bridge loses a port, not the system a device. */
	if (run("ip link add br0 type bridge") == 0)
		must("ip link set v0 master br0 && ip link set v0 nomaster");
	assert_int_equal(heard_by_now(), 0);
}

static void
addresses(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip address add 192.168.1.201/24 dev v0");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
	must("ip address del 192.168.1.201/24 dev v0");
	assert_int_equal(hear(BAL_NEWS_ADDR), BAL_NEWS_ADDR);
	must("ip address add 192.168.1.201/24 dev v1 &&"
	     " ip address del 192.168.1.201/24 dev v1");
	told_times = 0;
	assert_int_equal(heard_by_now(), 0);
	assert_int_equal(told_times, 2);
}

static void
routes(void **state)
{
	static const char *const news[] = {
		"add 10.1.0.0/16 dev v0 table 101",
		"change 10.1.0.0/16 dev v1 table 101",
		"del 10.1.0.0/16 table 101",
		"add default via 192.168.1.1 dev v0 table 300",
		"replace unreachable default table 300",
		"del default table 300",
		"add default via 192.168.1.1 dev v0",
		"append default metric 9 nexthop dev v1 nexthop dev v0",
		"add default dev v1 metric 6",
		"add unreachable default metric 7",
		"append default metric 8 nexthop dev v1 nexthop dev v1",
		"del default dev v1 metric 6",
		"add 128.0.0.0/1 dev v1",
	};
	static const char *const none[] = {
		"add 10.1.0.0/16 dev v0",
		"add 10.1.0.0/16 dev v0 table 100",
		"add default dev v0 table 102",
		"add default dev v0 table 100000",
		"add 64.0.0.0/2 dev v1",
	};

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < N(news); i++) {
		must("ip route %s", news[i]);
		if (hear(BAL_NEWS_ROUTE) != BAL_NEWS_ROUTE)
			fail_msg("no news: %s", news[i]);
	}
	must("ip route flush default && ip route flush 128.0.0.0/1");
	heard_by_now();
	for (size_t i = 0; i < N(none); i++) {
		must("ip route %s", none[i]);
		if (heard_by_now() != 0)
			fail_msg("news: %s", none[i]);
	}
}

static void
default_by_a_nexthop_object(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip nexthop add id 7 dev v0 && ip nexthop add id 8 dev v1");
	must("ip route add default nhid 8");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	must("ip route replace default nhid 7");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	if (run("echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode") != 0)
		skip();
	must("ip route replace default nhid 8");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
}

static void
rules(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip rule add from 10.0.0.1 lookup 500 protocol 214 pref 50");
	assert_int_equal(hear(BAL_NEWS_RULE), BAL_NEWS_RULE);
	must("ip rule del pref 50");
	assert_int_equal(hear(BAL_NEWS_RULE), BAL_NEWS_RULE);
	must("ip rule add from 10.0.0.1 lookup 300 pref 50");
	assert_int_equal(hear(BAL_NEWS_RULE), BAL_NEWS_RULE);
	must("ip rule add from 10.0.0.1 lookup 500 pref 32765");
	assert_int_equal(hear(BAL_NEWS_RULE), BAL_NEWS_RULE);
	must("ip rule del pref 32765");
	must("ip rule add from 10.0.0.1 lookup 500 pref 51 &&"
	     " ip rule add from 10.0.0.1 unreachable pref 52 &&"
	     " ip rule add goto 32766 pref 53 && ip rule del pref 51");
	assert_int_equal(heard_by_now(), 0);
}

static void
nexthops(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	must("ip nexthop add id 7 dev v0 protocol 214");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	must("ip nexthop del id 7");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	must("ip nexthop add id 8 dev v0 protocol 42 && ip nexthop del id 8");
	assert_int_equal(heard_by_now(), 0);
	must("ip nexthop add id 7 dev v0 protocol 214");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
	/* Without its routes being told of, where they are told at all. */
	(void)run("echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode");
	must("ip nexthop replace id 7 dev v1");
	assert_int_equal(hear(BAL_NEWS_ROUTE), BAL_NEWS_ROUTE);
}

/* Everything that we ever change. */
static void
change_all(void)
{
	struct bal_hop hop = hop_via("192.168.1.1", 1);
	struct bal_op ops[] = {
		nexthop_op(BAL_ADD, 9),
		route_op(BAL_ADD, "10.2.0.0/16", &hop, 1),
		rule_op(BAL_ADD, 77, BAL_RULE_NOP),
		rule_op(BAL_DEL, 77, BAL_RULE_NOP),
		route_op(BAL_DEL, "10.2.0.0/16", &hop, 1),
		nexthop_op(BAL_DEL, 9),
		{ .kind = &bal_kind_devconf },
	};

	ops[0].nexthop.hop = hop;
	ops[1].route.table = 101;
	ops[4].route.table = 101;
	ops[6].devconf.ifindex = v0;
	ops[6].devconf.mask = 1u << BAL_DC_ARP_IGNORE;
	ops[6].devconf.value[BAL_DC_ARP_IGNORE] = 1;
	for (size_t i = 0; i < N(ops); i++)
		must_do(&ops[i]);
}

static void
our_own_changes(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	change_all();
	assert_int_equal(heard_by_now(), 0);
}

static void
another_self(void **state)
{
	struct bal_nl *ours = nl;

	(void)state;
	NEED_NAMESPACE();
	nl = bal_nl_open(&err);
	assert_non_null(nl);
	assert_int_not_equal(bal_nl_port(nl), bal_nl_port(ours));
	change_all();
	assert_int_equal(heard_by_now(), BAL_NEWS_ROUTE | BAL_NEWS_RULE);
	bal_monitor_self(monitor, bal_nl_port(nl));
	change_all();
	assert_int_equal(heard_by_now(), 0);
	bal_nl_close(nl);
	/* The one before is not ours any more. */
	nl = ours;
	change_all();
	assert_int_equal(heard_by_now(), BAL_NEWS_ROUTE | BAL_NEWS_RULE);
	bal_monitor_self(monitor, bal_nl_port(nl));
	bal_monitor_self(monitor, 0);
	change_all();
	assert_int_equal(heard_by_now(), BAL_NEWS_ROUTE | BAL_NEWS_RULE);
	/* What the kernel does of its own has the port 0. */
	must("ip link set v1 down");
	assert_int_equal(hear(BAL_NEWS_LINK), BAL_NEWS_LINK);
}

/* Another program that speaks to our port, as root may. */
static void
forged(void **state)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg rtm;
		struct rtattr rta;
		uint32_t table;
	} msg = {
		.h = { .nlmsg_len = sizeof(msg), .nlmsg_type = RTM_NEWROUTE },
		.rtm = { .rtm_family = AF_INET },
		.rta = { RTA_LENGTH(4), RTA_TABLE },
		.table = 101,
	};
	struct sockaddr_nl to = { 0 };
	socklen_t len = sizeof(to);
	int fd;

	(void)state;
	NEED_NAMESPACE();
	getsockname(monitor_fd(), (struct sockaddr *)&to, &len);
	to.nl_groups = 0;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, &msg, sizeof(msg), 0,
				(struct sockaddr *)&to, sizeof(to)),
			 sizeof(msg));
	close(fd);
	assert_true(waiting_bytes() > 0);
	assert_int_equal(heard_by_now(), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		HEARS(carrier),
		HEARS(administrator),
		HEARS(same_name_again),
		HEARS(a_name_that_was_missing),
		HEARS(renamed),
		HEARS(links_that_stay_as_they_are),
		HEARS(addresses),
		HEARS_EITHER_WAY(routes),
		HEARS_EITHER_WAY(default_by_a_nexthop_object),
		HEARS(rules),
		HEARS_EITHER_WAY(nexthops),
		HEARS_EITHER_WAY(our_own_changes),
		HEARS(another_self),
		HEARS(forged),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
