// SPDX-License-Identifier: GPL-2.0-or-later
/* test_usage - counters and clocks become the bytes of a period. */
#include "../states.h"

#include "state/usage.h"

#define GB UINT64_C(1000000000)
#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)

static void
counters_grow_wrap_and_restart(void **unused)
{
	(void)unused;
	assert_true(bal_usage_growth(5, 5) == 0);
	assert_true(bal_usage_growth(5, 12) == 7);
	/* 32 bits: 4294967000 + 1000. */
	assert_true(bal_usage_growth(4294967000, 704) == 1000);
	/* A driver's reset: of 64 bits, or far from the end of 32. */
	assert_true(bal_usage_growth(5 * GB, 704) == 704);
	assert_true(bal_usage_growth(GB, 704) == 704);
	/* So much in one wrap is not likely. */
	assert_true(bal_usage_growth(4294967000, 4294966000) == 4294966000);
}

static void
the_first_sample_only_begins(void **unused)
{
	struct bal_usage u = { 0 };

	(void)unused;
	bal_usage_count(&u, &(struct bal_sample){ 7, 5 * GB, GB });
	assert_true(u.known && u.bytes == 0);
	bal_usage_count(&u, &(struct bal_sample){ 7, 5 * GB + 10, GB + 3 });
	assert_true(u.bytes == 13);
	bal_usage_count(&u, &(struct bal_sample){ 7, 5 * GB + 10, GB + 3 });
	assert_true(u.bytes == 13);
}

/* A stick that was plugged in again has new counters: all of them is new. */
static void
a_device_made_again(void **unused)
{
	struct bal_usage u = { 0 };

	(void)unused;
	bal_usage_count(&u, &(struct bal_sample){ 7, 100, 100 });
	bal_usage_count(&u, &(struct bal_sample){ 8, 400, 50 });
	assert_true(u.bytes == 450);
	bal_usage_count(&u, &(struct bal_sample){ 8, 401, 51 });
	assert_true(u.bytes == 452);
}

static void
it_stops_at_the_largest_number(void **unused)
{
	struct bal_usage u = { .known = true, .bytes = UINT64_MAX - 1 };

	(void)unused;
	bal_usage_add(&u, 5);
	assert_true(u.bytes == UINT64_MAX);
}

/* --- the calendar ------------------------------------------------------------- */

/* Noon of @date, as 20261121. */
static time_t
noon(int date)
{
	struct tm tm = { .tm_year = date / 10000 - 1900,
			 .tm_mon = date / 100 % 100 - 1,
			 .tm_mday = date % 100,
			 .tm_hour = 12,
			 .tm_isdst = -1 };

	return mktime(&tm);
}

static void
periods_begin_on_a_day(void **unused)
{
	static const struct {
		int date;
		unsigned day;
		uint32_t period;
	} tries[] = {
		{ 20361101, 1, 203611 },  { 20361130, 1, 203611 },
		{ 20361114, 15, 203610 }, { 20361115, 15, 203611 },
		{ 20370101, 15, 203612 }, { 20370115, 15, 203701 },
		{ 20361129, 31, 203610 }, { 20361130, 31, 203611 },
		{ 20361230, 31, 203611 }, { 20361231, 31, 203612 },
		{ 20370227, 30, 203701 }, { 20370228, 30, 203702 },
		{ 20400228, 30, 204001 }, { 20400229, 30, 204002 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		assert_int_equal(bal_usage_period(noon(tries[i].date),
						  tries[i].day),
				 tries[i].period);
	assert_int_equal(bal_usage_period(0, 1), 0);
}

/* The clock of one boot, which began when it was noon of @date. */
static struct bal_clocks
clocks(int date, uint64_t boot_ms)
{
	return (struct bal_clocks){ .now = noon(date), .boot_ms = boot_ms };
}

static struct bal_usage
used(uint32_t period)
{
	return (struct bal_usage){ .known = true,
				   .bytes = 700,
				   .reported = 75,
				   .period = period };
}

static uint32_t
believe(struct bal_usage *u, const struct bal_clocks *c)
{
	const uint32_t period = bal_usage_believe(&state, u, 1, c);

	if (period)
		bal_usage_turn(u, period, false);
	return period;
}

static void
a_clock_that_was_not_set(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = { .now = 1000, .boot_ms = 5, .synced = true };

	(void)unused;
	assert_int_equal(believe(&u, &c), 0);
	assert_true(u.bytes == 700);
}

static void
the_same_boot_goes_on_into_the_next_period(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = clocks(20361130, DAY);

	(void)unused;
	state = (struct bal_state){ 0 };
	assert_int_equal(believe(&u, &c), 203611);
	assert_true(u.bytes == 700 && u.reported == 75);
	c = clocks(20361201, 2 * DAY + 2000);
	assert_int_equal(believe(&u, &c), 203612);
	assert_true(u.bytes == 0 && u.reported == 0);
}

/* A year ahead at boot, without NTP: nothing is forgotten for a day. */
static void
a_wrong_clock_resets_nothing(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = clocks(20371105, 5000);

	(void)unused;
	state = (struct bal_state){ 0 };
	assert_int_equal(believe(&u, &c), 0);
	c = clocks(20371106, DAY);
	assert_int_equal(believe(&u, &c), 0);
	assert_true(u.bytes == 700);
	/* Then it is set. */
	c = clocks(20361121, DAY + HOUR);
	assert_int_equal(believe(&u, &c), 203611);
	assert_true(u.bytes == 700 && !u.doubt_period);
}

/* It jumps while the box is on: that is not going on. */
static void
a_jump_is_doubted(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = clocks(20361105, HOUR);

	(void)unused;
	state = (struct bal_state){ 0 };
	assert_int_equal(believe(&u, &c), 203611);
	c = clocks(20371105, 2 * HOUR);
	assert_int_equal(believe(&u, &c), 0);
	assert_true(u.bytes == 700);
}

static void
it_is_believed_after_a_day(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = clocks(20370305, HOUR);

	(void)unused;
	state = (struct bal_state){ 0 };
	assert_int_equal(believe(&u, &c), 0);
	c.boot_ms += DAY - 1;
	assert_int_equal(believe(&u, &c), 0);
	c.boot_ms += 1;
	assert_int_equal(believe(&u, &c), 203703);
	assert_true(u.bytes == 0);
}

static void
ntp_is_believed_at_once(void **unused)
{
	struct bal_usage u = used(203611);
	struct bal_clocks c = clocks(20370305, HOUR);

	(void)unused;
	state = (struct bal_state){ 0 };
	c.synced = true;
	assert_int_equal(believe(&u, &c), 203703);
	assert_true(u.bytes == 0);
	/* The clock was ahead at the record: the bytes are of this one. */
	u = used(203711);
	assert_int_equal(believe(&u, &c), 203703);
	assert_true(u.bytes == 700);
}

static void
a_bucket_has_no_period(void **unused)
{
	struct bal_usage u = used(203611);

	(void)unused;
	bal_usage_turn(&u, 203703, true);
	assert_true(u.bytes == 700 && u.reported == 75 && u.period == 203703);
	bal_usage_reset(&u);
	assert_true(u.bytes == 0 && u.reported == 0 && u.known);
}

/* --- thresholds --------------------------------------------------------------- */

static void
each_threshold_is_news_once(void **unused)
{
	struct bal_usage u = { .known = true, .bytes = 749 };

	(void)unused;
	assert_int_equal(bal_usage_news(&u, 1000), 0);
	u.bytes = 750;
	assert_int_equal(bal_usage_news(&u, 1000), 75);
	bal_usage_reported(&u, 75);
	assert_int_equal(bal_usage_news(&u, 1000), 0);
	u.bytes = 5000;
	assert_int_equal(bal_usage_news(&u, 1000), 95);
	bal_usage_reported(&u, 95);
	assert_int_equal(bal_usage_news(&u, 1000), 100);
	bal_usage_reported(&u, 100);
	assert_int_equal(bal_usage_news(&u, 1000), 0);
	u.reported = 0;
	assert_int_equal(bal_usage_news(&u, 0), 0);
}

static void
per_cent_are_rounded_down(void **unused)
{
	struct bal_usage u = { .bytes = 999 };

	(void)unused;
	assert_int_equal(bal_usage_percent(&u, 1000), 99);
	assert_int_equal(bal_usage_percent(&u, 0), 0);
	u.bytes = UINT64_MAX;
	assert_int_equal(bal_usage_percent(&u, 1000), 999);
}

static void
a_fast_line_is_looked_at_sooner(void **unused)
{
	struct bal_usage u = { .known = true, .bytes = 0 };

	(void)unused;
	/* 750 MB at 25 MB/s are 30 s, of which half. */
	assert_true(bal_usage_next_ms(&u, GB, 25000000, 7) == 15007);
	assert_true(bal_usage_next_ms(&u, GB, GB, 7) == 1007);
	assert_true(bal_usage_next_ms(&u, GB, 1000, 7) == 0);
	assert_true(bal_usage_next_ms(&u, GB, 0, 7) == 0);
	u.bytes = GB;
	assert_true(bal_usage_next_ms(&u, GB, GB, 7) == 0);
}

static void
it_is_written_rarely(void **unused)
{
	struct bal_usage u = { .known = true, .bytes = 5, .saved = 5 };

	(void)unused;
	assert_false(bal_usage_due(&u, GB, HOUR));
	u.bytes = 5 + GB / 200 - 1;
	u.saved_ms = HOUR;
	assert_false(bal_usage_due(&u, GB, HOUR + 299999));
	assert_true(bal_usage_due(&u, GB, HOUR + 300000));
	u.bytes++;
	assert_true(bal_usage_due(&u, GB, HOUR + 1));
	assert_false(bal_usage_due(&u, 0, HOUR + 1));
	bal_usage_reset(&u);
	assert_true(bal_usage_due(&u, GB, HOUR + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_grow_wrap_and_restart),
		cmocka_unit_test(the_first_sample_only_begins),
		cmocka_unit_test(a_device_made_again),
		cmocka_unit_test(it_stops_at_the_largest_number),
		cmocka_unit_test(periods_begin_on_a_day),
		cmocka_unit_test(a_clock_that_was_not_set),
		cmocka_unit_test(the_same_boot_goes_on_into_the_next_period),
		cmocka_unit_test(a_wrong_clock_resets_nothing),
		cmocka_unit_test(a_jump_is_doubted),
		cmocka_unit_test(it_is_believed_after_a_day),
		cmocka_unit_test(ntp_is_believed_at_once),
		cmocka_unit_test(a_bucket_has_no_period),
		cmocka_unit_test(each_threshold_is_news_once),
		cmocka_unit_test(per_cent_are_rounded_down),
		cmocka_unit_test(a_fast_line_is_looked_at_sooner),
		cmocka_unit_test(it_is_written_rarely),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
