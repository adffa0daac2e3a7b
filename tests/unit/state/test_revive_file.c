// SPDX-License-Identifier: GPL-2.0-or-later
/* test_revive_file - the count of what was tried outlives a boot. */
#include "../states.h"

#include "state/revive_file.h"

static struct bal_revivals all;

static void
load(const char *boot)
{
	struct bal_err err = { 0 };

	bal_revivals_fini(&all);
	if (bal_revivals_load(in_directory("revive"), boot, &all, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
it_outlives_a_boot(void **unused)
{
	struct bal_err err = { 0 };
	struct bal_revivals copy;
	struct bal_reviving *eth2;

	(void)unused;
	load("one");
	assert_int_equal(all.n, 0);
	eth2 = bal_revivals_add(&all, "eth2");
	*eth2 = (struct bal_reviving){ "eth2", { 3, 2, 5000 }, true,
				       "1-1.2", "",
				       { { BAL_REVIVE_POWER, BAL_REVIVE_REBOOT }, 60000 },
				       7000 };
	assert_non_null(bal_revivals_add(&all, "ppp0"));
	memcpy(all.v[1].stanza, "lte", sizeof("lte"));
	all.reboot = (struct bal_revive_reboot){ true, 4000 };
	assert_int_equal(bal_revivals_copy(&copy, &all, &err), 0);
	assert_true(bal_revivals_same(&copy, &all));
	assert_int_equal(bal_revivals_save(in_directory("revive"), "one", &all,
					   &err), 0);
	assert_text(in_directory("revive"),
		    "boot one\nreboot 4000\n"
		    "eth2 3 2 5000 1 1-1.2 - 34 60000 7000\n"
		    "ppp0 0 0 0 0 - lte - 0 0\n");
	load("one");
	assert_true(bal_revivals_same(&copy, &all));
	load("two");
	assert_int_equal(all.n, 2);
	assert_int_equal(all.v[0].record.rounds, 3);
	assert_true(all.v[0].taken && all.v[0].record.at_ms == 0);
	assert_true(all.reboot.known && all.reboot.at_ms == 0);
	assert_false(bal_revivals_same(&copy, &all));
	bal_revivals_fini(&copy);
	bal_revivals_fini(&all);
}

/* No second reboot follows from damage. */
static void
a_damaged_line_is_left_out(void **unused)
{
	(void)unused;
	put_text(in_directory("revive"),
		 "boot one\nreboot x\neth1\neth2 0 0 0 2 - - - 0 0\n"
		 "eth3 0 9 0 0 - - - 0 0\neth4 0 0 0 0 ../x - - 0 0\n"
		 "eth5 0 0 0 0 - - 9 0 0\na/b 0 0 0 0 - - - 0 0\n"
		 "eth6 0 0 0 0 - - - 0 0 later\n");
	load("one");
	assert_true(all.reboot.known && all.reboot.at_ms == 0);
	assert_int_equal(all.n, 1);
	assert_string_equal(all.v[0].name, "eth6");
	bal_revivals_fini(&all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_outlives_a_boot),
		TEST(a_damaged_line_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
