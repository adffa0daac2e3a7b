// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf - OpenVPN's words; what is expected, 2.6.14 was seen to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "openvpn/conf.h"

/* Every option as "word|word\n", "!\n" for a line that is refused. */
static const char *
read_all(const char *text, size_t len)
{
	static char out[8192];
	struct bal_ovpn_reader r;
	struct bal_ovpn_option o;
	struct bal_err err;
	size_t at = 0;
	int rc;

	out[0] = '\0';
	bal_ovpn_begin(&r, text, len);
	while ((rc = bal_ovpn_next(&r, &o, &err)) != 0) {
		if (rc < 0)
			at += (size_t)snprintf(out + at, sizeof(out) - at,
					       "!\n");
		for (int i = 0; rc > 0 && i < o.n; i++)
			at += (size_t)snprintf(out + at, sizeof(out) - at,
					       "%s%s", o.words[i],
					       i + 1 < o.n ? "|" : "\n");
		assert_true(at < sizeof(out));
	}
	return out;
}

static void
reads(const char *text, const char *want)
{
	assert_string_equal(read_all(text, strlen(text)), want);
}

static void
test_words(void **state)
{
	(void)state;
	reads("", "");
	reads("\n \n\t\r\n", "");
	reads("local 1.2.3.4", "local|1.2.3.4\n");
	reads("local 1.2.3.4\n", "local|1.2.3.4\n");
	reads("\t local \t 1.2.3.4 \r\nport 1\r\n", "local|1.2.3.4\nport|1\n");
	reads("--local 1.2.3.4\n", "local|1.2.3.4\n");
	reads("\xef\xbb\xbflocal 1\n", "local|1\n");
	reads("a b c d e f g h i j k l m n o p q r\n",
	      "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p\n");
}

static void
test_quotes(void **state)
{
	(void)state;
	reads("local \"1 2\"\n", "local|1 2\n");
	reads("local '1 \"2'\n", "local|1 \"2\n");
	reads("local \"1\"x\n", "local|1|x\n");
	reads("local 1\"2\n", "local|1\"2\n");
	reads("local \"\"\n", "local|\n");
	reads("local \"1\n", "!\n");
	reads("local '1\n", "!\n");
	reads("local 1\\ 2\n", "local|1 2\n");
	reads("local \\\"1\n", "local|\"1\n");
	reads("local \"1\\\"2\"\n", "local|1\"2\n");
	reads("local a\\\\b\n", "local|a\\b\n");
	reads("local 'a\\b'\n", "local|a\\b\n");
	reads("local a\\b\n", "!\n");
	reads("local a\\", "!\n");
}

static void
test_comments(void **state)
{
	(void)state;
	reads("# local 1\n;local 1\n  ; x\n", "");
	reads("local 1 # x\n", "local|1\n");
	reads("local 1 ;x\n", "local|1\n");
	reads("local 1;x\n", "local|1;x\n");
	reads("local 1#x\n", "local|1#x\n");
	reads("local '1'#x\n", "local|1\n");
	reads("\\#local 1\n", "");
}

static void
test_inline(void **state)
{
	struct bal_ovpn_option o;
	struct bal_ovpn_reader r;
	struct bal_err err;
	const char *text = "<connection>\nlocal 2\n</connection>\nlocal 3\n";

	(void)state;
	reads("<ca>\nlocal 9\n</ca>\nlocal 1\n", "local|1\n");
	reads("<ca>\n</cb>\nlocal 9\n  </ca> x\nlocal 1\n", "local|1\n");
	reads("<ca>\nlocal 9\n", "");
	reads("<ca> x\nlocal 1\n", "<ca>|x\nlocal|1\n");
	reads("<>\nlocal 1\n", "<>\nlocal|1\n");
	bal_ovpn_begin(&r, text, strlen(text));
	assert_int_equal(bal_ovpn_next(&r, &o, &err), 1);
	assert_true(o.in_connection);
	assert_string_equal(o.words[1], "2");
	assert_int_equal(bal_ovpn_next(&r, &o, &err), 1);
	assert_false(o.in_connection);
	assert_int_equal(o.line, 4);
	assert_int_equal(bal_ovpn_next(&r, &o, &err), 0);
}

static void
test_long_lines(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 400, "\nlocal 1\n", 9);
	assert_string_equal(read_all(text, 409), "!\nlocal|1\n");
	/* As many words as fit, each with a NUL behind it. */
	for (size_t i = 0; i < 254; i++)
		text[i] = i % 2 ? ' ' : 'a';
	assert_string_equal(read_all(text, 254),
			    "a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a\n");
	memset(text, '"', sizeof(text));
	(void)read_all(text, 254);
	memset(text, '<', sizeof(text));
	text[253] = '>';
	assert_non_null(strchr(read_all(text, 254), '>'));
}

/* Whatever stands there, words lie inside the option and end. */
static void
test_any_text(void **state)
{
	static const char some[] = "a1 \t\"'\\;#<>/\n\r-\0local";
	uint32_t random = 1;
	char text[300];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % sizeof(text);
		struct bal_ovpn_reader r;
		struct bal_ovpn_option o;
		struct bal_err err;
		int rc;

		for (size_t i = 0; i < len; i++) {
			random = random * 1103515245 + 12345;
			text[i] = some[(random >> 16) % sizeof(some)];
		}
		bal_ovpn_begin(&r, text, len);
		while ((rc = bal_ovpn_next(&r, &o, &err)) != 0)
			for (int i = 0; rc > 0 && i < o.n; i++) {
				assert_in_range(
					(uintptr_t)o.words[i],
					(uintptr_t)o.text,
					(uintptr_t)(o.text + sizeof(o.text)));
				assert_true(strlen(o.words[i]) <
					    BAL_OVPN_LINE_MAX);
			}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
