// SPDX-License-Identifier: GPL-2.0-or-later
/* test_text - reading numbers, times and names that people wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

#define UNTOUCHED 0x5a5a5a5aU

static void
test_u32(void **state)
{
	static const struct {
		const char *text;
		uint32_t min, max, value;
		const char *msg; /* NULL: it is good */
	} cases[] = {
		{ "0", 0, 255, 0, NULL },
		{ "255", 1, 255, 255, NULL },
		{ "010", 0, 255, 10, NULL },
		{ "08", 0, 255, 8, NULL },
		{ "0x1f", 0, 255, 31, NULL },
		{ "0XfF", 0, 255, 255, NULL },
		{ "4294967295", 0, UINT32_MAX, UINT32_MAX, NULL },
		{ "0xffffffff", 0, UINT32_MAX, UINT32_MAX, NULL },
		{ "000000000000000000000000000007", 0, 9, 7, NULL },
		{ "abc", 1, 255, 0, "\"abc\" is not a number" },
		{ "300", 1, 255, 0, "\"300\" is not between 1 and 255" },
		{ "0", 1, 255, 0, "\"0\" is not between 1 and 255" },
		{ "4294967296", 0, UINT32_MAX, 0,
		  "\"4294967296\" is not between 0 and 4294967295" },
		{ "18446744073709551617", 0, UINT32_MAX, 0,
		  "\"18446744073709551617\" is not between 0 and 4294967295" },
		{ "0x100000000", 0, UINT32_MAX, 0,
		  "\"0x100000000\" is not between 0 and 4294967295" },
		{ "", 0, 9, 0, "\"\" is not a number" },
		{ " 1", 0, 9, 0, "\" 1\" is not a number" },
		{ "1 ", 0, 9, 0, "\"1 \" is not a number" },
		{ "+1", 0, 9, 0, "\"+1\" is not a number" },
		{ "-1", 0, 9, 0, "\"-1\" is not a number" },
		{ "0x", 0, 9, 0, "\"0x\" is not a number" },
		{ "0x-1", 0, 9, 0, "\"0x-1\" is not a number" },
		{ "1.5", 0, 9, 0, "\"1.5\" is not a number" },
		{ "1a", 0, 99, 0, "\"1a\" is not a number" },
		{ "0xg", 0, 99, 0, "\"0xg\" is not a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_err err = { 0 };
		uint32_t n = UNTOUCHED;
		int ret = bal_parse_u32(cases[i].text, cases[i].min,
					cases[i].max, &n, &err);

		assert_int_equal(ret, cases[i].msg ? -1 : 0);
		assert_int_equal(n, cases[i].msg ? UNTOUCHED : cases[i].value);
		assert_string_equal(err.msg, cases[i].msg ? cases[i].msg : "");
		assert_int_equal(err.kind, cases[i].msg ? BAL_ECONF : BAL_EOK);
	}
}

static void
test_bool(void **state)
{
	static const char *const words[][2] = { { "no", "yes" },
						{ "false", "true" },
						{ "off", "on" },
						{ "0", "1" } };
	static const char *const bad[] = { "",	 "Yes", "y",	"n",
					   "01", "2",	"yes ", "enable" };
	struct bal_err err = { 0 };
	bool value;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		for (size_t j = 0; j < 2; j++) {
			value = !j;
			assert_int_equal(
				bal_parse_bool(words[i][j], &value, &err), 0);
			assert_int_equal(value, j);
		}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (size_t j = 0; j < 2; j++) {
			value = j;
			assert_int_equal(bal_parse_bool(bad[i], &value, &err),
					 -1);
			assert_int_equal(value, j);
			assert_non_null(strstr(err.msg, bad[i]));
		}
}

static const struct {
	const char *text;
	uint32_t ms; /* UNTOUCHED: refused */
} spans[] = {
	{ "250ms", 250 },
	{ "1s", 1000 },
	{ "2.5s", 2500 },
	{ "3m", 180000 },
	{ "10", 10000 },
	{ "0.25", 250 },
	{ "1.5m", 90000 },
	{ "010ms", 10 },
	{ "0.010s", 10 },
	{ "0.001000000m", 60 },
	{ "10.000s", 10000 },
	{ "3600000ms", 3600000 },
	{ "60m", 3600000 },
	{ "60min", 3600000 },
	{ "0.5min", 30000 },
	{ "1h", 3600000 },
	{ "0.0001h", 360 },
	{ "60.1m", UNTOUCHED },
	{ "1.1h", UNTOUCHED },
	{ "1192.05h", UNTOUCHED }, /* nearly 2^32 ms */
	{ "1193.05h", UNTOUCHED }, /* and a bit more */
	{ "9999999999999999h", UNTOUCHED },
	{ "18446744073709551616h", UNTOUCHED },
	{ "9ms", UNTOUCHED },
	{ "0", UNTOUCHED },
	{ "3601", UNTOUCHED },
	{ "99999999999999999999s", UNTOUCHED },
	{ "71582789m", UNTOUCHED }, /* 2^32 ms and a bit */
	{ "2.5ms", UNTOUCHED },
	{ "1.0005s", UNTOUCHED },
	{ "0.0000000001m", UNTOUCHED },
	{ "", UNTOUCHED },
	{ "s", UNTOUCHED },
	{ ".5s", UNTOUCHED },
	{ "1.s", UNTOUCHED },
	{ "1 s", UNTOUCHED },
	{ " 1s", UNTOUCHED },
	{ "1s ", UNTOUCHED },
	{ "-1s", UNTOUCHED },
	{ "+1s", UNTOUCHED },
	{ "1hour", UNTOUCHED },
	{ "1mi", UNTOUCHED },
	{ "1d", UNTOUCHED },
	{ "1S", UNTOUCHED },
	{ "0x10", UNTOUCHED },
	{ "1e3", UNTOUCHED },
	{ "1.5.5s", UNTOUCHED },
	{ "1mss", UNTOUCHED },
};

static void
test_ms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
		struct bal_err err = { 0 };
		uint32_t ms = UNTOUCHED;
		int ret = bal_parse_ms(spans[i].text, 10, 3600000, &ms, &err);

		if (ms != spans[i].ms || ret != (ms == UNTOUCHED ? -1 : 0))
			fail_msg("\"%s\": %d, %u", spans[i].text, ret, ms);
		if (ret < 0)
			assert_non_null(strstr(err.msg, spans[i].text));
	}
}

static void
test_ms_messages(void **state)
{
	struct bal_err err = { 0 };
	uint32_t ms;

	(void)state;
	assert_int_equal(bal_parse_ms("5", 10000, 86400000, &ms, &err), -1);
	assert_string_equal(err.msg, "\"5\" is not between 10s and 86400s");
	assert_int_equal(bal_parse_ms("0", 10, 1500, &ms, &err), -1);
	assert_string_equal(err.msg, "\"0\" is not between 10ms and 1500ms");
	assert_int_equal(bal_parse_ms("1 h", 0, 1, &ms, &err), -1);
	assert_string_equal(err.msg, "\"1 h\" is not a time like 250ms, 2.5s, "
				     "3min or 1h");
}

static void
test_bytes(void **state)
{
	static const uint64_t untouched = 0x5a5a5a5a5a5a5a5a;
	static const struct {
		const char *text;
		uint64_t bytes; /* 0: refused */
		const char *printed;
	} cases[] = {
		{ "1000", 1000, "1kB" },
		{ "1001", 1001, "1001" },
		{ "1kB", 1000, "1kB" },
		{ "1.001kB", 1001, "1001" },
		{ "1.5MB", 1500000, "1500kB" },
		{ "20MB", 20000000, "20MB" },
		{ "5000000000", 5000000000, "5GB" },
		{ "1000000GB", 1000000000000000, "1000000GB" },
		{ "1000000000000000", 1000000000000000, "1000000GB" },
		{ "999", 0, NULL },
		{ "1000000.1GB", 0, NULL },
		{ "1000000000000001", 0, NULL },
		{ "18446744073709551616", 0, NULL },
		{ "18446744073709551616GB", 0, NULL },
		{ "18446744074GB", 0, NULL },
		{ "1.0005kB", 0, NULL },
		{ "1000.5", 0, NULL },
		{ "", 0, NULL },
		{ "kB", 0, NULL },
		{ "5 MB", 0, NULL },
		{ "5mb", 0, NULL },
		{ "5KB", 0, NULL },
		{ "5kBs", 0, NULL },
		{ "-5kB", 0, NULL },
		{ "5ms", 0, NULL },
		{ "0x1000", 0, NULL },
	};
	char buf[BAL_QUANTITY_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_err err = { 0 };
		uint64_t n = untouched;
		int ret = bal_parse_bytes(cases[i].text, 1000, 1000000000000000,
					  &n, &err);

		if (ret != (cases[i].bytes ? 0 : -1))
			fail_msg("\"%s\": %d", cases[i].text, ret);
		if (ret < 0) {
			assert_true(n == untouched);
			assert_non_null(strstr(err.msg, cases[i].text));
			continue;
		}
		assert_true(n == cases[i].bytes);
		assert_string_equal(bal_bytes_str(n, buf), cases[i].printed);
	}
	assert_string_equal(bal_bytes_str(0, buf), "0");
	assert_string_equal(bal_bytes_str(UINT64_MAX, buf),
			    "18446744073709551615");
}

static void
test_printable(void **state)
{
	static const struct {
		const char *text, *msg; /* NULL: it is good */
	} cases[] = {
		{ "", NULL },
		{ "a", NULL },
		{ "a b = [c]; #~", NULL },
		{ "a;b", NULL },
		{ "a ;b", "\"a ;b\" has a semicolon that begins a comment" },
		{ ";a", "\";a\" has a semicolon that begins a comment" },
		{ " a", "\" a\" has a blank at an end" },
		{ "a ", "\"a \" has a blank at an end" },
		{ " ", "\" \" has a blank at an end" },
		{ "\"a\"", "\"\"a\"\" has a quote" },
		{ "it's", "\"it's\" has a quote" },
		{ "a\nb",
		  "has a character that is not printable ASCII (0x0a)" },
		{ "a\tb",
		  "has a character that is not printable ASCII (0x09)" },
		{ "\x7f",
		  "has a character that is not printable ASCII (0x7f)" },
		{ "\xc3\xbc",
		  "has a character that is not printable ASCII (0xc3)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_err err = { 0 };
		int ret = bal_check_printable(cases[i].text, &err);

		assert_int_equal(ret, cases[i].msg ? -1 : 0);
		assert_string_equal(err.msg, cases[i].msg ? cases[i].msg : "");
	}
}

static void
test_ifname(void **state)
{
	static const char *const good[] = {
		"eth0",	     "a",     "123456789012345",
		"wlan0.5",   "...",   "-x",
		"e@h",	     "main0", "Main",
		"\xc3\xa9t", "a]b",   "a;b",
		"0x1"
	};
	static const char *const bad[] = {
		"",	   ".",	    "..",	"1234567890123456",
		"a/b",	   "a:b",   "a b",	"a\tb",
		"a\nb",	   "a\rb",  "a\vb",	"a\fb",
		"main",	   "local", "default",	"balancing",
		"a\x1b[m", "a\x7f", "\xc3\xa0", "/",
		";a",
	};
	struct bal_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (bal_check_ifname(good[i], &err))
			fail_msg("%s", err.msg);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (bal_check_ifname(bad[i], &err) != -1)
			fail_msg("\"%s\" was accepted", bad[i]);
}

static void
test_copy(void **state)
{
	char buf[8] = "before";

	(void)state;
	assert_int_equal(bal_copy(buf, 5, "four"), 0);
	assert_string_equal(buf, "four");
	assert_int_equal(bal_copy(buf, 5, "fives"), -1);
	assert_string_equal(buf, "");
	assert_int_equal(bal_copy(buf, 1, ""), 0);
	buf[0] = 'x';
	assert_int_equal(bal_copy(buf, 0, ""), -1);
	assert_int_equal(buf[0], 'x');
}

static void
test_next_word(void **state)
{
	const char *list = " a,, bc\t,def ,toolong,g";
	char word[5];

	(void)state;
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 1);
	assert_string_equal(word, "a");
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 1);
	assert_string_equal(word, "bc");
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 1);
	assert_string_equal(word, "def");
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), -1);
	assert_string_equal(word, "");
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 1);
	assert_string_equal(word, "g");
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 0);
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 0);
	list = " ,\t, ";
	assert_int_equal(bal_next_word(&list, word, sizeof(word)), 0);
	assert_string_equal(list, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u32),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_ms),
		cmocka_unit_test(test_ms_messages),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_ifname),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_next_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
