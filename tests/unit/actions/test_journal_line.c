// SPDX-License-Identifier: GPL-2.0-or-later
/* test_journal_line - a transition as a line of text, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "actions/journal_internal.h"

#define NOON UINT64_C(1795521600) /* 2026-11-24T12:00:00Z */

static const struct bal_event example = {
	.kind = BAL_EVENT_DEAD,
	.uplink = "eth2",
	.reason = "no answer from 9.9.9.9",
	.before = "alive",
	.lasted_ms = 312400,
	.at = NOON,
	.boot_ms = 5000001,
	.mode = "multi",
};

/* Member by member: there may be anything in between. */
static void
assert_same(const struct bal_event *a, const struct bal_event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->uplink, b->uplink);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->before, b->before);
	assert_int_equal(a->lasted_ms, b->lasted_ms);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->boot_ms, b->boot_ms);
	assert_string_equal(a->mode, b->mode);
}

static void
test_line(void **state)
{
	char line[BAL_JOURNAL_LINE];
	struct bal_event back;
	size_t len = bal_journal_line(&example, line);

	(void)state;
	assert_string_equal(line, "2026-11-24T12:00:00Z eth2 dead was=alive "
				  "for=312.400s mode=multi uptime=5000.001s "
				  "reason=no answer from 9.9.9.9\n");
	assert_int_equal(len, strlen(line));
	line[len - 1] = '\0';
	assert_true(bal_journal_parse(line, &back));
	assert_same(&back, &example);
}

static void
test_line_of_all(void **state)
{
	struct bal_event e = { .kind = BAL_EVENT_MODE }, back = example;
	char line[BAL_JOURNAL_LINE];

	(void)state;
	bal_journal_line(&e, line);
	assert_string_equal(line, "1970-01-01T00:00:00Z - mode was=- for=- "
				  "mode=- uptime=- reason=\n");
	line[strlen(line) - 1] = '\0';
	assert_true(bal_journal_parse(line, &back));
	assert_same(&back, &e);
}

/* A device may be called as none is; nothing breaks a line in two. */
static void
test_line_of_a_stranger(void **state)
{
	struct bal_event e = example, back;
	char line[BAL_JOURNAL_LINE];
	size_t len;

	(void)state;
	memcpy(e.uplink, "-", 2);
	memcpy(e.reason, "a\nb\033[2J\x7f reason=x", 18);
	memcpy(e.before, "no carrier", 11);
	e.at = UINT64_MAX;
	e.lasted_ms = 9999999999999;
	len = bal_journal_line(&e, line);
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	line[len - 1] = '\0';
	assert_true(bal_journal_parse(line, &back));
	assert_string_equal(back.uplink, "-");
	assert_string_equal(back.reason, "a?b?[2J? reason=x");
	assert_string_equal(back.before, "no_carrier");
	/* Nothing lasted for longer than the box is up. */
	assert_int_equal(back.lasted_ms, 0);
}

static void
test_longest_line(void **state)
{
	char line[BAL_JOURNAL_LINE];
	struct bal_event e = example, back;

	(void)state;
	memset(e.uplink, 'u', sizeof(e.uplink) - 1);
	memset(e.reason, 'r', sizeof(e.reason) - 1);
	memset(e.before, 'b', sizeof(e.before) - 1);
	memset(e.mode, 'm', sizeof(e.mode) - 1);
	e.kind = BAL_EVENT_ALL_DEAD;
	e.at = e.lasted_ms = e.boot_ms = UINT64_MAX;
	assert_true(bal_journal_line(&e, line) < sizeof(line) - 1);
	e.lasted_ms = e.boot_ms = 9999999999999;
	e.kind = BAL_EVENT_DEGRADED;
	line[bal_journal_line(&e, line) - 1] = '\0';
	assert_true(bal_journal_parse(line, &back));
	assert_string_equal(back.uplink, e.uplink);
	assert_string_equal(back.reason, e.reason);
	assert_string_equal(back.before, e.before);
}

static void
test_not_our_line(void **state)
{
	static const char *const bad[] = {
		"",
		"# a comment",
		"2026-11-24T12:00:00Z eth2 dead",
		"2026-11-24T12:00:00Z eth2 dead was=a for=1.000s mode=m "
		"uptime=1.000s reaso",
		"2026-11-24T12:00:00Z eth2 died was=a for=1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-02-31T12:00:00Z eth2 dead was=a for=1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24 12:00:00Z eth2 dead was=a for=1.000s mode=m "
		"uptime=1.000s reason=",
		"1969-11-24T12:00:00Z eth2 dead was=a for=1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a for=1s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a for=-1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a for=1.000 mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a "
		"for=99999999999999999999.000s mode=m uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was= for=1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=abcdefghijklmnop "
		"for=1.000s mode=m uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a for=1.000s mode=multiple "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z a/b dead was=a for=1.000s mode=m "
		"uptime=1.000s reason=",
		"2026-11-24T12:00:00Z abcdefghijklmnop dead was=a for=1.000s "
		"mode=m uptime=1.000s reason=",
		"2026-11-24T12:00:00Z eth2 dead was=a for=1.000s mode=m "
		"uptime=1.000s reason=\033[2J",
	};
	struct bal_event out = example;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (bal_journal_parse(bad[i], &out))
			fail_msg("taken: %s", bad[i]);
	assert_same(&out, &example);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_line_of_all),
		cmocka_unit_test(test_line_of_a_stranger),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_not_our_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
