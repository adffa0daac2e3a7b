// SPDX-License-Identifier: GPL-2.0-or-later
/* test_iperf3 - what iperf3 3.12 has said, whole and cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "measure/iperf3.h"

static struct bal_measured found;
static struct bal_err err;

#define INTERVAL(bytes, end, rtt)                                             \
	"{\"streams\":[{\"socket\":5,\"bytes\":\t" bytes ",\"rtt\":\t" rtt    \
	",\"rttvar\":9981}],\"sum\":{\"start\":0,\"end\":\t" end              \
	",\"seconds\":0.5,\"bytes\":\t" bytes ",\"sender\":true}}"
#define UPLOAD                                                                \
	"{\"start\":{\"connected\":[{\"socket\":5}]},\"intervals\":["         \
	INTERVAL("400000", "0.5", "40000") "," INTERVAL("125000", "1.0",      \
						       "90000") ","           \
	INTERVAL("125000", "1.5", "80000") "],\"end\":{\"streams\":[{"        \
	"\"sender\":{\"bytes\":650000,\"mean_rtt\":70000}}],"                 \
	"\"sum_sent\":{\"end\":1.5,\"seconds\":1.5,\"bytes\":650000},"

static void
an_upload_is_what_arrived(void **unused)
{
	(void)unused;
	assert_int_equal(
		bal_iperf3_read(UPLOAD "\"sum_received\":{\"end\":1.6,"
				       "\"seconds\":1.6,\"bytes\":400000}}}",
				true, &found, &err),
		0);
	assert_int_equal(found.last.bytes, 400000);
	assert_int_equal(bal_measured_rate(&found), 250000);
	assert_int_equal(found.n_rtts, 3);
	assert_int_equal(bal_measured_median(&found), 80000);
}

/* It knows nothing of the other end: the first interval is in the buffers. */
static void
one_that_was_ended(void **unused)
{
	(void)unused;
	assert_int_equal(
		bal_iperf3_read(UPLOAD "\"sum_received\":{\"seconds\":1.5,"
				       "\"bytes\":0}},\"error\":\"interrupt "
				       "- the client has terminated\"}",
				true, &found, &err),
		0);
	assert_int_equal(bal_measured_rate(&found), 250000);
	assert_int_equal(found.last.bytes, 650000);
}

static void
a_download(void **unused)
{
	(void)unused;
	assert_int_equal(bal_iperf3_read(UPLOAD "\"sum_received\":{}}}", false,
					 &found, &err),
			 0);
	assert_int_equal(bal_measured_rate(&found), 250000);
}

static void
what_is_none(void **unused)
{
	static const char *const texts[] = {
		"", "iperf3: unrecognized option '--bind-dev'\n", "{",
		"{\"intervals\":", "{\"intervals\":[],\"end\":{}}",
		"{\"intervals\":[{\"sum\":", "{\"intervals\":[{\"sum\":{\"bytes\":-5",
		"{\"intervals\":[{\"sum\":{\"bytes\":nan,\"end\":inf}]",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(bal_iperf3_read(texts[i], i % 2, &found, &err),
				 -1);
		assert_string_equal(err.msg, "iperf3 has measured nothing");
	}
	assert_int_equal(
		bal_iperf3_read("{\"start\":{},\"intervals\":[],\"end\":{},"
				"\"error\":\t\"the server is busy running a "
				"test. try again later\"}",
				true, &found, &err),
		-1);
	assert_string_equal(err.msg, "iperf3: the server is busy running a "
				     "test. try again later");
}

/* Cut off anywhere it is read, or not, and never past its end. */
static void
cut_off(void **unused)
{
	static const char text[] = UPLOAD "\"sum_received\":{\"end\":1.6,"
					  "\"seconds\":1.6,\"bytes\":400000}}}";

	(void)unused;
	for (size_t i = 0; i < sizeof(text); i++) {
		char *cut = strndup(text, i);

		assert_non_null(cut);
		for (int upload = 0; upload < 2; upload++)
			if (bal_iperf3_read(cut, upload, &found, &err) == 0)
				assert_true(found.last.bytes > 0);
		free(cut);
	}
}

static void
servers(void **unused)
{
	char host[12], port[6];

	(void)unused;
	assert_int_equal(bal_iperf3_server("a.example", host, 12, port, &err), 0);
	assert_string_equal(host, "a.example");
	assert_string_equal(port, "5201");
	assert_int_equal(bal_iperf3_server("10.0.0.2:9", host, 12, port, &err), 0);
	assert_string_equal(host, "10.0.0.2");
	assert_string_equal(port, "9");
	assert_int_equal(bal_iperf3_server("", host, 12, port, &err), -1);
	assert_int_equal(bal_iperf3_server(":9", host, 12, port, &err), -1);
	assert_int_equal(bal_iperf3_server("-R", host, 12, port, &err), -1);
	assert_int_equal(bal_iperf3_server("a:65536", host, 12, port, &err), -1);
	assert_int_equal(bal_iperf3_server("a-host-too-long", host, 12, port,
					   &err),
			 -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_upload_is_what_arrived),
		cmocka_unit_test(one_that_was_ended),
		cmocka_unit_test(a_download),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(servers),
	};

	return cmocka_run_group_tests_name("iperf3", tests, NULL, NULL);
}
