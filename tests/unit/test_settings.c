// SPDX-License-Identifier: GPL-2.0-or-later
/* test_settings - what can be said about one uplink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "settings.h"

#define ALL (~0u)

static void
set(struct bal_settings *s, const char *key, const char *text)
{
	struct bal_err err = { 0 };

	if (bal_settings_set(s, ALL, key, text, &err))
		fail_msg("%s", err.msg);
}

static size_t
number(const char *key)
{
	const char *name;

	for (size_t i = 0; (name = bal_settings_key(i)); i++)
		if (!strcmp(name, key))
			return i;
	fail_msg("no key %s", key);
	return 0;
}

static const struct {
	const char *key, *text, *printed; /* NULL: refused */
} values[] = {
	{ "gateway", "192.168.1.1", "192.168.1.1" },
	{ "gateway", "auto", "auto" },
	{ "gateway", "192.168.1.1/24", NULL },
	{ "gateway", "192.168.1.1/32", NULL },
	{ "gateway", "0.0.0.0", NULL },
	{ "gateway", "127.0.0.1", NULL },
	{ "gateway", "224.0.0.1", NULL },
	{ "gateway", "239.255.255.255", NULL },
	{ "gateway", "255.255.255.255", NULL },
	{ "gateway", "240.0.0.1", "240.0.0.1" },
	{ "gateway", "fe80::1", NULL },
	{ "gateway", "", NULL },
	{ "balance", "no", "no" },
	{ "balance", "on", "yes" },
	{ "balance", "connection", NULL },
	{ "over", "eth1", "eth1" },
	{ "over", "main", NULL },
	{ "over", "a/b", NULL },
	{ "weight", "1", "1" },
	{ "weight", "255", "255" },
	{ "weight", "0", NULL },
	{ "weight", "256", NULL },
	{ "priority", "0", "0" },
	{ "priority", "999", "999" },
	{ "priority", "1000", NULL },
	{ "openvpn", "client-eth1", "client-eth1" },
	{ "openvpn", "a@B_0.x", "a@B_0.x" },
	{ "openvpn", "../x", NULL },
	{ "openvpn", ".x", NULL },
	{ "openvpn", "a/b", NULL },
	{ "openvpn", "-x", NULL },
	{ "openvpn", "a b", NULL },
	{ "openvpn", "", NULL },
	{ "openvpn",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffggg",
	  "aaaaaaaaaabbbbbbbbbbcccccccccc"
	  "ddddddddddeeeeeeeeeeffffffffffggg" },
	{ "openvpn",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffgggg",
	  NULL },
	{ "targets", "9.9.9.9, 1.1.1.1", "9.9.9.9, 1.1.1.1" },
	{ "targets", "9.9.9.9 9.9.9.9", "9.9.9.9" },
	{ "targets", "", NULL },
	{ "targets", ",", NULL },
	{ "targets", "9.9.9.9, x", NULL },
	{ "targets", "9.9.9.0/24", NULL },
	{ "targets", "::1", NULL },
	{ "targets",
	  "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 "
	  "1.1.1.7 1.1.1.8 1.1.1.9",
	  NULL },
	{ "targets",
	  "111111111111111111111111111111111111111111111111"
	  "11111111111111111111",
	  NULL },
	{ "need", "1", "1" },
	{ "need", "8", "8" },
	{ "need", "0", NULL },
	{ "need", "9", NULL },
	{ "interval", "10ms", "10ms" },
	{ "interval", "1500ms", "1500ms" },
	{ "interval", "60m", "3600s" },
	{ "interval", "9ms", NULL },
	{ "interval", "3601s", NULL },
	{ "timeout", "60", "60s" },
	{ "timeout", "60.001", NULL },
	{ "down", "100", "100" },
	{ "down", "0", NULL },
	{ "up", "101", NULL },
	{ "up", "1", "1" },
};

static void
test_values(void **state)
{
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct bal_settings s = { 0 }, zero = { 0 };
		struct bal_err err = { 0 };
		size_t n = number(values[i].key);
		int ret = bal_settings_set(&s, ALL, values[i].key,
					   values[i].text, &err);

		if (ret != (values[i].printed ? 0 : -1))
			fail_msg("%s = %s: %d %s", values[i].key,
				 values[i].text, ret, err.msg);
		if (ret) {
			assert_memory_equal(&s, &zero, sizeof(s));
			assert_int_equal(err.kind, BAL_ECONF);
			assert_memory_equal(err.msg, values[i].key,
					    strlen(values[i].key));
			assert_null(bal_settings_get(&s, n, buf, sizeof(buf)));
			continue;
		}
		assert_int_equal(s.has, 1u << n);
		assert_ptr_equal(bal_settings_get(&s, n, buf, sizeof(buf)),
				 buf);
		assert_string_equal(buf, values[i].printed);
		/* What is printed reads as the same. */
		zero = (struct bal_settings){ 0 };
		set(&zero, values[i].key, buf);
		assert_memory_equal(&zero, &s, sizeof(s));
		/* Nothing is cut: one byte less is none at all. */
		assert_null(bal_settings_get(&s, n, buf,
					     strlen(values[i].printed)));
		assert_non_null(bal_settings_get(
			&s, n, buf, strlen(values[i].printed) + 1));
	}
}

static void
test_messages(void **state)
{
	static const struct {
		const char *key, *text, *msg;
		unsigned allowed;
	} cases[] = {
		{ "gatway", "1.1.1.1", "unknown key \"gatway\"", ALL },
		{ "weight", "1", "unknown key \"weight\"", BAL_SET_CHECK },
		{ "weight", "0", "weight \"0\" is not between 1 and 255", ALL },
		{ "weight", "x", "weight \"x\" is not a number", ALL },
		{ "gateway", "fe80::1",
		  "gateway \"fe80::1\" is IPv6, which is "
		  "not supported yet",
		  ALL },
		{ "targets", "9.9.9.9 127.1.1.1",
		  "targets \"127.1.1.1\" is a "
		  "loopback address",
		  ALL },
		{ "", "", "unknown key \"\"", ALL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_settings s = { 0 };
		struct bal_err err = { 0 };

		assert_int_equal(bal_settings_set(&s, cases[i].allowed,
						  cases[i].key, cases[i].text,
						  &err),
				 -1);
		assert_string_equal(err.msg, cases[i].msg);
	}
}

static void
test_failure_leaves_all(void **state)
{
	struct bal_settings s = bal_settings_default(), before;
	struct bal_err err;

	(void)state;
	set(&s, "targets", "9.9.9.9");
	before = s;
	assert_int_equal(
		bal_settings_set(&s, ALL, "targets", "1.1.1.1 bad", &err), -1);
	assert_memory_equal(&s, &before, sizeof(s));
}

static void
test_targets_add_up(void **state)
{
	struct bal_settings s = { 0 };
	struct bal_err err;
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	set(&s, "targets", "1.1.1.1 1.1.1.2");
	set(&s, "targets", "1.1.1.3,1.1.1.1");
	assert_string_equal(
		bal_settings_get(&s, number("targets"), buf, sizeof(buf)),
		"1.1.1.1, 1.1.1.2, 1.1.1.3");
	set(&s, "targets", "1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8");
	assert_int_equal(s.n_targets, BAL_TARGETS_MAX);
	assert_int_equal(bal_settings_set(&s, ALL, "targets", "1.1.1.9", &err),
			 -1);
	assert_int_equal(s.n_targets, BAL_TARGETS_MAX);
	/* Stale ones count only with their bit. */
	s.has = 0;
	set(&s, "targets", "2.2.2.2");
	assert_int_equal(s.n_targets, 1);
}

static void
test_longest_value_fits(void **state)
{
	struct bal_settings s = { .has = BAL_SET_TARGETS,
				  .n_targets = BAL_TARGETS_MAX };
	struct bal_err err;
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	for (size_t i = 0; i < BAL_TARGETS_MAX; i++)
		assert_int_equal(
			bal_addr_parse(
				"1111:2222:3333:4444:5555:6666:7777:8888",
				&s.targets[i], &err),
			0);
	assert_non_null(
		bal_settings_get(&s, number("targets"), buf, sizeof(buf)));
}

static void
test_defaults(void **state)
{
	struct bal_settings s = bal_settings_default();

	(void)state;
	assert_int_equal(
		s.has, (BAL_SET_UP * 2 - 1) &
			       ~(unsigned)(BAL_SET_GATEWAY | BAL_SET_OVER |
					   BAL_SET_OPENVPN | BAL_SET_TARGETS));
	assert_true(s.balance);
	assert_int_equal(s.weight, 1);
	assert_int_equal(s.priority, 100);
	assert_int_equal(s.need, 1);
	assert_int_equal(s.interval_ms, 1000);
	assert_int_equal(s.timeout_ms, 2000);
	assert_int_equal(s.down, 3);
	assert_int_equal(s.up, 2);
}

/* The bits of the header are the order of the names. */
static void
test_keys(void **state)
{
	static const struct {
		unsigned bit;
		const char *name;
	} keys[] = {
		{ BAL_SET_GATEWAY, "gateway" },
		{ BAL_SET_BALANCE, "balance" },
		{ BAL_SET_OVER, "over" },
		{ BAL_SET_WEIGHT, "weight" },
		{ BAL_SET_PRIORITY, "priority" },
		{ BAL_SET_OPENVPN, "openvpn" },
		{ BAL_SET_TARGETS, "targets" },
		{ BAL_SET_NEED, "need" },
		{ BAL_SET_INTERVAL, "interval" },
		{ BAL_SET_TIMEOUT, "timeout" },
		{ BAL_SET_DOWN, "down" },
		{ BAL_SET_UP, "up" },
	};
	const size_t n = sizeof(keys) / sizeof(*keys);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(bal_settings_key(i), keys[i].name);
		assert_int_equal(keys[i].bit, 1u << i);
	}
	assert_null(bal_settings_key(n));
	assert_null(bal_settings_key(SIZE_MAX));
}

static void
test_merge(void **state)
{
	static const char *const one[] = {
		"1.1.1.1", "no", "eth1", "7",	 "8",  "vpn-a",
		"9.9.9.9", "2",	 "11ms", "12ms", "13", "14"
	};
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	for (size_t said = 0; bal_settings_key(said); said++) {
		struct bal_settings base = bal_settings_default(), over = { 0 };
		struct bal_settings before;

		set(&base, "targets", "5.5.5.5 6.6.6.6");
		before = base;
		/* Junk in a member without its bit must not come along. */
		memset(&over, 0x01, sizeof(over));
		over.has = 0;
		bal_settings_merge(&base, &over);
		assert_memory_equal(&base, &before, sizeof(base));
		set(&over, bal_settings_key(said), one[said]);
		bal_settings_merge(&base, &over);
		for (size_t i = 0; bal_settings_key(i); i++) {
			char old[BAL_SETTING_STRLEN];
			const char *was =
				bal_settings_get(&before, i, old, sizeof(old));
			const char *is =
				bal_settings_get(&base, i, buf, sizeof(buf));

			if (i == said)
				assert_string_equal(is, one[i]);
			else if (was)
				assert_string_equal(is, was);
			else
				assert_null(is);
		}
	}
}

/* `auto` above an address is none again. */
static void
test_merge_auto(void **state)
{
	struct bal_settings base = { 0 }, over = { 0 };

	(void)state;
	set(&base, "gateway", "1.1.1.1");
	set(&over, "gateway", "auto");
	bal_settings_merge(&base, &over);
	assert_true(bal_addr_none(&base.gateway));
	assert_int_equal(base.has, BAL_SET_GATEWAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_failure_leaves_all),
		cmocka_unit_test(test_targets_add_up),
		cmocka_unit_test(test_longest_value_fits),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_auto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
