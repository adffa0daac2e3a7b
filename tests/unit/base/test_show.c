// SPDX-License-Identifier: GPL-2.0-or-later
/* test_show - spans of time and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/show.h"

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
	bal_json_begin(out);
	bal_json_string(out, "a", "x\"y\\z\n\x7f");
	bal_json_string(out, "b", "");
	bal_json_string(out, "c", NULL);
	bal_json_bool(out, "d", true);
	bal_json_bool(out, "e", false);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(buf, "{\"version\":1,\"a\":\"x\\\"y\\\\z\\u000a\\u007f\""
				 "\"b\":null\"c\":null\"d\":true\"e\":false");
}

/* Text of others, as it is printed and as JSON has it. */
static const struct {
	const char *text, *clean, *json;
} odd[] = {
	{ "", "", "" },
	{ "eth\xc3\xa9", "eth\xc3\xa9", "eth\xc3\xa9" },
	{ "\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	/* Commands to a terminal. */
	{ "\033[2J\n", "?[2J?", "\\u001b[2J\\u000a" },
	{ "a\x7f", "a?", "a\\u007f" },
	{ "\xc2\x9b", "?", "\\u009b" },
	{ "\xc2\x9f\xc2\xa0", "?\xc2\xa0", "\\u009f\xc2\xa0" },
	{ "\xe2\x80\xae" "a\xe2\x81\xa6", "?a?", "\\u202ea\\u2066" },
	/* No UTF-8: Latin-1, cut, too long, surrogates, beyond the last. */
	{ "eth\xe9", "eth?", "eth\\\\xe9" },
	{ "\x9b" "1m", "?1m", "\\\\x9b1m" },
	{ "\xe2\x82", "??", "\\\\xe2\\\\x82" },
	{ "\xe2\x82z", "??z", "\\\\xe2\\\\x82z" },
	{ "\xc0\x80", "??", "\\\\xc0\\\\x80" },
	{ "\xe0\x9f\xbf", "???", "\\\\xe0\\\\x9f\\\\xbf" },
	{ "\xed\xa0\x80", "???", "\\\\xed\\\\xa0\\\\x80" },
	{ "\xf4\x90\x80\x80", "????", "\\\\xf4\\\\x90\\\\x80\\\\x80" },
	{ "\xff", "?", "\\\\xff" },
};
#define N_ODD (sizeof(odd) / sizeof(odd[0]))

static void
test_clean(void **state)
{
	char text[32], buf[64] = "";
	FILE *out;

	(void)state;
	for (size_t i = 0; i < N_ODD; i++) {
		snprintf(text, sizeof(text), "%s", odd[i].text);
		bal_clean(text);
		assert_string_equal(text, odd[i].clean);
		out = fmemopen(buf, sizeof(buf), "w");
		assert_non_null(out);
		buf[0] = '\0';
		bal_put_clean(out, odd[i].text);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(buf, odd[i].clean);
	}
}

static void
test_json_odd(void **state)
{
	char buf[64], want[64];
	FILE *out;

	(void)state;
	for (size_t i = 0; i < N_ODD; i++) {
		out = fmemopen(buf, sizeof(buf), "w");
		assert_non_null(out);
		bal_json_text(out, odd[i].text);
		assert_int_equal(fclose(out), 0);
		snprintf(want, sizeof(want), "\"%s\"", odd[i].json);
		assert_string_equal(buf, want);
	}
}

/* Every sequence of three bytes: what is cleaned stays as it is. */
static void
test_clean_any(void **state)
{
	char text[4], again[4];

	(void)state;
	for (unsigned n = 0x808080; n <= 0xffffff; n += 7) {
		text[0] = (char)(n >> 16);
		text[1] = (char)(n >> 8);
		text[2] = (char)n;
		text[3] = '\0';
		bal_clean(text);
		memcpy(again, text, sizeof(again));
		bal_clean(again);
		assert_string_equal(again, text);
		assert_null(strstr(text, "\xc2\x9b"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_json_odd),
		cmocka_unit_test(test_clean_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
