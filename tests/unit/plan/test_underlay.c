// SPDX-License-Identifier: GPL-2.0-or-later
/* test_underlay - a tunnel over whichever line lives, never through itself. */
#include "../kernel.h"
#include "../wording.h"

#include "config/policy_key.h"
#include "plan/over.h"

#define UNDERLAY 31399
#define OF_GROUP 31398

/* Three lines, and a tunnel over any of them. */
static int
begin(void **state)
{
	setup(state);
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	tunnel(1, 11);
	told("tun1", "over", "any");
	known("tun1")->learned_server = addr("198.51.100.7");
	bal_state_group(&w.state, "underlay")->table = UNDERLAY;
	bal_state_group(&w.state, "underlay:lines")->table = OF_GROUP;
	return 0;
}

#define ANY(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

static void
lines(const char *uplinks)
{
	struct bal_policy *p = &w.conf.policy;

	p->groups = calloc(1, sizeof(*p->groups));
	assert_non_null(p->groups);
	p->n_groups = 1;
	snprintf(p->groups[0].name, BAL_IFNAMSIZ, "lines");
	assert_int_equal(bal_policy_group_set(&p->groups[0], 1, "uplinks",
					      uplinks, &w.err),
			 0);
	told("tun1", "over", "lines");
}

static void
every_line_in_order(void **state)
{
	(void)state;
	told("eth2", "priority", "1");
	make_plan();
	assert_string_equal(up_of("tun1")->set.over, "eth2");
	assert_true(up_of("tun1")->alive);
	assert_int_equal(
		count_rules("32768: from all to 198.51.100.7 iif lo lookup 31399"),
		1);
	assert_string_equal(
		routes_text(UNDERLAY),
		"31399: default via 192.168.1.1 dev eth1 onlink metric 26601\n"
		"31399: default via 192.168.1.1 dev eth1 onlink metric 1025601\n"
		"31399: default via 192.168.1.1 dev eth2 onlink metric 1258\n"
		"31399: default via 192.168.1.1 dev eth2 onlink metric 1000258\n"
		"31399: default via 192.168.1.1 dev eth3 onlink metric 26603\n"
		"31399: default via 192.168.1.1 dev eth3 onlink metric 1025603\n"
		"31399: unreachable default metric 4294967295\n");
}

/* The dead one stays behind the others; with all dead the tunnel is, too. */
static void
a_line_dies(void **state)
{
	(void)state;
	health("eth1", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(up_of("tun1")->set.over, "eth2");
	assert_true(up_of("tun1")->alive);
	assert_null(strstr(routes_text(UNDERLAY), "dev eth1 onlink metric 26601"));
	assert_non_null(strstr(routes_text(UNDERLAY),
			       "dev eth1 onlink metric 1025601"));
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(up_of("tun1")->underlay_down);
	assert_non_null(strstr(routes_text(UNDERLAY),
			       "unreachable default metric 4294967295\n"));
}

/* All that may carry it have no share of their own, unless that is said. */
static void
who_has_a_share(void **state)
{
	(void)state;
	told("eth3", "share", "yes");
	make_plan();
	assert_false(up_of("eth1")->share);
	assert_false(up_of("eth2")->share);
	assert_true(up_of("eth3")->share);
	assert_true(up_of("tun1")->share);
}

static void
over_a_group(void **state)
{
	(void)state;
	lines("eth3 eth1");
	make_plan();
	assert_string_equal(up_of("tun1")->set.over, "eth3");
	assert_true(up_of("eth2")->share);
	assert_false(up_of("eth1")->share);
	assert_int_equal(count_rules("to 198.51.100.7 iif lo lookup 31398"), 1);
	assert_string_equal(
		routes_text(OF_GROUP),
		"31398: default via 192.168.1.1 dev eth1 onlink metric 1257\n"
		"31398: default via 192.168.1.1 dev eth1 onlink metric 1000257\n"
		"31398: default via 192.168.1.1 dev eth3 onlink metric 1003\n"
		"31398: default via 192.168.1.1 dev eth3 onlink metric 1000003\n"
		"31398: unreachable default metric 4294967295\n");
	assert_false(bal_over_is_nowhere(&w.conf, &w.state, "lines"));
	assert_false(bal_over_is_nowhere(&w.conf, &w.state, "any"));
	assert_true(bal_over_is_nowhere(&w.conf, &w.state, "lnies"));
}

/* Without its server nothing is led there; two tunnels to one need one rule. */
static void
servers(void **state)
{
	(void)state;
	tunnel(2, 12);
	told("tun2", "over", "any");
	known("tun2")->learned_server = addr("198.51.100.7");
	make_plan();
	assert_int_equal(count_rules("to 198.51.100.7 iif lo lookup 31399"), 1);
	known("tun2")->learned_server = addr("198.51.100.8");
	make_plan();
	assert_int_equal(count_rules("iif lo lookup 31399"), 2);
	known("tun1")->learned_server = (struct bal_addr){ 0 };
	make_plan();
	assert_int_equal(count_rules("to 198.51.100.7"), 0);
}

/*
 * What a smoothed WireGuard tunnel sends to the same server stays by its own line,
 * whichever rule the kernel has had first.
 */
static void
wireguard_to_that_server(void **state)
{
	struct bal_wg_peer *p = BAL_PUSH(&w.arena, &w.snap.peers);

	(void)state;
	tunnel(2, 12);
	told("tun2", "over", "eth1");
	configured("tun2", "smooth", "always");
	link_of("tun2")->wireguard = w.snap.has_peers = true;
	*p = (struct bal_wg_peer){ .ifindex = link_of("tun2")->ifindex,
				   .endpoint = addr("198.51.100.7/32"),
				   .port = 51820,
				   .own_port = 40000 };
	make_plan();
	assert_int_equal(count_rules("ipproto 17 sport 40000-40000 "
				     "dport 51820-51820"), 2);
	assert_int_equal(count_rules("lookup 31399"), 3);
	assert_int_equal(count_rules("iif lo ipproto 6 lookup 31399"), 1);
	assert_int_equal(count_rules("dport 1-51819 lookup 31399"), 1);
	assert_int_equal(count_rules("dport 51821-65534 lookup 31399"), 1);
	p->port = 65534;
	make_plan();
	assert_int_equal(count_rules("lookup 31399"), 2);
	assert_int_equal(count_rules("dport 1-65533 lookup 31399"), 1);
	p->endpoint = addr("198.51.100.8/32");
	make_plan();
	assert_int_equal(count_rules("to 198.51.100.7 iif lo lookup 31399"), 1);
}

static void
changes_settle(void **state)
{
	(void)state;
	reconcile();
	assert_int_equal(make_ops().n, 0);
	health("eth1", BAL_HEALTH_DEAD);
	reconcile();
	assert_int_equal(make_ops().n, 0);
	told("tun1", "over", "eth2");
	reconcile();
	assert_int_equal(make_ops().n, 0);
	for (size_t i = 0; i < w.snap.routes.n; i++)
		assert_int_not_equal(w.snap.routes.v[i].table, UNDERLAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ANY(every_line_in_order), ANY(a_line_dies),
		ANY(who_has_a_share),	  ANY(over_a_group),
		ANY(servers),		  ANY(wireguard_to_that_server),
		ANY(changes_settle),
	};

	return cmocka_run_group_tests_name("underlay", tests, NULL, NULL);
}
