// SPDX-License-Identifier: GPL-2.0-or-later
/* test_health - verdicts from sequences of rounds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "health.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Rounds as '+' and '-'; @after has one letter for each: the verdict behind
 * that round, u, a or d.
 */
struct sequence {
	const char *what;
	enum bal_health start;
	uint32_t good, bad, down, up;
	bool guessed;
	const char *rounds, *after;
};

#define U BAL_HEALTH_UNKNOWN
#define A BAL_HEALTH_ALIVE
#define D BAL_HEALTH_DEAD

static const struct sequence sequences[] = {
	{ "one good makes an unknown one alive", U, 0, 0, 3, 2, false, "+",
	  "a" },
	{ "up does not matter for an unknown one", U, 0, 0, 3, 9, false, "-+",
	  "ua" },
	{ "down bad make an unknown one dead", U, 0, 0, 3, 2, false, "---",
	  "uud" },
	{ "bad ones count on from the last pass", U, 0, 2, 3, 2, false, "-",
	  "d" },
	{ "a guessed target's silence proves nothing", U, 0, 0, 3, 2, true,
	  "-----", "uuuuu" },
	{ "a guessed target that answered is believed", U, 0, 0, 3, 2, true,
	  "--+---", "uuaaad" },
	{ "a guessed one that is dead comes back", D, 0, 3, 3, 2, true, "-++",
	  "dda" },
	{ "down bad in a row", A, 1, 0, 3, 2, false, "---", "aad" },
	{ "a good one between starts anew", A, 1, 0, 3, 2, false, "--+--",
	  "aaaaa" },
	{ "down 1", A, 1, 0, 1, 2, false, "-", "d" },
	{ "up good in a row", D, 0, 3, 3, 2, false, "++", "da" },
	{ "a bad one between starts anew", D, 0, 3, 3, 2, false, "+-++",
	  "ddda" },
	{ "good ones count on from the last pass", D, 1, 0, 3, 2, false, "+",
	  "a" },
	{ "up 1", D, 0, 9, 3, 1, false, "+", "a" },
	{ "a smaller down than before", A, 0, 5, 3, 2, false, "-", "d" },
	{ "dead and back", A, 1, 0, 2, 3, false, "--+++--", "adddaad" },
	{ "counters that are full stay full", D, 0, UINT32_MAX, 3, 2, false,
	  "-++", "dda" },
};

static char
letter(enum bal_health health)
{
	return bal_health_name(health)[0];
}

static void
rounds_make_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(sequences); i++) {
		const struct sequence *q = &sequences[i];
		struct bal_health_state s = { q->start, q->good, q->bad };
		const struct bal_health_rule rule = { q->down, q->up,
						      q->guessed };

		assert_int_equal(strlen(q->rounds), strlen(q->after));
		for (size_t r = 0; q->rounds[r]; r++) {
			const enum bal_health before = s.health;
			bool changed = bal_health_round(&s, &rule,
							q->rounds[r] == '+');

			if (letter(s.health) != q->after[r] ||
			    changed != (s.health != before))
				fail_msg("%s: round %zu: %s", q->what, r + 1,
					 bal_health_name(s.health));
		}
	}
}

static void
counters_are_runs(void **state)
{
	const struct bal_health_rule rule = { 3, 2, false };
	struct bal_health_state s = { 0 };

	(void)state;
	bal_health_round(&s, &rule, false);
	bal_health_round(&s, &rule, false);
	assert_int_equal(s.bad, 2);
	assert_int_equal(s.good, 0);
	bal_health_round(&s, &rule, true);
	assert_int_equal(s.bad, 0);
	assert_int_equal(s.good, 1);
	s.bad = UINT32_MAX;
	bal_health_round(&s, &rule, false);
	assert_true(s.bad == UINT32_MAX);
}

static const struct {
	const char *what;
	struct bal_health_state s;
	uint32_t down, up, done;
	bool guessed, settled;
} ends[] = {
	{ "nothing done yet, whatever is remembered",
	  { A, 7, 0 },
	  3,
	  2,
	  0,
	  false,
	  false },
	{ "alive, good", { A, 1, 0 }, 3, 2, 1, false, true },
	{ "alive, one bad", { A, 0, 1 }, 3, 2, 1, false, false },
	{ "alive, bad, bad", { A, 0, 2 }, 3, 2, 2, false, false },
	{ "unknown, bad", { U, 0, 1 }, 3, 2, 1, false, false },
	{ "just died, before the pass had its rounds",
	  { D, 0, 3 },
	  3,
	  2,
	  1,
	  false,
	  true },
	{ "dead for long, bad", { D, 0, 4 }, 3, 2, 1, false, false },
	{ "dead for long, bad, bad", { D, 0, 5 }, 3, 2, 2, false, false },
	{ "dead for long, all rounds done", { D, 0, 6 }, 3, 2, 3, false, true },
	{ "dead, one good of two", { D, 1, 0 }, 3, 2, 1, false, false },
	{ "back again", { A, 2, 0 }, 3, 2, 2, false, true },
	{ "up more than a pass has rounds", { D, 3, 0 }, 3, 5, 3, false, true },
	{ "guessed and silent to the end", { U, 0, 3 }, 3, 2, 3, true, true },
	{ "guessed and silent so far", { U, 0, 8 }, 3, 2, 2, true, false },
	{ "down 1", { D, 0, 1 }, 1, 2, 1, false, true },
};

static void
passes_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(ends); i++) {
		const struct bal_health_rule rule = { ends[i].down, ends[i].up,
						      ends[i].guessed };

		if (bal_health_settled(&ends[i].s, &rule, ends[i].done) !=
		    ends[i].settled)
			fail_msg("%s", ends[i].what);
	}
}

/* Whatever comes, a pass has at least one round and at most down. */
static void
a_pass_is_bounded(void **state)
{
	(void)state;
	for (uint32_t bits = 0; bits < 1U << 14; bits++) {
		const struct bal_health_rule rule = { 1 + bits % 4,
						      1 + bits / 4 % 4,
						      bits >> 13 };
		struct bal_health_state s = { (bits >> 4) % 3, (bits >> 6) & 1,
					      (bits >> 7) & 3 };
		uint32_t done = 0;

		while (!bal_health_settled(&s, &rule, done)) {
			assert_true(done < rule.down);
			bal_health_round(&s, &rule, bits >> (9 + done) & 1);
			done++;
		}
		assert_true(done >= 1);
	}
}

static void
names_are_read_back(void **state)
{
	enum bal_health health = BAL_HEALTH_DEAD;

	(void)state;
	assert_string_equal(bal_health_name(BAL_HEALTH_UNKNOWN), "unknown");
	assert_string_equal(bal_health_name(BAL_HEALTH_ALIVE), "alive");
	assert_string_equal(bal_health_name(BAL_HEALTH_DEAD), "dead");
	for (int i = BAL_HEALTH_UNKNOWN; i <= BAL_HEALTH_DEAD; i++) {
		assert_true(bal_health_parse(bal_health_name(i), &health));
		assert_int_equal(health, i);
	}
	assert_false(bal_health_parse("", &health));
	assert_false(bal_health_parse("Alive", &health));
	assert_false(bal_health_parse("alive ", &health));
	assert_int_equal(health, BAL_HEALTH_DEAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_make_verdicts),
		cmocka_unit_test(counters_are_runs),
		cmocka_unit_test(passes_end),
		cmocka_unit_test(a_pass_is_bounded),
		cmocka_unit_test(names_are_read_back),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
