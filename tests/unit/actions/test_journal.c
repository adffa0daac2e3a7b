// SPDX-License-Identifier: GPL-2.0-or-later
/* test_journal - availability by the journal, and what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "actions/journal.h"

#define DAY_MS UINT64_C(86400000)
#define NOON UINT64_C(1795521600) /* 2026-11-24T12:00:00Z */

/* An event of a test: seconds since boot are its only time by default. */
static struct bal_event
at(uint64_t boot_s, const char *uplink, enum bal_event_kind kind,
   const char *before, uint64_t lasted_s)
{
	struct bal_event e = { .kind = kind,
			       .lasted_ms = lasted_s * 1000,
			       .at = NOON + boot_s,
			       .boot_ms = boot_s * 1000 };

	snprintf(e.uplink, sizeof(e.uplink), "%s", uplink);
	snprintf(e.before, sizeof(e.before), "%s", before);
	return e;
}

static struct bal_availability *sums;
static size_t n_sums;

static void
sum_up(const struct bal_event *events, size_t n, uint64_t boot_s)
{
	struct bal_instant now = { .at = NOON + boot_s,
				   .boot_ms = boot_s * 1000 };
	struct bal_err err = { 0 };

	free(sums);
	if (bal_journal_availability(events, n, &now, &sums, &n_sums, &err) < 0)
		fail_msg("%s", err.msg);
}

static int
free_sums(void **state)
{
	(void)state;
	free(sums);
	sums = NULL;
	return 0;
}

#define assert_sum(i, name, known_s, alive_s, n, longest_s)             \
	do {                                                            \
		assert_true(n_sums > (i));                              \
		assert_string_equal(sums[i].uplink, name);              \
		assert_int_equal(sums[i].known_ms, (known_s)*1000);     \
		assert_int_equal(sums[i].alive_ms, (alive_s)*1000);     \
		assert_int_equal(sums[i].outages, n);                   \
		assert_int_equal(sums[i].longest_ms, (longest_s)*1000); \
	} while (0)

static void
test_availability(void **state)
{
	const struct bal_event events[] = {
		at(10, "eth2", BAL_EVENT_UP, "", 0),
		at(10, "eth1", BAL_EVENT_UP, "", 0),
		at(12, "eth2", BAL_EVENT_ALIVE, "unknown", 2),
		at(13, "eth1", BAL_EVENT_ALIVE, "unknown", 3),
		at(112, "eth2", BAL_EVENT_DEAD, "alive", 100),
		at(122, "eth2", BAL_EVENT_DEGRADED, "dead", 10),
		at(152, "eth2", BAL_EVENT_ALIVE, "degraded", 30),
		at(162, "eth2", BAL_EVENT_DEAD, "alive", 10),
		at(162, "", BAL_EVENT_ALL_DEAD, "", 0),
		at(163, "eth2", BAL_EVENT_ALIVE, "dead", 1),
	};

	(void)state;
	sum_up(events, sizeof(events) / sizeof(events[0]), 213);
	assert_int_equal(n_sums, 2);
	assert_sum(0, "eth1", 200, 200, 0, 0);
	assert_sum(1, "eth2", 201, 190, 2, 10);
	sum_up(events, 0, 213);
	assert_int_equal(n_sums, 0);
}

/* The journal begins in the middle: the first line tells what was before. */
static void
test_beginning_is_lost(void **state)
{
	const struct bal_event dead[] = {
		at(1000, "eth1", BAL_EVENT_DEAD, "alive", 900),
	};
	const struct bal_event alive[] = {
		at(1000, "eth1", BAL_EVENT_ALIVE, "dead", 900),
	};

	(void)state;
	sum_up(dead, 1, 1100);
	assert_sum(0, "eth1", 1000, 900, 1, 100);
	sum_up(alive, 1, 1100);
	assert_sum(0, "eth1", 1000, 100, 1, 900);
}

/* Between the two it died, and nobody could write that down. */
static void
test_line_is_lost(void **state)
{
	const struct bal_event events[] = {
		at(100, "eth1", BAL_EVENT_ALIVE, "unknown", 1),
		at(200, "eth1", BAL_EVENT_ALIVE, "dead", 50),
	};

	(void)state;
	sum_up(events, 2, 300);
	assert_sum(0, "eth1", 150, 100, 1, 50);
}

/* Its client starts anew meanwhile, and the tunnel is held back. */
static void
test_one_outage_of_a_tunnel(void **state)
{
	const struct bal_event events[] = {
		at(100, "tun1", BAL_EVENT_DEAD, "alive", 50),
		at(120, "tun1", BAL_EVENT_DOWN, "dead", 20),
		at(122, "tun1", BAL_EVENT_UP, "", 0),
		at(130, "tun1", BAL_EVENT_ALIVE, "dead", 8),
		at(140, "tun1", BAL_EVENT_DEAD, "alive", 10),
	};

	(void)state;
	sum_up(events, 4, 135);
	assert_sum(0, "tun1", 50 + 28 + 5, 55, 1, 28);
	sum_up(events, 5, 150);
	assert_int_equal(sums[0].outages, 2);
}

static void
test_admin_down_does_not_count(void **state)
{
	const struct bal_event events[] = {
		at(100, "eth1", BAL_EVENT_DOWN, "alive", 50),
		at(500, "eth1", BAL_EVENT_UP, "down", 400),
		at(502, "eth1", BAL_EVENT_DEAD, "unknown", 2),
		at(510, "eth1", BAL_EVENT_DOWN, "dead", 8),
		at(900, "eth1", BAL_EVENT_UP, "dead", 390),
		/* its health is from before it was down */
		at(903, "eth1", BAL_EVENT_ALIVE, "dead", 401),
	};

	(void)state;
	sum_up(events, 1, 5000);
	assert_sum(0, "eth1", 50, 50, 0, 0);
	sum_up(events, 4, 5000);
	assert_sum(0, "eth1", 58, 50, 1, 8);
	sum_up(events, 6, 1003);
	assert_sum(0, "eth1", 161, 150, 2, 8);
}

/* bal-up for one that is up: nothing is counted twice, nothing forgotten. */
static void
test_up_again(void **state)
{
	const struct bal_event events[] = {
		at(100, "eth1", BAL_EVENT_ALIVE, "unknown", 2),
		at(150, "eth1", BAL_EVENT_UP, "alive", 50),
		at(200, "eth1", BAL_EVENT_DEAD, "alive", 100),
	};

	(void)state;
	sum_up(events, 2, 160);
	assert_sum(0, "eth1", 60, 60, 0, 0);
	sum_up(events, 3, 201);
	assert_sum(0, "eth1", 101, 100, 1, 1);
}

/* 1970 until NTP knows better, then a day back by hand. */
static void
test_clock_jumps(void **state)
{
	struct bal_event events[] = {
		at(20, "eth1", BAL_EVENT_ALIVE, "unknown", 1),
		at(620, "eth1", BAL_EVENT_DEAD, "alive", 600),
		at(630, "eth1", BAL_EVENT_ALIVE, "dead", 10),
		at(1000, "eth1", BAL_EVENT_DEAD, "alive", 370),
	};

	(void)state;
	events[0].at = 20;
	events[3].at = NOON - 86400;
	sum_up(events, 4, 1010);
	assert_sum(0, "eth1", 990, 970, 2, 10);
	/* The last one alone is from 1970. */
	sum_up(events, 1, 120);
	assert_sum(0, "eth1", 100, 100, 0, 0);
}

/* Where no duration was told, the uptime tells; the other clock may be set. */
static void
test_durations_are_missing(void **state)
{
	struct bal_event events[] = {
		at(100, "eth1", BAL_EVENT_ALIVE, "", 0),
		at(180, "eth1", BAL_EVENT_DEAD, "", 0),
	};

	(void)state;
	events[1].at = 20;
	sum_up(events, 2, 200);
	assert_sum(0, "eth1", 100, 80, 1, 20);
	events[0].boot_ms = events[1].boot_ms = 0;
	events[1].at = NOON + 190;
	sum_up(events, 2, 200);
	assert_sum(0, "eth1", 0, 0, 1, 0);
	events[0].at = 0;
	sum_up(events, 2, 200);
	assert_sum(0, "eth1", 0, 0, 1, 0);
}

/* How long it was so at the end of a boot, nobody knows. */
static void
test_reboot(void **state)
{
	const struct bal_event events[] = {
		at(100, "eth1", BAL_EVENT_ALIVE, "dead", 30),
		at(100, "eth2", BAL_EVENT_DEAD, "alive", 30),
		at(5, "eth1", BAL_EVENT_UP, "", 0),
		at(7, "eth1", BAL_EVENT_ALIVE, "unknown", 2),
	};

	(void)state;
	sum_up(events, 4, 107);
	assert_int_equal(n_sums, 2);
	assert_sum(0, "eth1", 130, 100, 1, 30);
	assert_sum(1, "eth2", 30, 30, 1, 0);
	sum_up(events, 2, 50);
	assert_sum(0, "eth1", 30, 0, 1, 30);
}

/* A thousand ways through: never more than all the time there was. */
static void
test_any_order(void **state)
{
	static const char *const words[] = { "",	 "unknown", "alive",
					     "degraded", "dead",    "down" };
	struct bal_event events[40];
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		uint64_t now = 1000;

		for (size_t i = 0; i < 40; i++) {
			now += (uint64_t)(rand_r(&seed) % 100);
			events[i] = at(now, "eth1",
				       (enum bal_event_kind)(rand_r(&seed) % 5),
				       words[rand_r(&seed) % 6],
				       (uint64_t)(rand_r(&seed) % 300));
			events[i].at = (uint64_t)rand_r(&seed);
		}
		sum_up(events, 40, now + 50);
		assert_int_equal(n_sums, 1);
		assert_true(sums[0].alive_ms <= sums[0].known_ms);
		assert_true(sums[0].longest_ms <=
			    sums[0].known_ms - sums[0].alive_ms);
		/* 300: what the first one may tell of before. */
		assert_true(sums[0].known_ms <= (now + 50 - 1000 + 300) * 1000);
	}
}

static void
print(const struct bal_history *h, bool json, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	assert_non_null(out);
	if (json)
		bal_journal_print_json(h, out);
	else
		bal_journal_print_text(h, out);
	assert_int_equal(fclose(out), 0);
}

static struct bal_event shown[] = {
	{ .kind = BAL_EVENT_UP, .uplink = "wwan-long-name", .at = NOON },
	{ .kind = BAL_EVENT_DEAD,
	  .uplink = "eth2",
	  .reason = "no \"answer\"",
	  .before = "alive",
	  .lasted_ms = 312400,
	  .at = NOON,
	  .mode = "multi" },
	{ .kind = BAL_EVENT_ALL_DEAD, .at = NOON },
	{ .kind = BAL_EVENT_MODE,
	  .mode = "solo",
	  .before = "multi",
	  .lasted_ms = 250,
	  .at = NOON + 1 },
};
static struct bal_availability shown_sums[] = {
	{ "eth2", 10 * DAY_MS, 10 * DAY_MS - 1, 1, 250 },
	{ "eth3", 0, 0, 0, 0 },
	{ "wwan-long-name", 4000, 3000, 2, 1000 },
};
static const struct bal_history history = { shown, 4, shown_sums, 3 };

static void
test_text(void **state)
{
	const struct bal_history nothing = { 0 };
	char buf[2048];

	(void)state;
	print(&history, false, buf, sizeof(buf));
	assert_string_equal(
		buf, "2026-11-24 10:00:00  wwan-long-name  up\n"
		     "2026-11-24 10:00:00  eth2            dead      "
		     "was alive for 5m12s, no \"answer\"\n"
		     "2026-11-24 10:00:00  -               all-dead\n"
		     "2026-11-24 10:00:01  -               mode      "
		     "solo, was multi for 250ms\n"
		     "\n"
		     "UPLINK          AVAILABLE  OF TIME  OUTAGES  LONGEST\n"
		     "eth2              99.999%   10d00h        1    250ms\n"
		     "eth3                    -      0ms        0        -\n"
		     "wwan-long-name    75.000%       4s        2       1s\n");
	print(&nothing, false, buf, sizeof(buf));
	assert_string_equal(buf, "no transition is on record\n");
}

static void
test_json(void **state)
{
	const struct bal_history one = { shown + 1, 1, shown_sums, 2 };
	const struct bal_history nothing = { 0 };
	char buf[2048];

	(void)state;
	print(&one, true, buf, sizeof(buf));
	assert_string_equal(
		buf,
		"{\"version\":1,\"transitions\":[{\"time\":\"2026-11-24T12:00:00Z\","
		"\"uplink\":\"eth2\",\"event\":\"dead\",\"previous\":\"alive\","
		"\"previous_s\":312.400,\"mode\":\"multi\","
		"\"reason\":\"no \\\"answer\\\"\"}],\"uplinks\":["
		"{\"name\":\"eth2\",\"available_percent\":99.999,"
		"\"known_s\":864000.000,\"alive_s\":863999.999,"
		"\"outages\":1,\"longest_s\":0.250},"
		"{\"name\":\"eth3\",\"available_percent\":null,"
		"\"known_s\":0.000,\"alive_s\":0.000,\"outages\":0,"
		"\"longest_s\":0.000}]}\n");
	print(&nothing, true, buf, sizeof(buf));
	assert_string_equal(
		buf, "{\"version\":1,\"transitions\":[],\"uplinks\":[]}\n");
}

#define TEST(name) cmocka_unit_test_teardown(name, free_sums)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_availability),
		TEST(test_beginning_is_lost),
		TEST(test_line_is_lost),
		TEST(test_one_outage_of_a_tunnel),
		TEST(test_admin_down_does_not_count),
		TEST(test_up_again),
		TEST(test_clock_jumps),
		TEST(test_durations_are_missing),
		TEST(test_reboot),
		TEST(test_any_order),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	/* Two hours west of Greenwich. */
	setenv("TZ", "TST2", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
