/* untouched - a namespace for each test, whose firewall is untouched. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_UNTOUCHED_H
#define TEST_UNTOUCHED_H

#include "netns.h"

#include "base/arena.h"

#define MASK 0xff000000U

static struct bal_arena arena;
static char warning[320]; /* the last one */

static inline void
keep_warning(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	(void)what;
	snprintf(warning, sizeof(warning), "%s", msg);
}

static inline void
must_print(const char *command, const char *text)
{
	must("%s", command);
	assert_string_equal(output, text);
}

/* Each test has tables of its own. */
static inline int
setup(void **state)
{
	(void)state;
	warning[0] = '\0';
	if (refused)
		return 0;
	return unshare(CLONE_NEWNET);
}

static inline int
teardown(void **state)
{
	(void)state;
	bal_arena_fini(&arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
