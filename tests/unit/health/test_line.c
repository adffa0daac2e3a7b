// SPDX-License-Identifier: GPL-2.0-or-later
/* test_line - what is learned of a line: round-trip, loss, habits. */
#include "../healths.h"

/* --- round-trip --------------------------------------------------------- */

static const struct {
	const char *what;
	uint32_t srtt, rttvar, interval, least, most; /* us; ms */
	uint32_t timeout, late, burst;		      /* us */
} waits[] = {
	{ "nothing was measured", 0, 0, 1000, 20, 2000, 2000000, 2000000,
	  25000 },
	{ "a fast line, each second", 100, 10, 1000, 20, 2000, 100000, 25000,
	  25000 },
	{ "each 50 ms", 100, 10, 50, 5, 2000, 12000, 25000, 25000 },
	{ "each 20 ms", 100, 10, 20, 1, 2000, 5000, 10000, 10000 },
	{ "each 10 ms", 100, 10, 10, 1, 2000, 2000, 5000, 5000 },
	{ "the shortest that is wanted", 100, 10, 10, 20, 2000, 20000, 5000,
	  5000 },
	{ "each 2 ms", 100, 10, 2, 1, 2000, 1000, 2000, 2000 },
	{ "RFC 6298", 80000, 25000, 1000, 20, 2000, 180000, 117500, 40000 },
	{ "a long way, a short interval", 80000, 25000, 10, 1, 2000, 180000,
	  117500, 10000 },
	{ "no longer than wanted", 80000, 900000, 1000, 20, 2000, 2000000,
	  1430000, 40000 },
	{ "the longest wins over the shortest", 100, 10, 1000, 500, 300, 300000,
	  25000, 25000 },
	{ "nothing at all is wanted", 100, 10, 0, 0, 0, 1, 115, 1 },
	{ "much of everything", UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
	  UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX / 2 },
};

static void
answers_are_waited_for(void **state)
{
	for (size_t i = 0; i < N(waits); i++) {
		setup(state);
		j.srtt_us = waits[i].srtt;
		j.rttvar_us = waits[i].rttvar;
		rule.interval_ms = waits[i].interval;
		rule.timeout_min_ms = waits[i].least;
		rule.timeout_ms = waits[i].most;
		if (bal_health_timeout_us(&j, &rule) != waits[i].timeout ||
		    bal_health_late_us(&j, &rule) != waits[i].late ||
		    bal_health_burst_us(&j, &rule) != waits[i].burst)
			fail_msg("%s: %u %u %u", waits[i].what,
				 (unsigned)bal_health_timeout_us(&j, &rule),
				 (unsigned)bal_health_late_us(&j, &rule),
				 (unsigned)bal_health_burst_us(&j, &rule));
	}
}

static void
trouble_hurries_a_burst(void **state)
{
	(void)state;
	know();
	j.worse = 2999;
	assert_int_equal(bal_health_burst_us(&j, &rule), 25000);
	j.worse = 3000;
	assert_int_equal(bal_health_burst_us(&j, &rule), 12500);
	rule.interval_ms = 10;
	assert_int_equal(bal_health_burst_us(&j, &rule), 5000);
}

static void
round_trips_are_smoothed(void **state)
{
	(void)state;
	ask('+', 1000, 80 * MS);
	assert_int_equal(j.srtt_us, 80 * MS);
	assert_int_equal(j.rttvar_us, 40 * MS);
	ask('+', 1000, 240 * MS);
	assert_int_equal(j.rttvar_us, 70 * MS);
	assert_int_equal(j.srtt_us, 100 * MS);
	ask('+', 1000, 94 * MS); /* off by 6: 64 less than expected */
	assert_int_equal(j.rttvar_us, 69 * MS);
	assert_int_equal(j.srtt_us, 100 * MS - 750);
}

static void
a_spike_is_remembered_for_a_minute(void **state)
{
	(void)state;
	know();
	assert_int_equal(bal_health_timeout_us(&j, &rule), 100 * MS);
	ask('+', 1000, 1000 * MS);
	assert_in_range(bal_health_timeout_us(&j, &rule), 1000 * MS, 1200 * MS);
	feed("+", 60);
	assert_in_range(bal_health_timeout_us(&j, &rule), 300 * MS, 500 * MS);
	feed("+", 300);
	assert_int_equal(bal_health_timeout_us(&j, &rule), 100 * MS);
}

static void
no_time_at_all_is_a_measured_time(void **state)
{
	(void)state;
	ask('+', 1000, 0);
	assert_true(j.srtt_us > 0);
	for (unsigned i = 0; i < 100; i++)
		ask('+', 1000, 0);
	assert_true(j.srtt_us > 0);
	for (unsigned i = 0; i < 100; i++)
		ask('+', 1000, UINT32_MAX);
	assert_true(j.srtt_us > UINT32_MAX / 10 * 9);
	assert_int_equal(bal_health_timeout_us(&j, &rule), 2000 * MS);
}

/* --- loss --------------------------------------------------------------- */

/* One of @of lost, each on its own. */
static void
lose_one_of(unsigned of, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		feed(i % of == of - 1 ? "-" : "+", 1);
}

static const struct {
	unsigned rounds, one_of; /* 0: none lost */
	uint32_t misses, loss;
} habits[] = {
	{ 1, 0, 8, 0 },	    { 6, 0, 6, 0 },	{ 20, 0, 5, 0 },
	{ 100, 0, 3, 0 },   { 300, 0, 3, 0 },	{ 300, 100, 4, 1 },
	{ 600, 50, 4, 2 },  { 600, 20, 5, 5 },	{ 600, 12, 6, 8 },
	{ 600, 5, 9, 20 },  { 600, 4, 10, 25 }, { 600, 3, 13, 33 },
	{ 600, 2, 20, 50 },
};

static void
the_habit_says_how_many_misses_condemn(void **state)
{
	for (size_t i = 0; i < N(habits); i++) {
		setup(state);
		rule.degraded_loss = 0;
		lose_one_of(habits[i].one_of ? habits[i].one_of : UINT32_MAX,
			    habits[i].rounds);
		if (bal_health_misses(&j, &rule) != habits[i].misses ||
		    habitual_loss() != habits[i].loss)
			fail_msg("1 of %u in %u: %u misses, %u %%",
				 habits[i].one_of, habits[i].rounds,
				 (unsigned)bal_health_misses(&j, &rule),
				 habitual_loss());
	}
}

/* That many in a row, after a history, and not one less. */
static void
that_many_condemn(void **state)
{
	uint32_t misses;

	for (size_t i = 0; i < N(habits); i++) {
		setup(state);
		rule.degraded_loss = 0;
		lose_one_of(habits[i].one_of ? habits[i].one_of : UINT32_MAX,
			    habits[i].rounds);
		feed("+", 1);
		misses = bal_health_misses(&j, &rule);
		feed("-", misses - 1);
		assert_int_equal(letter(), 'a');
		feed("-", 1);
		assert_int_equal(letter(), 'd');
	}
}

static void
losing_in_a_row_is_a_habit_of_its_own(void **state)
{
	uint32_t single, row;

	(void)state;
	know();
	feed("-+++++++++-+++++++++", 5);
	single = bal_health_misses(&j, &rule);
	setup(NULL);
	know();
	feed("--++++++++++++++++++", 5);
	row = bal_health_misses(&j, &rule);
	assert_in_range(single, 4, 6);
	assert_in_range(row, single + 4, 32);
	assert_int_equal(letter(), 'a');
}

static void
also_that_of_losing_in_a_row(void **state)
{
	(void)state;
	know();
	rule.down = 8;
	feed("-------+", 1);
	rule.down = 3;
	assert_true(bal_health_misses(&j, &rule) > 7);
	feed("+", 3600);
	assert_true(bal_health_misses(&j, &rule) > 5);
	feed("+", 30000);
	assert_int_equal(bal_health_misses(&j, &rule), 3);
}

static void
habits_are_lost_again(void **state)
{
	(void)state;
	rule.degraded_loss = 0;
	know();
	lose_one_of(3, 600);
	assert_true(bal_health_misses(&j, &rule) > 10);
	feed("+", 2000);
	assert_int_equal(bal_health_misses(&j, &rule), 3);
	assert_int_equal(habitual_loss(), 0);
	assert_int_equal(j.lost_q8, 0);
}

static void
an_outage_teaches_no_loss(void **state)
{
	(void)state;
	know();
	for (unsigned i = 0; i < 10; i++) {
		feed("-", 200);
		assert_int_equal(letter(), 'd');
		revive();
		assert_int_equal(habitual_loss(), 0);
		assert_int_equal(bal_health_misses(&j, &rule), 3);
	}
}

static void
who_recovers_is_known_by_its_losses(void **state)
{
	(void)state;
	rule.stable_ms = rule.stable_max_ms = 900000;
	know();
	die();
	feed("++-", 290);
	assert_int_equal(letter(), 'd');
	assert_in_range(bal_health_misses(&j, &rule), 10, 14);
}

static void
what_never_answered_teaches_none(void **state)
{
	(void)state;
	rule.guessed = true;
	feed("-", 100);
	feed("+", 1);
	assert_int_equal(habitual_loss(), 0);
	assert_int_equal(bal_health_misses(&j, &rule), 8);
}

/* Not more than eight rounds, and proof ends a run like an answer. */
static void
a_run_teaches_so_much_and_no_more(void **state)
{
	uint32_t lost;

	(void)state;
	rule.down = 100;
	know();
	feed("-", 8);
	feed("+", 1);
	lost = j.lost_q8;
	assert_in_range(lost, 7 * 256, 8 * 256);
	setup(NULL);
	rule.down = 100;
	know();
	feed("-", 80);
	bal_health_proof(&j);
	feed("+", 1);
	assert_int_equal(j.lost_q8, lost);
}

static void
the_last_rounds_are_kept(void **state)
{
	(void)state;
	feed("+-+-+", 1);
	assert_int_equal(j.n_recent, 5);
	assert_int_equal(j.recent, 0xa);
	feed("+", 100);
	assert_int_equal(j.n_recent, 64);
	assert_int_equal(j.recent, 0);
	feed("-", 50);
	assert_int_equal(j.n_recent, 64);
	feed("+", 1); /* behind an outage */
	assert_int_equal(j.n_recent, 1);
	assert_int_equal(j.recent, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_are_waited_for),
		TEST(trouble_hurries_a_burst),
		TEST(round_trips_are_smoothed),
		TEST(a_spike_is_remembered_for_a_minute),
		TEST(no_time_at_all_is_a_measured_time),
		TEST(the_habit_says_how_many_misses_condemn),
		TEST(that_many_condemn),
		TEST(losing_in_a_row_is_a_habit_of_its_own),
		TEST(also_that_of_losing_in_a_row),
		TEST(habits_are_lost_again),
		TEST(an_outage_teaches_no_loss),
		TEST(who_recovers_is_known_by_its_losses),
		TEST(what_never_answered_teaches_none),
		TEST(a_run_teaches_so_much_and_no_more),
		TEST(the_last_rounds_are_kept),
	};

	return cmocka_run_group_tests_name("judge_line", tests, NULL, NULL);
}
