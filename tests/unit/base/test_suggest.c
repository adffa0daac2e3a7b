// SPDX-License-Identifier: GPL-2.0-or-later
/* test_suggest - the word that somebody may have meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "config/settings.h"

static const char *
nearest_key(const char *typed)
{
	const char *best = NULL, *key;

	for (size_t i = 0; (key = bal_settings_key(i)); i++)
		best = bal_suggest_nearer(typed, best, key);
	return best;
}

static void
a_slip_is_found(void **state)
{
	static const char *const slips[][2] = {
		{ "gatway", "gateway" },     /* left out */
		{ "intervall", "interval" }, /* added */
		{ "weighz", "weight" },	     /* another */
		{ "wieght", "weight" },	     /* swapped */
		{ "dwon", "down" },
		{ "ovre", "over" },
		{ "upp", "up" },
		{ "eneed", "need" },
		{ "tagret", "targets" },
		{ "faiback_drian", "failback_drain" },
		{ "Gateway", "gateway" },
		{ "TIMEOUT-MIN", "timeout_min" },
		{ "timeout_max", "timeout_min" },
		{ "weight", "weight" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++)
		assert_string_equal(nearest_key(slips[i][0]), slips[i][1]);
}

static void
anything_else_is_not(void **state)
{
	static const char *const words[] = {
		"",
		"x",
		"ip",
		"metric",
		"enable",
		"tagre",
		"faibakc_drian",
		"gatewaygateway",
	};
	char huge[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_null(nearest_key(words[i]));
	memset(huge, 'a', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_null(bal_suggest_nearer(huge, NULL, huge));
	huge[31] = '\0';
	assert_ptr_equal(bal_suggest_nearer(huge, NULL, huge), huge);
	huge[31] = 'a';
	huge[32] = '\0';
	assert_null(bal_suggest_nearer(huge, NULL, huge));
}

static void
the_nearest_wins(void **state)
{
	(void)state;
	assert_string_equal(bal_suggest_nearer("stable", "stable_max", "table"),
			    "table");
	assert_string_equal(bal_suggest_nearer("abcdefgh", "abcdefg", "abcdefg_"),
			    "abcdefg"); /* of equals the first */
	assert_string_equal(bal_suggest_nearer("abcdefgh", "abcdef", "abcdefg"),
			    "abcdefg");
	assert_string_equal(bal_suggest_nearer("abcdefgh", "abcdefg", "abcdef"),
			    "abcdefg");
	assert_string_equal(bal_suggest_nearer("abcdefgh", "abcdefg", "x"), "abcdefg");
	assert_null(bal_suggest_nearer("abcdefgh", "y", "x"));
}

/* There is one way from a word to another and back. */
static void
both_ways_are_equal(void **state)
{
	const char *a, *b;

	(void)state;
	for (size_t i = 0; (a = bal_settings_key(i)); i++)
		for (size_t j = 0; (b = bal_settings_key(j)); j++)
			assert_int_equal(bal_suggest_nearer(a, NULL, b) != NULL,
					 bal_suggest_nearer(b, NULL, a) != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_is_found),
		cmocka_unit_test(anything_else_is_not),
		cmocka_unit_test(the_nearest_wins),
		cmocka_unit_test(both_ways_are_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
