// SPDX-License-Identifier: GPL-2.0-or-later
/* test_subnets - what several uplinks share, and main must not decide. */
#include "../wording.h"

#define NET "balancing: 192.168.1.0/24 dev "

static void
tunnels_share_their_subnet(void **state)
{
	(void)state;
	two_tunnels();
	told("tun2", "weight", "18");
	make_plan();
	assert_int_equal(count_rules("to 172.22.0.0/16 "), 3);
	assert_int_equal(count_rules("32771: from all to 172.22.0.0/16 lookup "
				     "main suppress_prefixlength 16\n"),
			 1);
	assert_int_equal(
		count_rules("32772: from all to 172.22.0.0/16 goto 32774\n"),
		1);
	assert_int_equal(count_rules("42673: from all to 172.22.0.0/16 "
				     "fwmark 0/0xff000000 lookup "
				     "balancing suppress_prefixlength 15\n"),
			 1);
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: 172.22.0.0/16 scope link metric 1"
		" nexthop dev tun1 weight 1 nexthop dev tun2 weight 18\n"
		"balancing: 172.22.0.0/16 dev tun1 scope link metric 26611\n"
		"balancing: 172.22.0.0/16 dev tun2 scope link metric 26612\n"
		"balancing: default scope link metric 1"
		" nexthop dev tun1 weight 1 nexthop dev tun2 weight 18\n"
		"balancing: default dev tun1 scope link metric 26611\n"
		"balancing: default dev tun2 scope link metric 26612\n");
	assert_string_equal(
		routes_text(12),
		"tun2: 172.22.0.0/16 dev tun2 scope link src 172.22.0.12\n"
		"tun2: default dev tun2 scope link src 172.22.0.12\n");
}

/* The shared subnet goes by the devices, the rest by the gateway. */
static void
tunnels_with_a_gateway(void **state)
{
	(void)state;
	two_tunnels();
	told("tun1", "gateway", "172.22.0.1");
	told("tun2", "gateway", "172.22.0.1");
	make_plan();
	assert_non_null(strstr(
		routes_text(BALANCING),
		"balancing: 172.22.0.0/16 scope link metric 1"
		" nexthop dev tun1 weight 1 nexthop dev tun2 weight 1\n"));
	assert_non_null(strstr(
		w.text, "balancing: default metric 1"
			" nexthop via 172.22.0.1 dev tun1 onlink weight 1"
			" nexthop via 172.22.0.1 dev tun2 onlink"
			" weight 1\n"));
}

/* Another's length, or of one that is down: main knows whose it is. */
static void
subnets_that_are_not_shared(void **state)
{
	(void)state;
	two_tunnels();
	no_address("tun2");
	address("tun2", "172.23.0.12/16");
	make_plan();
	assert_int_equal(count_rules("to 172."), 0);
	assert_null(strstr(routes_text(BALANCING), " 172."));
	no_address("tun2");
	address("tun2", "172.22.0.12/24");
	make_plan();
	assert_int_equal(count_rules("to 172."), 0);
	no_address("tun2");
	address("tun2", "172.22.0.12/16");
	known("tun2")->admin_up = false;
	make_plan();
	assert_int_equal(count_rules("to 172."), 0);
	assert_null(strstr(routes_text(BALANCING), " 172."));
}

/* One of the sharers dead: the other has the subnet, by a plain route. */
static void
shared_subnet_of_one_alive(void **state)
{
	(void)state;
	two_tunnels();
	health("tun1", BAL_HEALTH_DEAD);
	make_plan();
	assert_int_equal(count_rules("to 172.22.0.0/16 fwmark 0/0xff000000 "
				     "lookup balancing"),
			 1);
	assert_string_equal(
		routes_text(BALANCING),
		"balancing: 192.168.1.0/24 dev eth1 scope link src "
		"192.168.1.101 metric 1\n"
		"balancing: 192.168.1.0/24 dev eth2 scope link src "
		"192.168.1.102 metric 26602\n"
		"balancing: 172.22.0.0/16 dev tun2 scope link metric 1\n"
		"balancing: 172.22.0.0/16 dev tun2 scope link metric 26612\n"
		"balancing: 172.22.0.0/16 dev tun1 scope link src 172.22.0.11 "
		"metric 1025611\n"
		"balancing: default dev tun2 scope link metric 1\n"
		"balancing: default dev tun2 scope link metric 26612\n");
	health("tun2", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(routes_text(BALANCING),
			    "balancing: 192.168.1.0/24 dev eth1 scope link src "
			    "192.168.1.101 metric 1\n"
			    "balancing: 192.168.1.0/24 dev eth2 scope link src "
			    "192.168.1.102 metric 26602\n"
			    "balancing: 172.22.0.0/16 dev tun1 scope link src "
			    "172.22.0.11 metric 1025611\n"
			    "balancing: 172.22.0.0/16 dev tun2 scope link src "
			    "172.22.0.12 metric 1025612\n");
}

/* What `balancing` says of subnets: all but its defaults. */
static const char *
subnets_text(void)
{
	w.text[0] = '\0';
	for (size_t i = 0; i < w.plan.routes.n; i++)
		if (w.plan.routes.v[i].table == BALANCING &&
		    w.plan.routes.v[i].dst.len)
			say_route(&w.plan.routes.v[i]);
	return w.text;
}

/* Of lines the best living one has it, the others behind it, the dead last. */
static void
lines(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 4; i++)
		modem(i);
	health("eth1", BAL_HEALTH_DEAD);
	told("eth3", "priority", "7");
	told("eth4", "balance", "no");
	make_plan();
	assert_string_equal(
		subnets_text(),
		NET "eth1 scope link src 192.168.1.101 metric 1025601\n" NET
		    "eth2 scope link src 192.168.1.102 metric 26602\n" NET
		    "eth3 scope link src 192.168.1.103 metric 1\n" NET
		    "eth4 scope link src 192.168.1.104 metric 26604\n");
}

/* The best may take no part in balancing: a modem is asked, not the net. */
static void
the_best_line_is_not_balanced(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	told("eth1", "balance", "no");
	make_plan();
	assert_non_null(strstr(subnets_text(), "192.168.1.101 metric 1\n"));
	assert_non_null(strstr(w.text, "192.168.1.102 metric 26602\n"));
}

/* A device of others in the subnet: a LAN has it, a tunnel has not. */
static void
a_device_of_others(void **state)
{
	(void)state;
	two_tunnels();
	device("lan0");
	address("lan0", "172.22.0.1/16");
	make_plan();
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: 172.22.0.0/16 dev lan0 scope link "
			       "src 172.22.0.1\n"));
	link_of("lan0")->no_arp = true;
	make_plan();
	assert_null(strstr(routes_text(BALANCING), "lan0"));
	assert_non_null(strstr(w.text, "balancing: 172.22.0.0/16 scope link "
				       "metric 1 nexthop dev tun1"));
}

static void
no_line_lives(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	health("eth1", BAL_HEALTH_DEAD);
	health("eth2", BAL_HEALTH_DEAD);
	global("when_all_dead", "unreachable");
	make_plan();
	assert_string_equal(
		subnets_text(),
		NET "eth1 scope link src 192.168.1.101 metric 1025601\n" NET
		    "eth2 scope link src 192.168.1.102 metric 1025602\n");
	assert_int_equal(count_rules("to 192.168.1.0/24 "), 3);
}

static void
two_subnets(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	address("eth1", "10.7.0.1/16");
	address("eth2", "10.7.0.2/16");
	make_plan();
	assert_int_equal(
		count_rules("42669: from all to 192.168.1.0/24 fwmark 0/0xff000000"
			    " lookup balancing"
			    " suppress_prefixlength 23\n"),
		1);
	assert_int_equal(
		count_rules("42673: from all to 10.7.0.0/16 fwmark 0/0xff000000"
			    " lookup balancing"
			    " suppress_prefixlength 15\n"),
		1);
	assert_non_null(strstr(subnets_text(), "balancing: 10.7.0.0/16 dev eth1"
					       " scope link src 10.7.0.1"
					       " metric 1\n"));
	assert_non_null(strstr(w.text, "balancing: 10.7.0.0/16 dev eth2"
				       " scope link src 10.7.0.2"
				       " metric 26602\n"));
}

/* The kernel takes no route by a device that is down; the rules stay. */
static void
line_that_is_down(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	link_of("eth1")->up = link_of("eth1")->carrier = false;
	make_plan();
	assert_string_equal(subnets_text(),
			    NET "eth2 scope link src 192.168.1.102 metric 1\n");
	assert_int_equal(count_rules("to 192.168.1.0/24 "), 3);
}

/* A LAN with the modems' subnet wins; who wants a modem is bound to it. */
static void
lan_with_that_subnet(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	device("br0");
	address("br0", "10.9.0.1/24");
	address("br0", "192.168.1.50/24");
	make_plan();
	assert_non_null(strstr(subnets_text(),
			       NET "br0 scope link src 192.168.1.50\n"));
	assert_non_null(strstr(w.text, "192.168.1.101 metric 1\n"));
	link_of("br0")->carrier = false;
	make_plan();
	assert_null(strstr(subnets_text(), "br0"));
	link_of("br0")->carrier = true;
	link_of("br0")->up = false;
	make_plan();
	assert_null(strstr(subnets_text(), "br0"));
	link_of("br0")->up = true;
	link_of("br0")->loopback = true;
	make_plan();
	assert_null(strstr(subnets_text(), "br0"));
	link_of("br0")->loopback = false;
	no_address("br0");
	address("br0", "192.168.1.50/25");
	make_plan();
	assert_null(strstr(subnets_text(), "br0"));
}

static void
an_uplink_taken_down_is_no_lan(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	known("eth2")->admin_up = false;
	make_plan();
	assert_null(strstr(subnets_text(), "eth2"));
	assert_non_null(strstr(w.text, "192.168.1.101 metric 1\n"));
	bal_state_remove(&w.state, "eth2");
	make_plan();
	assert_null(strstr(subnets_text(), "eth2"));
}

/* Behind the group: who is dead, or no member of it. */
static void
tunnels_outside_the_group(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 4; i++)
		tunnel(i, 10 + i);
	health("tun2", BAL_HEALTH_DEAD);
	told("tun4", "balance", "no");
	make_plan();
	assert_string_equal(
		subnets_text(),
		"balancing: 172.22.0.0/16 scope link metric 1"
		" nexthop dev tun1 weight 1 nexthop dev tun3 weight 1\n"
		"balancing: 172.22.0.0/16 dev tun1 scope link metric 26611\n"
		"balancing: 172.22.0.0/16 dev tun3 scope link metric 26613\n"
		"balancing: 172.22.0.0/16 dev tun2 scope link src 172.22.0.12"
		" metric 1025612\n"
		"balancing: 172.22.0.0/16 dev tun4 scope link src 172.22.0.14"
		" metric 26614\n");
}

/* Else main would be asked for the outer one, and knows the inner. */
static void
inside_a_destination(void **state)
{
	(void)state;
	two_tunnels();
	global("destinations", "172.16.0.0/12");
	make_plan();
	assert_int_equal(
		count_rules("32769: from all to 172.22.0.0/16 lookup main"
			    " suppress_prefixlength 16\n"
			    "32770: from all to 172.22.0.0/16 goto 32774\n"
			    "32771: from all to 192.168.1.0/24 lookup main"
			    " suppress_prefixlength 24\n"
			    "32771: from all to 172.16.0.0/12 lookup main"
			    " suppress_prefixlength 12\n"
			    "32772: from all to 192.168.1.0/24 goto 32774\n"
			    "32772: from all to 172.16.0.0/12 goto 32774\n"),
		1);
	/* A destination has no place at the end: `balancing` has it. */
	assert_int_equal(count_rules("to 172.16.0.0/12 "), 2);
}

/*
 * At one priority the kernel keeps the order of insertion, which is not that of
 * lengths: the one in the middle leaves the innermost out.
 */
static void
three_deep(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	address("eth1", "10.1.1.11/24");
	address("eth2", "10.1.1.12/24");
	address("eth1", "10.1.1.13/22");
	address("eth2", "10.1.1.14/22");
	address("eth1", "10.0.0.11/8");
	address("eth2", "10.0.0.12/8");
	make_plan();
	assert_int_equal(
		count_rules("32769: from all to 10.1.1.0/24 lookup main"
			    " suppress_prefixlength 24\n"
			    "32769: from all to 10.1.0.0/24 lookup main"
			    " suppress_prefixlength 22\n"
			    "32769: from all to 10.1.2.0/23 lookup main"
			    " suppress_prefixlength 22\n"
			    "32770: from all to 10.1.1.0/24 goto 32774\n"
			    "32770: from all to 10.1.0.0/22 goto 32774\n"
			    "32771: from all to 192.168.1.0/24 lookup main"
			    " suppress_prefixlength 24\n"
			    "32771: from all to 10.0.0.0/8 lookup main"
			    " suppress_prefixlength 8\n"),
		1);
	assert_int_equal(count_rules("32769: "), 3);
	global("destinations", "10.1.2.128/25");
	make_plan();
	assert_int_equal(
		count_rules("32769: from all to 10.1.2.0/25 lookup main"
			    " suppress_prefixlength 22\n"
			    "32769: from all to 10.1.3.0/24 lookup main"
			    " suppress_prefixlength 22\n"
			    "32769: from all to 10.1.2.128/25 lookup main"
			    " suppress_prefixlength 25\n"),
		1);
}

static void
inside_another_one(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	address("eth1", "192.168.1.11/25");
	address("eth2", "192.168.1.12/25");
	make_plan();
	assert_int_equal(
		count_rules("32769: from all to 192.168.1.0/25 lookup main"
			    " suppress_prefixlength 25\n"
			    "32770: from all to 192.168.1.0/25 goto 32774\n"
			    "32771: from all to 192.168.1.0/24 lookup main"
			    " suppress_prefixlength 24\n"
			    "32772: from all to 192.168.1.0/24 goto 32774\n"),
		1);
	assert_int_equal(
		count_rules("42673: from all to 192.168.1.0/25 fwmark 0/0xff000000"
			    " lookup balancing"
			    " suppress_prefixlength 24\n"),
		1);
}

/* The last priority of its kind holds what has no room of its own. */
static void
more_than_22(void **state)
{
	char text[32], rule[128];

	(void)state;
	modem(1);
	modem(2);
	for (unsigned i = 1; i <= 24; i++) {
		snprintf(text, sizeof(text), "10.%u.0.1/16", i);
		address("eth1", text);
		snprintf(text, sizeof(text), "10.%u.0.2/16", i);
		address("eth2", text);
	}
	make_plan();
	for (unsigned i = 1; i <= 24; i++) {
		unsigned nth = i < 21 ? i : 21;

		snprintf(rule, sizeof(rule),
			 "%u: from all to 10.%u.0.0/16 fwmark 0/0xff000000"
			    " lookup balancing"
			 " suppress_prefixlength 15\n",
			 42669 + 4 * nth, i);
		assert_int_equal(count_rules(rule), 1);
	}
	assert_int_equal(count_rules("42753: "), 4);
	assert_int_equal(count_rules("42758: from all fwmark"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tunnels_share_their_subnet),
		TEST(tunnels_with_a_gateway),
		TEST(subnets_that_are_not_shared),
		TEST(shared_subnet_of_one_alive),
		TEST(lines),
		TEST(the_best_line_is_not_balanced),
		TEST(a_device_of_others),
		TEST(no_line_lives),
		TEST(two_subnets),
		TEST(line_that_is_down),
		TEST(lan_with_that_subnet),
		TEST(an_uplink_taken_down_is_no_lan),
		TEST(tunnels_outside_the_group),
		TEST(inside_a_destination),
		TEST(inside_another_one),
		TEST(three_deep),
		TEST(more_than_22),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
