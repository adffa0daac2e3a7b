// SPDX-License-Identifier: GPL-2.0-or-later
/* test_loss - degraded: too much is lost, or answers come too late. */
#include "../healths.h"

static uint64_t seed;

/* The same numbers in each run. */
static unsigned
per_cent(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (unsigned)((seed >> 33) % 100);
}

static void
lose(unsigned loss)
{
	ask(per_cent() < loss ? '-' : '+', 20, 10 * MS);
}

/* Ten minutes of 20 ms: 10 % each way. */
static void
a_fifth_lost_is_no_alarm(void **state)
{
	for (unsigned loss = 0; loss < 20; loss += 3) {
		setup(state);
		know();
		for (unsigned i = 0; i < 30000; i++) {
			lose(loss);
			assert_int_equal(letter(), 'a');
		}
	}
}

static void
half_lost_is_found_in_some_fifty_rounds(void **state)
{
	unsigned rounds, sum = 0, most = 0;

	for (unsigned i = 0; i < 200; i++) {
		setup(state);
		know();
		rule.down = 20; /* it is loss that is looked for */
		for (rounds = 0; j.health == BAL_HEALTH_ALIVE; rounds++)
			lose(51);
		assert_int_equal(letter(), 'g');
		sum += rounds;
		most = rounds > most ? rounds : most;
	}
	assert_in_range(sum / 200, 30, 75);
	assert_true(most < 300);
}

static void
as_long_as_it_is_not_clear_it_wonders(void **state)
{
	(void)state;
	know();
	rule.down = 20;
	feed("-+", 4);
	assert_true(bal_health_in_doubt(&j, &rule));
	feed("+++", 1);
	assert_true(bal_health_in_doubt(&j, &rule));
	feed("+", 3);
	assert_false(bal_health_in_doubt(&j, &rule));
	rule.degraded_loss = 0;
	j.worse = 5000;
	assert_false(bal_health_in_doubt(&j, &rule));
}

static void
degrade(void)
{
	know();
	while (j.health != BAL_HEALTH_DEGRADED)
		feed("-+", 1);
}

static void
no_alarm_where_none_is_wanted(void **state)
{
	(void)state;
	rule.degraded_loss = 0;
	know();
	for (unsigned i = 0; i < 1000; i++) {
		feed("-+", 1);
		assert_int_equal(letter(), 'a');
	}
}

static void
it_is_degraded_until_the_loss_is_gone(void **state)
{
	unsigned good = 0;

	(void)state;
	degrade();
	assert_false(bal_health_in_doubt(&j, &rule));
	for (unsigned i = 0; i < 1000; i++) {
		feed("-+", 1);
		assert_int_equal(letter(), 'g');
	}
	for (; j.health == BAL_HEALTH_DEGRADED; good++)
		feed("+", 1);
	assert_int_equal(letter(), 'a');
	assert_in_range(good, 45, 65);
}

static void
a_fifth_lost_is_good_enough_to_recover(void **state)
{
	(void)state;
	degrade();
	for (unsigned i = 0; i < 2000; i++)
		lose(19);
	assert_int_equal(letter(), 'a');
}

static unsigned
changes_at(unsigned loss, unsigned rounds)
{
	unsigned n = 0;
	char before;

	setup(NULL);
	degrade();
	for (; rounds; rounds--) {
		before = letter();
		lose(loss);
		n += letter() != before;
	}
	return n;
}

/* About a day of them each, as they come on such lines. */
static void
between_the_two_rates_it_does_not_change_back_and_forth(void **state)
{
	(void)state;
	assert_true(changes_at(28, 500000) <= 10);
	assert_true(changes_at(36, 500000) <= 10);
}

static void
the_next_time_takes_more_to_be_believed(void **state)
{
	unsigned good[2] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		degrade();
		for (; j.health == BAL_HEALTH_DEGRADED; good[i]++)
			feed("+", 1);
	}
	assert_in_range(good[1], 2 * good[0] - 3, 2 * good[0] + 3);
}

static void
it_must_stay_good_for_the_hold(void **state)
{
	uint64_t begin;

	(void)state;
	rule.stable_ms = 60000;
	degrade();
	begin = now;
	while (j.health == BAL_HEALTH_DEGRADED)
		feed("+", 1);
	assert_int_equal(now - begin, 60000);
	/* The next one is the second flap. */
	rule.stable_max_ms = 200000;
	degrade();
	begin = now;
	while (j.health == BAL_HEALTH_DEGRADED)
		feed("+", 1);
	assert_int_equal(now - begin, 120000);
}

static void
degrading_and_then_dying_is_one_flap(void **state)
{
	(void)state;
	degrade();
	assert_int_equal(j.flaps, 1);
	die();
	assert_int_equal(j.flaps, 1);
	assert_int_equal(bal_health_hold_ms(&j, &rule, now), 1000);
}

/* Also of a line that lost a lot before: no detour, no second event. */
static void
a_silent_one_dies_and_does_not_degrade(void **state)
{
	for (unsigned loss = 0; loss < 30; loss += 5) {
		setup(state);
		know();
		for (unsigned i = 0; i < 400; i++)
			lose(loss);
		if (letter() == 'g')
			continue;
		while (j.health == BAL_HEALTH_ALIVE)
			feed("-", 1);
		assert_int_equal(letter(), 'd');
	}
}

static void
burst(const char *rounds)
{
	for (; *rounds; rounds++)
		ask(*rounds, 25, 10 * MS);
}

static void
it_comes_back_as_what_it_is(void **state)
{
	(void)state;
	degrade();
	die();
	now += 10000;
	while (j.health == BAL_HEALTH_DEAD)
		burst("--++");
	assert_int_equal(letter(), 'g');
	rule.recovered_loss = 60;
	rule.degraded_loss = 80;
	die();
	while (j.health == BAL_HEALTH_DEAD)
		burst("--++");
	assert_int_equal(letter(), 'a');
}

/* What it lost in the hold is forgiven when it stops in the hold. */
static void
what_it_lost_long_ago_is_forgiven(void **state)
{
	(void)state;
	rule.stable_ms = rule.stable_max_ms = 300000;
	know();
	die();
	feed("++--", 50);
	feed("+", 110);
	assert_int_equal(letter(), 'a');
}

/* However long: something happened once. */
static void
a_long_run_is_one_loss(void **state)
{
	(void)state;
	rule.down = 30;
	know();
	feed("-", 25);
	feed("+", 1);
	assert_int_equal(letter(), 'a');
}

/* Rates that are none: still a test, still no division by nothing. */
static void
any_rates_will_do(void **state)
{
	static const uint32_t rates[] = { 0,  1,   2,	20,	   50,
					  99, 100, 101, UINT32_MAX };

	for (size_t much = 1; much < N(rates); much++) {
		for (size_t less = 0; less < N(rates); less++) {
			setup(state);
			rule.degraded_loss = rates[much];
			rule.recovered_loss = rates[less];
			know();
			feed("-", 1);
			assert_int_equal(letter(), 'a');
			feed("+", 500);
			assert_int_equal(letter(), 'a');
		}
	}
}

/* --- latency ------------------------------------------------------------ */

static void
answer_after(uint32_t ms, unsigned times)
{
	while (times--)
		ask('+', 1000, ms * MS);
}

static void
slow_is_degraded_until_it_is_faster(void **state)
{
	(void)state;
	answer_after(600, 7);
	assert_int_equal(letter(), 'a');
	answer_after(600, 1);
	assert_int_equal(letter(), 'g');
	answer_after(400, 100); /* between the two bounds */
	assert_int_equal(letter(), 'g');
	answer_after(250, 8);
	assert_int_equal(letter(), 'g');
	answer_after(250, 4);
	assert_int_equal(letter(), 'a');
	answer_after(400, 100);
	assert_int_equal(letter(), 'a');
}

static void
one_bound_is_enough(void **state)
{
	(void)state;
	rule.recovered_rtt_ms = 0;
	answer_after(600, 20);
	assert_int_equal(letter(), 'g');
	answer_after(400, 20);
	assert_int_equal(letter(), 'a');
	rule.degraded_rtt_ms = 0;
	answer_after(4000, 100);
	assert_int_equal(letter(), 'a');
}

/* --- late answers ------------------------------------------------------- */

/* A full queue: each question is given up, and answered after all. */
static void
late_is_not_lost(void **state)
{
	(void)state;
	rule.timeout_ms = 100;
	rule.degraded_rtt_ms = 0;
	know();
	for (unsigned i = 0; i < 2000; i++) {
		feed("-", 1);
		answer_after(300, 1);
		assert_int_equal(letter(), 'a');
	}
	assert_int_equal(j.recent, 0);
}

static void
a_late_answer_clears_the_whole_run(void **state)
{
	(void)state;
	know();
	rule.down = 9;
	feed("----", 1);
	assert_true(j.worse > 3000);
	answer_after(900, 1);
	assert_int_equal(j.worse, 0);
	assert_int_equal(j.bad, 0);
	assert_in_range(bal_health_timeout_us(&j, &rule), 900 * MS, 1200 * MS);
}

/* It died because nobody waited long enough: next time they will. */
static void
a_late_answer_refutes_a_death(void **state)
{
	(void)state;
	know();
	die();
	answer_after(900, 1);
	assert_int_equal(letter(), 'd');
	assert_true(bal_health_misses(&j, &rule) > 3);
	assert_true(bal_health_timeout_us(&j, &rule) > 900 * MS);
}

/* --- what is known of a question without an answer ------------------------- */

static void
late_rounds_are_neither_good_nor_bad(void **state)
{
	struct bal_health_record before;

	(void)state;
	know();
	feed("--", 1);
	before = j;
	for (int i = 0; i < 1000; i++)
		bal_health_late(&j);
	/* Except that answers in a row are to be in a row. */
	before.good = 0;
	assert_memory_equal(&j, &before, sizeof(j));
}

static void
lose_one(uint32_t in_row)
{
	now += 20;
	bal_health_lost(&j, &rule, now, in_row);
}

static void
lost_rounds_condemn_nobody(void **state)
{
	(void)state;
	know();
	for (uint32_t i = 0; i < 1000; i++)
		lose_one(i);
	assert_int_equal(letter(), 'a');
	assert_int_equal(j.bad, 0);
	/* The run goes on where it was. */
	feed("--", 1);
	assert_int_equal(j.bad, 2);
	lose_one(0);
	assert_int_equal(j.bad, 2);
	assert_int_equal(j.good, 0);
}

static void
lost_rounds_count_for_loss(void **state)
{
	unsigned rounds;

	(void)state;
	know();
	for (rounds = 0; rounds < 300 && letter() == 'a'; rounds++) {
		lose_one(0);
		ask('+', 20, 10 * MS);
	}
	assert_int_equal(letter(), 'g');
	assert_in_range(rounds, 10, 100);
	assert_true(bal_health_recent_lost(&j) >= rounds / 2);
	assert_true(habitual_loss() > 0);
	/* One run has one cause. */
	setup(state);
	know();
	for (uint32_t i = 0; i < 60; i++)
		lose_one(i);
	ask('+', 20, 10 * MS);
	assert_int_equal(letter(), 'a');
}

static void
silence_condemns_and_is_no_loss(void **state)
{
	uint32_t misses;

	(void)state;
	know();
	misses = bal_health_misses(&j, &rule);
	for (uint32_t i = 1; i < misses; i++)
		assert_false(bal_health_silent(&j, &rule, now));
	assert_int_equal(letter(), 'a');
	assert_int_equal(bal_health_recent_lost(&j), 0);
	assert_int_equal(j.worse, 0);
	assert_true(bal_health_silent(&j, &rule, now));
	assert_int_equal(letter(), 'd');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fifth_lost_is_no_alarm),
		TEST(half_lost_is_found_in_some_fifty_rounds),
		TEST(as_long_as_it_is_not_clear_it_wonders),
		TEST(no_alarm_where_none_is_wanted),
		TEST(it_is_degraded_until_the_loss_is_gone),
		TEST(a_fifth_lost_is_good_enough_to_recover),
		TEST(between_the_two_rates_it_does_not_change_back_and_forth),
		TEST(the_next_time_takes_more_to_be_believed),
		TEST(it_must_stay_good_for_the_hold),
		TEST(degrading_and_then_dying_is_one_flap),
		TEST(a_silent_one_dies_and_does_not_degrade),
		TEST(it_comes_back_as_what_it_is),
		TEST(what_it_lost_long_ago_is_forgiven),
		TEST(a_long_run_is_one_loss),
		TEST(any_rates_will_do),
		TEST(slow_is_degraded_until_it_is_faster),
		TEST(one_bound_is_enough),
		TEST(late_is_not_lost),
		TEST(a_late_answer_clears_the_whole_run),
		TEST(a_late_answer_refutes_a_death),
		TEST(late_rounds_are_neither_good_nor_bad),
		TEST(lost_rounds_condemn_nobody),
		TEST(lost_rounds_count_for_loss),
		TEST(silence_condemns_and_is_no_loss),
	};

	return cmocka_run_group_tests_name("judge_loss", tests, NULL, NULL);
}
