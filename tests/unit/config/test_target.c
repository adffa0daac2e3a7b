// SPDX-License-Identifier: GPL-2.0-or-later
/* test_target - whom to ask whether an uplink lives, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/target.h"
#include "probe/cost.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define NAMES ": names cannot be targets"

static struct bal_target
good(const char *text)
{
	struct bal_target t;
	struct bal_err err = { 0 };

	memset(&t, 0x5a, sizeof(t));
	if (bal_target_parse(text, &t, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return t;
}

static const struct {
	const char *text, *printed; /* NULL: the same */
	enum bal_target_kind kind;
	const char *addr;
	uint16_t port, status;
	const char *expect, *rest;
} targets[] = {
	{ "9.9.9.9", NULL, BAL_TARGET_ICMP, "9.9.9.9", 0, 0, "-", "" },
	{ "icmp:9.9.9.9", "9.9.9.9", BAL_TARGET_ICMP, "9.9.9.9", 0, 0, "-",
	  "" },
	{ "tcp:1.1.1.1:443", NULL, BAL_TARGET_TCP, "1.1.1.1", 443, 0, "-", "" },
	{ "tcp:1.1.1.1:1", NULL, BAL_TARGET_TCP, "1.1.1.1", 1, 0, "-", "" },
	{ "tcp:1.1.1.1:65535", NULL, BAL_TARGET_TCP, "1.1.1.1", 65535, 0, "-",
	  "" },
	{ "dns:9.9.9.9/dns.google", NULL, BAL_TARGET_DNS, "9.9.9.9", 53, 0, "-",
	  "dns.google" },
	{ "dns:9.9.9.9:53/a.b.", "dns:9.9.9.9/a.b", BAL_TARGET_DNS, "9.9.9.9",
	  53, 0, "-", "a.b" },
	{ "dns:9.9.9.9:5353/_x._tcp.a-b=8.8.8.8", NULL, BAL_TARGET_DNS,
	  "9.9.9.9", 5353, 0, "8.8.8.8", "_x._tcp.a-b" },
	{ "dns:9.9.9.9/a=127.0.0.1", NULL, BAL_TARGET_DNS, "9.9.9.9", 53, 0,
	  "127.0.0.1", "a" },
	{ "dns:9.9.9.9/a=127.0.0.2", NULL, BAL_TARGET_DNS, "9.9.9.9", 53, 0,
	  "127.0.0.2", "a" },
	{ "http://1.2.3.4", NULL, BAL_TARGET_HTTP, "1.2.3.4", 80, 200, "-",
	  "/" },
	{ "http://1.2.3.4/", "http://1.2.3.4", BAL_TARGET_HTTP, "1.2.3.4", 80,
	  200, "-", "/" },
	{ "http://1.2.3.4:80/=200", "http://1.2.3.4", BAL_TARGET_HTTP,
	  "1.2.3.4", 80, 200, "-", "/" },
	{ "http://1.2.3.4=204", NULL, BAL_TARGET_HTTP, "1.2.3.4", 80, 204, "-",
	  "/" },
	{ "http://1.2.3.4:8080/generate_204=204", NULL, BAL_TARGET_HTTP,
	  "1.2.3.4", 8080, 204, "-", "/generate_204" },
	{ "http://1.2.3.4/a?b=c:d/e=20", NULL, BAL_TARGET_HTTP, "1.2.3.4", 80,
	  200, "-", "/a?b=c:d/e=20" },
	{ "http://1.2.3.4/a?b=204=200", NULL, BAL_TARGET_HTTP, "1.2.3.4", 80,
	  200, "-", "/a?b=204" },
	{ "http://1.2.3.4/a?b=999=302", NULL, BAL_TARGET_HTTP, "1.2.3.4", 80,
	  302, "-", "/a?b=999" },
	{ "arp", NULL, BAL_TARGET_ARP, "-", 0, 0, "-", "" },
	{ "arp:192.168.1.1", NULL, BAL_TARGET_ARP, "192.168.1.1", 0, 0, "-",
	  "" },
	{ "exec:/usr/lib/bal/signal", NULL, BAL_TARGET_EXEC, "-", 0, 0, "-",
	  "/usr/lib/bal/signal" },
	{ "exec:/\xc3\xbc=200", NULL, BAL_TARGET_EXEC, "-", 0, 0, "-",
	  "/\xc3\xbc=200" },
};

static void
every_kind(void **state)
{
	char buf[BAL_TARGET_STRLEN], addr[BAL_ADDR_STRLEN];

	(void)state;
	for (size_t i = 0; i < N(targets); i++) {
		struct bal_target t = good(targets[i].text), again;
		const char *printed = targets[i].printed;

		assert_int_equal(t.kind, targets[i].kind);
		assert_string_equal(bal_addr_str(&t.addr, addr),
				    targets[i].addr);
		assert_int_equal(t.port, targets[i].port);
		assert_int_equal(t.status, targets[i].status);
		assert_string_equal(bal_addr_str(&t.expect, addr),
				    targets[i].expect);
		assert_string_equal(t.text, targets[i].rest);
		assert_ptr_equal(bal_target_str(&t, buf), buf);
		assert_string_equal(buf, printed ? printed : targets[i].text);
		again = good(buf);
		assert_memory_equal(&again, &t, sizeof(t));
	}
}

static const struct {
	const char *text, *msg;
} refused[] = {
	{ "", "\"\" is not an IP address" },
	{ "dns.google", "\"dns.google\" is not an IP address" NAMES },
	{ "localhost.", "\"localhost.\" is not an IP address" NAMES },
	{ "1.2.3", "\"1.2.3\" is not an IP address" },
	{ "9.9.9.9;", "\"9.9.9.9;\" is not an IP address" },
	{ "9.9.9.9:53", "\"9.9.9.9:53\" is not an IP address, did you mean "
			"\"tcp:9.9.9.9:53\"?" },
	{ "9.9.9.9:0", "\"9.9.9.9:0\" is not an IP address" },
	{ "9.9.9.9:", "\"9.9.9.9:\" is not an IP address" },
	{ "9.9.9.9:53/x", "\"9.9.9.9:53/x\" is not an IP address" },
	{ "127.0.0.1:53", "\"127.0.0.1:53\" is not an IP address" },
	{ "9.9.9.0/24", "\"9.9.9.0/24\" is not a single address" },
	{ "0.0.0.0", "\"0.0.0.0\" is an unspecified address" },
	{ "fe80::1", "\"fe80::1\" is an address of the link alone" },
	{ "::1", "\"::1\" is a loopback address" },
	{ "ff02::1", "\"ff02::1\" is a multicast address" },
	{ "ping:9.9.9.9", "\"ping:9.9.9.9\" is neither an address nor one of "
			  "icmp: tcp: dns: http:// arp exec:" },
	{ "https://1.1.1.1/", "\"https://1.1.1.1/\" is neither an address nor "
			      "one of icmp: tcp: dns: http:// arp exec:" },
	{ "TCP:1.1.1.1:1", "\"TCP:1.1.1.1:1\" is not an IP address" },
	{ "a b", "\"a b\" has a blank or a comma" },
	{ "exec:/a,b", "\"exec:/a,b\" has a blank or a comma" },
	{ "exec:/a\nb", "has a control character (0x0a)" },
	{ "http://1.1.1.1/\x1b[m", "has a control character (0x1b)" },
	{ "9.9.9.9\x7f", "has a control character (0x7f)" },
	{ "icmp:", "\"icmp:\": \"\" is not an IP address" },
	{ "icmp:dns.google",
	  "\"icmp:dns.google\": \"dns.google\" is not an IP address" NAMES },
	{ "tcp:", "\"tcp:\": names no address" },
	{ "tcp::80", "\"tcp::80\": names no address" },
	{ "tcp:1.1.1.1", "\"tcp:1.1.1.1\": names no port" },
	{ "tcp:1.1.1.1:", "\"tcp:1.1.1.1:\": port \"\" is not a number" },
	{ "tcp:1.1.1.1:0",
	  "\"tcp:1.1.1.1:0\": port \"0\" is not between 1 and 65535" },
	{ "tcp:1.1.1.1:65536",
	  "\"tcp:1.1.1.1:65536\": port \"65536\" is not between 1 and 65535" },
	{ "tcp:1.1.1.1:1111111111111111", "\"tcp:1.1.1.1:1111111111111111\": "
					  "port \"1111111111111111\" is too "
					  "long" },
	{ "tcp:1.1.1.1:http",
	  "\"tcp:1.1.1.1:http\": port \"http\" is not a number" },
	{ "tcp:1.1.1.1:80/x",
	  "\"tcp:1.1.1.1:80/x\": \"/x\" after the port means nothing" },
	{ "tcp:dns.google:443",
	  "\"tcp:dns.google:443\": \"dns.google\" is not an IP address" NAMES },
	{ "tcp:224.0.0.1:1",
	  "\"tcp:224.0.0.1:1\": \"224.0.0.1\" is a multicast address" },
	{ "tcp:[2001:db8::1]", "\"tcp:[2001:db8::1]\": names no port" },
	{ "tcp:[2001:db8::1:443", "\"tcp:[2001:db8::1:443\": "
				  "\"[2001:db8::1:443\" is not an IP "
				  "address" },
	{ "tcp:[2001:db8::1]443", "\"tcp:[2001:db8::1]443\": \"443\" after the "
				  "address means nothing" },
	{ "tcp:[]:443", "\"tcp:[]:443\": names no address" },
	{ "tcp:[1.1.1.1]:443",
	  "\"tcp:[1.1.1.1]:443\": \"1.1.1.1\" is an IPv4 address" },
	{ "tcp:[fe80::1]:443", "\"tcp:[fe80::1]:443\": \"fe80::1\" is an "
			       "address of the link alone" },
	{ "http://[fe80::1%eth1]/",
	  "\"http://[fe80::1%eth1]/\": \"fe80::1%eth1\" names a device, which "
	  "is known here" },
	{ "[2001:db8::1]:443", "\"[2001:db8::1]:443\" is not an IP address, did "
			       "you mean \"tcp:[2001:db8::1]:443\"?" },
	{ "dns:9.9.9.9",
	  "\"dns:9.9.9.9\": has no /NAME to ask for after the address" },
	{ "dns:9.9.9.9/", "\"dns:9.9.9.9/\": \"\" is not a name to ask for" },
	{ "dns:9.9.9.9/.", "\"dns:9.9.9.9/.\": \"\" is not a name to ask for" },
	{ "dns:9.9.9.9/a..b",
	  "\"dns:9.9.9.9/a..b\": \"a..b\" is not a name to ask for" },
	{ "dns:9.9.9.9/a/b",
	  "\"dns:9.9.9.9/a/b\": \"a/b\" is not a name to ask for" },
	{ "dns:9.9.9.9/a=b", "\"dns:9.9.9.9/a=b\": \"b\" is not an IP "
			     "address" },
	{ "dns:9.9.9.9/a=", "\"dns:9.9.9.9/a=\": \"\" is not an IP address" },
	{ "dns:9.9.9.9/a=::1",
	  "\"dns:9.9.9.9/a=::1\": \"::1\" is not an answer of type A" },
	{ "dns:9.9.9.9/a=1.1.1.1/32", "\"dns:9.9.9.9/a=1.1.1.1/32\": "
				      "\"1.1.1.1/32\" is not an answer of type "
				      "A" },
	{ "dns:9.9.9.9:0/a",
	  "\"dns:9.9.9.9:0/a\": port \"0\" is not between 1 and 65535" },
	{ "http:/1.2.3.4",
	  "\"http:/1.2.3.4\" is neither an address nor one of icmp: tcp: "
	  "dns: http:// arp exec:" },
	{ "http://", "\"http://\": names no address" },
	{ "http:///x", "\"http:///x\": names no address" },
	{ "http://1.2.3.4:x/",
	  "\"http://1.2.3.4:x/\": port \"x\" is not a number" },
	{ "http://1.2.3.4:/", "\"http://1.2.3.4:/\": port \"\" is not a "
			      "number" },
	{ "http://dns.google/",
	  "\"http://dns.google/\": \"dns.google\" is not an IP address" NAMES },
	{ "http://1.2.3.4=2", "\"http://1.2.3.4=2\": \"=2\" is not a status "
			      "of three digits" },
	{ "http://1.2.3.4/=099", "\"http://1.2.3.4/=099\": status \"099\" is "
				 "not between 100 and 599" },
	{ "http://1.2.3.4/=600", "\"http://1.2.3.4/=600\": status \"600\" is "
				 "not between 100 and 599" },
	{ "http://1.2.3.4/\xc3\xbc", "\"http://1.2.3.4/\xc3\xbc\": the path "
				     "is not plain ASCII: write %C3" },
	{ "arp:", "\"arp:\": \"\" is not an IP address" },
	{ "arp:eth0", "\"arp:eth0\": \"eth0\" is not an IP address" NAMES },
	{ "exec:relative",
	  "\"exec:relative\": \"relative\" is not an absolute path" },
	{ "exec:", "\"exec:\": \"\" is not an absolute path" },
	{ "exec:/", "\"exec:/\": names no program" },
	{ "exec:/etc/", "\"exec:/etc/\": names no program" },
	{ "exec:/abc" SIXTY,
	  "\"exec:/abc" SIXTY "\": the path is longer than 63 characters" },
	{ "http://1.1.1.1/abc" SIXTY, "\"http://1.1.1.1/abc" SIXTY "\": the "
				      "path is longer than 63 characters" },
	{ "dns:1.1.1.1/a.b" SIXTY "c", "\"dns:1.1.1.1/a.b" SIXTY "c\": the "
				       "name is longer than 63 characters" },
};

static void
refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(refused); i++) {
		struct bal_target t, before;
		struct bal_err err = { 0 };

		memset(&t, 0x5a, sizeof(t));
		before = t;
		if (bal_target_parse(refused[i].text, &t, &err) != -1)
			fail_msg("accepted: %s", refused[i].text);
		assert_string_equal(err.msg, refused[i].msg);
		assert_int_equal(err.kind, BAL_ECONF);
		assert_memory_equal(&t, &before, sizeof(t));
	}
}

/* 63 characters are the longest text, and a megabyte is no problem. */
static void
lengths(void **state)
{
	static const char *const begins[] = {
		"",
		"icmp:",
		"tcp:",
		"tcp:1.1.1.1:",
		"dns:",
		"dns:1.1.1.1/",
		"dns:1.1.1.1/a=",
		"http://",
		"arp:",
		"http://1.1.1.1/",
		"http://1.1.1.1:",
		"http://1.1.1.1=",
		"exec:",
		"exec:/",
	};
	const size_t size = 1 << 20;
	char *huge = malloc(size + 64);
	struct bal_target t;
	struct bal_err err;

	(void)state;
	assert_int_equal(strlen(good("exec:/ab" SIXTY).text), 63);
	assert_int_equal(strlen(good("http://1.1.1.1/ab" SIXTY).text), 63);
	assert_int_equal(strlen(good("dns:1.1.1.1/abc" SIXTY).text), 63);
	assert_non_null(huge);
	for (size_t i = 0; i < N(begins); i++) {
		for (const char *c = "1a./:=[%"; *c; c++) {
			size_t head = strlen(begins[i]);

			memcpy(huge, begins[i], head);
			memset(huge + head, *c, size);
			huge[head + size] = '\0';
			err.msg[0] = '\0';
			assert_int_equal(bal_target_parse(huge, &t, &err), -1);
			assert_true(err.msg[0]);
			assert_true(strlen(err.msg) < sizeof(err.msg) - 1);
		}
	}
	free(huge);
}

/* Whatever is accepted prints as what reads as the same. */
static void
random_words(void **state)
{
	static const char *const parts[] = {
		"1.2.3.4", ":",	    "/",     "=",   "tcp:", "dns:", "http://",
		"arp",	   "icmp:", "exec:", "80",  "204",  "a",    ".",
		"?",	   "%",	    "[",     "::1", "\xff", "-",
	};
	char text[256], buf[BAL_TARGET_STRLEN];
	unsigned accepted = 0;

	(void)state;
	srand(3);
	for (int round = 0; round < 200000; round++) {
		struct bal_target t, again;
		struct bal_err err = { 0 };

		*text = '\0';
		for (int i = rand() % 7; i >= 0; i--)
			strncat(text, parts[(size_t)rand() % N(parts)],
				sizeof(text) - strlen(text) - 1);
		if (bal_target_parse(text, &t, &err) < 0) {
			assert_true(err.msg[0]);
			continue;
		}
		accepted++;
		again = good(bal_target_str(&t, buf));
		assert_memory_equal(&again, &t, sizeof(t));
	}
	assert_true(accepted > 1000);
}

/* Any address, port, status and text that there can be. */
static void
longest_text(void **state)
{
	static const uint8_t ones[16] = { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					  0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					  0x11, 0x11, 0x11, 0x11 };
	const struct bal_addr host = bal_addr_raw(AF_INET6, ones, 16, 128);
	struct bal_target t = {
		.addr = host, .expect = host, .port = 65535, .status = 599
	};
	char buf[BAL_TARGET_STRLEN + 1];

	(void)state;
	memset(t.text, 'x', sizeof(t.text) - 1);
	for (int kind = 0; kind <= BAL_TARGET_EXEC; kind++) {
		t.kind = (enum bal_target_kind)kind;
		memset(buf, '~', sizeof(buf));
		bal_target_str(&t, buf);
		assert_true(strlen(buf) < BAL_TARGET_STRLEN - 1);
		assert_int_equal(buf[BAL_TARGET_STRLEN], '~');
	}
	t.kind = BAL_TARGET_TCP;
	assert_string_equal(bal_target_str(&t, buf),
			    "tcp:[1111:1111:1111:1111:1111:1111:1111:1111]"
			    ":65535");
	t.kind = BAL_TARGET_ARP;
	assert_string_equal(bal_target_str(&t, buf),
			    "arp:1111:1111:1111:1111:1111:1111:1111:1111");
}

/* The same where nothing that is asked differs. */
static void
same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(targets); i++) {
		struct bal_target a = good(targets[i].text);

		for (size_t k = 0; k < N(targets); k++) {
			struct bal_target b = good(targets[k].text);
			const char *x = targets[i].printed,
				   *y = targets[k].printed;

			x = x ? x : targets[i].text;
			y = y ? y : targets[k].text;
			assert_int_equal(bal_target_same(&a, &b),
					 strcmp(x, y) == 0);
		}
	}
}

static uint32_t
bytes(const char *text)
{
	struct bal_target t = good(text);

	return bal_target_bytes(&t);
}

static void
cost(void **state)
{
	(void)state;
	/* IP 20, ICMP 8, payload 16, there and back. */
	assert_int_equal(bytes("9.9.9.9"), 88);
	assert_int_equal(bytes("arp"), 0);
	assert_int_equal(bytes("exec:/x"), 0);
	/* Two of 60, four of 52. */
	assert_int_equal(bytes("tcp:1.1.1.1:80"), 328);
	/* "a": 20 + 8 + 12 + 3 + 4; back, the same and four addresses. */
	assert_int_equal(bytes("dns:1.1.1.1/a"), 2 * 47 + 64);
	assert_int_equal(bytes("dns:1.1.1.1/abc"), bytes("dns:1.1.1.1/a") + 4);
	assert_true(bytes("http://1.1.1.1") > 1000);
	assert_true(bytes("http://1.1.1.1") < 2000);
	assert_int_equal(bytes("http://1.1.1.1/abc"),
			 bytes("http://1.1.1.1") + 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(refused_with_the_reason),
		cmocka_unit_test(lengths),
		cmocka_unit_test(random_words),
		cmocka_unit_test(longest_text),
		cmocka_unit_test(same),
		cmocka_unit_test(cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
