/* healths - an uplink, its rule and its clock, for the tests of judge. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_JUDGING_H
#define TEST_JUDGING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "health/health.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define MS 1000U
#define MINUTE (60 * UINT64_C(1000))

#define USUAL                                                               \
	.down = 3, .up = 2, .interval_ms = 1000, .timeout_ms = 2000,        \
	.timeout_min_ms = 20, .degraded_loss = 45, .recovered_loss = 20,    \
	.degraded_rtt_ms = 500, .recovered_rtt_ms = 300, .stable_ms = 1000, \
	.stable_max_ms = 60000

static struct bal_health_rule rule;
static struct bal_health_record j;
static uint64_t now; /* ms */

static inline int
setup(void **state)
{
	(void)state;
	rule = (struct bal_health_rule){ USUAL };
	j = (struct bal_health_record){ 0 };
	now = 100000;
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

/* The habitual loss of @j in per cent. */
static inline unsigned
habitual_loss(void)
{
	const uint64_t rounds = j.rounds_q8;

	return rounds ? (unsigned)((j.lost_q8 * UINT64_C(100) + rounds / 2) /
				   rounds) :
			0;
}

static inline char
letter(void)
{
	return j.health == BAL_HEALTH_DEGRADED ? 'g' :
						 bal_health_name(j.health)[0];
}

/* A round each @every ms: '+' is answered after @rtt us, '-' is not. */
static inline bool
ask(char answer, uint64_t every, uint32_t rtt)
{
	const enum bal_health before = j.health;
	bool changed;

	now += every;
	changed = answer == '+' ? bal_health_good(&j, &rule, now, rtt) :
				  bal_health_bad(&j, &rule, now);
	assert_int_equal(changed, j.health != before);
	return changed;
}

static inline void
feed(const char *rounds, unsigned times)
{
	while (times--)
		for (const char *r = rounds; *r; r++)
			ask(*r, rule.interval_ms, 10 * MS);
}

/* A clean line that is known. */
static inline void
know(void)
{
	feed("+", 300);
	assert_int_equal(letter(), 'a');
}

static inline void
die(void)
{
	while (j.health != BAL_HEALTH_DEAD)
		feed("-", 1);
}

/* How long it takes to be alive again, asked each 100 ms, in ms. */
static inline uint64_t
revive(void)
{
	const uint64_t begin = now + 100;

	while (j.health != BAL_HEALTH_ALIVE) {
		ask('+', 100, 10 * MS);
		assert_true(now < begin + 10 * MINUTE);
	}
	return now - begin;
}

#endif
