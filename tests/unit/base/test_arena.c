// SPDX-License-Identifier: GPL-2.0-or-later
/* test_arena - memory and lists that live as long as one pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void
test_alloc_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 0,    1,    7,	  16,	   4096,
					8191, 8192, 9000, 3000000, 1 };
	struct bal_arena arena = { 0 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			char *p = bal_arena_alloc(&arena, sizes[i]);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t),
					 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(p[j], 0);
			memset(p, 0xa5, sizes[i]);
		}
	}
	assert_false(arena.oom);
	bal_arena_fini(&arena);
	assert_null(arena.blocks);
	bal_arena_fini(&arena);
}

static void
test_allocations_do_not_overlap(void **state)
{
	struct bal_arena arena = { 0 };
	unsigned char *all[500];

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		all[i] = bal_arena_alloc(&arena, i);
		memset(all[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(all[i][j], i & 0xff);
	bal_arena_fini(&arena);
}

static void
test_copy(void **state)
{
	struct bal_arena arena = { 0 };
	char *copy;

	(void)state;
	copy = bal_arena_copy(&arena, "copied", 7);
	assert_string_equal(copy, "copied");
	assert_ptr_not_equal(copy, bal_arena_copy(&arena, copy, 7));
	assert_non_null(bal_arena_copy(&arena, NULL, 0));
	bal_arena_fini(&arena);
}

/* The sanitizer ends the program where malloc() would return NULL. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
test_oom_stays(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 8, SIZE_MAX / 2,
					PTRDIFF_MAX - 64,
					SIZE_MAX - SIZE_MAX / 16 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct bal_arena arena = { 0 };
		BAL_LIST(int) list = { 0 };

		assert_non_null(BAL_PUSH(&arena, &list));
		assert_null(bal_arena_alloc(&arena, sizes[i]));
		assert_true(arena.oom);
		assert_null(bal_arena_alloc(&arena, 1));
		assert_null(BAL_PUSH(&arena, &list));
		assert_int_equal(list.n, 1);
		bal_arena_fini(&arena);
		assert_false(arena.oom);
	}
}

static void
test_list_keeps_what_was_pushed(void **state)
{
	struct bal_arena arena = { 0 };
	BAL_LIST(struct {
		uint64_t n;
		char pad[20];
	})
	list = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		__typeof__(list.v) e = BAL_PUSH(&arena, &list);

		assert_non_null(e);
		assert_int_equal(e->n, 0);
		e->n = i;
		memset(e->pad, 0xff, sizeof(e->pad));
	}
	assert_int_equal(list.n, 5000);
	for (uint64_t i = 0; i < 5000; i++)
		assert_int_equal(list.v[i].n, i);
	/* A place that was taken back is zeroed again. */
	list.n = 17;
	assert_int_equal(BAL_PUSH(&arena, &list)->n, 0);
	assert_int_equal(list.v[17].pad[3], 0);
	bal_arena_fini(&arena);
}

static void
test_list_too_large(void **state)
{
	struct bal_arena arena = { 0 };
	size_t n = SIZE_MAX / 2 + 1, cap = n;
	void *v = NULL;

	(void)state;
	assert_null(bal_list_push(&arena, &v, &n, &cap, 8));
	assert_true(arena.oom);
	assert_int_equal(cap, SIZE_MAX / 2 + 1);
	bal_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_zeroed_and_aligned),
		cmocka_unit_test(test_allocations_do_not_overlap),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_oom_stays),
		cmocka_unit_test(test_list_keeps_what_was_pushed),
		cmocka_unit_test(test_list_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
