// SPDX-License-Identifier: GPL-2.0-or-later
/* test_diff - which changes there are, and in which order. */
#include "../changes.h"

static const char two_modems[] =
	"sysctl -qw net/ipv4/fib_multipath_hash_policy=1\n"
	"sysctl -qw net/ipv4/icmp_errors_use_inbound_ifaddr=1\n"
	"sysctl -qw net/ipv4/conf/eth1/arp_ignore=1\n"
	"sysctl -qw net/ipv4/conf/eth1/arp_announce=2\n"
	"sysctl -qw net/ipv4/conf/eth1/rp_filter=2\n"
	"sysctl -qw net/ipv4/conf/eth1/promote_secondaries=1\n"
	"sysctl -qw net/ipv4/conf/eth1/ignore_routes_with_linkdown=1\n"
	"sysctl -qw net/ipv4/conf/eth2/arp_ignore=1\n"
	"sysctl -qw net/ipv4/conf/eth2/arp_announce=2\n"
	"sysctl -qw net/ipv4/conf/eth2/rp_filter=2\n"
	"sysctl -qw net/ipv4/conf/eth2/promote_secondaries=1\n"
	"sysctl -qw net/ipv4/conf/eth2/ignore_routes_with_linkdown=1\n"
	"ip nexthop add id 21400 via 192.168.1.1 dev eth1 onlink protocol 214\n"
	"ip nexthop add id 21401 via 192.168.1.1 dev eth2 onlink protocol 214\n"
	"ip nexthop add id 21402 group 21400,1/21401,1 protocol 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink src "
	"192.168.1.101 table 1 proto 214\n"
	"ip route add 192.168.1.0/24 dev eth1 src 192.168.1.101 table 1 scope "
	"link proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink src "
	"192.168.1.102 table 2 proto 214\n"
	"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table 2 scope "
	"link proto 214\n"
	"ip route add 192.168.1.0/24 dev eth1 src 192.168.1.101 table 252 "
	"metric 1 scope link proto 214\n"
	"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table 252 "
	"metric 26602 scope link proto 214\n"
	"ip rule add priority 32768 from all nop protocol 214\n"
	"ip rule add priority 32785 from all nop protocol 214\n"
	"ip rule add priority 32774 from all fwmark 0x0/0xc0000000 goto 32776 "
	"protocol 214\n"
	"ip rule add priority 32776 not from all iif lo goto 32782 protocol "
	"214\n"
	"ip rule add priority 32781 from 0.0.0.0 goto 32784 protocol 214\n"
	"ip rule add priority 32782 from all fwmark 0x0/0xff000000 goto 32784 "
	"protocol 214\n"
	"ip rule add priority 42758 from all fwmark 0x0/0xff000000 goto 42760 "
	"protocol 214\n"
	"ip rule add priority 32771 from all to 192.168.1.0/24 lookup 254 "
	"suppress_prefixlength 24 protocol 214\n"
	"ip rule add priority 32772 from all to 192.168.1.0/24 goto 32774 "
	"protocol 214\n"
	"ip rule add priority 32773 from all lookup 254 suppress_prefixlength "
	"1 protocol 214\n"
	"ip rule add priority 32775 from all fwmark 0x41000000/0xff000000 "
	"lookup 1 protocol 214\n"
	"ip rule add priority 32775 from all fwmark 0x42000000/0xff000000 "
	"lookup 2 protocol 214\n"
	"ip rule add priority 32777 from 192.168.1.101 lookup 1 protocol 214\n"
	"ip rule add priority 32777 from 192.168.1.102 lookup 2 protocol 214\n"
	"ip rule add priority 32779 from 192.168.1.101 unreachable protocol "
	"214\n"
	"ip rule add priority 32779 from 192.168.1.102 unreachable protocol "
	"214\n"
	"ip rule add priority 32783 from all fwmark 0x1000000/0xff000000 "
	"lookup 1 protocol 214\n"
	"ip rule add priority 32783 from all fwmark 0x2000000/0xff000000 "
	"lookup 2 protocol 214\n"
	"ip rule add priority 32784 from all oif eth1 lookup 1 protocol 214\n"
	"ip rule add priority 32784 from all oif eth2 lookup 2 protocol 214\n"
	"ip rule add priority 42669 from all to 192.168.1.0/24 "
	"fwmark 0x0/0xff000000 lookup 252 "
	"suppress_prefixlength 23 protocol 214\n"
	"ip rule add priority 42759 from all fwmark 0x1000000/0xff000000 "
	"lookup 1 protocol 214\n"
	"ip rule add priority 42759 from all fwmark 0x2000000/0xff000000 "
	"lookup 2 protocol 214\n"
	"ip rule add priority 42760 from all lookup 252 protocol 214\n"
	"ip rule add priority 42761 from all lookup 254 protocol 214\n"
	"ip rule add priority 42762 from all lookup 253 protocol 214\n"
	"ip rule add priority 32765 from all goto 32768 protocol 214\n"
	"ip route add default nhid 21402 table 252 metric 1 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink table 252 metric "
	"26601 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink table 252 metric "
	"26602 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink table 253 metric "
	"1025601 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink table 253 metric "
	"1025602 proto 214\n";

static void
from_nothing(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	has_xtable(BAL_XTABLE_MANGLE, false);
	assert_string_equal(ops_text(), two_modems);
}

/* Nothing of the other two is touched but what they share. */
static void
one_dies_and_comes_back(void **state)
{
	(void)state;
	modems_in_force(3);
	health("eth2", BAL_HEALTH_DEAD);
	assert_string_equal(
		ops_text(),
		"ip nexthop replace id 21403 group 21400,1/21402,1 protocol "
		"214\n"
		"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 1025602 scope link proto 214\n"
		"ip route del default via 192.168.1.1 dev eth2 onlink table "
		"253 metric 1025602 proto 214\n"
		"ip route del 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 26602 scope link proto 214\n"
		"ip route del default via 192.168.1.1 dev eth2 onlink table "
		"252 metric 26602 proto 214\n"
		"ip rule del priority 42759 from all fwmark "
		"0x2000000/0xff000000 lookup 2 protocol 214\n"
		"ip rule del priority 32783 from all fwmark "
		"0x2000000/0xff000000 lookup 2 protocol 214\n"
		"ip nexthop del id 21401\n");
	reconcile();
	health("eth2", BAL_HEALTH_ALIVE);
	assert_string_equal(
		ops_text(),
		"ip nexthop add id 21401 via 192.168.1.1 dev eth2 onlink "
		"protocol 214\n"
		"ip rule add priority 32783 from all fwmark "
		"0x2000000/0xff000000 lookup 2 protocol 214\n"
		"ip rule add priority 42759 from all fwmark "
		"0x2000000/0xff000000 lookup 2 protocol 214\n"
		"ip nexthop replace id 21403 group 21400,1/21401,1/21402,1 "
		"protocol 214\n"
		"ip route add default via 192.168.1.1 dev eth2 onlink table "
		"252 metric 26602 proto 214\n"
		"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 26602 scope link proto 214\n"
		"ip route add default via 192.168.1.1 dev eth2 onlink table "
		"253 metric 1025602 proto 214\n"
		"ip route del 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 1025602 scope link proto 214\n");
}

/* The one that has the shared subnet: that goes over in one step. */
static void
the_best_dies_and_comes_back(void **state)
{
	(void)state;
	modems_in_force(3);
	health("eth1", BAL_HEALTH_DEAD);
	assert_string_equal(
		ops_text(),
		"ip nexthop replace id 21403 group 21401,1/21402,1 protocol "
		"214\n"
		"ip route replace 192.168.1.0/24 dev eth2 src 192.168.1.102 "
		"table 252 metric 1 scope link proto 214\n"
		"ip route add 192.168.1.0/24 dev eth1 src 192.168.1.101 table "
		"252 metric 1025601 scope link proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table "
		"253 metric 1025601 proto 214\n"
		"ip route del 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 26602 scope link proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table "
		"252 metric 26601 proto 214\n"
		"ip rule del priority 42759 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip rule del priority 32783 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip nexthop del id 21400\n");
	reconcile();
	health("eth1", BAL_HEALTH_ALIVE);
	assert_string_equal(
		ops_text(),
		"ip nexthop add id 21400 via 192.168.1.1 dev eth1 onlink "
		"protocol 214\n"
		"ip rule add priority 32783 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip rule add priority 42759 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip nexthop replace id 21403 group 21400,1/21401,1/21402,1 "
		"protocol 214\n"
		"ip route replace 192.168.1.0/24 dev eth1 src 192.168.1.101 "
		"table 252 metric 1 scope link proto 214\n"
		"ip route add default via 192.168.1.1 dev eth1 onlink table "
		"252 metric 26601 proto 214\n"
		"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table "
		"252 metric 26602 scope link proto 214\n"
		"ip route add default via 192.168.1.1 dev eth1 onlink table "
		"253 metric 1025601 proto 214\n"
		"ip route del 192.168.1.0/24 dev eth1 src 192.168.1.101 table "
		"252 metric 1025601 scope link proto 214\n");
}

static void
the_last_goes(void **state)
{
	(void)state;
	modems_in_force(1);
	w.state.saved_sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	known("eth1")->admin_up = false;
	known("eth1")->saved_ifindex = link_of("eth1")->ifindex;
	known("eth1")->saved_mask = 1 << BAL_DC_ARP_IGNORE;
	assert_string_equal(
		ops_text(),
		"ip route del default via 192.168.1.1 dev eth1 onlink table "
		"253 metric 1025601 proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table "
		"252 metric 26601 proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table "
		"252 metric 1 proto 214\n"
		"ip rule del priority 32765 from all goto 32768 protocol 214\n"
		"ip rule del priority 42762 from all lookup 253 protocol 214\n"
		"ip rule del priority 42761 from all lookup 254 protocol 214\n"
		"ip rule del priority 42760 from all lookup 252 protocol 214\n"
		"ip rule del priority 42759 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip rule del priority 32784 from all oif eth1 lookup 1 "
		"protocol 214\n"
		"ip rule del priority 32783 from all fwmark "
		"0x1000000/0xff000000 lookup 1 protocol 214\n"
		"ip rule del priority 32779 from 192.168.1.101 unreachable "
		"protocol 214\n"
		"ip rule del priority 32777 from 192.168.1.101 lookup 1 "
		"protocol 214\n"
		"ip rule del priority 32775 from all fwmark "
		"0x41000000/0xff000000 lookup 1 protocol 214\n"
		"ip rule del priority 32773 from all lookup 254 "
		"suppress_prefixlength 1 protocol 214\n"
		"ip rule del priority 42758 from all fwmark 0x0/0xff000000 "
		"goto 42760 protocol 214\n"
		"ip rule del priority 32782 from all fwmark 0x0/0xff000000 "
		"goto 32784 protocol 214\n"
		"ip rule del priority 32781 from 0.0.0.0 goto 32784 protocol "
		"214\n"
		"ip rule del priority 32776 not from all iif lo goto 32782 "
		"protocol 214\n"
		"ip rule del priority 32774 from all fwmark 0x0/0xc0000000 "
		"goto 32776 protocol 214\n"
		"ip rule del priority 32785 from all nop protocol 214\n"
		"ip rule del priority 32768 from all nop protocol 214\n"
		"ip route del 192.168.1.0/24 dev eth1 src 192.168.1.101 table "
		"1 scope link proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink src "
		"192.168.1.101 table 1 proto 214\n"
		"sysctl -qw net/ipv4/fib_multipath_hash_policy=0\n"
		"sysctl -qw net/ipv4/conf/eth1/arp_ignore=0\n");
}

static void
weights_change_in_place(void **state)
{
	(void)state;
	modems_in_force(2);
	told("eth2", "weight", "18");
	assert_string_equal(ops_text(), "ip nexthop replace id 21402 group "
					"21400,1/21401,18 protocol 214\n");
}

static void
solo_and_back(void **state)
{
	(void)state;
	modems_in_force(2);
	global("mode", "solo");
	assert_string_equal(ops_text(), "ip route replace default via "
					"192.168.1.1 dev eth1 onlink table 252"
					" metric 1 proto 214\n"
					"ip nexthop del id 21402\n"
					"ip nexthop del id 21400\n"
					"ip nexthop del id 21401\n");
	reconcile();
	global("mode", "multi");
	assert_string_equal(
		ops_text(),
		"ip nexthop add id 21400 via 192.168.1.1 dev eth1 onlink "
		"protocol 214\n"
		"ip nexthop add id 21401 via 192.168.1.1 dev eth2 onlink "
		"protocol 214\n"
		"ip nexthop add id 21402 group 21400,1/21401,1 protocol 214\n"
		"ip route replace default nhid 21402 table 252 metric 1 proto "
		"214\n");
}

static void
classic_multipath(void **state)
{
	(void)state;
	modems_in_force(2);
	w.snap.has_nexthops = false;
	told("eth1", "weight", "3");
	assert_string_equal(
		ops_text(),
		"ip route replace default table 252 metric 1 proto 214"
		" nexthop via 192.168.1.1 dev eth1 onlink weight 3"
		" nexthop via 192.168.1.1 dev eth2 onlink weight 1\n"
		"ip nexthop del id 21402\n"
		"ip nexthop del id 21400\n"
		"ip nexthop del id 21401\n");
	reconcile();
	assert_string_equal(ops_text(), "");
	told("eth1", "weight", "2");
	assert_int_equal(count_lines(ops_text(), "\n"), 1);
	assert_non_null(strstr(w.text, "ip route replace default table 252"));
}

/* After an unplug the group is there without its member. */
static void
plugged_in_again(void **state)
{
	(void)state;
	modems_in_force(2);
	pull_out("eth2");
	assert_int_equal(count_lines(ops_text(), "ip route add"), 0);
	device("eth2");
	address("eth2", "192.168.1.102/24");
	ops_text();
	assert_non_null(strstr(w.text, "ip nexthop add id 21401 via"));
	assert_non_null(strstr(w.text, "ip nexthop replace id 21402 group"
				       " 21400,1/21401,1 protocol 214\n"));
	assert_non_null(
		strstr(w.text, "src 192.168.1.102 table 2 proto 214\n"));
	assert_null(strstr(w.text, "eth1"));
	assert_null(strstr(w.text, "ip rule"));
}

static struct bal_route *
foreign_default(uint32_t table, uint32_t metric, size_t at)
{
	struct bal_route r = { .table = table,
			       .dst = bal_addr_any(AF_INET),
			       .metric = metric,
			       .protocol = 4,
			       .type = BAL_ROUTE_UNICAST,
			       .n_hops = 1 };

	r.hops = bal_arena_alloc(&w.arena, sizeof(*r.hops));
	assert_non_null(r.hops);
	r.hops[0].ifindex = link_of("eth1")->ifindex;
	PUT_IN(&w.snap.routes, at, r);
	return &w.snap.routes.v[at];
}

/* A replace hits the first at a key, so that must be ours. */
static void
foreign_route_at_our_key(void **state)
{
	size_t end, at;
	struct bal_route key = { .table = BALANCING,
				 .dst = bal_addr_any(AF_INET),
				 .metric = 1 };

	(void)state;
	modems_in_force(2);
	at = kernel_key(&key, &end);
	foreign_default(BALANCING, 1, at);
	assert_string_equal(ops_text(), "");
	global("mode", "solo");
	ops_text();
	assert_non_null(strstr(w.text, "ip route append default via 192.168.1.1"
				       " dev eth1 onlink table 252 metric 1 "));
	assert_non_null(strstr(w.text, "ip route del default nhid 21402"
				       " table 252 metric 1 "));
	assert_null(strstr(w.text, "replace"));
	reconcile();
	assert_string_equal(ops_text(), "");
	TAKE_OUT(&w.snap.routes, at);
	foreign_default(BALANCING, 1, at + 1);
	global("mode", "multi");
	assert_non_null(strstr(ops_text(), "ip route replace default nhid"));
	reconcile();
	assert_string_equal(ops_text(), "");
}

static void
foreign_nexthop_ids(void **state)
{
	struct bal_nexthop nh = { .id = 21400,
				  .family = AF_INET,
				  .protocol = 3 };

	(void)state;
	modem(1);
	modem(2);
	nh.hop = (struct bal_hop){ .ifindex = link_of("eth1")->ifindex,
				   .gateway = addr("192.168.1.1"),
				   .onlink = true };
	PUT_IN(&w.snap.nexthops, 0, nh);
	nh.id = 21402;
	PUT_IN(&w.snap.nexthops, 1, nh);
	assert_non_null(strstr(ops_text(), "nexthop add id 21401 via"));
	assert_non_null(strstr(w.text, "nexthop add id 21403 via"));
	assert_non_null(strstr(w.text, "add id 21404 group 21401,1/21403,1"));
	assert_null(strstr(w.text, "nexthop del"));
}

/* Two prefixes with the same ways share a group until one has others. */
static void
groups_are_shared(void **state)
{
	(void)state;
	has_xtable(BAL_XTABLE_MANGLE, false);
	for (unsigned i = 1; i <= 2; i++) {
		modem(i);
		tunnel(i, 10 + i);
		told(i == 1 ? "eth1" : "eth2", "balance", "no");
	}
	assert_int_equal(count_lines(ops_text(), " group "), 1);
	assert_int_equal(count_lines(w.text, " nhid "), 2);
	reconcile();
	told("eth1", "balance", "yes");
	assert_non_null(strstr(ops_text(), "ip nexthop add id 21403 via"));
	assert_non_null(strstr(w.text, "ip nexthop add id 21404 group"
				       " 21403,1/21400,1/21401,1"));
	assert_non_null(strstr(w.text, "ip route replace default nhid 21404"));
	assert_null(strstr(w.text, "nexthop replace"));
	reconcile();
	told("eth1", "balance", "no");
	assert_non_null(
		strstr(ops_text(), "ip route replace default nhid 21402"));
	assert_non_null(strstr(w.text, "ip nexthop del id 21404\n"
				       "ip nexthop del id 21403\n"));
}

static void
sysctls_that_differ(void **state)
{
	(void)state;
	modems_in_force(1);
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 1;
	assert_string_equal(ops_text(),
			    "sysctl -qw net/ipv4/conf/eth1/arp_filter=0\n");
	link_of("eth1")->has_devconf = false;
	assert_string_equal(ops_text(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_nothing),
		TEST(one_dies_and_comes_back),
		TEST(the_best_dies_and_comes_back),
		TEST(the_last_goes),
		TEST(weights_change_in_place),
		TEST(solo_and_back),
		TEST(classic_multipath),
		TEST(plugged_in_again),
		TEST(foreign_route_at_our_key),
		TEST(foreign_nexthop_ids),
		TEST(groups_are_shared),
		TEST(sysctls_that_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
