// SPDX-License-Identifier: GPL-2.0-or-later
/* test_capacity - full lines show what they carry, and weights follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health/capacity.h"

#define S UINT64_C(1000000000)
#define MBIT UINT64_C(125000)
#define HOUR UINT64_C(3600000)

/* A window of two seconds at @rate, with three answers of which @late are. */
static void
window(struct bal_fill *f, struct bal_fill_sum *sum, uint64_t rate,
       unsigned late)
{
	for (unsigned i = 0; i < 3; i++)
		bal_fill_answer(f, i < late ? 40000 : 300, 20000);
	bal_fill_note(f, rate, rate / 30, S, sum);
	bal_fill_note(f, rate, rate / 30, S, sum);
}

static void
only_late_answers_show_a_full_line(void **state)
{
	struct bal_fill_sum sum = { 0 };
	struct bal_fill f = { 0 };

	(void)state;
	window(&f, &sum, 5 * MBIT, 1);
	assert_true(sum.carried == 5 * MBIT && sum.n_full == 0);
	window(&f, &sum, 3 * MBIT, 2);
	assert_true(sum.carried == 5 * MBIT && sum.full_rate == 3 * MBIT);
	window(&f, &sum, 5 * MBIT, 3);
	assert_true(sum.full_rate == 4 * MBIT && sum.n_full == 2);
	assert_int_equal(sum.run, 2);
	window(&f, &sum, MBIT, 0);
	assert_int_equal(sum.run, 0);
	/* A long way is no queue. */
	for (int i = 0; i < 3; i++)
		bal_fill_answer(&f, 40000, 600000);
	bal_fill_note(&f, MBIT, 0, 2 * S, &sum);
	assert_int_equal(sum.n_full, 2);
}

/* Half a window is none. */
static void
a_window_takes_its_time(void **state)
{
	struct bal_fill_sum sum = { 0 };
	struct bal_fill f = { 0 };

	(void)state;
	bal_fill_note(&f, 9 * MBIT, 0, S / 2, &sum);
	assert_true(sum.carried == 0);
	bal_fill_note(&f, 0, 0, 3 * S / 2, &sum);
	assert_true(sum.carried == 9 * MBIT / 2);
}

static struct bal_fill_sum
full(uint64_t rate, uint32_t run)
{
	return (struct bal_fill_sum){ .carried = rate,
				      .full_rate = rate,
				      .n_full = 1,
				      .run = run };
}

static void
it_learns_from_full_windows(void **state)
{
	struct bal_capacity c = { 0 };
	struct bal_fill_sum sum = { .carried = 2 * MBIT };

	(void)state;
	bal_capacity_learn(&c, &sum, 1000);
	assert_true(c.rate == 2 * MBIT && !c.full_ms);
	sum.carried = MBIT;
	bal_capacity_learn(&c, &sum, 1000);
	assert_true(c.rate == 2 * MBIT);
	/* The first sample holds, then each moves it by a quarter. */
	sum = full(8 * MBIT, 1);
	bal_capacity_learn(&c, &sum, 2000);
	assert_true(c.rate == 8 * MBIT && c.full_ms == 2000);
	sum = full(4 * MBIT, 3);
	bal_capacity_learn(&c, &sum, 3000);
	assert_true(c.rate == 7 * MBIT);
	/* One late answer of a radio link is no queue. */
	sum = full(MBIT, 1);
	bal_capacity_learn(&c, &sum, 4000);
	assert_true(c.rate == 7 * MBIT && c.full_ms == 3000);
	/* What is old counts for less. */
	sum = full(3 * MBIT, 3);
	bal_capacity_learn(&c, &sum, 3000 + HOUR);
	assert_true(c.rate == 5 * MBIT);
	bal_capacity_learn(&c, &sum, 3000 + 26 * HOUR);
	assert_true(c.rate == 3 * MBIT);
	/* Many of them are near enough. */
	sum = full(7 * MBIT, 30);
	sum.n_full = 30;
	bal_capacity_learn(&c, &sum, 3000 + 26 * HOUR + 60000);
	assert_true(c.rate > 7 * MBIT * 99 / 100 && c.rate <= 7 * MBIT);
}

static void
it_is_tried_while_others_are_full(void **state)
{
	struct bal_capacity c = { .rate = MBIT };
	struct bal_fill_sum sum = full(MBIT, 3);

	(void)state;
	bal_capacity_explore(&c, true, 1000);
	assert_int_equal(c.boost, 256);
	bal_capacity_explore(&c, true, 31000);
	assert_int_equal(c.boost, 384);
	bal_capacity_explore(&c, false, 61000);
	assert_int_equal(c.boost, 384);
	for (unsigned i = 2; i < 10; i++)
		bal_capacity_explore(&c, true, 1000 + i * 60000);
	assert_int_equal(c.boost, 1024);
	bal_capacity_learn(&c, &sum, 700000);
	assert_int_equal(c.boost, 256);
	bal_capacity_explore(&c, true, 705000);
	assert_int_equal(c.boost, 256);
	/* What it carried some minutes ago is known. */
	bal_capacity_explore(&c, true, 700000 + 4 * 60000);
	assert_int_equal(c.boost, 256);
	bal_capacity_explore(&c, true, 700000 + 5 * 60000);
	assert_int_equal(c.boost, 512);
}

static void
weights_are_in_proportion(void **state)
{
	struct bal_capacity a = { .rate = MBIT }, b = { .rate = 3 * MBIT },
			    c = { .rate = 9 * MBIT }, d = { 0 };
	struct bal_capacity *all[] = { &a, &b, &c, &d };

	(void)state;
	assert_true(bal_capacity_weigh(all, 3));
	assert_int_equal(a.weight, 22);
	assert_int_equal(b.weight, 67);
	assert_int_equal(c.weight, 200);
	/* An unknown one is like the mean. */
	assert_true(bal_capacity_weigh(all, 4));
	assert_int_equal(d.weight, 96);
	/* Too slow to be in proportion: it is used all the same. */
	a.rate = 1;
	assert_true(bal_capacity_weigh(all, 3));
	assert_int_equal(a.weight, 1);
	assert_false(bal_capacity_weigh(all, 0));
	a = b = (struct bal_capacity){ 0 };
	assert_true(bal_capacity_weigh(all, 2));
	assert_int_equal(a.weight, b.weight);
}

static void
small_changes_change_nothing(void **state)
{
	struct bal_capacity a = { .rate = 5 * MBIT }, b = { .rate = 10 * MBIT };
	struct bal_capacity *all[] = { &a, &b };

	(void)state;
	assert_true(bal_capacity_weigh(all, 2));
	assert_int_equal(a.weight, 100);
	a.rate = 11 * MBIT / 2;
	assert_false(bal_capacity_weigh(all, 2));
	assert_int_equal(a.weight, 100);
	a.rate = 6 * MBIT;
	assert_true(bal_capacity_weigh(all, 2));
	assert_int_equal(a.weight, 120);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_late_answers_show_a_full_line),
		cmocka_unit_test(a_window_takes_its_time),
		cmocka_unit_test(it_learns_from_full_windows),
		cmocka_unit_test(it_is_tried_while_others_are_full),
		cmocka_unit_test(weights_are_in_proportion),
		cmocka_unit_test(small_changes_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
