/* hooks - what the tests of hook.h have in common. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_HOOKS_H
#define TEST_HOOKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/hook.h"

static struct bal_err err;
static struct bal_hook hook;
static char warning[1000]; /* one a line */

static inline void
keep_warning(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	(void)what;
	snprintf(warning + strlen(warning), sizeof(warning) - strlen(warning),
		 "%s%s", warning[0] ? "\n" : "", msg);
}

/* All of it but what tells cmocka how to speak. */
static inline void
forget_environment(void)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");
	char kept[32] = "";

	if (output)
		snprintf(kept, sizeof(kept), "%s", output);
	clearenv();
	if (kept[0])
		setenv("CMOCKA_MESSAGE_OUTPUT", kept, 1);
}

static inline int
setup(void **state)
{
	(void)state;
	forget_environment();
	memset(&hook, 0, sizeof(hook));
	warning[0] = '\0';
	bal_say_sink(keep_warning, NULL);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

static inline void
set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

static inline void
must_read(int argc, char **argv)
{
	if (bal_hook_read(&hook, argc, argv, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline void
assert_host(const struct bal_addr *a, const char *text)
{
	char buf[BAL_ADDR_STRLEN];

	assert_string_equal(bal_addr_str(a, buf), text);
}

static inline void
stanza(const char *iface)
{
	set("IFACE", iface);
	set("PHASE", "post-up");
	set("MODE", "start");
}

#endif
