// SPDX-License-Identifier: GPL-2.0-or-later
/* test_diff - which changes there are, and in which order. */
#include "events.h"

/* The changes to be made, as the lines of -n. */
static const char *
ops_text(void)
{
	bal_op_list ops = make_ops();
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");

	assert_non_null(out);
	for (size_t i = 0; i < ops.n; i++)
		bal_op_print(out, &ops.v[i], &w.plan.chains, &w.snap.chains);
	assert_int_equal(fclose(out), 0);
	return ops.n ? w.text : "";
}

static size_t
count_lines(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* Modems, reconciled, of which nothing has to be printed any more. */
static void
modems_in_force(unsigned n)
{
	w.snap.has_xtable[BAL_XTABLE_MANGLE] = false;
	for (unsigned i = 1; i <= n; i++)
		modem(i);
	reconcile();
	assert_string_equal(ops_text(), "");
}

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
	"ip nexthop add id 21400 via 192.168.1.1 dev eth1 onlink "
	"protocol 214\n"
	"ip nexthop add id 21401 via 192.168.1.1 dev eth2 onlink "
	"protocol 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink src "
	"192.168.1.101"
	" table 1 proto 214\n"
	"ip route add 192.168.1.0/24 dev eth1 src 192.168.1.101 table 1"
	" scope link proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink src "
	"192.168.1.102"
	" table 2 proto 214\n"
	"ip route add 192.168.1.0/24 dev eth2 src 192.168.1.102 table 2"
	" scope link proto 214\n"
	"ip rule add priority 10000 from 192.168.1.101 lookup 1"
	" suppress_prefixlength 1 protocol 214\n"
	"ip rule add priority 10000 from 192.168.1.102 lookup 2"
	" suppress_prefixlength 1 protocol 214\n"
	"ip rule add priority 10002 from all lookup 254"
	" suppress_prefixlength 1 protocol 214\n"
	"ip rule add priority 10004 from 192.168.1.101 lookup 1 "
	"protocol 214\n"
	"ip rule add priority 10004 from 192.168.1.102 lookup 2 "
	"protocol 214\n"
	"ip rule add priority 10005 from 192.168.1.101 unreachable "
	"protocol 214\n"
	"ip rule add priority 10005 from 192.168.1.102 unreachable "
	"protocol 214\n"
	"ip rule add priority 10007 from all fwmark "
	"0x1000000/0xff000000"
	" lookup 1 protocol 214\n"
	"ip rule add priority 10007 from all fwmark "
	"0x2000000/0xff000000"
	" lookup 2 protocol 214\n"
	"ip rule add priority 10008 from all oif eth1 lookup 1 "
	"protocol 214\n"
	"ip rule add priority 10008 from all oif eth2 lookup 2 "
	"protocol 214\n"
	"ip rule add priority 10009 from all nop protocol 214\n"
	"ip rule add priority 30000 from all lookup 252 protocol 214\n"
	"ip rule add priority 10006 from all fwmark 0x0/0xff000000 "
	"goto 10008"
	" protocol 214\n"
	"ip rule add priority 10003 not from all iif lo goto 10006"
	" protocol 214\n"
	"ip nexthop add id 21402 group 21400,1/21401,1 protocol 214\n"
	"ip route add default nhid 21402 table 252 metric 1 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink table 252"
	" metric 26601 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink table 252"
	" metric 26602 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth1 onlink table 253"
	" metric 1025601 proto 214\n"
	"ip route add default via 192.168.1.1 dev eth2 onlink table 253"
	" metric 1025602 proto 214\n";

static void
from_nothing(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	w.snap.has_xtable[BAL_XTABLE_MANGLE] = false;
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
		"ip route del default via 192.168.1.1 dev eth2 onlink table 253"
		" metric 1025602 proto 214\n"
		"ip route del default via 192.168.1.1 dev eth2 onlink table 252"
		" metric 26602 proto 214\n"
		"ip rule del priority 10007 from all fwmark "
		"0x2000000/0xff000000"
		" lookup 2 protocol 214\n"
		"ip nexthop del id 21401\n");
	reconcile();
	health("eth2", BAL_HEALTH_ALIVE);
	assert_string_equal(
		ops_text(),
		"ip nexthop add id 21401 via 192.168.1.1 dev eth2 onlink "
		"protocol 214\n"
		"ip rule add priority 10007 from all fwmark "
		"0x2000000/0xff000000"
		" lookup 2 protocol 214\n"
		"ip nexthop replace id 21403 group 21400,1/21401,1/21402,1"
		" protocol 214\n"
		"ip route add default via 192.168.1.1 dev eth2 onlink table 252"
		" metric 26602 proto 214\n"
		"ip route add default via 192.168.1.1 dev eth2 onlink table 253"
		" metric 1025602 proto 214\n");
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
		"ip route del default via 192.168.1.1 dev eth1 onlink table 253"
		" metric 1025601 proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table 252"
		" metric 26601 proto 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink table 252"
		" metric 1 proto 214\n"
		"ip rule del priority 10003 not from all iif lo goto 10006"
		" protocol 214\n"
		"ip rule del priority 10006 from all fwmark 0x0/0xff000000 "
		"goto 10008"
		" protocol 214\n"
		"ip rule del priority 10005 from 192.168.1.101 unreachable "
		"protocol 214\n"
		"ip rule del priority 30000 from all lookup 252 protocol 214\n"
		"ip rule del priority 10009 from all nop protocol 214\n"
		"ip rule del priority 10008 from all oif eth1 lookup 1 "
		"protocol 214\n"
		"ip rule del priority 10007 from all fwmark "
		"0x1000000/0xff000000"
		" lookup 1 protocol 214\n"
		"ip rule del priority 10004 from 192.168.1.101 lookup 1 "
		"protocol 214\n"
		"ip rule del priority 10002 from all lookup 254"
		" suppress_prefixlength 1 protocol 214\n"
		"ip rule del priority 10000 from 192.168.1.101 lookup 1"
		" suppress_prefixlength 1 protocol 214\n"
		"ip route del default via 192.168.1.1 dev eth1 onlink src "
		"192.168.1.101"
		" table 1 proto 214\n"
		"ip route del 192.168.1.0/24 dev eth1 src 192.168.1.101 table 1"
		" scope link proto 214\n"
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
	w.snap.has_xtable[BAL_XTABLE_MANGLE] = false;
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
rules_too_many(void **state)
{
	struct bal_rule twin;

	(void)state;
	modems_in_force(1);
	twin = w.snap.rules.v[2];
	PUT_IN(&w.snap.rules, 2, twin);
	assert_int_equal(count_lines(ops_text(), "ip rule del"), 1);
	assert_int_equal(count_lines(w.text, "\n"), 1);
	w.snap.rules.v[2].protocol = 3;
	assert_string_equal(ops_text(), "");
}

/* To the kernel, deleting a goto of mark 0 is deleting one of any mark. */
static void
goto_of_mark_0(void **state)
{
	(void)state;
	modems_in_force(20);
	for (size_t i = w.snap.rules.n; i-- > 0;)
		if (w.snap.rules.v[i].action == BAL_RULE_GOTO &&
		    w.snap.rules.v[i].mask == 0xf0000000 &&
		    w.snap.rules.v[i].mark == 0)
			TAKE_OUT(&w.snap.rules, i);
	assert_int_equal(count_lines(ops_text(), "\n"), 1);
	reconcile();
	for (unsigned i = 1; i <= 15; i++)
		w.state.uplinks[i].admin_up = false;
	reconcile();
	assert_string_equal(ops_text(), "");
}

static void
commits(void **state)
{
	(void)state;
	modem(1);
	assert_int_equal(count_lines(ops_text(), " -N BAL_"), 3);
	assert_int_equal(count_lines(w.text, " -I "), 3);
	reconcile();
	assert_string_equal(ops_text(), "");
	w.snap.chains.v[0].n_jumps = 2;
	assert_string_equal(
		ops_text(),
		"iptables-legacy -t mangle -F BAL_PREROUTING\n"
		"iptables-legacy -t mangle -A BAL_PREROUTING -i eth1"
		" -m conntrack --ctstate NEW -m connmark --mark 0x0/0xff000000"
		" -j CONNMARK --set-xmark 0x1000000/0xff000000\n"
		"iptables-legacy -t mangle -A BAL_PREROUTING -i eth1 -j "
		"RETURN\n"
		"iptables-legacy -t mangle -A BAL_PREROUTING"
		" -m connmark ! --mark 0x0/0xff000000"
		" -j CONNMARK --restore-mark --nfmask 0xff000000"
		" --ctmask 0xff000000\n"
		"iptables-legacy -t mangle -D PREROUTING -j BAL_PREROUTING\n");
	w.snap.chains.v[0].n_jumps = 0;
	assert_int_equal(count_lines(ops_text(), " -I PREROUTING"), 1);
	w.snap.chains.v[0].n_jumps = 1;
	w.snap.chains.v[2].rules.v[1].set_mark ^= 1;
	assert_int_equal(count_lines(ops_text(), " -F BAL_POSTROUTING"), 1);
	w.snap.has_xtable[BAL_XTABLE_MANGLE] = false;
	assert_string_equal(ops_text(), "");
}

/* A chain that nobody wants goes, with its jumps. */
static void
chain_left_over(void **state)
{
	(void)state;
	w.snap.has_xtable[BAL_XTABLE_NAT] = true;
	modem(1);
	global("masquerade", "yes");
	reconcile();
	global("masquerade", "no");
	assert_string_equal(
		ops_text(),
		"iptables-legacy -t nat -D POSTROUTING -j BAL_MASQUERADE\n"
		"iptables-legacy -t nat -F BAL_MASQUERADE\n"
		"iptables-legacy -t nat -X BAL_MASQUERADE\n");
	reconcile();
	assert_string_equal(ops_text(), "");
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
		TEST(the_last_goes),
		TEST(weights_change_in_place),
		TEST(solo_and_back),
		TEST(classic_multipath),
		TEST(plugged_in_again),
		TEST(foreign_route_at_our_key),
		TEST(foreign_nexthop_ids),
		TEST(groups_are_shared),
		TEST(rules_too_many),
		TEST(goto_of_mark_0),
		TEST(commits),
		TEST(chain_left_over),
		TEST(sysctls_that_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
