// SPDX-License-Identifier: GPL-2.0-or-later
/* test_observe - what the kernel shows of the uplinks, remembered. */
#include "../world.h"

static void
learn(void)
{
	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
}

/* The address is kept when it goes: packets from it must not leak. */
static void
address_that_goes(void **state)
{
	struct bal_addr a = addr("192.168.1.101/24");

	(void)state;
	modem(1);
	address("eth1", "10.0.0.1/8");
	learn();
	assert_int_equal(bal_addr_cmp(&known("eth1")->learned_addr, &a), 0);
	no_address("eth1");
	learn();
	assert_int_equal(bal_addr_cmp(&known("eth1")->learned_addr, &a), 0);
	unplug("eth1");
	learn();
	assert_int_equal(bal_addr_cmp(&known("eth1")->learned_addr, &a), 0);
}

/* Of several addresses the one that faces the gateway, whoever said that. */
static void
address_in_the_subnet_of_the_gateway(void **state)
{
	struct bal_addr a = addr("10.0.0.1/8");

	(void)state;
	modem(1);
	address("eth1", "10.0.0.1/8");
	address("eth1", "172.16.0.1/12");
	told("eth1", "gateway", "auto");
	known("eth1")->learned_gateway = addr("10.0.0.254");
	learn();
	assert_int_equal(bal_addr_cmp(&known("eth1")->learned_addr, &a), 0);
	configured("eth1", "gateway", "172.16.0.254");
	known("eth1")->options.has = 0;
	a = addr("172.16.0.1/12");
	learn();
	assert_int_equal(bal_addr_cmp(&known("eth1")->learned_addr, &a), 0);
}

/* Another device under that name has to prove itself; a dead one stays so. */
static void
another_device(void **state)
{
	struct bal_uplink_state *us;

	(void)state;
	modem(1);
	us = known("eth1");
	us->record.good = 9;
	us->rx_rate = 7;
	us->counted_ms = 5;
	learn();
	assert_int_equal(us->record.health, BAL_HEALTH_ALIVE);
	unplug("eth1");
	learn();
	assert_int_equal(us->record.health, BAL_HEALTH_ALIVE);
	device("eth1")->ifindex = 77;
	learn();
	assert_int_equal(us->ifindex, 77);
	assert_int_equal(us->record.health, BAL_HEALTH_UNKNOWN);
	assert_int_equal(us->record.good, 0);
	assert_int_equal(us->rx_rate, 0);
	us->record.health = BAL_HEALTH_DEAD;
	link_of("eth1")->ifindex = 78;
	learn();
	assert_int_equal(us->record.health, BAL_HEALTH_DEAD);
}

/* Once for each device: the second time they would be ours. */
static void
sysctls_from_before(void **state)
{
	struct bal_uplink_state *us;

	(void)state;
	modem(1);
	us = known("eth1");
	us->admin_up = false;
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 1;
	learn();
	assert_int_equal(us->saved_mask, 0);
	us->admin_up = true;
	link_of("eth1")->has_devconf = false;
	learn();
	assert_int_equal(us->saved_mask, 0);
	link_of("eth1")->has_devconf = true;
	learn();
	assert_int_equal(us->saved_mask, (1 << BAL_DC_MAX) - 1);
	assert_int_equal(us->saved[BAL_DC_ARP_FILTER], 1);
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 0;
	learn();
	assert_int_equal(us->saved[BAL_DC_ARP_FILTER], 1);
	link_of("eth1")->ifindex++;
	learn();
	assert_int_equal(us->saved[BAL_DC_ARP_FILTER], 0);
}

static void
sysctls_of_the_box_from_before(void **state)
{
	int32_t *now = &w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY];
	int32_t *saved = &w.state.saved_sysctls.of[BAL_SYSCTL_HASH_POLICY];

	(void)state;
	*now = 2;
	learn();
	assert_int_equal(*saved, -1);
	modem(1);
	*now = 1;
	learn();
	assert_int_equal(*saved, -1);
	*now = 2;
	learn();
	assert_int_equal(*saved, 2);
	*now = 0;
	learn();
	assert_int_equal(*saved, 2);
}

/* The state of a package that knew fewer of them. */
static void
a_sysctl_that_is_new(void **state)
{
	int32_t *saved = w.state.saved_sysctls.of;

	(void)state;
	modem(1);
	saved[BAL_SYSCTL_HASH_POLICY] = 2;
	w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY] = 1;
	w.snap.sysctls.of[BAL_SYSCTL_ICMP_ERRORS] = 0;
	learn();
	assert_int_equal(saved[BAL_SYSCTL_HASH_POLICY], 2);
	assert_int_equal(saved[BAL_SYSCTL_ICMP_ERRORS], 0);
	w.snap.sysctls.of[BAL_SYSCTL_ICMP_ERRORS] = 1;
	learn();
	assert_int_equal(saved[BAL_SYSCTL_ICMP_ERRORS], 0);
}

static void
count(uint64_t now_ms, uint64_t rx, uint64_t tx)
{
	w.snap.now_ms = now_ms;
	link_of("eth1")->rx_bytes = rx;
	link_of("eth1")->tx_bytes = tx;
	learn();
}

/* Bytes a second by the clock, whatever the time between two checks. */
static void
rates(void **state)
{
	struct bal_uplink_state *us;

	(void)state;
	modem(1);
	us = known("eth1");
	count(1000, 500, 100);
	assert_int_equal(us->counted_ms, 0);
	w.snap.has_stats = true;
	count(1000, 500, 100);
	assert_int_equal(us->rx_rate, 0);
	count(5000, 4500, 2100);
	assert_int_equal(us->rx_rate, 1000);
	assert_int_equal(us->tx_rate, 500);
	/* Too short to say anything: the span goes on. */
	count(5400, 99999, 99999);
	assert_int_equal(us->rx_rate, 1000);
	count(7000, 4500, 3100);
	assert_int_equal(us->rx_rate, 0);
	assert_int_equal(us->tx_rate, 500);
	/* A counter that began anew is no negative rate. */
	count(9000, 10, 3100);
	assert_int_equal(us->rx_rate, 0);
	count(10000, 1010, 3100);
	assert_int_equal(us->rx_rate, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(address_that_goes),
		TEST(address_in_the_subnet_of_the_gateway),
		TEST(another_device),
		TEST(sysctls_from_before),
		TEST(sysctls_of_the_box_from_before),
		TEST(a_sysctl_that_is_new),
		TEST(rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
