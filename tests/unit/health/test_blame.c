// SPDX-License-Identifier: GPL-2.0-or-later
/* test_blame - whose fault it is: the uplink's, or the target's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health/blame.h"

#define GOOD true
#define BAD false
#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
expect(const struct bal_blame_fact *facts, size_t n, const bool *wanted)
{
	bool suspect[16] = { 0 };

	bal_blame(facts, n, suspect);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(suspect[i], wanted[i]);
}

static void
one_uplink_is_never_the_targets_fault(void **state)
{
	const struct bal_blame_fact facts[] = { { 1, 9, BAD }, { 1, 8, GOOD } };

	(void)state;
	expect(facts, N(facts), (bool[]){ false, false });
}

static void
a_target_that_fails_on_all_is_suspect(void **state)
{
	const struct bal_blame_fact facts[] = {
		{ 1, 9, BAD }, { 1, 8, GOOD }, { 2, 9, BAD }, { 2, 8, GOOD },
	};

	(void)state;
	expect(facts, N(facts), (bool[]){ true, false, true, false });
}

static void
one_answer_anywhere_clears_it(void **state)
{
	const struct bal_blame_fact facts[] = {
		{ 1, 9, BAD }, { 1, 8, GOOD }, { 2, 9, GOOD }, { 2, 8, GOOD },
	};

	(void)state;
	expect(facts, N(facts), (bool[]){ false, false, false, false });
}

static void
when_nothing_answers_nobody_can_tell(void **state)
{
	const struct bal_blame_fact facts[] = {
		{ 1, 9, BAD }, { 1, 8, BAD }, { 2, 9, BAD }, { 2, 8, BAD },
	};

	(void)state;
	expect(facts, N(facts), (bool[]){ false, false, false, false });
}

/* The second has nothing else to be judged by, and profits by the first. */
static void
one_living_uplink_convicts_for_all(void **state)
{
	const struct bal_blame_fact facts[] = {
		{ 1, 9, BAD }, { 1, 8, GOOD }, { 2, 9, BAD },
	};

	(void)state;
	expect(facts, N(facts), (bool[]){ true, false, true });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_uplink_is_never_the_targets_fault),
		cmocka_unit_test(a_target_that_fails_on_all_is_suspect),
		cmocka_unit_test(one_answer_anywhere_clears_it),
		cmocka_unit_test(when_nothing_answers_nobody_can_tell),
		cmocka_unit_test(one_living_uplink_convicts_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
