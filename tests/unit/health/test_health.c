// SPDX-License-Identifier: GPL-2.0-or-later
/* test_health - verdicts from rounds: alive, dead, and back. */
#include "../healths.h"

/* @after has a letter for each round: u, a or d. */
static const struct sequence {
	const char *what;
	unsigned known; /* answered rounds before */
	uint32_t down, up;
	bool guessed;
	const char *rounds, *after;
} sequences[] = {
	{ "one good makes an unknown one alive", 0, 3, 2, false, "+", "a" },
	{ "up does not matter for an unknown one", 0, 3, 9, false, "-+", "ua" },
	{ "down bad condemn what never answered", 0, 3, 2, false, "---",
	  "uud" },
	{ "down 1", 0, 1, 2, false, "-", "d" },
	{ "down 0 is 1", 0, 0, 2, false, "-", "d" },
	{ "a guessed target's silence proves nothing", 0, 3, 2, true,
	  "----------", "uuuuuuuuuu" },
	{ "one that answered once is asked more often", 1, 3, 2, false,
	  "--------", "aaaaaaad" },
	{ "a known one is not", 300, 3, 2, false, "---", "aad" },
	{ "down is the least", 300, 5, 2, false, "-----", "aaaad" },
	{ "a guessed target that answered is believed", 300, 3, 2, true, "---",
	  "aad" },
	{ "a good one between starts anew", 300, 3, 2, false, "--+--+",
	  "aaaaaa" },
	{ "up good in a row", 300, 3, 2, false, "---++", "aadda" },
	{ "up 1", 300, 3, 1, false, "---+", "aada" },
	{ "up 0 is 1", 300, 3, 0, false, "---+", "aada" },
	{ "a bad one between starts anew", 300, 3, 2, false, "---+-++",
	  "aadddda" },
	{ "a guessed one that answered once", 0, 3, 2, true, "+--------",
	  "aaaaaaaad" },
};

static void
rounds_make_verdicts(void **state)
{
	for (size_t i = 0; i < N(sequences); i++) {
		const struct sequence *q = &sequences[i];

		setup(state);
		rule.stable_ms = 0;
		rule.degraded_loss = 0;
		rule.down = q->down;
		rule.up = q->up;
		rule.guessed = q->guessed;
		feed("+", q->known);
		assert_int_equal(strlen(q->rounds), strlen(q->after));
		for (size_t r = 0; q->rounds[r]; r++) {
			ask(q->rounds[r], 1000, 10 * MS);
			if (letter() != q->after[r])
				fail_msg("%s: round %zu: %c", q->what, r + 1,
					 letter());
		}
	}
}

/* Whatever it did before, as long as its losses are single ones. */
static void
one_lost_packet_is_no_alarm(void **state)
{
	for (unsigned apart = 4; apart < 400; apart += 3) {
		setup(state);
		rule.down = 2;
		feed("+", 1);
		for (unsigned i = 0; i < 40; i++) {
			feed("-", 1);
			assert_int_equal(letter(), 'a');
			feed("+", apart);
			assert_int_equal(letter(), 'a');
		}
	}
}

static void
counters_are_runs_and_stay_full(void **state)
{
	(void)state;
	feed("-", 2);
	assert_int_equal(j.bad, 2);
	feed("+", 1);
	assert_int_equal(j.bad, 0);
	assert_int_equal(j.good, 1);
	j.good = UINT32_MAX;
	feed("+", 1);
	assert_true(j.good == UINT32_MAX);
	j.bad = UINT32_MAX;
	feed("-", 1);
	assert_true(j.bad == UINT32_MAX);
}

/* --- the hold ----------------------------------------------------------- */

static void
each_death_doubles_the_hold(void **state)
{
	static const uint64_t holds[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };

	(void)state;
	know();
	for (size_t i = 0; i < N(holds); i++) {
		die();
		assert_int_equal(bal_health_hold_ms(&j, &rule, now),
				 holds[i] * 1000);
		assert_int_equal(bal_health_hold_left_ms(&j, &rule, now),
				 holds[i] * 1000);
		assert_int_equal(revive(), holds[i] * 1000);
		assert_int_equal(bal_health_hold_left_ms(&j, &rule, now), 0);
	}
	/* Those that changed nothing any more are not remembered. */
	assert_int_equal(j.flaps, 7);
}

static void
flaps_are_forgotten(void **state)
{
	(void)state;
	know();
	for (unsigned i = 0; i < 4; i++) {
		die();
		revive();
	}
	assert_int_equal(j.flaps, 4);
	ask('+', 9 * MINUTE, 10 * MS);
	assert_int_equal(j.flaps, 4);
	ask('+', MINUTE, 10 * MS);
	assert_int_equal(j.flaps, 3);
	assert_int_equal(bal_health_hold_ms(&j, &rule, now), 8000);
	ask('+', 20 * MINUTE, 10 * MS);
	assert_int_equal(j.flaps, 1);
	/* Known without asking, too. */
	assert_int_equal(bal_health_hold_ms(&j, &rule, now + 10 * MINUTE), 1000);
	ask('+', 60 * MINUTE, 10 * MS);
	assert_int_equal(j.flaps, 0);
	die();
	assert_int_equal(revive(), 1000);
}

static void
being_dead_mends_nothing(void **state)
{
	(void)state;
	know();
	die();
	revive();
	die();
	ask('-', 600 * MINUTE, 0);
	assert_int_equal(bal_health_hold_ms(&j, &rule, now), 2000);
	assert_int_equal(revive(), 2000);
}

static void
no_stable_time_no_hold(void **state)
{
	(void)state;
	rule.stable_ms = 0;
	know();
	for (unsigned i = 0; i < 9; i++) {
		die();
		assert_int_equal(bal_health_hold_ms(&j, &rule, now), 0);
		feed("+", 1);
		assert_int_equal(letter(), 'd');
		feed("+", 1);
		assert_int_equal(letter(), 'a');
	}
}

static void
a_lost_round_does_not_begin_the_hold_anew(void **state)
{
	(void)state;
	rule.stable_ms = 8000;
	know();
	die();
	feed("++-++++", 1);
	assert_int_equal(letter(), 'd');
	assert_int_equal(bal_health_hold_left_ms(&j, &rule, now), 2000);
	feed("++", 1);
	assert_int_equal(letter(), 'a');
}

static void
a_relapse_does(void **state)
{
	(void)state;
	rule.stable_ms = 8000;
	know();
	die();
	feed("+++++---", 1);
	assert_int_equal(bal_health_hold_left_ms(&j, &rule, now), 8000);
	feed("++++++++", 1);
	assert_int_equal(letter(), 'd');
	feed("+", 1);
	assert_int_equal(letter(), 'a');
	assert_int_equal(j.flaps, 1);
}

static void
a_clock_that_goes_back_holds_nobody_for_ever(void **state)
{
	(void)state;
	know();
	die();
	ask('+', 10, 10 * MS);
	now = 5000;
	assert_int_equal(bal_health_hold_left_ms(&j, &rule, now), 1000);
	assert_int_equal(revive(), 1000);
	now = 1;
	ask('+', 0, 10 * MS);
	ask('+', 10 * MINUTE, 10 * MS);
	assert_int_equal(j.flaps, 0);
}

/* --- the device is gone ------------------------------------------------- */

static void
gone(void)
{
	const bool was_dead = j.health == BAL_HEALTH_DEAD;

	assert_int_equal(bal_health_gone(&j, &rule, now), !was_dead);
	assert_int_equal(letter(), 'd');
	assert_int_equal(j.good, 0);
}

static void
back_in_it_is_believed(void **state)
{
	(void)state;
	know();
	gone();
	assert_false(bal_health_in_doubt(&j, &rule));
	now += 30000;
	gone();
	ask('-', 25, 0); /* not ready yet */
	ask('+', 25, 10 * MS);
	assert_true(bal_health_in_doubt(&j, &rule));
	assert_int_equal(letter(), 'd');
	ask('+', 25, 10 * MS);
	assert_int_equal(letter(), 'a');
}

static void
not_so_each_few_minutes(void **state)
{
	(void)state;
	know();
	gone();
	feed("++", 1);
	assert_int_equal(letter(), 'a');
	gone();
	assert_int_equal(revive(), 2000);
}

static void
back_in_and_silent_is_dead(void **state)
{
	(void)state;
	know();
	gone();
	feed("-", 3);
	assert_int_equal(revive(), 1000);
}

static void
gone_ends_a_recovery(void **state)
{
	(void)state;
	rule.stable_ms = 8000;
	know();
	die();
	feed("+++++", 1);
	gone();
	assert_int_equal(bal_health_hold_left_ms(&j, &rule, now), 8000);
}

static void
a_guessed_target_is_none_the_wiser(void **state)
{
	(void)state;
	rule.guessed = true;
	feed("-", 5);
	gone();
	feed("-", 1);
	assert_int_equal(letter(), 'u');
	feed("-", 20);
	assert_int_equal(letter(), 'u');
	gone();
	feed("++", 1);
	assert_int_equal(letter(), 'a');
}

/* --- proof -------------------------------------------------------------- */

static void
proof_ends_a_run(void **state)
{
	(void)state;
	know();
	for (unsigned i = 0; i < 20; i++) {
		feed("--", 1);
		bal_health_proof(&j);
		assert_int_equal(j.bad, 0);
		assert_int_equal(letter(), 'a');
	}
	assert_true(j.good == 0 && j.recent << 24 == UINT64_MAX << 24);
}

static void
proof_revives_nobody(void **state)
{
	(void)state;
	know();
	die();
	bal_health_proof(&j);
	assert_int_equal(letter(), 'd');
	assert_int_equal(j.bad, 3);
	setup(NULL);
	feed("--", 1);
	bal_health_proof(&j);
	feed("--", 1);
	assert_int_equal(letter(), 'u');
}

/* --- how it is asked ---------------------------------------------------- */

static void
doubt_is_settled_quickly(void **state)
{
	(void)state;
	assert_false(bal_health_in_doubt(&j, &rule));
	feed("-", 2); /* nobody knows whether it is ready */
	assert_false(bal_health_in_doubt(&j, &rule));
	know();
	assert_false(bal_health_in_doubt(&j, &rule));
	feed("-", 1);
	assert_true(bal_health_in_doubt(&j, &rule));
	feed("++", 1);
	assert_true(bal_health_in_doubt(&j, &rule));
	feed("+", 1);
	assert_false(bal_health_in_doubt(&j, &rule));
	die();
	assert_false(bal_health_in_doubt(&j, &rule));
	ask('+', 25, 10 * MS);
	assert_true(bal_health_in_doubt(&j, &rule));
	ask('+', 25, 10 * MS); /* the rest is waiting */
	assert_int_equal(letter(), 'd');
	assert_false(bal_health_in_doubt(&j, &rule));
}

static void
names_are_read_back(void **state)
{
	enum bal_health health = BAL_HEALTH_DEAD;

	(void)state;
	assert_string_equal(bal_health_name(BAL_HEALTH_UNKNOWN), "unknown");
	assert_string_equal(bal_health_name(BAL_HEALTH_ALIVE), "alive");
	assert_string_equal(bal_health_name(BAL_HEALTH_DEAD), "dead");
	assert_string_equal(bal_health_name(BAL_HEALTH_DEGRADED), "degraded");
	assert_string_equal(bal_health_name((enum bal_health)4), "?");
	for (int i = BAL_HEALTH_UNKNOWN; i <= BAL_HEALTH_DEGRADED; i++) {
		assert_true(bal_health_parse(bal_health_name(i), &health));
		assert_int_equal(health, i);
	}
	assert_false(bal_health_parse("", &health));
	assert_false(bal_health_parse("Alive", &health));
	assert_false(bal_health_parse("alive ", &health));
	assert_int_equal(health, BAL_HEALTH_DEGRADED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rounds_make_verdicts),
		TEST(one_lost_packet_is_no_alarm),
		TEST(counters_are_runs_and_stay_full),
		TEST(each_death_doubles_the_hold),
		TEST(flaps_are_forgotten),
		TEST(being_dead_mends_nothing),
		TEST(no_stable_time_no_hold),
		TEST(a_lost_round_does_not_begin_the_hold_anew),
		TEST(a_relapse_does),
		TEST(a_clock_that_goes_back_holds_nobody_for_ever),
		TEST(back_in_it_is_believed),
		TEST(not_so_each_few_minutes),
		TEST(back_in_and_silent_is_dead),
		TEST(gone_ends_a_recovery),
		TEST(a_guessed_target_is_none_the_wiser),
		TEST(proof_ends_a_run),
		TEST(proof_revives_nobody),
		TEST(doubt_is_settled_quickly),
		TEST(names_are_read_back),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
