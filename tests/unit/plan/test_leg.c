// SPDX-License-Identifier: GPL-2.0-or-later
/* test_leg - an uplink in a family that it has nothing of. */
#include "../wording.h"

/* What a leg of @family of eth1 sees of its device. */
static struct bal_leg
leg_of_eth1(int family)
{
	struct bal_view view = { .snap = &w.snap,
				 .balancing = BALANCING,
				 .arena = &w.arena };
	struct bal_leg leg = { .family = family };

	resolve();
	assert_true(bal_holders_sort(&view.all, &w.snap, &w.arena));
	bal_leg_see(&leg, up_of("eth1"), known("eth1"), &view);
	return leg;
}

static bool
holds_nothing(const struct bal_leg *leg)
{
	return !leg->n_addrs && bal_addr_none(&leg->gateway) &&
	       bal_addr_none(&leg->foreign_gateway) &&
	       bal_addr_none(&leg->absent_addr) && !leg->usable;
}

static void
what_is_said_is_of_one_family(void **state)
{
	struct bal_leg v4, v6;

	(void)state;
	modem(1);
	v4 = leg_of_eth1(AF_INET);
	v6 = leg_of_eth1(AF_INET6);
	assert_int_equal(v4.n_addrs, 1);
	assert_false(bal_addr_none(&v4.gateway));
	assert_true(v4.usable);
	assert_true(holds_nothing(&v6));
}

/* No gateway said, one learned; then that of others' routes. */
static void
what_is_known_is_of_one_family(void **state)
{
	struct bal_leg v4, v6;

	(void)state;
	modem(1);
	memset(&known("eth1")->options.gateway, 0, sizeof(struct bal_addr));
	known("eth1")->options.has &= ~(uint64_t)BAL_SET_GATEWAY;
	known("eth1")->learned_gateway = addr("192.168.1.9");
	v4 = leg_of_eth1(AF_INET);
	v6 = leg_of_eth1(AF_INET6);
	assert_false(bal_addr_none(&v4.gateway));
	assert_true(holds_nothing(&v6));
	memset(&known("eth1")->learned_gateway, 0, sizeof(struct bal_addr));
	shows_default("eth1", "192.168.1.8", BAL_TABLE_MAIN, 0, 3);
	v4 = leg_of_eth1(AF_INET);
	v6 = leg_of_eth1(AF_INET6);
	assert_true(v4.asked_gateway && v6.asked_gateway);
	assert_false(bal_addr_none(&v4.foreign_gateway));
	assert_true(holds_nothing(&v6));
}

/* An address that went with its device is kept in its own family. */
static void
what_went_is_of_one_family(void **state)
{
	struct bal_leg v4, v6;

	(void)state;
	modem(1);
	known("eth1")->learned_addr = addr("192.168.1.101/24");
	w.snap.addrs.n = 0;
	v4 = leg_of_eth1(AF_INET);
	v6 = leg_of_eth1(AF_INET6);
	assert_false(bal_addr_none(&v4.absent_addr));
	assert_true(holds_nothing(&v6));
}

/* Nothing is planned of it; its device and its marks are there. */
static void
an_empty_leg_plans_nothing(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	tunnel(2, 12);
	resolve();
	for (size_t i = 0; i < w.ups.n; i++) {
		if (strcmp(w.ups.v[i].name, "eth2") == 0)
			continue;
		w.ups.v[i].v4 = (struct bal_leg){ .family = AF_INET };
		w.ups.v[i].alive = false;
	}
	make_groups();
	plan_groups();
	assert_string_equal(routes_text(known("eth1")->table), "");
	assert_string_equal(routes_text(known("tun2")->table), "");
	assert_null(strstr(routes_text(0), "eth1"));
	assert_int_equal(count_rules("from 192.168.1.101"), 0);
	assert_int_equal(count_rules("to 192.168.1.0/24"), 0);
	assert_int_equal(count_rules("oif eth1 lookup eth1"), 1);
	assert_int_equal(count_rules("from 192.168.1.102"), 2);
	assert_non_null(strstr(routes_text(BAL_TABLE_DEFAULT), "dev eth2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_is_of_one_family),
		TEST(what_is_known_is_of_one_family),
		TEST(what_went_is_of_one_family),
		TEST(an_empty_leg_plans_nothing),
	};

	return cmocka_run_group_tests_name("leg", tests, NULL, NULL);
}
