// SPDX-License-Identifier: GPL-2.0-or-later
/* test_order - what is in order costs one comparison a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/order.h"

static size_t compared;

static int
by_number(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	compared++;
	return (x > y) - (x < y);
}

static void
what_is_in_order_is_compared_once(void **state)
{
	int v[] = { 1, 2, 2, 5, 9 };

	(void)state;
	compared = 0;
	bal_sort(v, 5, sizeof(*v), by_number);
	assert_int_equal(compared, 4);
	assert_int_equal(v[4], 9);
}

static void
what_is_not_gets_sorted(void **state)
{
	int v[] = { 1, 2, 9, 5, 2 }, want[] = { 1, 2, 2, 5, 9 };

	(void)state;
	bal_sort(v, 5, sizeof(*v), by_number);
	assert_memory_equal(v, want, sizeof(v));
	bal_sort(NULL, 0, sizeof(*v), by_number);
	bal_sort(v, 1, sizeof(*v), by_number);
}

struct record {
	char name[8];
	int value;
};

static const struct record records[] = { { "b", 1 }, { "a", 2 }, { "ab", 3 } };

static void
each_name_is_found_from_each_begin(void **state)
{
	(void)state;
	for (size_t from = 0; from < 5; from++) {
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(bal_find_name(records, 3,
						       sizeof(*records),
						       records[i].name, from),
					 i);
		assert_int_equal(bal_find_name(records, 3, sizeof(*records),
					       "c", from),
				 3);
	}
}

static void
none_among_none(void **state)
{
	(void)state;
	assert_int_equal(bal_find_name(NULL, 0, 4, "a", 7), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_order_is_compared_once),
		cmocka_unit_test(what_is_not_gets_sorted),
		cmocka_unit_test(each_name_is_found_from_each_begin),
		cmocka_unit_test(none_among_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
