// SPDX-License-Identifier: GPL-2.0-or-later
/* test_pass - when one command has asked enough, and what it says. */
#include "../healths.h"

/* --- one pass of one command -------------------------------------------- */

/* A new pass: @rounds of it, and whether it is over then. */
static bool
pass(const char *rounds)
{
	const uint32_t n = (uint32_t)strlen(rounds);

	assert_false(bal_health_settled(&j, &rule, now, 0));
	feed(rounds, 1);
	return bal_health_settled(&j, &rule, now, n);
}

static void
an_answer_of_a_living_one_is_enough(void **state)
{
	(void)state;
	assert_true(pass("+"));
	assert_false(pass("-"));
	assert_true(pass("-+"));
	bal_health_bad(&j, &rule, now);
	bal_health_proof(&j);
	assert_true(bal_health_settled(&j, &rule, now, 1));
}

static void
down_rounds_decide_what_never_answered(void **state)
{
	(void)state;
	assert_false(pass("-"));
	setup(NULL);
	assert_false(pass("--"));
	setup(NULL);
	assert_true(pass("---"));
	assert_int_equal(letter(), 'd');
	rule.guessed = true;
	j = (struct bal_health_record){ 0 };
	assert_false(pass("--"));
	assert_true(pass("---"));
	assert_int_equal(letter(), 'u');
}

static void
a_death_ends_the_pass(void **state)
{
	(void)state;
	know();
	assert_false(pass("--"));
	assert_true(pass("-")); /* they count on from the last one */
	assert_int_equal(letter(), 'd');
	assert_false(pass("-"));
	assert_false(pass("--"));
	assert_true(pass("---"));
}

static void
a_hold_that_fits_is_waited_for(void **state)
{
	(void)state;
	know();
	die();
	assert_false(pass("+"));
	assert_true(pass("+"));
	assert_int_equal(letter(), 'a');
	die();
	assert_false(pass("++"));
	assert_true(pass("+"));
	assert_int_equal(letter(), 'a');
	die();
	/* Four seconds: the next pass will see. */
	assert_int_equal(bal_health_hold_ms(&j, &rule, now), 4000);
	assert_true(pass("+"));
	assert_int_equal(letter(), 'd');
	now += MINUTE;
	assert_true(pass("+"));
	assert_int_equal(letter(), 'a');
}

/* Whatever is remembered: who is silent is not asked for ever. */
static void
a_silent_pass_ends(void **state)
{
	for (unsigned known = 0; known < 600; known += 7) {
		uint32_t rounds = 0;

		setup(state);
		rule.guessed = known % 2;
		for (unsigned i = 0; i < known; i++)
			feed(i % (2 + known % 9) ? "+" : "-", 1);
		while (!bal_health_settled(&j, &rule, now, rounds)) {
			assert_true(rounds < 32);
			feed("-", 1);
			rounds++;
		}
		assert_true(rounds > 0);
	}
}

/* --- for people --------------------------------------------------------- */

static const char *
reason(void)
{
	static char buf[64];

	memset(buf, 'x', sizeof(buf));
	assert_ptr_equal(bal_health_reason(&j, &rule, now, buf, sizeof(buf)),
			 buf);
	return buf;
}

static void
nothing_to_say(void **state)
{
	char full[2] = "x";

	(void)state;
	assert_string_equal(reason(), "");
	know();
	assert_string_equal(reason(), "");
	feed("-", 1);
	assert_string_equal(reason(), "");
	die();
	assert_string_equal(reason(), "");
	feed("+", 1);
	assert_string_equal(bal_health_reason(&j, &rule, now, full, 0), "");
	assert_string_equal(full, "x");
	assert_string_equal(bal_health_reason(&j, &rule, now, full, 2), "g");
}

static void
a_hold_is_told(void **state)
{
	(void)state;
	rule.stable_ms = 8000;
	know();
	die();
	feed("+++", 1);
	assert_string_equal(reason(), "good for 2 s of 8 s, back in 6 s");
	rule.stable_ms = 500;
	j.good_since_ms = now - 120;
	assert_string_equal(reason(),
			    "good for 120 ms of 500 ms, back in 380 ms");
	rule.stable_ms = 0;
	rule.up = 9;
	assert_string_equal(reason(), "3 of 9 answers");
}

static void
loss_is_told(void **state)
{
	(void)state;
	know();
	while (j.health != BAL_HEALTH_DEGRADED)
		feed("-+", 1);
	feed("-+", 40);
	assert_string_equal(reason(), "lost 32 of 64");
	rule.stable_ms = 90000;
	feed("+", 60);
	assert_string_equal(reason(), "good for 61 s of 90 s, back in 29 s");
}

static void
latency_is_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		ask('+', 1000, 900 * MS);
	assert_int_equal(letter(), 'g');
	assert_string_equal(reason(), "answers after 900 ms");
}

static const char *
suspicion(void)
{
	static char buf[96];

	memset(buf, 'x', sizeof(buf));
	assert_ptr_equal(bal_health_suspicion(&j, &rule, buf, sizeof(buf)), buf);
	return buf;
}

static void
silence_is_suspicious(void **state)
{
	char tiny[3] = "xx";

	(void)state;
	assert_string_equal(suspicion(), "");
	know();
	assert_string_equal(suspicion(), "");
	feed("-", 1);
	assert_string_equal(suspicion(), "1 bad round in a row, 3 mark it down");
	feed("-", 1);
	assert_string_equal(suspicion(), "2 bad rounds in a row, 3 mark it down");
	assert_string_equal(bal_health_suspicion(&j, &rule, tiny, 0), "");
	assert_string_equal(tiny, "xx");
	bal_health_suspicion(&j, &rule, tiny, sizeof(tiny));
	assert_string_equal(tiny, "2 ");
	/* The verdict is out: no suspicion any more. */
	die();
	assert_string_equal(suspicion(), "");
	feed("+", 1);
	assert_string_equal(suspicion(), "");
}

static void
loss_in_doubt_is_suspicious(void **state)
{
	(void)state;
	know();
	feed("-", 1);
	feed("+", 1);
	assert_true(bal_health_in_doubt(&j, &rule));
	assert_string_equal(suspicion(), "lost 1 of 64, which may be too much");
	feed("+", 64);
	assert_false(bal_health_in_doubt(&j, &rule));
	assert_string_equal(suspicion(), "");
}

static const char *
grown(void)
{
	static char buf[96];

	memset(buf, 'x', sizeof(buf));
	assert_ptr_equal(bal_health_grown(&j, &rule, now, buf, sizeof(buf)),
			 buf);
	return buf;
}

static void
a_grown_hold_is_told(void **state)
{
	(void)state;
	rule.stable_ms = 1000;
	assert_string_equal(grown(), "");
	know();
	assert_string_equal(grown(), "");
	die();
	assert_int_equal(bal_health_flaps(&j, now), 1);
	assert_string_equal(grown(), "");
	feed("+++", 1);
	assert_int_equal(letter(), 'a');
	/* One time is no habit. */
	assert_string_equal(grown(), "");
	die();
	assert_int_equal(bal_health_flaps(&j, now), 2);
	assert_string_equal(grown(), "flapped 2 times lately, must be good for "
				     "2 s before it is back");
	assert_string_equal(bal_health_grown(&j, &rule, now, NULL, 0), "");
	while (letter() != 'a')
		feed("+", 1);
	now += 21 * MINUTE;
	assert_int_equal(bal_health_flaps(&j, now), 0);
	assert_string_equal(grown(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_of_a_living_one_is_enough),
		TEST(down_rounds_decide_what_never_answered),
		TEST(a_death_ends_the_pass),
		TEST(a_hold_that_fits_is_waited_for),
		TEST(a_silent_pass_ends),
		TEST(nothing_to_say),
		TEST(a_hold_is_told),
		TEST(loss_is_told),
		TEST(latency_is_told),
		TEST(silence_is_suspicious),
		TEST(loss_in_doubt_is_suspicious),
		TEST(a_grown_hold_is_told),
	};

	return cmocka_run_group_tests_name("judge_pass", tests, NULL, NULL);
}
