// SPDX-License-Identifier: GPL-2.0-or-later
/* test_special - odd addresses, settings of all uplinks, chains, sysctls. */
#include "../wording.h"

/* What a HiLink stick does: every box gets the same address. */
static void
equal_addresses(void)
{
	for (unsigned i = 1; i <= 3; i++) {
		modem(i);
		no_address(i == 1 ? "eth1" : i == 2 ? "eth2" : "eth3");
	}
	address("eth1", "192.168.1.100/24");
	address("eth2", "192.168.1.100/24");
	address("eth3", "192.168.1.103/24");
}

static void
uplinks_with_one_address(void **state)
{
	(void)state;
	equal_addresses();
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.100"), 0);
	assert_int_equal(count_rules("from 192.168.1.103 "), 2);
	assert_string_equal(
		rules_text(),
		"32765: from all goto 32768\n"
		"32768: from all nop\n"
		"32771: from all to 192.168.1.0/24 lookup main"
		" suppress_prefixlength 24\n"
		"32772: from all to 192.168.1.0/24 goto 32774\n"
		"32773: from all lookup main suppress_prefixlength 1\n"
		"32774: from all fwmark 0/0xc0000000 goto 32776\n"
		"32775: from all fwmark 0x41000000/0xff000000 lookup eth1\n"
		"32775: from all fwmark 0x42000000/0xff000000 lookup eth2\n"
		"32775: from all fwmark 0x43000000/0xff000000 lookup eth3\n"
		"32776: not from all iif lo goto 32782\n"
		"32777: from 192.168.1.103 lookup eth3\n"
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
		"42669: from all to 192.168.1.0/24 fwmark 0/0xff000000"
		" lookup balancing suppress_prefixlength 23\n"
		"42758: from all fwmark 0/0xff000000 goto 42760\n"
		"42759: from all fwmark 0x1000000/0xff000000 lookup eth1\n"
		"42759: from all fwmark 0x2000000/0xff000000 lookup eth2\n"
		"42759: from all fwmark 0x3000000/0xff000000 lookup eth3\n"
		"42760: from all lookup balancing\n"
		"42761: from all lookup main\n"
		"42762: from all lookup default\n");
	assert_int_equal(devconf_of("eth1")->value[BAL_DC_RP_FILTER], 0);
	assert_int_equal(devconf_of("eth2")->value[BAL_DC_RP_FILTER], 0);
	assert_int_equal(devconf_of("eth3")->value[BAL_DC_RP_FILTER], 2);
}

/* A dead one keeps what its replies need, by the mark of their connections. */
static void
one_address_and_dead(void **state)
{
	(void)state;
	equal_addresses();
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_int_equal(count_rules("32775: from all fwmark 0x42000000"), 1);
	assert_int_equal(count_rules("from all fwmark 0x2000000"), 0);
	known("eth2")->admin_up = false;
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.100 "), 2);
	assert_int_equal(count_rules("32775: from all fwmark"), 2);
	assert_int_equal(devconf_of("eth1")->value[BAL_DC_RP_FILTER], 2);
}

/* Only the second address of eth2 is that of eth1. */
static void
second_address_in_common(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	address("eth2", "192.168.1.101/24");
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.101"), 0);
	assert_int_equal(count_rules("from 192.168.1.102 "), 2);
	assert_true(up_of("eth1")->v4.shared_addr);
	assert_false(up_of("eth2")->v4.shared_addr);
}

static void
second_addresses(void **state)
{
	(void)state;
	modem(1);
	address("eth1", "192.168.1.201/24");
	address("eth1", "10.7.0.1/16");
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
	assert_int_equal(count_rules("from 192.168.1.201 "), 2);
	assert_int_equal(count_rules("from 10.7.0.1 "), 2);
	assert_string_equal(
		routes_text(1),
		"eth1: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101\n"
		"eth1: 10.7.0.0/16 dev eth1 scope link src 10.7.0.1\n"
		"eth1: default via 192.168.1.1 dev eth1 onlink src "
		"192.168.1.101\n");
}

/* The kernel takes one address with two prefix lengths; a rule twice not. */
static void
one_address_twice(void **state)
{
	(void)state;
	modem(1);
	address("eth1", "192.168.1.101/32");
	make_plan();
	assert_int_equal(count_rules("from 192.168.1.101 "), 2);
	assert_non_null(strstr(routes_text(1), "192.168.1.0/24 dev eth1"));
	assert_null(strstr(w.text, "192.168.1.101 dev"));
}

static void
host_prefix(void **state)
{
	(void)state;
	device("eth1");
	address("eth1", "100.64.0.7/32");
	uplink("eth1", 1);
	told("eth1", "gateway", "10.0.0.1");
	make_plan();
	assert_string_equal(
		routes_text(1),
		"eth1: default via 10.0.0.1 dev eth1 onlink src 100.64.0.7\n");
	assert_int_equal(count_rules("from 100.64.0.7 "), 2);
}

/* ppp: an address, a peer, no gateway and none needed. */
static void
point_to_point(void **state)
{
	(void)state;
	device("ppp0")->no_arp = true;
	address("ppp0", "100.64.0.7/24")->peer = true;
	device("ppp1")->no_arp = true;
	address("ppp1", "100.64.0.8/24")->peer = true;
	uplink("ppp0", 1);
	uplink("ppp1", 2);
	make_plan();
	assert_string_equal(
		routes_text(1),
		"ppp0: default dev ppp0 scope link src 100.64.0.7\n");
	assert_int_equal(count_rules("32771: "), 0);
	assert_non_null(strstr(routes_text(BALANCING),
			       "default scope link metric 1"
			       " nexthop dev ppp0 weight 1"
			       " nexthop dev ppp1 weight 1\n"));
}

/* A modem and a ppp line: the gateway decides the scope of the whole. */
static void
with_and_without_gateway(void **state)
{
	(void)state;
	modem(2);
	device("ppp0")->no_arp = true;
	address("ppp0", "100.64.0.7/32")->peer = true;
	uplink("ppp0", 1);
	make_plan();
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: default metric 1"
			       " nexthop dev ppp0 weight 1 nexthop via"
			       " 192.168.1.1 dev eth2 onlink weight 1\n"));
}

/* Nobody knows where to send to: no default, no share. */
static void
no_gateway(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	told("eth1", "gateway", "auto");
	make_plan();
	assert_string_equal(
		routes_text(1),
		"eth1: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101\n");
	assert_null(strstr(routes_text(BALANCING), "eth1 onlink"));
	assert_int_equal(count_rules("32783: "), 1);
	known("eth1")->learned_gateway = addr("192.168.1.254");
	make_plan();
	assert_non_null(strstr(routes_text(1), "via 192.168.1.254 dev eth1"));
}

static void
list_of_destinations(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	global("destinations", "10.0.0.0/8, 172.16.0.0/12, 8.8.8.8");
	make_plan();
	assert_int_equal(count_rules("32772: "), 4);
	assert_int_equal(
		count_rules("32772: from all to 10.0.0.0/8 goto 32774\n"), 1);
	assert_int_equal(count_rules("32771: from all to 8.8.8.8 lookup main"
				     " suppress_prefixlength 32\n"),
			 1);
	/* `balancing` is asked last, and has nothing but them. */
	assert_int_equal(count_rules(" to 8.8.8.8 "), 2);
	assert_int_equal(count_rules("42760: from all lookup balancing\n"), 1);
	assert_null(strstr(routes_text(BALANCING), "default"));
	assert_non_null(strstr(w.text, "balancing: 172.16.0.0/12 via"
				       " 192.168.1.1 dev eth2 onlink"
				       " metric 26602\n"));
	assert_int_equal(w.plan.routes.n, 4 + 2 + 9 + 2);
}

/* Said and shared: once, and only by those whose subnet it is. */
static void
destination_that_is_shared(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 2; i++) {
		modem(i);
		configured(i == 1 ? "eth1" : "eth2", "share", "yes");
		tunnel(i, 10 + i);
	}
	global("destinations", "172.22.0.0/16, 10.0.0.0/8");
	make_plan();
	assert_int_equal(count_rules("32772: "), 3);
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: 172.22.0.0/16 scope link metric 1"
			       " nexthop dev tun1 weight 1"
			       " nexthop dev tun2 weight 1\n"));
	assert_null(strstr(w.text, "172.22.0.0/16 via"));
	assert_non_null(strstr(w.text, "balancing: 10.0.0.0/8 metric 1"));
}

static void
default_is_no_destination(void **state)
{
	(void)state;
	modem(1);
	global("destinations", "default");
	make_plan();
	assert_int_equal(count_rules("32771: "), 0);
	assert_non_null(strstr(routes_text(BALANCING), "default via"));
}

static void
other_priority_and_mask(void **state)
{
	(void)state;
	modem(1);
	modem(15);
	global("rule_priority", "500");
	global("mark_mask", "0xf0");
	make_plan();
	assert_string_equal(
		rules_text(),
		"500: from all nop\n"
		"503: from all to 192.168.1.0/24 lookup main"
		" suppress_prefixlength 24\n"
		"504: from all to 192.168.1.0/24 goto 506\n"
		"505: from all lookup main suppress_prefixlength 1\n"
		"506: from all fwmark 0/0xc0 goto 508\n"
		"507: from all fwmark 0x50/0xf0 lookup eth1\n"
		"508: not from all iif lo goto 514\n"
		"509: from 192.168.1.101 lookup eth1\n"
		"509: from 192.168.1.115 lookup eth15\n"
		"511: from 192.168.1.101 unreachable\n"
		"511: from 192.168.1.115 unreachable\n"
		"513: from 0.0.0.0 goto 516\n"
		"514: from all fwmark 0/0xf0 goto 516\n"
		"515: from all fwmark 0x10/0xf0 lookup eth1\n"
		"515: from all fwmark 0xf0/0xf0 lookup eth15\n"
		"516: from all oif eth1 lookup eth1\n"
		"516: from all oif eth15 lookup eth15\n"
		"517: from all nop\n"
		"10401: from all to 192.168.1.0/24 fwmark 0/0xf0 lookup balancing"
		" suppress_prefixlength 23\n"
		"10490: from all fwmark 0/0xf0 goto 10492\n"
		"10491: from all fwmark 0x10/0xf0 lookup eth1\n"
		"10491: from all fwmark 0xf0/0xf0 lookup eth15\n"
		"10492: from all lookup balancing\n"
		"10493: from all lookup main\n"
		"10494: from all lookup default\n");
	assert_non_null(strstr(chains_text(), "connmark 0xf0/0xf0\n"));
	assert_null(strstr(w.text, "0xff000000"));
}

static void
chains(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	health("eth1", BAL_HEALTH_DEAD);
	configured("eth2", "balance", "no");
	make_plan();
	assert_string_equal(chains_text(),
			    "mangle BAL_PREROUTING from PREROUTING, first\n"
			    "  in eth1 new connmark 0/0xff000000 connmark "
			    "0x41000000/0xff000000\n"
			    "  in eth1 return\n"
			    "  in eth2 new connmark 0/0xff000000 connmark "
			    "0x42000000/0xff000000\n"
			    "  in eth2 return\n"
			    "  ! connmark 0/0xff000000 restore 0/0xff000000\n"
			    "mangle BAL_OUTPUT from OUTPUT, first\n"
			    "  mark 0/0xffffffff ! connmark 0/0xff000000 "
			    "restore 0/0xff000000\n"
			    "mangle BAL_POSTROUTING from POSTROUTING, first\n"
			    "  ! connmark 0/0xff000000 return\n"
			    "  out eth1 connmark 0x1000000/0xff000000\n"
			    "  out eth2 connmark 0x2000000/0xff000000\n");
	assert_false(w.plan.firewall.masquerade);
}

static void
masquerade(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	known("eth2")->admin_up = false;
	global("masquerade", "yes");
	make_plan();
	assert_true(w.plan.firewall.masquerade);
	assert_non_null(strstr(chains_text(),
			       "nat BAL_MASQUERADE from POSTROUTING, last\n"
			       "  out eth1 masquerade\n"
			       "  out eth3 masquerade\n"));
}

static void
sysctls(void **state)
{
	const struct bal_devconf_set *set;

	(void)state;
	modem(1);
	make_plan();
	set = devconf_of("eth1");
	assert_int_equal(set->mask, (1 << BAL_DC_MAX) - 1);
	assert_int_equal(set->value[BAL_DC_ARP_IGNORE], 1);
	assert_int_equal(set->value[BAL_DC_ARP_ANNOUNCE], 2);
	assert_int_equal(set->value[BAL_DC_ARP_FILTER], 0);
	assert_int_equal(set->value[BAL_DC_RP_FILTER], 2);
	assert_int_equal(set->value[BAL_DC_PROMOTE_SECONDARIES], 1);
	assert_int_equal(set->value[BAL_DC_IGNORE_LINKDOWN], 1);
	assert_false(set->restore);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_HASH_POLICY], 1);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_ICMP_ERRORS], 1);
}

/* Back to what was: on that very device, and only what is still ours. */
static void
sysctls_put_back(void **state)
{
	static const int32_t before[BAL_DC_MAX] = { 0, 1, 1, 1, 0, 0 };
	static const int32_t now[BAL_DC_MAX] = { 1, 2, 0, 0, 1, 0 };
	const struct bal_devconf_set *set;
	struct bal_uplink_state *us;

	(void)state;
	modem(1);
	us = known("eth1");
	us->admin_up = false;
	us->saved_ifindex = link_of("eth1")->ifindex;
	us->saved_mask = (1 << BAL_DC_MAX) - 1;
	memcpy(us->saved, before, sizeof(before));
	memcpy(link_of("eth1")->devconf, now, sizeof(now));
	make_plan();
	set = devconf_of("eth1");
	assert_true(set->restore);
	/* Linkdown is 0: somebody has put it back, and rp_filter 0 is ours. */
	assert_int_equal(set->mask, ((1 << BAL_DC_MAX) - 1) &
					    ~(1 << BAL_DC_IGNORE_LINKDOWN));
	assert_memory_equal(set->value, before, sizeof(before));
	us->saved_ifindex++;
	make_plan();
	assert_null(devconf_of("eth1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(uplinks_with_one_address),
		TEST(one_address_and_dead),
		TEST(second_address_in_common),
		TEST(second_addresses),
		TEST(one_address_twice),
		TEST(host_prefix),
		TEST(point_to_point),
		TEST(with_and_without_gateway),
		TEST(no_gateway),
		TEST(list_of_destinations),
		TEST(destination_that_is_shared),
		TEST(default_is_no_destination),
		TEST(other_priority_and_mask),
		TEST(chains),
		TEST(masquerade),
		TEST(sysctls),
		TEST(sysctls_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
