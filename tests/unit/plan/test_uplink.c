// SPDX-License-Identifier: GPL-2.0-or-later
/* test_uplink - configuration, state and kernel merged: who is what, and how. */
#include "../world.h"

/* The address that bal_uplink_addr() says of @dev is @text. */
static void
assert_addr(const char *dev, const char *text)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up_of(dev));
	char buf[BAL_ADDR_STRLEN];

	assert_non_null(a);
	assert_string_equal(bal_addr_str(&a->addr, buf), text);
}

static void
told_before_section_before_check_before_built_in(void **state)
{
	struct bal_settings set;

	(void)state;
	modem(1);
	set = bal_uplink_settings(&w.conf, known("eth1"), "eth1");
	assert_int_equal(set.weight, 1);
	assert_int_equal(set.priority, 100);
	assert_int_equal(set.down, 3);
	assert_int_equal(set.share, BAL_SHARE_AUTO);
	w.conf.check.has = BAL_SET_DOWN | BAL_SET_UP;
	w.conf.check.down = 7;
	w.conf.check.up = 8;
	configured("eth1", "up", "9");
	configured("eth1", "weight", "2");
	configured("eth1", "priority", "20");
	configured("eth1", "balance", "no");
	told("eth1", "weight", "3");
	set = bal_uplink_settings(&w.conf, known("eth1"), "eth1");
	assert_int_equal(set.weight, 3);
	assert_int_equal(set.priority, 20);
	assert_int_equal(set.down, 7);
	assert_int_equal(set.up, 9);
	assert_int_equal(set.share, BAL_SHARE_NO);
	set = bal_uplink_settings(&w.conf, NULL, "eth2");
	assert_int_equal(set.weight, 1);
	assert_int_equal(set.down, 7);
}

/* One end of a range that was said moves a built-in other end. */
static void
bounds_follow(void **state)
{
	struct bal_settings set;

	(void)state;
	modem(1);
	set = bal_uplink_settings(&w.conf, known("eth1"), "eth1");
	assert_int_equal(set.timeout_min_ms, 20);
	assert_int_equal(set.stable_max_ms, 300000);
	told("eth1", "timeout", "10ms");
	configured("eth1", "stable", "10min");
	set = bal_uplink_settings(&w.conf, known("eth1"), "eth1");
	assert_int_equal(set.timeout_min_ms, 10);
	assert_int_equal(set.stable_max_ms, 600000);
}

static void
must_contradict(const char *msg)
{
	struct bal_uplinks ups;

	assert_int_equal(bal_uplinks_resolve(&w.conf, &w.state, &w.snap,
					     &w.arena, &ups, &w.err),
			 -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_string_equal(w.err.msg, msg);
	w.err = (struct bal_err){ 0 };
	assert_int_equal(bal_uplinks_agree(&w.conf, &w.state, &w.err), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_string_equal(w.err.msg, msg);
}

/* What is normal again is less than what is degraded. */
static void
contradictions(void **state)
{
	(void)state;
	modem(1);
	resolve();
	told("eth1", "degraded_loss", "20");
	must_contradict("eth1: recovered_loss 20% is not smaller than "
			"degraded_loss 20%");
	configured("eth1", "recovered_loss", "19%");
	resolve();
	configured("eth1", "recovered_loss", "98");
	must_contradict("eth1: recovered_loss 98% is not smaller than "
			"degraded_loss 20%");
	told("eth1", "degraded_loss", "no");
	resolve();
	told("eth1", "recovered_rtt", "500ms");
	resolve();
	told("eth1", "degraded_rtt", "501ms");
	resolve();
	configured("eth1", "degraded_rtt", "1s");
	told("eth1", "recovered_rtt", "501ms");
	must_contradict("eth1: recovered_rtt 501ms is not smaller than "
			"degraded_rtt 501ms");
	told("eth1", "recovered_rtt", "no");
	told("eth1", "degraded_rtt", "1ms");
	resolve();
	assert_int_equal(bal_uplinks_agree(&w.conf, &w.state, &w.err), 0);
}

/* A gateway that was said beats one that was learned; `auto` says none. */
static void
gateways(void **state)
{
	struct bal_addr said = addr("192.168.1.1");
	struct bal_addr learned = addr("192.168.1.254");

	(void)state;
	modem(1);
	known("eth1")->learned_gateway = learned;
	resolve();
	assert_int_equal(bal_addr_cmp(&up_of("eth1")->v4.gateway, &said), 0);
	told("eth1", "gateway", "auto");
	resolve();
	assert_int_equal(bal_addr_cmp(&up_of("eth1")->v4.gateway, &learned), 0);
	known("eth1")->learned_gateway = (struct bal_addr){ 0 };
	resolve();
	assert_true(bal_addr_none(&up_of("eth1")->v4.gateway));
	assert_false(up_of("eth1")->v4.usable);
}

/* What the kernel would refuse, or what leads back here. */
static void
gateways_that_are_none(void **state)
{
	static const char *const none[] = { "192.168.1.101", "192.168.1.0",
					    "192.168.1.255" };

	(void)state;
	modem(1);
	for (size_t i = 0; i < N(none); i++) {
		told("eth1", "gateway", none[i]);
		resolve();
		assert_true(bal_addr_none(&up_of("eth1")->v4.gateway));
		assert_false(up_of("eth1")->v4.usable);
	}
	no_address("eth1");
	address("eth1", "192.168.1.255/31");
	told("eth1", "gateway", "192.168.1.254");
	resolve();
	assert_true(up_of("eth1")->v4.usable);
}

static void
by_slot(void **state)
{
	(void)state;
	modem(9);
	modem(2);
	modem(5);
	resolve();
	assert_int_equal(w.ups.n, 3);
	assert_string_equal(w.ups.v[0].name, "eth2");
	assert_string_equal(w.ups.v[1].name, "eth5");
	assert_string_equal(w.ups.v[2].name, "eth9");
	assert_int_equal(bal_uplink_metric(&w.ups.v[1]), 25605);
}

static void
the_address_of_a_device(void **state)
{
	(void)state;
	device("eth1");
	uplink("eth1", 1);
	told("eth1", "gateway", "10.7.0.254");
	resolve();
	assert_null(bal_uplink_addr(up_of("eth1")));
	address("eth1", "192.168.1.101/24");
	address("eth1", "10.7.0.1/16");
	address("eth1", "10.7.0.2/16");
	resolve();
	assert_addr("eth1", "10.7.0.1/16");
	assert_int_equal(up_of("eth1")->v4.n_addrs, 3);
	/* No address in the subnet of the gateway: the first primary one. */
	told("eth1", "gateway", "172.31.0.1");
	resolve();
	assert_addr("eth1", "192.168.1.101/24");
}

/* In the kernel's order a secondary one may come first. */
static void
secondary_addresses_come_after(void **state)
{
	char buf[BAL_ADDR_STRLEN];

	(void)state;
	device("eth1");
	uplink("eth1", 1);
	told("eth1", "gateway", "192.168.1.1");
	address("eth1", "192.168.1.201/24")->secondary = true;
	address("eth1", "192.168.1.202/24");
	address("eth1", "192.168.1.101/24")->secondary = false;
	address("eth1", "192.168.1.203/24");
	resolve();
	assert_addr("eth1", "192.168.1.101/24");
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(
			bal_addr_host_str(&up_of("eth1")->v4.addrs[i]->addr,
					  buf),
			i == 1 ? "192.168.1.201" :
			i == 2 ? "192.168.1.202" :
				 "192.168.1.203");
}

static void
usable_and_alive(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	resolve();
	assert_true(up_of("eth1")->v4.usable && up_of("eth1")->alive);
	health("eth1", BAL_HEALTH_UNKNOWN);
	resolve();
	assert_true(up_of("eth1")->alive);
	health("eth1", BAL_HEALTH_DEAD);
	resolve();
	assert_true(up_of("eth1")->v4.usable);
	assert_false(up_of("eth1")->alive);
	health("eth1", BAL_HEALTH_ALIVE);
	link_of("eth1")->carrier = false;
	resolve();
	assert_false(up_of("eth1")->v4.usable);
	link_of("eth1")->carrier = true;
	link_of("eth1")->up = false;
	resolve();
	assert_false(up_of("eth1")->v4.usable);
	link_of("eth1")->up = true;
	known("eth1")->admin_up = false;
	resolve();
	assert_false(up_of("eth1")->v4.usable);
	known("eth1")->admin_up = true;
	no_address("eth1");
	resolve();
	assert_false(up_of("eth1")->v4.usable);
	unplug("eth1");
	resolve();
	assert_false(up_of("eth1")->v4.usable);
	assert_int_equal(up_of("eth1")->ifindex, 0);
	assert_null(up_of("eth1")->link);
}

static void
dead_ones_are_kept_when_all_are(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	link_of("eth3")->carrier = false;
	health("eth1", BAL_HEALTH_DEAD);
	health("eth2", BAL_HEALTH_DEAD);
	resolve();
	assert_true(w.ups.kept);
	assert_true(up_of("eth1")->alive && up_of("eth2")->alive);
	assert_false(up_of("eth3")->alive);
	health("eth2", BAL_HEALTH_UNKNOWN);
	resolve();
	assert_false(w.ups.kept);
	assert_false(up_of("eth1")->alive);
	health("eth2", BAL_HEALTH_DEAD);
	global("when_all_dead", "unreachable");
	resolve();
	assert_false(w.ups.kept);
	assert_false(up_of("eth1")->alive || up_of("eth2")->alive);
	/* Nothing that could be kept: that is not keeping. */
	global("when_all_dead", "keep");
	link_of("eth1")->up = link_of("eth2")->up = false;
	resolve();
	assert_false(w.ups.kept);
}

/* All dead: a tunnel that is silent hides the last resort for a while only. */
static void
silent_tunnels_are_not_kept_for_good(void **state)
{
	(void)state;
	modem(1);
	tunnel(1, 11);
	health("eth1", BAL_HEALTH_DEAD);
	health("tun1", BAL_HEALTH_DEAD);
	known("tun1")->since_ms = NOW - 59999;
	resolve();
	assert_true(w.ups.kept && up_of("tun1")->alive);
	known("tun1")->since_ms = NOW - 60000;
	resolve();
	assert_true(w.ups.kept && up_of("eth1")->alive);
	assert_false(up_of("tun1")->alive);
	/* Something came through it: its targets may be dead, it is not. */
	known("tun1")->heard_ms = NOW - 59999;
	resolve();
	assert_true(up_of("tun1")->alive);
	known("tun1")->heard_ms = NOW - 60000;
	global("openvpn_dead", "61s");
	resolve();
	assert_true(up_of("tun1")->alive);
	assert_int_equal(w.ups.next_ms, NOW + 1000);
	global("openvpn_dead", "60s");
	resolve();
	assert_false(up_of("tun1")->alive);
	/* Where there is none, a silent tunnel is all there is. */
	global("last_resort", "no");
	resolve();
	assert_true(up_of("tun1")->alive);
	global("last_resort", "yes");
	link_of("eth1")->carrier = false;
	resolve();
	assert_true(w.ups.kept && up_of("tun1")->alive);
}

static void
over_another(void **state)
{
	(void)state;
	modem(1);
	tunnel(1, 11);
	resolve();
	assert_true(up_of("eth1")->base);
	assert_false(up_of("tun1")->base);
	assert_true(bal_uplink_is_tunnel(up_of("tun1")));
	assert_false(bal_uplink_is_tunnel(up_of("eth1")));
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	resolve();
	assert_true(up_of("tun1")->base);
	assert_int_equal(bal_copy(known("tun1")->learned_over,
				  sizeof(known("tun1")->learned_over), "eth1"),
			 0);
	resolve();
	assert_false(up_of("tun1")->base);
	assert_string_equal(up_of("tun1")->set.over, "eth1");
	/* What was said beats what was learned. */
	configured("tun1", "over", "eth9");
	resolve();
	assert_string_equal(up_of("tun1")->set.over, "eth9");
	configured("tun1", "over", "tun1");
	assert_int_equal(bal_uplinks_resolve(&w.conf, &w.state, &w.snap,
					     &w.arena, &w.ups, &w.err),
			 -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_string_equal(w.err.msg, "tun1 cannot be over itself");
	assert_int_equal(w.ups.n, 2);
}

static void
over_a_line_that_is_down(void **state)
{
	(void)state;
	modem(1);
	device("eth9");
	tunnel(1, 11);
	resolve();
	assert_false(up_of("tun1")->underlay_down);
	/* While bal-down takes the line away... */
	known("eth1")->admin_up = false;
	resolve();
	assert_true(up_of("tun1")->underlay_down);
	/* ...and after that, when it is no uplink any more. */
	known("eth1")->admin_up = true;
	configured("tun1", "over", "eth9");
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	resolve();
	assert_false(up_of("tun1")->underlay_down);
	link_of("eth9")->up = false;
	resolve();
	assert_true(up_of("tun1")->underlay_down);
	/* Of a line that nobody knows nothing is known... */
	configured("tun1", "over", "eth8");
	resolve();
	assert_false(up_of("tun1")->underlay_down);
	/* ...but that bal-down took it away. */
	device("eth7");
	configured("tun1", "over", "eth7");
	assert_int_equal(
		bal_copy(known("tun1")->line_down, BAL_IFNAMSIZ, "eth8"), 0);
	resolve();
	assert_false(up_of("tun1")->underlay_down);
	assert_int_equal(
		bal_copy(known("tun1")->line_down, BAL_IFNAMSIZ, "eth7"), 0);
	resolve();
	assert_true(up_of("tun1")->underlay_down);
}

static void
addresses_in_common(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	no_address("eth2");
	address("eth2", "10.0.0.2/8");
	address("eth2", "192.168.1.101/32");
	resolve();
	assert_true(up_of("eth1")->v4.shared_addr);
	assert_false(up_of("eth2")->v4.shared_addr);
	assert_false(up_of("eth3")->v4.shared_addr);
	known("eth2")->admin_up = false;
	resolve();
	assert_false(up_of("eth1")->v4.shared_addr);
	/* A device that is no uplink may have what it likes. */
	device("br0");
	address("br0", "192.168.1.103/24");
	resolve();
	assert_false(up_of("eth3")->v4.shared_addr);
}

static void
addresses_that_are_away(void **state)
{
	struct bal_addr a = addr("192.168.1.101");

	(void)state;
	modem(1);
	modem(2);
	known("eth1")->learned_addr = addr("192.168.1.101/24");
	resolve();
	assert_true(bal_addr_none(&up_of("eth1")->v4.absent_addr));
	no_address("eth1");
	resolve();
	assert_int_equal(bal_addr_cmp(&up_of("eth1")->v4.absent_addr, &a), 0);
	device("br0");
	address("br0", "192.168.1.101/24");
	resolve();
	assert_true(bal_addr_none(&up_of("eth1")->v4.absent_addr));
}

/* Two had it: one rule for it is enough, and only who is up has rules. */
static void
one_address_that_is_away_twice(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	known("eth1")->learned_addr = addr("192.168.1.100/24");
	known("eth2")->learned_addr = addr("192.168.1.100/24");
	unplug("eth1");
	unplug("eth2");
	resolve();
	assert_false(bal_addr_none(&up_of("eth1")->v4.absent_addr));
	assert_true(bal_addr_none(&up_of("eth2")->v4.absent_addr));
	known("eth1")->admin_up = false;
	resolve();
	assert_false(bal_addr_none(&up_of("eth2")->v4.absent_addr));
}

static void
what_to_restore_is_for_one_device(void **state)
{
	(void)state;
	modem(1);
	known("eth1")->saved_mask = 5;
	known("eth1")->saved_ifindex = link_of("eth1")->ifindex;
	resolve();
	assert_int_equal(up_of("eth1")->restore_mask, 5);
	known("eth1")->saved_ifindex++;
	resolve();
	assert_int_equal(up_of("eth1")->restore_mask, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(told_before_section_before_check_before_built_in),
		TEST(bounds_follow),
		TEST(contradictions),
		TEST(gateways),
		TEST(gateways_that_are_none),
		TEST(by_slot),
		TEST(the_address_of_a_device),
		TEST(secondary_addresses_come_after),
		TEST(usable_and_alive),
		TEST(dead_ones_are_kept_when_all_are),
		TEST(silent_tunnels_are_not_kept_for_good),
		TEST(over_another),
		TEST(over_a_line_that_is_down),
		TEST(addresses_in_common),
		TEST(addresses_that_are_away),
		TEST(one_address_that_is_away_twice),
		TEST(what_to_restore_is_for_one_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
