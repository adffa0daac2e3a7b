// SPDX-License-Identifier: GPL-2.0-or-later
/* test_mptcp - which uplinks have endpoints of MPTCP, and whose one is. */
#include "../kernel.h"
#include "../wording.h"

#include "plan/mptcp.h"

static struct bal_mptcp_seen seen;

static int
begin(void **state)
{
	seen = (struct bal_mptcp_seen){ .there = true, .subflows = 2 };
	if (setup(state) < 0)
		return -1;
	global("mptcp", "yes");
	w.snap.mptcp = &seen;
	return 0;
}

static void
three_modems(void)
{
	modem(1);
	modem(2);
	modem(3);
}

static void
used_up(const char *dev)
{
	configured(dev, "cap", "1GB");
	known(dev)->usage.known = true;
	known(dev)->usage.bytes = 1000000000;
}

/* The kernel has one more. */
static void
there_is(uint8_t id, const char *addr)
{
	struct bal_mptcp_endpoint *e = BAL_PUSH(&w.arena, &seen.endpoints);

	assert_non_null(e);
	e->id = id;
	assert_int_equal(bal_addr_parse(addr, &e->addr, &w.err), 0);
}

/* "ID DEV" of each that is planned, in order. */
static const char *
planned(void)
{
	size_t len = 0;

	make_plan();
	w.text[0] = '\0';
	for (size_t i = 0; i < w.plan.mptcp.n; i++)
		len += (size_t)snprintf(w.text + len, sizeof(w.text) - len,
					"%s%u %s", i ? ", " : "",
					w.plan.mptcp.v[i].id,
					w.plan.mptcp.v[i].dev);
	return w.text;
}

static void
each_living_one_has_one(void **state)
{
	(void)state;
	three_modems();
	assert_string_equal(planned(), "253 eth1, 252 eth2, 251 eth3");
	health("eth2", BAL_HEALTH_DEAD);
	assert_string_equal(planned(), "253 eth1, 251 eth3");
	health("eth2", BAL_HEALTH_DEGRADED);
	assert_string_equal(planned(), "253 eth1, 251 eth3, 252 eth2");
	configured("eth3", "priority", "1");
	assert_string_equal(planned(), "251 eth3, 253 eth1, 252 eth2");
}

static void
none_without_the_key_or_the_kernel(void **state)
{
	(void)state;
	three_modems();
	global("mptcp", "no");
	assert_string_equal(planned(), "");
	assert_false(bal_plan_limits_mptcp(&w.world));
	global("mptcp", "yes");
	assert_true(bal_plan_limits_mptcp(&w.world));
	seen.there = false;
	assert_string_equal(planned(), "");
	w.snap.mptcp = NULL;
	assert_string_equal(planned(), "");
}

static void
lines_below_tunnels_have_none(void **state)
{
	(void)state;
	two_tunnels();
	assert_non_null(strstr(planned(), "tun1"));
	assert_non_null(strstr(planned(), "tun2"));
	assert_null(strstr(planned(), "eth"));
	health("tun1", BAL_HEALTH_DEAD);
	health("tun2", BAL_HEALTH_DEAD);
	global("last_resort", "no");
	assert_null(strstr(planned(), "eth"));
}

static void
volume_is_spared(void **state)
{
	(void)state;
	three_modems();
	used_up("eth1");
	assert_string_equal(planned(), "252 eth2, 251 eth3");
	used_up("eth2");
	used_up("eth3");
	assert_string_equal(planned(), "253 eth1, 252 eth2, 251 eth3");
	configured("eth1", "cap_action", "off");
	configured("eth1", "cap_hard", "yes");
	assert_string_equal(planned(), "252 eth2, 251 eth3");
}

static void
others_take_room(void **state)
{
	char addr[16];

	(void)state;
	three_modems();
	for (uint8_t i = 1; i <= 6; i++) {
		snprintf(addr, sizeof(addr), "10.0.0.%u", i);
		there_is(i, addr);
	}
	assert_string_equal(planned(), "253 eth1, 252 eth2");
	there_is(7, "192.168.1.101");
	assert_string_equal(planned(), "252 eth2");
	there_is(8, "10.0.0.8");
	assert_string_equal(planned(), "");
}

static void
a_number_that_is_taken(void **state)
{
	(void)state;
	three_modems();
	there_is(253, "10.0.0.1");
	assert_string_equal(planned(), "254 eth1, 252 eth2, 251 eth3");
	there_is(254, "10.0.0.2");
	assert_string_equal(planned(), "250 eth1, 252 eth2, 251 eth3");
	/* Made so before, it keeps that. */
	seen.endpoints.n = 0;
	there_is(250, "192.168.1.101");
	known("eth1")->mptcp_id = 250;
	known("eth1")->mptcp_addr = seen.endpoints.v[0].addr;
	assert_string_equal(planned(), "250 eth1, 252 eth2, 251 eth3");
}

static void
whose_it_is(void **state)
{
	struct bal_mptcp_endpoint e = { .id = 253 };

	(void)state;
	three_modems();
	make_plan();
	assert_null(bal_plan_mptcp_owner(&w.ups, &e));
	assert_int_equal(bal_addr_parse("192.168.1.101", &e.addr, &w.err), 0);
	assert_ptr_equal(bal_plan_mptcp_owner(&w.ups, &e), up_of("eth1"));
	/* Of two uplinks: none has both. */
	e.id = 252;
	assert_null(bal_plan_mptcp_owner(&w.ups, &e));
	/* That of before, as it is on record. */
	assert_int_equal(bal_addr_parse("192.168.1.7", &e.addr, &w.err), 0);
	known("eth2")->mptcp_id = 252;
	known("eth2")->mptcp_addr = e.addr;
	make_plan();
	assert_ptr_equal(bal_plan_mptcp_owner(&w.ups, &e), up_of("eth2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_living_one_has_one, begin,
						teardown),
		cmocka_unit_test_setup_teardown(
			none_without_the_key_or_the_kernel, begin, teardown),
		cmocka_unit_test_setup_teardown(lines_below_tunnels_have_none,
						begin, teardown),
		cmocka_unit_test_setup_teardown(volume_is_spared, begin,
						teardown),
		cmocka_unit_test_setup_teardown(others_take_room, begin,
						teardown),
		cmocka_unit_test_setup_teardown(a_number_that_is_taken, begin,
						teardown),
		cmocka_unit_test_setup_teardown(whose_it_is, begin, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
