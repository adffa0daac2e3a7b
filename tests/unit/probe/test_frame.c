// SPDX-License-Identifier: GPL-2.0-or-later
/* test_frame - what is built is recognised, and nothing else. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/frame.h"

#define RUN 0x89abcdefu

static struct bal_frame
frame(uint8_t proto)
{
	struct bal_frame f = { .proto = proto,
			       .ttl = 1,
			       .sport = 1024,
			       .dport = 53,
			       .run = RUN,
			       .number = 77 };

	assert_int_equal(bal_host_parse("192.168.77.9", &f.src, NULL), 0);
	assert_int_equal(bal_host_parse("192.0.2.7", &f.dst, NULL), 0);
	return f;
}

static void
each_is_recognised(void **state)
{
	static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP,
					  IPPROTO_ICMP };

	(void)state;
	for (size_t i = 0; i < sizeof(protos); i++) {
		const struct bal_frame f = frame(protos[i]);
		uint8_t data[BAL_FRAME_MAX];
		struct bal_frame got;
		const size_t len = bal_frame_build(&f, data);

		assert_true(len <= sizeof(data));
		assert_true(bal_frame_parse(data, len, RUN, &got));
		assert_int_equal(got.number, 77);
		assert_int_equal(got.proto, protos[i]);
		assert_int_equal(got.ttl, 1);
		assert_false(got.error);
		assert_true(bal_addr_same_host(&got.src, &f.src));
		assert_true(bal_addr_same_host(&got.dst, &f.dst));
		if (protos[i] != IPPROTO_ICMP)
			assert_int_equal(got.dport, 53);
		/* None of it when it is cut, or of another run. */
		for (size_t n = 0; n < len; n++)
			assert_false(bal_frame_parse(data, n, RUN, &got));
		if (protos[i] == IPPROTO_TCP)
			assert_true(
				bal_frame_parse(data, len, RUN + 78, &got) &&
				got.number == BAL_FRAME_UNMARKED);
		else
			assert_false(
				bal_frame_parse(data, len, RUN + 78, &got));
	}
}

static void
an_error_has_the_number_of_its_quote(void **state)
{
	struct bal_frame f = frame(IPPROTO_ICMP), got;
	uint8_t data[BAL_FRAME_MAX];
	size_t len;

	(void)state;
	f.error = true;
	for (int i = 0; i < 2; i++) {
		f.quoted = i ? IPPROTO_TCP : IPPROTO_UDP;
		len = bal_frame_build(&f, data);
		assert_true(len <= sizeof(data));
		assert_true(bal_frame_parse(data, len, RUN, &got));
		assert_true(got.error);
		assert_int_equal(got.number, 77);
		/* Behind both headers: what was quoted, the other way. */
		assert_int_equal(data[28 + 9], f.quoted);
		assert_memory_equal(data + 28 + 12, f.dst.bytes, 4);
	}
}

/* The sum of all, with its own in it, is all ones. */
static void
its_sums_are_right(void **state)
{
	const struct bal_frame f = frame(IPPROTO_UDP);
	uint8_t data[BAL_FRAME_MAX];
	const size_t len = bal_frame_build(&f, data);
	uint32_t sum = 0;

	(void)state;
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(data[i] << 8 | data[i + 1]);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	sum = IPPROTO_UDP + (uint32_t)len - 20;
	for (size_t i = 12; i < len; i += 2)
		sum += (uint32_t)(data[i] << 8 | data[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_recognised),
		cmocka_unit_test(an_error_has_the_number_of_its_quote),
		cmocka_unit_test(its_sums_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
