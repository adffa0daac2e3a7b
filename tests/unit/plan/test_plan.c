// SPDX-License-Identifier: GPL-2.0-or-later
/* test_plan - rules and routes that a world asks for, as ip(8) prints them. */
#include "../wording.h"

/* The sample of three modems: slots 1 to 3, all look-alikes. */
static void
three_modems(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	make_plan();
	assert_string_equal(
		rules_text(),
		"32765: from all goto 32768\n"
		"32768: from all nop\n"
		"32771: from all to 192.168.1.0/24 lookup main "
		"suppress_prefixlength 24\n"
		"32772: from all to 192.168.1.0/24 goto 32774\n"
		"32773: from all lookup main suppress_prefixlength 1\n"
		"32774: from all fwmark 0/0xc0000000 goto 32776\n"
		"32775: from all fwmark 0x41000000/0xff000000 lookup eth1\n"
		"32775: from all fwmark 0x42000000/0xff000000 lookup eth2\n"
		"32775: from all fwmark 0x43000000/0xff000000 lookup eth3\n"
		"32776: not from all iif lo goto 32782\n"
		"32777: from 192.168.1.101 lookup eth1\n"
		"32777: from 192.168.1.102 lookup eth2\n"
		"32777: from 192.168.1.103 lookup eth3\n"
		"32779: from 192.168.1.101 unreachable\n"
		"32779: from 192.168.1.102 unreachable\n"
		"32779: from 192.168.1.103 unreachable\n"
		"32781: from 0.0.0.0 goto 32784\n"
		"32782: from all fwmark 0/0xff000000 goto 32784\n"
		"32783: from all fwmark 0x1000000/0xff000000 lookup eth1\n"
		"32783: from all fwmark 0x2000000/0xff000000 lookup eth2\n"
		"32783: from all fwmark 0x3000000/0xff000000 lookup eth3\n"
		"32784: from all oif eth1 lookup eth1\n"
		"32784: from all oif eth2 lookup eth2\n"
		"32784: from all oif eth3 lookup eth3\n"
		"32785: from all nop\n"
		"42669: from all to 192.168.1.0/24 fwmark 0/0xff000000 "
		"lookup balancing suppress_prefixlength 23\n"
		"42758: from all fwmark 0/0xff000000 goto 42760\n"
		"42759: from all fwmark 0x1000000/0xff000000 lookup eth1\n"
		"42759: from all fwmark 0x2000000/0xff000000 lookup eth2\n"
		"42759: from all fwmark 0x3000000/0xff000000 lookup eth3\n"
		"42760: from all lookup balancing\n"
		"42761: from all lookup main\n"
		"42762: from all lookup default\n");
}

static void
routes_of_three_modems(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	make_plan();
	assert_string_equal(
		routes_text(0),
		"eth1: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101\n"
		"eth1: default via 192.168.1.1 dev eth1 onlink src "
		"192.168.1.101\n"
		"eth2: 192.168.1.0/24 dev eth2 scope link src 192.168.1.102\n"
		"eth2: default via 192.168.1.1 dev eth2 onlink src "
		"192.168.1.102\n"
		"eth3: 192.168.1.0/24 dev eth3 scope link src 192.168.1.103\n"
		"eth3: default via 192.168.1.1 dev eth3 onlink src "
		"192.168.1.103\n"
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: 192.168.1.0/24 dev eth3 scope link src "
		"192.168.1.103 metric 26603\n"
		"balancing: default metric 1"
		" nexthop via 192.168.1.1 dev eth1 onlink weight 1"
		" nexthop via 192.168.1.1 dev eth2 onlink weight 1"
		" nexthop via 192.168.1.1 dev eth3 onlink weight 1\n"
		"balancing: default via 192.168.1.1 dev eth1 onlink metric "
		"26601\n"
		"balancing: default via 192.168.1.1 dev eth2 onlink metric "
		"26602\n"
		"balancing: default via 192.168.1.1 dev eth3 onlink metric "
		"26603\n"
		"default: default via 192.168.1.1 dev eth1 onlink metric "
		"1025601\n"
		"default: default via 192.168.1.1 dev eth2 onlink metric "
		"1025602\n"
		"default: default via 192.168.1.1 dev eth3 onlink metric "
		"1025603\n");
}

static void
nothing_wanted_is_nothing_planned(void **state)
{
	(void)state;
	modem(1);
	known("eth1")->admin_up = false;
	w.state.saved_sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	make_plan();
	assert_int_equal(w.plan.rules.n, 0);
	assert_int_equal(w.plan.routes.n, 0);
	assert_int_equal(w.plan.firewall.uplinks.n, 0);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_HASH_POLICY], 0);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_ICMP_ERRORS], -1);
}

/* Weights are in the order of slots, however the uplinks came up. */
static void
one_canonical_order(void **state)
{
	(void)state;
	modem(3);
	modem(1);
	modem(2);
	told("eth1", "weight", "3");
	told("eth3", "weight", "18");
	make_plan();
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: 192.168.1.0/24 dev eth3 scope link src "
		"192.168.1.103 metric 26603\n"
		"balancing: default metric 1"
		" nexthop via 192.168.1.1 dev eth1 onlink weight 3"
		" nexthop via 192.168.1.1 dev eth2 onlink weight 1"
		" nexthop via 192.168.1.1 dev eth3 onlink weight 18\n"
		"balancing: default via 192.168.1.1 dev eth1 onlink metric "
		"26601\n"
		"balancing: default via 192.168.1.1 dev eth2 onlink metric "
		"26602\n"
		"balancing: default via 192.168.1.1 dev eth3 onlink metric "
		"26603\n");
}

/* Smaller priority first; among equals the smaller slot. */
static void
solo_takes_the_first(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	told("eth1", "priority", "999");
	told("eth2", "priority", "0");
	told("eth3", "priority", "0");
	told("eth2", "weight", "7");
	global("mode", "solo");
	make_plan();
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 256745\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth3 scope link src "
		"192.168.1.103 metric 1003\n"
		"balancing: default via 192.168.1.1 dev eth2 onlink metric 1\n"
		"balancing: default via 192.168.1.1 dev eth1 onlink metric "
		"256745\n"
		"balancing: default via 192.168.1.1 dev eth2 onlink metric "
		"1002\n"
		"balancing: default via 192.168.1.1 dev eth3 onlink metric "
		"1003\n");
	assert_int_equal(w.plan.routes.v[9].hops[0].weight, 1);
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_non_null(
		strstr(routes_text(BALANCING), "dev eth3 onlink metric 1\n"));
}

static void
unbalanced_has_table_and_rules_only(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	configured("eth2", "balance", "no");
	make_plan();
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: default via 192.168.1.1 dev eth1 onlink metric 1\n"
		"balancing: default via 192.168.1.1 dev eth1 onlink metric "
		"26601\n");
	assert_int_equal(count_rules(" lookup eth2"), 5);
	assert_int_equal(count_rules("from 192.168.1.102 unreachable"), 1);
	assert_non_null(strstr(routes_text(2), "eth2: default via"));
	assert_non_null(strstr(routes_text(253), "dev eth2"));
}

/* The last resort is for base uplinks; the dead among them when all are. */
static void
last_resort(void **state)
{
	(void)state;
	two_tunnels();
	make_plan();
	assert_string_equal(routes_text(253),
			    "default: default via 192.168.1.1 dev eth1 onlink "
			    "metric 1025601\n"
			    "default: default via 192.168.1.1 dev eth2 onlink "
			    "metric 1025602\n");
	health("eth1", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(routes_text(253),
			    "default: default via 192.168.1.1 dev eth2 onlink "
			    "metric 1025602\n");
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_non_null(strstr(routes_text(253), "dev eth1"));
	assert_non_null(strstr(w.text, "dev eth2"));
	assert_null(strstr(w.text, "tun"));
}

/* No way out of the tunnels: who finds none alive is told at once. */
static void
no_last_resort(void **state)
{
	(void)state;
	two_tunnels();
	global("last_resort", "no");
	make_plan();
	assert_string_equal(routes_text(253), "");
	health("tun1", BAL_HEALTH_DEAD);
	health("tun2", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(routes_text(253), "");
	assert_string_equal(routes_text(BALANCING),
			    "balancing: 192.168.1.0/24 dev eth1 scope link src "
			    "192.168.1.101 metric 1\n"
			    "balancing: 192.168.1.0/24 dev eth2 scope link src "
			    "192.168.1.102 metric 26602\n"
			    "balancing: 172.22.0.0/16 dev tun1 scope link src "
			    "172.22.0.11 metric 1025611\n"
			    "balancing: 172.22.0.0/16 dev tun2 scope link src "
			    "172.22.0.12 metric 1025612\n"
			    "balancing: unreachable default metric 2000000\n");
	global("destinations", "10.8.0.0/16, 10.9.0.0/16");
	make_plan();
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: 172.22.0.0/16 dev tun1 scope link src 172.22.0.11 "
		"metric 1025611\n"
		"balancing: 172.22.0.0/16 dev tun2 scope link src 172.22.0.12 "
		"metric 1025612\n"
		"balancing: unreachable 10.8.0.0/16 metric 2000000\n"
		"balancing: unreachable 10.9.0.0/16 metric 2000000\n");
}

/* Nor where only lines without a share are left, or were there first. */
static void
no_last_resort_and_no_share(void **state)
{
	(void)state;
	two_tunnels();
	global("last_resort", "no");
	known("tun1")->admin_up = known("tun2")->admin_up = false;
	told("eth1", "balance", "no");
	told("eth2", "balance", "no");
	make_plan();
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: unreachable default metric 2000000\n"));
	global("last_resort", "yes");
	global("when_all_dead", "unreachable");
	make_plan();
	assert_null(strstr(routes_text(BALANCING), "unreachable"));
	known("eth1")->admin_up = known("eth2")->admin_up = false;
	global("last_resort", "no");
	make_plan();
	assert_string_equal(routes_text(BALANCING), "");
}

/* A destination that is the uplinks' own subnet is closed, too. */
static void
no_last_resort_and_a_shared_destination(void **state)
{
	(void)state;
	two_tunnels();
	global("last_resort", "no");
	global("destinations", "172.22.0.0/16");
	make_plan();
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: unreachable 172.22.0.0/16 metric "
			       "2000000\n"));
	assert_null(strstr(w.text, "default"));
}

static void
dead_uplink(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_int_equal(count_rules("fwmark 0x2000000"), 0);
	assert_int_equal(count_rules("fwmark 0x1000000"), 2);
	assert_int_equal(count_rules("fwmark 0x42000000"), 1);
	assert_int_equal(count_rules("oif eth2 lookup eth2"), 1);
	assert_int_equal(count_rules("from 192.168.1.102 "), 2);
	assert_null(strstr(routes_text(BALANCING), "eth2 onlink"));
	assert_non_null(strstr(w.text, "192.168.1.0/24 dev eth2 scope link src "
				       "192.168.1.102 metric 1025602\n"));
	assert_string_equal(
		routes_text(2),
		"eth2: 192.168.1.0/24 dev eth2 scope link src 192.168.1.102\n"
		"eth2: default via 192.168.1.1 dev eth2 onlink src "
		"192.168.1.102\n");
	assert_non_null(strstr(chains_text(), "in eth2"));
}

static void
when_all_are_dead(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	for (unsigned i = 0; i < 3; i++)
		w.state.uplinks[i].record.health = BAL_HEALTH_DEAD;
	link_of("eth3")->carrier = false;
	make_plan();
	assert_true(w.ups.kept);
	assert_int_equal(count_rules("32783: "), 2);
	assert_non_null(
		strstr(routes_text(BALANCING),
		       "default metric 1 nexthop via 192.168.1.1 dev eth1"));
	assert_null(strstr(w.text, "eth3 onlink"));
	assert_null(strstr(w.text, "unreachable"));
	global("when_all_dead", "unreachable");
	make_plan();
	assert_false(w.ups.kept);
	assert_int_equal(count_rules("32783: "), 0);
	assert_string_equal(routes_text(BALANCING),
			    "balancing: 192.168.1.0/24 dev eth1 scope link src "
			    "192.168.1.101 metric 1025601\n"
			    "balancing: 192.168.1.0/24 dev eth2 scope link src "
			    "192.168.1.102 metric 1025602\n"
			    "balancing: 192.168.1.0/24 dev eth3 scope link src "
			    "192.168.1.103 metric 1025603\n"
			    "balancing: unreachable default metric 2000000\n");
}

static void
device_without_carrier(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	link_of("eth1")->carrier = false;
	make_plan();
	assert_non_null(
		strstr(routes_text(1), "default via 192.168.1.1 dev eth1"));
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
	assert_int_equal(count_rules("32783: "), 1);
	assert_null(strstr(routes_text(BALANCING), "eth1 onlink"));
	link_of("eth1")->up = false;
	make_plan();
	assert_string_equal(routes_text(1), "");
	assert_null(strstr(routes_text(BALANCING), "eth1"));
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
}

/* A socket bound to an address that is away must not leak elsewhere. */
static void
device_that_is_away(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	known("eth1")->learned_addr = addr("192.168.1.101/24");
	no_address("eth1");
	make_plan();
	assert_string_equal(routes_text(1), "");
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
	assert_int_equal(count_rules("32779: from 192.168.1.101 unreachable"),
			 1);
	unplug("eth1");
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
	assert_int_equal(count_rules("oif eth1 lookup eth1"), 1);
	assert_null(devconf_of("eth1"));
	address("eth2", "192.168.1.101/24");
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.101 lookup eth1"), 0);
	assert_int_equal(count_rules("from 192.168.1.101 lookup eth2"), 1);
	assert_int_equal(count_rules("from 192.168.1.101 unreachable"), 1);
}

static void
never_had_an_address(void **state)
{
	(void)state;
	modem(1);
	device("eth2");
	uplink("eth2", 2);
	make_plan();
	assert_string_equal(routes_text(2), "");
	assert_int_equal(count_rules("lookup eth2"), 2);
	assert_int_equal(count_rules("from 0.0.0.0"), 1);
	assert_int_equal(count_rules("from 0.0.0.0 goto 32784\n"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_modems),
		TEST(routes_of_three_modems),
		TEST(nothing_wanted_is_nothing_planned),
		TEST(one_canonical_order),
		TEST(solo_takes_the_first),
		TEST(unbalanced_has_table_and_rules_only),
		TEST(last_resort),
		TEST(no_last_resort),
		TEST(no_last_resort_and_no_share),
		TEST(no_last_resort_and_a_shared_destination),
		TEST(dead_uplink),
		TEST(when_all_are_dead),
		TEST(device_without_carrier),
		TEST(device_that_is_away),
		TEST(never_had_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
