// SPDX-License-Identifier: GPL-2.0-or-later
/* test_device - what others' routes tell of an uplink's gateway. */
#include "../world.h"

static void
assert_gateway(const char *dev, const char *text)
{
	char buf[BAL_ADDR_STRLEN];

	resolve();
	assert_string_equal(
		bal_addr_host_str(&bal_uplinks_find(&w.ups, dev)->v4.gateway,
				  buf),
		text);
}

/* The default that DHCP or a stanza has made by this device; not one of ours. */
static void
gateway_of_others(void **state)
{
	struct bal_uplink_state *us;

	(void)state;
	device("eth2");
	device("eth1");
	address("eth1", "192.168.1.101/24");
	us = uplink("eth1", 1);
	assert_gateway("eth1", "-");
	shows_default("eth2", "192.168.2.254", BAL_TABLE_MAIN, 0, 3);
	shows_default("eth1", "192.168.1.252", BAL_TABLE_MAIN, 1, BAL_PROTO);
	assert_gateway("eth1", "-");
	shows_default("eth1", "192.168.1.251", BAL_TABLE_DEFAULT, 0, 3);
	assert_gateway("eth1", "192.168.1.251");
	shows_default("eth1", "192.168.1.253", BAL_TABLE_MAIN, 300, 3);
	assert_gateway("eth1", "192.168.1.253");
	shows_default("eth1", "192.168.1.254", BAL_TABLE_MAIN, 100, 3);
	assert_gateway("eth1", "192.168.1.254");
	assert_true(bal_uplinks_find(&w.ups, "eth1")->v4.asked_gateway);
	shows_default("eth1", "", us->table, 0, 3);
	shows_default("eth1", "192.168.1.250", us->table, 1, 3);
	assert_gateway("eth1", "192.168.1.254");
	us->learned_gateway = addr("192.168.1.249");
	assert_gateway("eth1", "192.168.1.249");
	assert_false(bal_uplinks_find(&w.ups, "eth1")->v4.asked_gateway);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gateway_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
