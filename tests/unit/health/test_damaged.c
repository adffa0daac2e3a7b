// SPDX-License-Identifier: GPL-2.0-or-later
/* test_damaged - whatever a state file says: no crash, still a verdict. */
#include "../healths.h"

#define STATES 20000
#define STEPS 60

static uint64_t seed;

static uint64_t
random64(void)
{
	uint64_t x = seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* All sizes alike, and the ends of the range now and then. */
static uint64_t
any(void)
{
	const uint64_t kind = random64() % 16;

	if (kind == 0)
		return 0;
	if (kind == 1)
		return UINT64_MAX - random64() % 2;
	return random64() >> random64() % 64;
}

static void
scramble(void *memory, size_t size)
{
	uint8_t *bytes = memory;

	for (size_t i = 0; i < size; i += sizeof(uint32_t)) {
		const uint32_t word = (uint32_t)any();

		memcpy(bytes + i, &word, sizeof(word));
	}
}

static void
scramble_rule(void)
{
	uint32_t *const words[] = {
		&rule.down,
		&rule.up,
		&rule.interval_ms,
		&rule.timeout_ms,
		&rule.timeout_min_ms,
		&rule.degraded_loss,
		&rule.recovered_loss,
		&rule.degraded_rtt_ms,
		&rule.recovered_rtt_ms,
		&rule.stable_ms,
		&rule.stable_max_ms,
	};

	for (size_t i = 0; i < N(words); i++)
		*words[i] = (uint32_t)any();
	rule.guessed = random64() % 2;
}

static void
look(void)
{
	const uint32_t misses = bal_health_misses(&j, &rule);
	const uint32_t hold = bal_health_hold_ms(&j, &rule, now);
	char reason[64];

	assert_true(misses >= 1);
	assert_true(misses >= rule.down);
	assert_true(misses <= 32 || misses == rule.down);
	assert_true(bal_health_timeout_us(&j, &rule) >= 1);
	assert_true(bal_health_late_us(&j, &rule) >= 1);
	assert_true(bal_health_burst_us(&j, &rule) >= 1);
	assert_true(hold <= rule.stable_ms || hold <= rule.stable_max_ms);
	assert_true(bal_health_hold_left_ms(&j, &rule, now) <= hold);
	assert_string_not_equal(
		bal_health_reason(&j, &rule, now, reason, sizeof(reason)), "x");
	assert_true(strlen(reason) < sizeof(reason) - 1);
	bal_health_in_doubt(&j, &rule);
	bal_health_settled(&j, &rule, now, (uint32_t)any());
}

static void
step(void)
{
	const enum bal_health before = j.health;
	bool changed = false;

	switch (random64() % 8) {
	case 0:
		changed = bal_health_gone(&j, &rule, now);
		break;
	case 1:
		bal_health_proof(&j);
		break;
	case 2:
	case 3:
	case 4:
		changed = bal_health_bad(&j, &rule, now);
		break;
	default:
		changed = bal_health_good(&j, &rule, now, (uint32_t)any());
	}
	assert_int_equal(changed, j.health != before);
}

static void
anything_may_be_remembered(void **state)
{
	for (unsigned i = 0; i < STATES; i++) {
		setup(state);
		scramble(&j, sizeof(j));
		if (i % 2)
			scramble_rule();
		for (unsigned k = 0; k < STEPS; k++) {
			now = k % 8 ? now + random64() % 1000 : any();
			look();
			step();
		}
		look();
	}
}

/* With a rule that makes sense, sense comes back. */
static void
it_fixes(void **state)
{
	for (unsigned i = 0; i < 20; i++) {
		setup(state);
		scramble(&j, sizeof(j));
		feed("+", 600);
		assert_int_equal(letter(), 'a');
		feed("+", 66000);
		assert_int_equal(bal_health_misses(&j, &rule), 3);
		feed("-", 3);
		assert_int_equal(letter(), 'd');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(anything_may_be_remembered),
		TEST(it_fixes),
	};

	return cmocka_run_group_tests_name("judge_damaged", tests, NULL, NULL);
}
