// SPDX-License-Identifier: GPL-2.0-or-later
/* test_cap_event - thresholds of a cap are told once, and end no connection. */
#include "../outcomes.h"

#include "state/usage.h"

static void
pass(uint64_t bytes)
{
	known("eth1")->usage.bytes = bytes;
	w.snap.now_ms += 1000;
	conclude(BAL_MODE_MULTI, BAL_MODE_MULTI);
	as_it_is();
}

static void
expect(size_t i, enum bal_event_kind kind, const char *reason)
{
	if (i >= outcome.events.n)
		fail_msg("only %zu events", outcome.events.n);
	assert_string_equal(bal_event_name(outcome.events.v[i].kind),
			    bal_event_name(kind));
	assert_string_equal(outcome.events.v[i].uplink, "eth1");
	assert_string_equal(outcome.events.v[i].reason, reason);
}

static void
two_modems_of_which_one_has_a_cap(void)
{
	modem(1);
	modem(2);
	configured("eth1", "cap", "10GB");
	configured("eth1", "cap_day", "31");
	known("eth1")->usage = (struct bal_usage){ .known = true,
						   .period = 203602 };
	as_it_is();
	pass(0);
	pass(7499999999);
	assert_int_equal(outcome.events.n, 0);
}

static void
each_once(void **state)
{
	char line[128];

	(void)state;
	two_modems_of_which_one_has_a_cap();
	pass(7500000000);
	assert_int_equal(outcome.events.n, 1);
	expect(0, BAL_EVENT_CAP_75, "7.5G of 10.0G since 2036-02-29");
	assert_string_equal(bal_event_str(&outcome.events.v[0], line,
					  sizeof(line)),
			    "eth1: 75 % of its cap are used, 7.5G of 10.0G "
			    "since 2036-02-29");
	pass(9000000000);
	assert_int_equal(outcome.events.n, 0);
	pass(10000000000);
	assert_int_equal(outcome.events.n, 2);
	expect(0, BAL_EVENT_CAP_95, "10.0G of 10.0G since 2036-02-29");
	expect(1, BAL_EVENT_CAP_100, "10.0G of 10.0G since 2036-02-29");
	pass(UINT64_MAX);
	assert_int_equal(outcome.events.n, 0);
}

static void
no_connection_ends(void **state)
{
	(void)state;
	two_modems_of_which_one_has_a_cap();
	configured("eth1", "cap_action", "off");
	configured("eth1", "cap_hard", "yes");
	configured("eth1", "failback_drain", "0");
	assert_int_equal(known("eth1")->use, BAL_USE_FULL);
	pass(10000000000);
	assert_int_equal(known("eth1")->use, BAL_USE_KEPT);
	assert_int_equal(outcome.releases.n, 0);
	pass(10000000001);
	assert_int_equal(outcome.releases.n, 0);
}

static void
a_new_period_tells_again(void **state)
{
	(void)state;
	two_modems_of_which_one_has_a_cap();
	pass(10000000000);
	assert_int_equal(outcome.events.n, 3);
	bal_usage_turn(&known("eth1")->usage, 203603, false);
	pass(0);
	assert_int_equal(outcome.events.n, 0);
	pass(7500000000);
	assert_int_equal(outcome.events.n, 1);
	expect(0, BAL_EVENT_CAP_75, "7.5G of 10.0G since 2036-03-31");
}

static void
a_bucket_has_no_day(void **state)
{
	(void)state;
	two_modems_of_which_one_has_a_cap();
	configured("eth1", "cap_reset", "manual");
	pass(7500000000);
	expect(0, BAL_EVENT_CAP_75, "7.5G of 10.0G");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_once),
		TEST(no_connection_ends),
		TEST(a_new_period_tells_again),
		TEST(a_bucket_has_no_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
