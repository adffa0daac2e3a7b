// SPDX-License-Identifier: GPL-2.0-or-later
/* test_usage_file - the bytes of a period outlive a boot. */
#include "../states.h"

#include "state/usage.h"

static void
save(const char *boot)
{
	struct bal_err err = { 0 };

	if (bal_usage_save(in_directory("usage"), boot, 9, &state, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
load(const char *boot)
{
	struct bal_err err = { 0 };

	if (bal_usage_load(in_directory("usage"), boot, &state, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct bal_uplink_state *
counted(void)
{
	struct bal_uplink_state *us = add("eth1");

	us->usage = (struct bal_usage){ .known = true,
					.bytes = 5000,
					.period = 203611,
					.reported = 75,
					.ifindex = 7,
					.rx = 300,
					.tx = 200 };
	return us;
}

/* The box boots: its counters begin anew, and all that they show is new. */
static void
it_outlives_a_boot(void **unused)
{
	struct bal_uplink_state *us = counted();

	(void)unused;
	save("one");
	assert_true(us->usage.saved == 5000 && us->usage.saved_ms == 9);
	assert_text(in_directory("usage"),
		    "boot one\neth1 203611 5000 75 7 300 200\n");
	us->usage = (struct bal_usage){ 0 };
	load("two");
	assert_true(us->usage.known && us->usage.bytes == 5000 &&
		    us->usage.saved == 5000 && us->usage.saved_ms == 0);
	assert_int_equal(us->usage.period, 203611);
	assert_int_equal(us->usage.reported, 75);
	bal_usage_count(&us->usage, &(struct bal_sample){ 7, 400, 300 });
	assert_true(us->usage.bytes == 5700);
}

/* Only the state was lost: the counters go on. */
static void
in_the_same_boot_counters_go_on(void **unused)
{
	struct bal_uplink_state *us = counted();

	(void)unused;
	save("one");
	us->usage = (struct bal_usage){ 0 };
	load("one");
	bal_usage_count(&us->usage, &(struct bal_sample){ 7, 400, 300 });
	assert_true(us->usage.bytes == 5200);
	/* What is known is not read again. */
	load("one");
	assert_true(us->usage.bytes == 5200);
}

static void
a_damaged_file_is_none(void **unused)
{
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	put_text(in_directory("usage"),
		 "boot\neth1\neth1 203611\n\neth1 x y 0 0 0 0\n-1 -1 -1\n"
		 "eth1 203611 99999999999999999999 0 0 0 0\n"
		 "eth1 203611 5 101 0 0 0\neth1 203611 5 0 -1 0 0\n"
		 "eth123456789012345678901234567890 203611 5 0 0 0 0\n");
	load("one");
	assert_false(us->usage.known);
	/* Of a later version. */
	put_text(in_directory("usage"), "boot one\nnew 1\n"
					"eth1 203611 5 0 1 2 3 and more\n");
	load("one");
	assert_true(us->usage.known && us->usage.bytes == 5);
}

/* A stick that is not there now comes back. */
static void
others_are_kept(void **unused)
{
	(void)unused;
	put_text(in_directory("usage"), "boot one\neth1 203611 1 0 1 2 3\n"
					"eth2 203611 8 95 4 5 6\n");
	(void)counted();
	save("one");
	assert_text(in_directory("usage"),
		    "boot one\neth1 203611 5000 75 7 300 200\n"
		    "eth2 203611 8 95 4 5 6\n");
	save("two");
	assert_text(in_directory("usage"),
		    "boot two\neth1 203611 5000 75 7 300 200\n"
		    "eth2 203611 8 95 0 5 6\n");
}

/* What cannot be read just now is not written over. */
static void
an_error_keeps_the_file(void **unused)
{
	struct bal_err err = { 0 };
	int rc[2];

	(void)unused;
	put_text(in_directory("usage"), "boot one\neth1 203611 1 0 1 2 3\n");
	assert_int_equal(chmod(in_directory("usage"), 0), 0);
	(void)counted();
	drop_root();
	rc[0] = bal_usage_load(in_directory("usage"), "one", &state, &err);
	rc[1] = bal_usage_save(in_directory("usage"), "one", 9, &state, &err);
	become_root();
	assert_int_equal(rc[0], -1);
	assert_int_equal(rc[1], -1);
	assert_int_equal(chmod(in_directory("usage"), 0644), 0);
	assert_text(in_directory("usage"),
		    "boot one\neth1 203611 1 0 1 2 3\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_outlives_a_boot),
		TEST(in_the_same_boot_counters_go_on),
		TEST(a_damaged_file_is_none),
		TEST(others_are_kept),
		TEST(an_error_keeps_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
