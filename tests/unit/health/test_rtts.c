// SPDX-License-Identifier: GPL-2.0-or-later
/* test_rtts - the histogram of round trips, and its line in the state file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "health/rtts.h"
#include "state/line.h"

static void
each_answer_is_in_one_bucket(void **state)
{
	struct bal_rtts r = { 0 };

	(void)state;
	bal_rtts_add(&r, 1);
	bal_rtts_add(&r, 1000);
	bal_rtts_add(&r, 1001);
	bal_rtts_add(&r, 2500000);
	bal_rtts_add(&r, 2500001);
	bal_rtts_add(&r, UINT32_MAX);
	assert_int_equal(r.n[0], 2);
	assert_int_equal(r.n[1], 1);
	assert_int_equal(r.n[BAL_RTT_BOUNDS - 1], 1);
	assert_int_equal(r.n[BAL_RTT_BOUNDS], 2);
	assert_int_equal(bal_rtts_count(&r), 6);
	assert_true(r.sum_us == 1 + 1000 + 1001 + UINT64_C(2500000) + 2500001 +
					UINT32_MAX);
}

/* A counter that wraps would be one that was reset. */
static void
a_full_bucket_stays_full(void **state)
{
	struct bal_rtts r = { .n[0] = UINT32_MAX, .sum_us = UINT64_MAX - 1 };
	const struct bal_rtts more = { .n[0] = 7, .n[3] = 2, .sum_us = 9 };

	(void)state;
	bal_rtts_merge(&r, &more);
	assert_true(r.n[0] == UINT32_MAX && r.sum_us == UINT64_MAX);
	assert_int_equal(r.n[3], 2);
}

static int
set(struct bal_rtts *r, const char *text)
{
	struct bal_err err;

	return bal_rtts_set(r, text, &err);
}

/* The largest line is one that the state file can have. */
static void
the_line_comes_back(void **state)
{
	struct bal_rtts full, back = { 0 };
	char text[400] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	memset(&full, 0xff, sizeof(full));
	bal_rtts_print(&full, out);
	assert_int_equal(fclose(out), 0);
	assert_true(strlen(text) < 199);
	assert_ptr_equal(strstr(text, ";= rtts = "), text);
	assert_int_equal(set(&back, text + strlen(";= rtts = ")), 0);
	assert_memory_equal(back.n, full.n, sizeof(full.n));
	assert_true(back.sum_us == full.sum_us);
}

static void
no_answer_no_line(void **state)
{
	const struct bal_rtts none = { 0 };
	char text[40] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	bal_rtts_print(&none, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "");
}

/* Lines of other versions have fewer buckets, or more. */
static void
damaged_and_other_lines(void **state)
{
	static const char *const bad[] = { "-1 2", "1 4294967296", "x",
					   "1 2 3x", "18446744073709551616",
					   "1 99999999999999999999999999" };
	struct bal_rtts r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(set(&r, bad[i]), -1);
		assert_int_equal(bal_rtts_count(&r), 0);
	}
	assert_int_equal(set(&r, "12 3"), 0);
	assert_true(r.sum_us == 12 && r.n[0] == 3 && r.n[1] == 0);
	assert_int_equal(set(&r, "12 4"), -1);
	r = (struct bal_rtts){ 0 };
	assert_int_equal(set(&r, "1 2 3 4 5 6 7 8 9 10 11 12 13 14"), 0);
	assert_int_equal(r.n[BAL_RTT_BOUNDS], 12);
}

/* A letter stands for its value and up to half of it more. */
static void
letters_are_values(void **state)
{
	(void)state;
	assert_true(bal_trace_value(bal_trace_letter(0)) == 0);
	for (uint64_t v = 1; v < UINT64_C(3000000000); v += v / 7 + 1) {
		const uint64_t back = bal_trace_value(bal_trace_letter(v));

		assert_true(back <= v && v <= back + back / 2 + 1);
		assert_int_equal(bal_trace_letter(back), bal_trace_letter(v));
	}
	assert_int_equal(bal_trace_letter(UINT64_MAX), '_');
	assert_true(bal_trace_value(BAL_TRACE_NONE) == 0);
	/* One that is never written can be in a file all the same. */
	for (int c = 0; c < 256; c++)
		assert_true(bal_trace_value((char)c) <= UINT64_C(3) << 31);
}

static void
a_sample_a_minute(void **state)
{
	struct bal_trace t = { 0 };

	(void)state;
	for (uint64_t ms = 1; ms < 120 * 60000; ms += 20000)
		bal_trace_add(&t, ms, ms, ms < 61 * 60000 ? 0 : 20000);
	assert_int_equal(strlen(t.rtt), BAL_TRACE_MAX);
	assert_int_equal(strlen(t.traffic), BAL_TRACE_MAX);
	assert_int_equal(t.rtt[BAL_TRACE_MAX - 1], bal_trace_letter(20000));
	assert_true(bal_trace_max(t.traffic) == bal_trace_value(
						bal_trace_letter(1000)));
	bal_trace_add(&t, 120 * 60000, 5, 0);
	assert_int_equal(t.rtt[BAL_TRACE_MAX - 1], BAL_TRACE_NONE);
	assert_int_equal(t.traffic[BAL_TRACE_MAX - 1], BAL_TRACE_NONE);
}

static void
the_trace_comes_back(void **state)
{
	static const char *const bad[] = { "1 2 A", "1 2 A AB", "x 2 A A",
					   "1 2 ; A", "1", "" };
	struct bal_trace t = { .at_ms = UINT64_MAX, .octets = UINT64_MAX };
	struct bal_trace back = { 0 };
	char text[400] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct bal_err err;

	(void)state;
	memset(t.rtt, '+', BAL_TRACE_MAX);
	memset(t.traffic, '-', BAL_TRACE_MAX);
	bal_trace_print(&t, out);
	assert_int_equal(fclose(out), 0);
	assert_true(strlen(text) < 199);
	assert_int_equal(bal_trace_set(&back, text + strlen(";= trace = "),
				       &err), 0);
	assert_memory_equal(&back, &t, sizeof(t));
	back = (struct bal_trace){ 0 };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bal_trace_set(&back, bad[i], &err), -1);
	assert_true(back.at_ms == 0);
	assert_int_equal(bal_trace_set(&back, "7 8", &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_in_one_bucket),
		cmocka_unit_test(a_full_bucket_stays_full),
		cmocka_unit_test(the_line_comes_back),
		cmocka_unit_test(no_answer_no_line),
		cmocka_unit_test(damaged_and_other_lines),
		cmocka_unit_test(letters_are_values),
		cmocka_unit_test(a_sample_a_minute),
		cmocka_unit_test(the_trace_comes_back),
	};

	return cmocka_run_group_tests_name("rtts", tests, NULL, NULL);
}
