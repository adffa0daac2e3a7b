// SPDX-License-Identifier: GPL-2.0-or-later
/* test_show - spans of time and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "show.h"

static void
test_span(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "0s" },
		{ 999, "0s" },
		{ 59999, "59s" },
		{ 60000, "1m00s" },
		{ 3599999, "59m59s" },
		{ 3600000, "1h00m" },
		{ 86399999, "23h59m" },
		{ 86400000, "1d00h" },
		{ UINT64_MAX, "213503982334d14h" },
	};
	char buf[BAL_SPAN_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(bal_span_str(cases[i].ms, buf, sizeof(buf)),
				    cases[i].text);
}

static void
test_json(void **state)
{
	char buf[200];
	FILE *out = fmemopen(buf, sizeof(buf), "w");

	(void)state;
	assert_non_null(out);
	bal_json_string(out, "a", "x\"y\\z\n\x7f\xc3");
	bal_json_string(out, "b", "");
	bal_json_string(out, "c", NULL);
	bal_json_bool(out, "d", true);
	bal_json_bool(out, "e", false);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(buf, "\"a\":\"x\\\"y\\\\z\\u000a\\u007f\\u00c3\""
				 "\"b\":null\"c\":null\"d\":true\"e\":false");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
