// SPDX-License-Identifier: GPL-2.0-or-later
/* test_classless - the default gateway among static routes of a lease. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "hook/classless.h"

static const struct {
	const char *text, *gateway;
} good[] = {
	{ "0 192 168 1 1", "192.168.1.1" },
	{ "24 10 0 0 192 168 1 9 0 192 168 1 1", "192.168.1.1" },
	{ "32 10 0 0 1 192 168 1 9, 0 192,168,1,1\n", "192.168.1.1" },
	{ "1 128 10 0 0 1 9 10 128 10 0 0 2 17 10 1 2 10 0 0 3 0 1 2 3 4",
	  "1.2.3.4" },
	{ "0 1 1 1 1 0 2 2 2 2", "1.1.1.1" },
	{ "0 127 0 0 1", "127.0.0.1" },
	{ "0.0.0.0/0 192.168.1.1", "192.168.1.1" },
	{ "10.0.0.0/8 192.168.1.9 0.0.0.0/0 192.168.1.1", "192.168.1.1" },
	{ "10.0.0.1 192.168.1.9 0.0.0.0/0 1.1.1.1 0.0.0.0/0 2.2.2.2",
	  "1.1.1.1" },
	/* On the link, or no default. */
	{ "0 0 0 0 0", NULL },
	{ "0.0.0.0/0 0.0.0.0", NULL },
	{ "0 0 0 0 0 0 1 1 1 1", NULL },
	{ "8 10 192 168 1 9", NULL },
	{ "10.0.0.0/8 192.168.1.9", NULL },
	/* Half of everything each is no default either. */
	{ "1 0 1 1 1 1 1 128 1 1 1 1", NULL },
	{ "0.0.0.0/1 1.1.1.1 128.0.0.0/1 1.1.1.1", NULL },
};

static void
well_formed(void **state)
{
	struct bal_addr gateway;
	char buf[BAL_ADDR_STRLEN];
	struct bal_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		gateway = (struct bal_addr){ 0 };
		if (bal_classless_gateway(good[i].text, &gateway, &err) !=
		    (good[i].gateway != NULL))
			fail_msg("%s: %s", good[i].text, err.msg);
		if (good[i].gateway)
			assert_string_equal(bal_addr_str(&gateway, buf),
					    good[i].gateway);
		else
			assert_true(bal_addr_none(&gateway));
	}
}

static const struct {
	const char *text, *said;
} bad[] = {
	{ "", "\"\" names no route" },
	{ " ,\n", "\"\" names no route" },
	{ "0", "ends within a route" },
	{ "0 192 168 1", "ends within a route" },
	{ "0 192 168 1 1 24", "ends within a route" },
	{ "0 192 168 1 1 24 10 0 0 192 168 1", "ends within a route" },
	{ "33 1 1 1 1 1 1 1 1 1", "\"33\" is not between 0 and 32" },
	{ "0 192 168 1 256", "\"256\" is not between 0 and 255" },
	{ "0 192 168 1 -1", "\"-1\" is not a number" },
	{ "0 192 168 1 $(reboot)", "\"$(reboot)\" is not a number" },
	{ "0.0.0.0/0", "ends within a route" },
	{ "0.0.0.0/0 192.168.1.1 10.0.0.0/8", "ends within a route" },
	{ "0.0.0.0/33 192.168.1.1", "\"0.0.0.0/33\" has no valid prefix "
				    "length" },
	{ "0.0.0.0/0 x", "\"x\" is not an IP address" },
	{ "0.0.0.0/0 fe80::1", "\"fe80::1\" is not IPv4" },
	{ "0.0.0.0/0 192.168.1.1 ::/0 fe80::1", "\"::/0\" is not IPv4" },
	{ "0 192.168.1.1", "\"0\" is not an IP address" },
	{ "0 0000000000000000000000000000000000000000000000000000000000000001",
	  "has a word that is too long" },
};

/* A server wrote it: nothing of what is half good is taken. */
static void
malformed(void **state)
{
	struct bal_addr gateway = { .family = 99 };
	struct bal_err err;
	char longer[6000];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err = (struct bal_err){ 0 };
		if (bal_classless_gateway(bad[i].text, &gateway, &err) != -1)
			fail_msg("accepted: %s", bad[i].text);
		assert_string_equal(err.msg, bad[i].said);
		assert_int_equal(err.kind, BAL_ECONF);
		assert_int_equal(gateway.family, 99);
	}
	for (size_t i = 0; i < sizeof(longer) - 1; i++)
		longer[i] = i % 2 ? ' ' : '8';
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(bal_classless_gateway(longer, &gateway, &err), 0);
	longer[sizeof(longer) - 3] = '\0';
	assert_int_equal(bal_classless_gateway(longer, &gateway, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
