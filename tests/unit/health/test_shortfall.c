// SPDX-License-Identifier: GPL-2.0-or-later
/* test_shortfall - who receives less than usual is asked, and not too often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health/shortfall.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define LOOK_MS 50

/* @received and @sent packets a second for @ms, looked at each @each_ms. */
static void
pass(struct bal_shortfall *s, uint64_t received, uint64_t sent, uint32_t ms,
     uint32_t each_ms)
{
	for (uint32_t t = 0; t < ms; t += each_ms)
		bal_shortfall_note(s, received * each_ms / 1000,
				   sent * each_ms / 1000, each_ms * MS, true);
}

/* --- what shows ----------------------------------------------------------- */

static const struct {
	const char *what;
	uint64_t received, sent; /* packets a second, for 5 s */
	uint64_t then_received, then_sent;
	uint32_t ms; /* for so long */
	bool shows;
} changes[] = {
	{ "as ever", 1000, 1000, 1000, 1000, 300, false },
	{ "30 % lost each way", 1000, 1000, 490, 1000, 250, true },
	{ "the same, of connections, too", 1360, 1500, 640, 1250, 250, true },
	{ "20 % each way", 1000, 1000, 640, 1000, 350, true },
	{ "15 % each way: not clear", 1000, 1000, 760, 1000, 500, false },
	{ "10 % each way", 1000, 1000, 810, 1000, 500, false },
	{ "too short a time to tell", 1000, 1000, 490, 1000, 50, false },
	{ "TCP slows down, both ways", 2000, 1000, 700, 350, 350, true },
	{ "less is sent, and less comes", 1000, 1000, 700, 700, 500, false },
	{ "an upload begins", 1000, 1000, 1000, 3000, 500, false },
	{ "more of both", 1000, 1000, 3000, 3000, 500, false },
	{ "200 a second", 200, 200, 100, 200, 500, true },
	{ "who sends less for it", 1000, 1000, 500, 700, 400, true },
	{ "60 a second: a probe knows as soon", 60, 60, 20, 60, 600, false },
	{ "nothing", 0, 0, 0, 0, 500, false },
	{ "nothing but what is sent", 0, 1000, 0, 1000, 500, false },
	{ "absurdly many", UINT64_MAX / 100000, UINT64_MAX / 100000, 0, 1000,
	  250, true },
};

static void
what_shows(void **state)
{
	static const uint32_t looks[] = { 10, LOOK_MS };

	(void)state;
	for (size_t i = 0; i < N(changes); i++)
		for (size_t k = 0; k < N(looks); k++) {
			struct bal_shortfall s = { 0 };

			pass(&s, changes[i].received, changes[i].sent, 5000,
			     looks[k]);
			assert_false(bal_shortfall_shows(&s));
			pass(&s, changes[i].then_received, changes[i].then_sent,
			     changes[i].ms, looks[k]);
			if (bal_shortfall_shows(&s) != changes[i].shows)
				fail_msg("%s", changes[i].what);
		}
}

static void
nothing_shows_before_anything_was_seen(void **state)
{
	struct bal_shortfall s = { 0 };

	(void)state;
	assert_false(bal_shortfall_shows(&s));
	bal_shortfall_accept(&s);
	assert_false(bal_shortfall_shows(&s));
	/* In no time at all. */
	bal_shortfall_note(&s, 1, 1, 0, true);
	assert_false(bal_shortfall_shows(&s));
}

static void
what_began_a_second_ago_is_usual(void **state)
{
	struct bal_shortfall s = { 0 };

	(void)state;
	pass(&s, 1000, 1000, 1000, LOOK_MS);
	pass(&s, 490, 1000, 300, LOOK_MS);
	assert_true(bal_shortfall_shows(&s));
}

static void
it_becomes_usual_by_itself(void **state)
{
	struct bal_shortfall s = { 0 };

	(void)state;
	pass(&s, 1000, 1000, 5000, LOOK_MS);
	pass(&s, 490, 1000, 1000, LOOK_MS);
	assert_true(bal_shortfall_shows(&s));
	pass(&s, 490, 1000, 4000, LOOK_MS);
	assert_false(bal_shortfall_shows(&s));
}

static void
but_not_while_there_are_doubts(void **state)
{
	struct bal_shortfall s = { 0 };

	(void)state;
	pass(&s, 1000, 1000, 5000, LOOK_MS);
	for (int i = 0; i < 200; i++)
		bal_shortfall_note(&s, 25, 50, LOOK_MS * MS, false);
	assert_true(bal_shortfall_shows(&s));
	bal_shortfall_accept(&s);
	assert_false(bal_shortfall_shows(&s));
	pass(&s, 490, 1000, 1000, LOOK_MS);
	assert_false(bal_shortfall_shows(&s));
}

/* Packets as they come: each millisecond one, or not; lost like coins fall. */
static uint64_t
come(uint64_t *seed, uint32_t per_mille, uint32_t ms)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < ms; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) + 1;
		n += (*seed >> 33) % 1000 < per_mille;
	}
	return n;
}

static uint32_t
showed(uint32_t per_mille, uint32_t looks)
{
	struct bal_shortfall s = { 0 };
	uint64_t seed = 1;
	uint32_t n = 0;

	for (uint32_t i = 0; i < looks; i++) {
		bal_shortfall_note(&s, come(&seed, per_mille, LOOK_MS), LOOK_MS,
				   LOOK_MS * MS, true);
		n += bal_shortfall_shows(&s);
	}
	return n;
}

static void
chance_does_not_show(void **state)
{
	(void)state;
	/* An hour of 1000 a second, of which 19 or 51 % are lost. */
	assert_int_equal(showed(810, 72000), 0);
	assert_int_equal(showed(490, 72000), 0);
	/* Of few that come in it is one look in a thousand. */
	assert_in_range(showed(200, 72000), 0, 72);
	assert_in_range(showed(100, 72000), 0, 72);
}

/* --- how often it is asked ------------------------------------------------ */

static void
ask(struct bal_inquiry *q, uint64_t now, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_false(bal_inquiry_asked(q, now));
}

/* Answered to the end. */
static void
refute(struct bal_inquiry *q, uint64_t now)
{
	for (uint32_t i = 1; i < BAL_INQUIRY_ROUNDS; i++) {
		assert_false(bal_inquiry_answered(q, now));
		assert_true(q->left);
	}
	assert_true(bal_inquiry_answered(q, now));
	assert_false(q->left);
}

static void
answers_in_a_row_end_it(void **state)
{
	struct bal_inquiry q = { 0 };

	(void)state;
	assert_false(bal_inquiry_answered(&q, S));
	assert_true(bal_inquiry_open(&q, S, BAL_INQUIRY_MOST));
	assert_false(bal_inquiry_open(&q, S, BAL_INQUIRY_MOST));
	ask(&q, S, 3);
	assert_false(bal_inquiry_answered(&q, S));
	assert_false(bal_inquiry_answered(&q, S));
	bal_inquiry_lost(&q);
	refute(&q, S);
}

static void
so_does_its_price(void **state)
{
	struct bal_inquiry q = { 0 };

	(void)state;
	assert_true(bal_inquiry_open(&q, S, UINT32_MAX));
	ask(&q, S, BAL_INQUIRY_MOST - 1);
	assert_true(bal_inquiry_asked(&q, S));
	assert_false(q.left);
	assert_false(bal_inquiry_open(&q, S + S / 2, UINT32_MAX));

	q = (struct bal_inquiry){ 0 };
	assert_false(bal_inquiry_open(&q, S, BAL_INQUIRY_ROUNDS - 1));
	assert_true(bal_inquiry_open(&q, S, BAL_INQUIRY_ROUNDS));
	ask(&q, S, BAL_INQUIRY_ROUNDS - 1);
	assert_true(bal_inquiry_asked(&q, S));
}

static void
pauses_grow_with_each_that_was_needless(void **state)
{
	static const uint64_t pauses[] = { 1, 2, 4, 8, 16, 16 };
	struct bal_inquiry q = { 0 };
	uint64_t now = 100 * S;

	(void)state;
	for (size_t i = 0; i < N(pauses); i++) {
		assert_true(bal_inquiry_open(&q, now, BAL_INQUIRY_MOST));
		refute(&q, now);
		now += pauses[i] * S;
		assert_false(bal_inquiry_open(&q, now - 1, BAL_INQUIRY_MOST));
	}
}

static void
a_loss_or_time_makes_them_short_again(void **state)
{
	struct bal_inquiry q = { .ended_ns = S, .pause_ns = 8 * S };

	(void)state;
	assert_true(bal_inquiry_open(&q, 9 * S, BAL_INQUIRY_MOST));
	bal_inquiry_lost(&q);
	refute(&q, 9 * S);
	assert_true(bal_inquiry_open(&q, 10 * S, BAL_INQUIRY_MOST));

	q = (struct bal_inquiry){ .ended_ns = S, .pause_ns = 8 * S };
	assert_true(bal_inquiry_open(&q, 34 * S, BAL_INQUIRY_MOST));
	refute(&q, 34 * S);
	assert_true(bal_inquiry_open(&q, 35 * S, BAL_INQUIRY_MOST));
}

static void
a_verdict_ends_it(void **state)
{
	struct bal_inquiry q = { 0 };

	(void)state;
	bal_inquiry_close(&q, S); /* there is none */
	assert_true(bal_inquiry_open(&q, S, BAL_INQUIRY_MOST));
	bal_inquiry_close(&q, S);
	assert_false(q.left);
	assert_false(bal_inquiry_open(&q, S + 1, BAL_INQUIRY_MOST));
	assert_true(bal_inquiry_open(&q, 2 * S, BAL_INQUIRY_MOST));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_shows),
		cmocka_unit_test(nothing_shows_before_anything_was_seen),
		cmocka_unit_test(what_began_a_second_ago_is_usual),
		cmocka_unit_test(it_becomes_usual_by_itself),
		cmocka_unit_test(but_not_while_there_are_doubts),
		cmocka_unit_test(chance_does_not_show),
		cmocka_unit_test(answers_in_a_row_end_it),
		cmocka_unit_test(so_does_its_price),
		cmocka_unit_test(pauses_grow_with_each_that_was_needless),
		cmocka_unit_test(a_loss_or_time_makes_them_short_again),
		cmocka_unit_test(a_verdict_ends_it),
	};

	return cmocka_run_group_tests_name("shortfall", tests, NULL, NULL);
}
