// SPDX-License-Identifier: GPL-2.0-or-later
/* test_capacity_file - capacities outlive a boot. */
#include "../states.h"

#include "state/capacity_file.h"

static void
load(void)
{
	struct bal_err err = { 0 };

	if (bal_capacity_load(in_directory("capacity"), &state, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
it_outlives_a_boot(void **unused)
{
	struct bal_uplink_state *us = add("eth1");
	struct bal_err err = { 0 };

	(void)unused;
	us->capacity.rate = 125000;
	put_text(in_directory("capacity"), "eth1 7\neth2 8\n");
	assert_int_equal(
		bal_capacity_save(in_directory("capacity"), &state, &err), 0);
	assert_text(in_directory("capacity"), "eth1 125000\neth2 8\n");
	assert_true(us->capacity_saved == 125000);
	us->capacity.rate = us->capacity_saved = 0;
	load();
	assert_true(us->capacity.rate == 125000 &&
		    us->capacity_saved == 125000);
	/* What is known is not read again. */
	us->capacity.rate = 9;
	load();
	assert_true(us->capacity.rate == 9);
}

static void
a_damaged_file_is_none(void **unused)
{
	struct bal_uplink_state *us = add("eth1");

	(void)unused;
	load();
	put_text(in_directory("capacity"),
		 "eth1\n\neth1 x\neth1 -1\neth1 99999999999999999999\n"
		 "a/b 5\neth1234567890123456 5\n");
	load();
	assert_true(us->capacity.rate == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_outlives_a_boot),
		TEST(a_damaged_file_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
