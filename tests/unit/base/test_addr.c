// SPDX-License-Identifier: GPL-2.0-or-later
/* test_addr - an IP address or prefix that knows its family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "base/addr.h"

static struct bal_addr
addr(const char *text)
{
	struct bal_err err = { 0 };
	struct bal_addr a = { 0 };

	if (bal_addr_parse(text, &a, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

/* Every parser leaves @out alone when it refuses. */
static void
assert_refused(int (*parse)(const char *, struct bal_addr *, struct bal_err *),
	       const char *text)
{
	struct bal_addr before, a;
	struct bal_err err = { 0 };

	memset(&before, 0x5a, sizeof(before));
	memcpy(&a, &before, sizeof(a));
	if (parse(text, &a, &err) != -1)
		fail_msg("\"%s\" was accepted", text);
	assert_memory_equal(&a, &before, sizeof(a));
	assert_int_equal(err.kind, BAL_ECONF);
	if (strlen(text) < 80)
		assert_non_null(strstr(err.msg, text));
}

static void
test_parse(void **state)
{
	static const struct {
		const char *text, *printed;
		int family;
		unsigned len;
	} good[] = {
		{ "192.168.1.1", "192.168.1.1", AF_INET, 32 },
		{ "192.168.1.1/32", "192.168.1.1", AF_INET, 32 },
		{ "192.168.1.1/24", "192.168.1.1/24", AF_INET, 24 },
		{ "0.0.0.0/0", "default", AF_INET, 0 },
		{ "0.0.0.0", "0.0.0.0", AF_INET, 32 },
		{ "1.2.3.4/0", "1.2.3.4/0", AF_INET, 0 },
		{ "255.255.255.255", "255.255.255.255", AF_INET, 32 },
		{ "::", "::", AF_INET6, 128 },
		{ "::/0", "default", AF_INET6, 0 },
		{ "2001:DB8::1/64", "2001:db8::1/64", AF_INET6, 64 },
		{ "fe80::1", "fe80::1", AF_INET6, 128 },
		{ "::ffff:1.2.3.4/96", "::ffff:1.2.3.4/96", AF_INET6, 96 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888/127",
		  "1111:2222:3333:4444:5555:6666:7777:8888/127", AF_INET6,
		  127 },
	};
	char buf[BAL_ADDR_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct bal_addr a = addr(good[i].text);

		assert_int_equal(a.family, good[i].family);
		assert_int_equal(a.len, good[i].len);
		assert_ptr_equal(bal_addr_str(&a, buf), buf);
		assert_string_equal(buf, good[i].printed);
	}
}

static void
test_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"1.2.3.-4",
		" 1.2.3.4",
		"1.2.3.4 ",
		"1.2.3.4/",
		"1.2.3.4/33",
		"1.2.3.4/-1",
		"1.2.3.4/+8",
		"1.2.3.4/0x8",
		"1.2.3.4/ 8",
		"1.2.3.4/8/8",
		"1.2.3.4/4294967304",
		"1.2.3.4/255.255.255.0",
		"01.2.3.4",
		"0x1.2.3.4",
		"1.2.3.4%eth0",
		"fe80::1%eth0",
		"::1/129",
		":::",
		"1::2::3",
		"12345::",
		"default",
		"auto",
		"/24",
		"localhost",
		"::ffff:1.2.3.4.5",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999",
		"11111111111111111111111111111111111111111111111111111111111",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bal_addr_parse, bad[i]);
}

static void
test_prefix_parse(void **state)
{
	static const char *const good[] = { "10.0.0.0/8",    "default",
					    "10.1.2.3",	     "192.168.1.128/25",
					    "2001:db8::/32", "128.0.0.0/1" };
	static const char *const bad[] = { "10.0.0.1/8",     "192.168.1.129/25",
					   "2001:db8::1/64", "64.0.0.0/1",
					   "Default",	     "",
					   "1.2.3.4/0" };
	char buf[BAL_ADDR_STRLEN];
	struct bal_err err = { 0 };
	struct bal_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(bal_prefix_parse(good[i], &a, &err), 0);
		assert_string_equal(bal_addr_str(&a, buf), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bal_prefix_parse, bad[i]);
	assert_int_equal(bal_prefix_parse("10.9.8.7/8", &a, &err), -1);
	assert_non_null(strstr(err.msg, "10.0.0.0/8"));
}

static void
test_raw(void **state)
{
	static const uint8_t bytes[16] = { 10, 1, 2, 3 };
	static const struct {
		int family;
		size_t size;
		unsigned len;
		bool good;
	} cases[] = {
		{ AF_INET, 4, 32, true },     { AF_INET, 4, 0, true },
		{ AF_INET6, 16, 128, true },  { AF_INET, 16, 32, false },
		{ AF_INET6, 4, 32, false },   { AF_INET, 4, 33, false },
		{ AF_INET6, 16, 129, false }, { AF_UNIX, 4, 32, false },
		{ AF_UNSPEC, 0, 0, false },   { AF_INET, 0, 0, false },
	};
	struct bal_addr expected = addr("10.1.2.3");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_addr a = bal_addr_raw(cases[i].family, bytes,
						 cases[i].size, cases[i].len);

		assert_int_equal(!bal_addr_none(&a), cases[i].good);
	}
	expected.len = 9;
	struct bal_addr a = bal_addr_raw(AF_INET, bytes, 4, 9);
	assert_int_equal(bal_addr_cmp(&a, &expected), 0);
}

static void
test_any_host_network(void **state)
{
	static const struct {
		const char *text, *network, *host;
	} cases[] = {
		{ "192.168.1.77/24", "192.168.1.0/24", "192.168.1.77" },
		{ "192.168.1.77/31", "192.168.1.76/31", "192.168.1.77" },
		{ "192.168.1.77", "192.168.1.77", "192.168.1.77" },
		{ "255.255.255.255/1", "128.0.0.0/1", "255.255.255.255" },
		{ "1.2.3.4/0", "default", "1.2.3.4" },
		{ "2001:db8:1:2:3::4/36", "2001:db8::/36",
		  "2001:db8:1:2:3::4" },
	};
	char buf[BAL_ADDR_STRLEN];
	struct bal_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_addr in = addr(cases[i].text);

		a = bal_addr_network(&in);
		assert_string_equal(bal_addr_str(&a, buf), cases[i].network);
		a = bal_addr_host(&in);
		assert_string_equal(bal_addr_str(&a, buf), cases[i].host);
		assert_true(bal_addr_is_host(&a));
		assert_string_equal(bal_addr_host_str(&in, buf), cases[i].host);
	}
	a = bal_addr_any(AF_INET6);
	assert_string_equal(bal_addr_str(&a, buf), "default");
	assert_int_equal(a.family, AF_INET6);
	assert_false(bal_addr_is_host(&a));
	assert_int_equal(bal_addr_bits(AF_INET), 32);
	assert_int_equal(bal_addr_bits(AF_INET6), 128);
}

static void
test_none(void **state)
{
	struct bal_addr none = { 0 }, a = addr("0.0.0.0"), b;
	char buf[BAL_ADDR_STRLEN];

	(void)state;
	assert_true(bal_addr_none(&none));
	assert_false(bal_addr_none(&a));
	assert_false(bal_addr_is_host(&none));
	assert_string_equal(bal_addr_str(&none, buf), "-");
	assert_string_equal(bal_addr_host_str(&none, buf), "-");
	b = bal_addr_host(&none);
	assert_true(bal_addr_none(&b));
	b = bal_addr_network(&none);
	assert_true(bal_addr_none(&b));
	b = bal_addr_any(AF_UNIX);
	assert_true(bal_addr_none(&b));
	assert_false(bal_addr_in(&none, &none));
	assert_false(bal_addr_in(&none, &a));
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static void
test_cmp(void **state)
{
	static const char *const ascending[] = {
		"0.0.0.0/0", "0.0.0.0",	  "9.255.255.255", "10.0.0.0/8",
		"10.0.0.0",  "200.0.0.0", "::/0",	   "::",
		"::1",	     "ff::",
	};
	const size_t n = sizeof(ascending) / sizeof(*ascending);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			struct bal_addr a = addr(ascending[i]);
			struct bal_addr b = addr(ascending[j]);

			assert_int_equal(sign(bal_addr_cmp(&a, &b)),
					 (i > j) - (i < j));
		}
}

static void
test_in_and_same_host(void **state)
{
	static const struct {
		const char *a, *net;
		bool in, same;
	} cases[] = {
		{ "192.168.1.7", "192.168.1.0/24", true, false },
		{ "192.168.2.7", "192.168.1.0/24", false, false },
		{ "192.168.1.7", "192.168.1.7/24", true, true },
		{ "192.168.1.7", "192.168.1.7", true, true },
		{ "192.168.1.6", "192.168.1.7/31", true, false },
		{ "192.168.1.8", "192.168.1.7/31", false, false },
		{ "1.2.3.4", "0.0.0.0/0", true, false },
		{ "1.2.3.4", "::/0", false, false },
		{ "::1", "0.0.0.0/0", false, false },
		{ "0.0.0.0", "::", false, false },
		{ "2001:db8::1", "2001:db8::/127", true, false },
		{ "2001:db8::2", "2001:db8::/127", false, false },
		{ "2001:db8::2", "2001:db8::2/128", true, true },
		{ "128.0.0.1", "0.0.0.0/1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_addr a = addr(cases[i].a), net = addr(cases[i].net);

		assert_int_equal(bal_addr_in(&a, &net), cases[i].in);
		assert_int_equal(bal_addr_same_host(&a, &net), cases[i].same);
	}
}

static void
test_of_socket(void **state)
{
	static const uint32_t none[4];
	const char *const six[][2] = {
		{ "2001:db8::2", "2001:db8::2" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
	};
	struct bal_addr a = addr("192.0.2.1"), got;

	(void)state;
	got = bal_addr_of_socket(AF_INET, a.bytes);
	assert_int_equal(bal_addr_cmp(&got, &a), 0);
	got = bal_addr_of_socket(AF_INET6, none);
	assert_int_equal(got.family, AF_INET6);
	for (size_t i = 0; i < sizeof(six) / sizeof(*six); i++) {
		struct bal_addr raw = addr(six[i][0]), want = addr(six[i][1]);

		got = bal_addr_of_socket(AF_INET6, raw.bytes);
		assert_int_equal(bal_addr_cmp(&got, &want), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_prefix_parse),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_any_host_network),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_cmp),
		cmocka_unit_test(test_in_and_same_host),
		cmocka_unit_test(test_of_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
