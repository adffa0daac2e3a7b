// SPDX-License-Identifier: GPL-2.0-or-later
/* test_budget - bytes a month become an interval, and outlive a boot. */
#include "../states.h"

#include "plan/merge.h"
#include "state/budget.h"
#include "config/globals.h"

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

	bool due = false;

	for (size_t i = 0; i < state.n_uplinks; i++) {
		struct bal_uplink_state *us = &state.uplinks[i];

		due |= bal_budget_due(
			us, bal_uplink_settings(conf, us, us->name).budget);
	}
	if (due && bal_budget_save(in_directory("spent"), &state, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
load(void)
{
	struct bal_err err = { 0 };

	if (bal_budget_load(in_directory("spent"), &state, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct bal_conf
with_budget(void)
{
	struct bal_conf conf = { .globals = bal_globals_default() };

	conf.check.has = BAL_SET_BUDGET;
	conf.check.budget = 1000000;
	return conf;
}

static void
it_outlives_a_boot(void **unused)
{
	struct bal_conf conf = with_budget();
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	bal_budget_turn(us, 202611);
	us->spent = 4999;
	save(&conf);
	assert_int_not_equal(access(in_directory("spent"), F_OK), 0);
	us->spent = 5000;
	save(&conf);
	us->spent = us->spent_saved = us->spent_month = 0;
	/* Probes before the file was read count, too. */
	us->spent = 88;
	load();
	assert_int_equal(us->spent, 5088);
	assert_int_equal(us->spent_month, 202611);
	load();
	assert_int_equal(us->spent, 5088);
}

static void
a_damaged_file_is_none(void **unused)
{
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	put_text(in_directory("spent"),
		 "eth1\neth1 202611\n\neth1 x y\n-1 -1 -1\n"
		 "eth1 99999999999 5\neth1 202611 99999999999999999999\n"
		 "eth1 202611 -1\neth1 0 5\n"
		 "eth123456789012345678901234567890 202611 5\n");
	load();
	assert_int_equal(us->spent, 0);
}

/* A line of an uplink that is not there now: a stick comes back. */
static void
others_are_kept(void **unused)
{
	struct bal_conf conf = with_budget();
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	put_text(in_directory("spent"), "eth1 202611 1\neth2 202611 7\n"
				     "eth3 202610 8\n");
	load();
	us->spent = 5001;
	save(&conf);
	assert_text(in_directory("spent"), "eth1 202611 5001\neth2 202611 7\n");
}

/* What cannot be read just now is not written over. */
static void
an_error_keeps_the_file(void **unused)
{
	struct bal_uplink_state *us = add("eth1");
	struct bal_err err = { 0 };
	int rc[2];

	(void)unused;
	put_text(in_directory("spent"), "eth1 202611 7000\n");
	assert_int_equal(chmod(in_directory("spent"), 0), 0);
	us->spent = 5000;
	drop_root();
	rc[0] = bal_budget_load(in_directory("spent"), &state, &err);
	us->spent_month = 202611;
	rc[1] = bal_budget_save(in_directory("spent"), &state, &err);
	become_root();
	assert_int_equal(rc[0], -1);
	assert_int_equal(rc[1], -1);
	assert_int_equal(chmod(in_directory("spent"), 0644), 0);
	assert_text(in_directory("spent"), "eth1 202611 7000\n");
}

/* --- the clock ---------------------------------------------------------------- */

#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)

/* A pass that spends 1 at @now_ms, when the clock shows @date (20261121). */
static void
pass(int date, uint64_t now_ms)
{
	struct tm tm = { .tm_year = date / 10000 - 1900,
			 .tm_mon = date / 100 % 100 - 1,
			 .tm_mday = date % 100 };
	uint32_t month;

	load();
	month = bal_budget_believe(&state, mktime(&tm), now_ms);
	for (size_t i = 0; month && i < state.n_uplinks; i++)
		bal_budget_turn(&state.uplinks[i], month);
	bal_budget_spend(&state.uplinks[0], 1);
}

static void
boot(void)
{
	bal_state_fini(&state);
	add("eth1");
}

static void
assert_account(uint32_t month, uint64_t spent)
{
	assert_int_equal(state.uplinks[0].spent_month, month);
	assert_int_equal(state.uplinks[0].spent, spent);
}

static void
a_clock_before_the_build_is_not_set(void **unused)
{
	(void)unused;
	assert_int_equal(bal_budget_month(0), 0);
	assert_int_equal(bal_budget_month(86400), 0);
	assert_int_equal(bal_budget_month(-1), 0);
}

/* Not set, too early, too late, the month before, the next one: then right. */
static void
a_wrong_clock_loses_nothing(void **unused)
{
	static const int wrong[] = { 19700101, 20260131, 20261031, 20261231,
				     20360101 };

	(void)unused;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		boot();
		put_text(in_directory("spent"), "eth1 202611 5000\n");
		pass(wrong[i], HOUR);
		pass(wrong[i], HOUR + DAY - 1);
		assert_account(202611, 5002);
		pass(20261121, 2 * DAY);
		assert_account(202611, 5003);
		/* Back again, as a clock that two programs set. */
		pass(wrong[i], 2 * DAY + 1);
		pass(20261121, 2 * DAY + 2);
		assert_account(202611, 5005);
		/* And it goes on. */
		pass(20261201, 2 * DAY + 3);
		assert_account(202612, 1);
	}
}

static void
the_month_turns_at_once_where_the_clock_goes_on(void **unused)
{
	(void)unused;
	boot();
	pass(20261221, 1000);
	assert_account(202612, 1);
	pass(20261231, 2000);
	pass(20270101, 3000);
	assert_account(202701, 1);
}

/* Off for a month or more, or the record was made by a wrong clock. */
static void
a_clock_is_believed_after_a_day(void **unused)
{
	(void)unused;
	boot();
	put_text(in_directory("spent"), "eth1 202611 5000\n");
	pass(20270321, HOUR);
	pass(20270321, HOUR + DAY - 1);
	assert_account(202611, 5002);
	pass(20270321, HOUR + DAY);
	assert_account(202703, 1);
	pass(20270401, HOUR + DAY + 1);
	assert_account(202704, 1);

	boot();
	put_text(in_directory("spent"), "eth1 203601 5000\n");
	pass(20261121, HOUR);
	assert_account(203601, 5001);
	pass(20261121, HOUR + DAY);
	assert_account(202611, 5002);
	pass(20261201, HOUR + DAY + 1);
	assert_account(202612, 1);
}

/* The state may be older than the boot: no span is negative. */
static void
a_state_of_another_boot(void **unused)
{
	(void)unused;
	boot();
	put_text(in_directory("spent"), "eth1 202611 5000\n");
	pass(20270121, 5 * DAY);
	pass(20270121, HOUR);
	pass(20270121, DAY);
	assert_account(202611, 5003);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_budget_nothing_is_slower),
		cmocka_unit_test(what_is_left_lasts_for_the_month),
		cmocka_unit_test(out_of_budget_it_is_asked_each_hour),
		cmocka_unit_test(a_new_month_begins_with_nothing_spent),
		cmocka_unit_test(a_clock_before_the_build_is_not_set),
		TEST(it_outlives_a_boot),
		TEST(a_damaged_file_is_none),
		TEST(others_are_kept),
		TEST(an_error_keeps_the_file),
		TEST(a_wrong_clock_loses_nothing),
		TEST(the_month_turns_at_once_where_the_clock_goes_on),
		TEST(a_clock_is_believed_after_a_day),
		TEST(a_state_of_another_boot),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
