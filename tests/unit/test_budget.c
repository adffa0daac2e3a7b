// SPDX-License-Identifier: GPL-2.0-or-later
/* test_budget - bytes a month become an interval, and outlive a boot. */
#include "states.h"

#include "budget.h"
#include "globals.h"

#define BUDGET 100000000

/* The 21st of a month of 30 days, at midnight: ten days are left. */
static time_t
ten_days_left(void)
{
	struct tm tm = { .tm_year = 126, .tm_mon = 10, .tm_mday = 21,
			 .tm_isdst = -1 };

	return mktime(&tm);
}

static void
without_a_budget_nothing_is_slower(void **unused)
{
	(void)unused;
	assert_int_equal(bal_budget_interval_ms(0, 5, 88, ten_days_left(),
						1000), 1000);
	assert_int_equal(bal_budget_interval_ms(BUDGET, 0, 0, ten_days_left(),
						1000), 1000);
}

static void
what_is_left_lasts_for_the_month(void **unused)
{
	const uint64_t ten_days = UINT64_C(864000000);

	(void)unused;
	/* 8640 rounds of 100 bytes in ten days: one in 100 s. */
	assert_int_equal(bal_budget_interval_ms(864000, 0, 100,
						ten_days_left(), 1000),
			 ten_days / 8640);
	assert_int_equal(bal_budget_interval_ms(864000 + 7, 7, 100,
						ten_days_left(), 1000),
			 ten_days / 8640);
	/* Plenty: as configured. */
	assert_int_equal(bal_budget_interval_ms(BUDGET, 0, 100,
						ten_days_left(), 1000), 1000);
}

static void
out_of_budget_it_is_asked_each_hour(void **unused)
{
	(void)unused;
	assert_int_equal(bal_budget_interval_ms(1000000, 1000000, 88,
						ten_days_left(), 1000),
			 BAL_BUDGET_LAST_MS);
	assert_int_equal(bal_budget_interval_ms(1000000, UINT64_MAX, 88,
						ten_days_left(), 1000),
			 BAL_BUDGET_LAST_MS);
}

static void
a_new_month_begins_with_nothing_spent(void **unused)
{
	struct bal_uplink_state us = { .spent = 7 };

	(void)unused;
	assert_int_equal(bal_budget_month(ten_days_left()), 202611);
	bal_budget_turn(&us, 202611);
	assert_int_equal(us.spent, 7);
	bal_budget_spend(&us, 3);
	bal_budget_turn(&us, 202611);
	assert_int_equal(us.spent, 10);
	bal_budget_turn(&us, 202612);
	assert_int_equal(us.spent, 0);
	bal_budget_spend(&us, UINT64_MAX);
	bal_budget_spend(&us, 1);
	assert_true(us.spent == UINT64_MAX);
}

static void
save(const struct bal_conf *conf)
{
	struct bal_err err = { 0 };

	if (bal_budget_save(in_folder("spent"), &state, conf, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
it_outlives_a_boot(void **unused)
{
	struct bal_conf conf = { .globals = bal_globals_default() };
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	conf.check.has = BAL_SET_BUDGET;
	conf.check.budget = 1000000;
	bal_budget_turn(us, 202611);
	us->spent = 4999;
	save(&conf);
	assert_int_not_equal(access(in_folder("spent"), F_OK), 0);
	us->spent = 5000;
	save(&conf);
	us->spent = us->spent_saved = us->spent_month = 0;
	bal_budget_load(in_folder("spent"), &state, 202612);
	assert_int_equal(us->spent, 0);
	/* Probes before the file was read count, too. */
	us->spent = 88;
	bal_budget_load(in_folder("spent"), &state, 202611);
	assert_int_equal(us->spent, 5088);
	bal_budget_load(in_folder("spent"), &state, 202611);
	assert_int_equal(us->spent, 5088);
}

static void
a_damaged_file_is_none(void **unused)
{
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	put_text(in_folder("spent"), "eth1\neth1 202611\n\neth1 x y\n-1 -1 -1\n"
			    "eth123456789012345678901234567890 202611 5\n");
	bal_budget_load(in_folder("spent"), &state, 202611);
	assert_int_equal(us->spent, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_budget_nothing_is_slower),
		cmocka_unit_test(what_is_left_lasts_for_the_month),
		cmocka_unit_test(out_of_budget_it_is_asked_each_hour),
		cmocka_unit_test(a_new_month_begins_with_nothing_spent),
		cmocka_unit_test_setup_teardown(it_outlives_a_boot,
						make_folder, give_back),
		cmocka_unit_test_setup_teardown(a_damaged_file_is_none,
						make_folder, give_back),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
