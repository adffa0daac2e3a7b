// SPDX-License-Identifier: GPL-2.0-or-later
/* test_jumps - which chains a packet comes to. */
#include "doctor/facts/jumps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LAYERS 50
#define WIDE 10

static struct bal_jump v[LAYERS * WIDE * WIDE];
static size_t n;

static void
jump(const char *from, const char *to)
{
	struct bal_jump *j = &v[n++];

	memset(j, 0, sizeof(*j));
	snprintf(j->from, sizeof(j->from), "%s", from);
	snprintf(j->to, sizeof(j->to), "%s", to);
}

static void
walk(const char *first, const char *second)
{
	const char *const starts[] = { first, second };

	bal_jumps_walk(v, n, starts, 2);
}

static bool
reached(const char *chain)
{
	return bal_jumps_reach(v, n, chain);
}

static void
some_are_reached(void **state)
{
	(void)state;
	n = 0;
	walk("PREROUTING", "OUTPUT");
	assert_false(reached("A"));
	jump("PREROUTING", "A");
	jump("A", "B");
	jump("POSTROUTING", "C");
	jump("C", "D");
	jump("OUTPUT", "E");
	jump("C", "B");
	walk("PREROUTING", "OUTPUT");
	assert_true(reached("A"));
	assert_true(reached("B"));
	assert_true(reached("E"));
	assert_false(reached("C"));
	assert_false(reached("D"));
	assert_false(reached("PREROUTING"));
	assert_false(reached("nowhere"));
}

static void
circles_end(void **state)
{
	(void)state;
	n = 0;
	jump("A", "A");
	jump("A", "B");
	jump("B", "C");
	jump("C", "A");
	jump("D", "E");
	jump("E", "D");
	walk("A", "nowhere");
	assert_true(reached("A"));
	assert_true(reached("C"));
	assert_false(reached("D"));
	assert_false(reached("E"));
}

/* As many ways as there are, and more than could be walked one by one. */
static void
many_ways(void **state)
{
	char from[16], to[16];

	(void)state;
	n = 0;
	for (int layer = 0; layer < LAYERS; layer++)
		for (int i = 0; i < WIDE * WIDE; i++) {
			snprintf(from, sizeof(from), "%d.%d", layer, i % WIDE);
			snprintf(to, sizeof(to), "%d.%d", layer + 1, i / WIDE);
			jump(from, to);
		}
	walk("0.3", "nowhere");
	assert_false(reached("0.4"));
	for (int layer = 1; layer <= LAYERS; layer++) {
		snprintf(to, sizeof(to), "%d.%d", layer, layer % WIDE);
		assert_true(reached(to));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_are_reached),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(many_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
