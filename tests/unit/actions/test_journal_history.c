// SPDX-License-Identifier: GPL-2.0-or-later
/* test_journal_history - the journal as bal-status shows it. */
#include "../files.h"

#include "actions/journal.h"

static void
test_history(void **state)
{
	struct bal_instant now = { .at = 1795521600, .boot_ms = 100000 };
	struct bal_event e = { .kind = BAL_EVENT_DEAD,
			       .uplink = "eth1",
			       .before = "alive",
			       .lasted_ms = 10000,
			       .at = 20,
			       .boot_ms = 20000 };
	struct bal_history h = { 0 };
	struct bal_err err = { 0 };

	(void)state;
	assert_int_equal(
		bal_journal_history(in_directory("journal"), NULL, &now, &h, &err),
		0);
	assert_int_equal(h.n + h.n_uplinks, 0);
	bal_journal_forget(&h);
	assert_int_equal(bal_journal_add(in_directory("journal"), &e, 1, &err), 0);
	e.kind = BAL_EVENT_ALL_DEAD;
	e.uplink[0] = e.before[0] = '\0';
	assert_int_equal(bal_journal_add(in_directory("journal"), &e, 1, &err), 0);
	e = (struct bal_event){ .kind = BAL_EVENT_ALIVE,
				.uplink = "eth2",
				.boot_ms = 60000,
				.at = now.at - 45 }; /* slewed since */
	assert_int_equal(bal_journal_add(in_directory("journal"), &e, 1, &err), 0);
	assert_int_equal(
		bal_journal_history(in_directory("journal"), NULL, &now, &h, &err),
		0);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.n_uplinks, 2);
	assert_int_equal(h.events[0].at, now.at - 80);
	assert_int_equal(h.events[2].at, now.at - 45);
	bal_journal_forget(&h);
	assert_int_equal(bal_journal_history(in_directory("journal"), "eth1", &now,
					     &h, &err),
			 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.n_uplinks, 1);
	assert_int_equal(h.uplinks[0].known_ms, 90000);
	assert_int_equal(h.uplinks[0].longest_ms, 80000);
	bal_journal_forget(&h);
	/* After a reboot it cannot be told when that was. */
	now.boot_ms = 10000;
	assert_int_equal(bal_journal_history(in_directory("journal"), "eth1", &now,
					     &h, &err),
			 0);
	assert_int_equal(h.events[0].at, 20);
	bal_journal_forget(&h);
}

/* Before a reboot the clock since boot was another one. */
static void
test_two_boots(void **state)
{
	const struct bal_event events[] = {
		{ .kind = BAL_EVENT_MODE, .at = 30, .boot_ms = 30000 },
		{ .kind = BAL_EVENT_MODE, .at = 20, .boot_ms = 20000 },
	};
	struct bal_instant now = { .at = 1795521600, .boot_ms = 100000 };
	struct bal_history h = { 0 };
	struct bal_err err = { 0 };

	(void)state;
	assert_int_equal(bal_journal_add(in_directory("journal"), events, 2, &err),
			 0);
	assert_int_equal(
		bal_journal_history(in_directory("journal"), NULL, &now, &h, &err),
		0);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.events[0].at, 30);
	assert_int_equal(h.events[1].at, now.at - 80);
	bal_journal_forget(&h);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_history),
		TEST(test_two_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
