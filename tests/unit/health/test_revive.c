// SPDX-License-Identifier: GPL-2.0-or-later
/* test_revive - one step after the other while an uplink stays dead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health/revive.h"

#define MIN 60000
#define HOUR (60 * MIN)
#define BIT(step) (1u << BAL_REVIVE_##step)
#define ALL (BIT(IFDOWN_UP) | BIT(USB_RESET) | BIT(POWER) | BIT(REBOOT))
#define DEAD_SINCE 1000000

static const struct bal_revive_rule rule = {
	{ BAL_REVIVE_IFDOWN_UP, BAL_REVIVE_USB_RESET, BAL_REVIVE_POWER,
	  BAL_REVIVE_REBOOT },
	5 * MIN
};

static struct bal_revive_record r;

/* What is due so many minutes after the death. */
static const char *
at(unsigned minutes, unsigned possible)
{
	const struct bal_revive_look look = { DEAD_SINCE,
					      DEAD_SINCE + minutes * MIN, possible };

	return bal_revive_name(bal_revive_due(&rule, &r, &look));
}

static void
steps_come_one_by_one(void **state)
{
	(void)state;
	r = (struct bal_revive_record){ 0 };
	assert_string_equal(at(4, ALL), "none");
	assert_string_equal(at(5, ALL), "ifdown_up");
	assert_string_equal(at(5, ALL), "none");
	assert_string_equal(at(9, ALL), "none");
	assert_string_equal(at(10, ALL), "usb_reset");
	assert_string_equal(at(15, ALL), "power");
	assert_string_equal(at(20, ALL), "reboot");
	/* The round failed: twice the time for each step. */
	assert_string_equal(at(29, ALL), "none");
	assert_string_equal(at(30, ALL), "ifdown_up");
	assert_string_equal(at(39, ALL), "none");
	assert_string_equal(at(40, ALL), "usb_reset");
	assert_int_equal(r.rounds, 1);
}

/* However late it is looked at, a step is taken once. */
static void
a_late_look_skips_nothing(void **state)
{
	(void)state;
	r = (struct bal_revive_record){ 0 };
	assert_string_equal(at(1000, ALL), "ifdown_up");
	assert_string_equal(at(1004, ALL), "none");
	assert_string_equal(at(1005, ALL), "usb_reset");
}

static void
what_is_not_possible_is_left_out(void **state)
{
	(void)state;
	r = (struct bal_revive_record){ 0 };
	/* A wired port. */
	assert_string_equal(at(5, BIT(IFDOWN_UP)), "ifdown_up");
	assert_string_equal(at(10, BIT(IFDOWN_UP)), "none");
	assert_int_equal(r.rounds, 1);
	assert_string_equal(at(14, BIT(IFDOWN_UP)), "none");
	assert_string_equal(at(15, BIT(IFDOWN_UP)), "ifdown_up");
	assert_string_equal(at(34, BIT(IFDOWN_UP)), "none");
	assert_string_equal(at(35, BIT(IFDOWN_UP)), "ifdown_up");
	assert_int_equal(r.rounds, 2);
	/* Nothing at all: no round is counted, and what comes is not late. */
	r = (struct bal_revive_record){ 0 };
	assert_string_equal(at(500, 0), "none");
	assert_string_equal(at(501, BIT(NONE)), "none");
	assert_int_equal(r.rounds, 0);
	assert_string_equal(at(502, BIT(POWER)), "power");
}

static void
the_wait_ends_at_a_day(void **state)
{
	(void)state;
	r = (struct bal_revive_record){ 15, 0, DEAD_SINCE };
	assert_true(bal_revive_due_ms(&rule, &r, 0) == DEAD_SINCE + 24 * HOUR);
	r.rounds = UINT32_MAX;
	assert_true(bal_revive_due_ms(&rule, &r, 0) == DEAD_SINCE + 24 * HOUR);
	/* A count goes on in the next boot, from that on. */
	r = (struct bal_revive_record){ 2, 1, 0 };
	assert_true(bal_revive_due_ms(&rule, &r, 7000) == 7000 + 20 * MIN);
}

static void
the_box_is_rebooted_once_in_a_time(void **state)
{
	struct bal_revive_reboot last = { false, 0 };

	(void)state;
	assert_true(bal_revive_may_reboot(&last, 0, 24 * HOUR));
	assert_false(bal_revive_may_reboot(&last, 99 * HOUR, 0));
	/* In an earlier boot: how long that was is not known. */
	last.known = true;
	assert_false(bal_revive_may_reboot(&last, 24 * HOUR - 1, 24 * HOUR));
	assert_true(bal_revive_may_reboot(&last, 24 * HOUR, 24 * HOUR));
	/* In this one, but it did not come to it. */
	last.at_ms = 5 * HOUR;
	assert_false(bal_revive_may_reboot(&last, 28 * HOUR, 24 * HOUR));
	assert_true(bal_revive_may_reboot(&last, 29 * HOUR, 24 * HOUR));
}

static void
usb_devices_have_ports(void **state)
{
	static const struct {
		const char *usb, *hub;
		unsigned port;
	} cases[] = {
		{ "1-4", "1", 4 },	   { "1-1.2", "1-1", 2 },
		{ "3-1.4.2", "3-1.4", 2 }, { "10-12.1", "10-12", 1 },
		{ "usb1", NULL, 0 },	   { "1-1.2:1.0", NULL, 0 },
		{ "1-", NULL, 0 },	   { "1-1.", NULL, 0 },
		{ "-1", NULL, 0 },	   { "1", NULL, 0 },
		{ "", NULL, 0 },	   { "1-1..2", NULL, 0 },
		{ "1-0", NULL, 0 },	   { "1-999", NULL, 0 },
		{ "../1-1", NULL, 0 },	   { "1-1/2", NULL, 0 },
		{ "1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", NULL, 0 },
	};
	char hub[BAL_USB_STRLEN];
	unsigned port;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (bal_usb_port(cases[i].usb, hub, &port) != !!cases[i].hub)
			fail_msg("%s", cases[i].usb);
		if (!cases[i].hub)
			continue;
		assert_string_equal(hub, cases[i].hub);
		assert_int_equal(port, cases[i].port);
	}
	assert_true(bal_usb_is_at("1-1.2", "1-1.2"));
	assert_true(bal_usb_is_at("1-1.2.3", "1-1.2"));
	assert_true(bal_usb_is_at("1-1.2", "1-1"));
	assert_false(bal_usb_is_at("1-1.20", "1-1.2"));
	assert_false(bal_usb_is_at("1-1", "1-1.2"));
	assert_false(bal_usb_is_at("1-1", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_come_one_by_one),
		cmocka_unit_test(a_late_look_skips_nothing),
		cmocka_unit_test(what_is_not_possible_is_left_out),
		cmocka_unit_test(the_wait_ends_at_a_day),
		cmocka_unit_test(the_box_is_rebooted_once_in_a_time),
		cmocka_unit_test(usb_devices_have_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
