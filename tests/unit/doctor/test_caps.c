// SPDX-License-Identifier: GPL-2.0-or-later
/* test_caps - data caps that are used up, or whose month is not known. */
#include "../doctoring.h"

static void
one_is_used_up(void **state)
{
	(void)state;
	configured("eth1", "cap", "1GB");
	known("eth1")->usage = (struct bal_usage){ .known = true,
						   .bytes = 999999999,
						   .period = 203611 };
	see();
	finds_nothing();
	known("eth1")->usage.bytes++;
	see();
	assert_string_equal(finds(BAL_SEVERITY_NOTE, "cap-used", "eth1")->what,
			    "its data cap is used up: 1.0G of 1.0G since "
			    "2036-11-01");
}

static void
the_clock_is_in_doubt(void **state)
{
	(void)state;
	configured("eth1", "cap", "1GB");
	known("eth1")->usage = (struct bal_usage){ .known = true,
						   .period = 203611,
						   .doubt_period = 203612 };
	see();
	(void)finds(BAL_SEVERITY_NOTE, "cap-clock", "eth1");
	/* A bucket has no month. */
	configured("eth1", "cap_reset", "manual");
	see();
	finds_nothing();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(one_is_used_up),
		HEALTHY(the_clock_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
