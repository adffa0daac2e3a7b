// SPDX-License-Identifier: GPL-2.0-or-later
/* test_result - progress and round trips become figures, by the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/result.h"

static void
the_way_there_does_not_count(void **state)
{
	struct bal_measured m = { 0 };

	(void)state;
	assert_true(bal_measured_rate(&m) == 0);
	bal_measured_note(&m, 0, 1000000);
	bal_measured_note(&m, 0, 1500000);
	/* A second and a half until the first byte. */
	bal_measured_note(&m, 1000, 2500000);
	bal_measured_note(&m, 501000, 3000000);
	bal_measured_note(&m, 1001000, 3500000);
	assert_true(bal_measured_rate(&m) == 1000000);
	/* Silence after the last byte is none of its time. */
	bal_measured_note(&m, 1001000, 9000000);
	assert_true(bal_measured_rate(&m) == 1000000);
}

static void
all_at_once(void **state)
{
	struct bal_measured m = { 0 };

	(void)state;
	bal_measured_note(&m, 0, 1000000);
	bal_measured_note(&m, 5000, 1500000);
	assert_true(bal_measured_rate(&m) == 10000);
}

static void
the_median_of_round_trips(void **state)
{
	struct bal_measured m = { 0 };

	(void)state;
	assert_int_equal(bal_measured_median(&m), 0);
	bal_measured_rtt(&m, 900000);
	bal_measured_rtt(&m, 20);
	bal_measured_rtt(&m, 30);
	assert_int_equal(bal_measured_median(&m), 30);
	for (int i = 0; i < 1000; i++)
		bal_measured_rtt(&m, 5);
	assert_int_equal(m.n_rtts, BAL_MEASURE_RTTS);
	assert_int_equal(bal_measured_median(&m), 5);
}

static void
rates_in_words(void **state)
{
	char buf[BAL_RATE_STRLEN];

	(void)state;
	assert_string_equal(bal_rate_str(0, buf), "0 kbit/s");
	assert_string_equal(bal_rate_str(106250, buf), "850 kbit/s");
	assert_string_equal(bal_rate_str(1175000, buf), "9.4 Mbit/s");
	assert_string_equal(bal_rate_str(117500000, buf), "940 Mbit/s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_there_does_not_count),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(the_median_of_round_trips),
		cmocka_unit_test(rates_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
