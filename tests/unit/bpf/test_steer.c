// SPDX-License-Identifier: GPL-2.0-or-later
/* test_steer - tables of steer, and what tells two programs apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "bpf/steer.h"

static struct bal_steer_share shares[3];
static struct bal_steer_group group;
static struct bal_steer_match matches[600];
static struct bal_steer steer;
static uint8_t before[BAL_STEER_ENTRIES], after[BAL_STEER_ENTRIES];

static int
three(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		shares[i] = (struct bal_steer_share){ i + 1, 3 - i };
	group = (struct bal_steer_group){ .family = AF_INET,
					  .shares = shares,
					  .n_shares = 3 };
	memset(matches, 0, sizeof(matches));
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		matches[i].family = AF_INET;
	steer = (struct bal_steer){ .mask = 0xff000000,
				    .seed = 0x5eed,
				    .groups = &group,
				    .n_groups = 1,
				    .matches = matches,
				    .n_matches = 1 };
	return 0;
}

static size_t
count(const uint8_t *table, uint8_t slot)
{
	size_t n = 0;

	for (size_t i = 0; i < BAL_STEER_ENTRIES; i++)
		n += table[i] == slot;
	return n;
}

static void
shares_at_random_are_exact(void **state)
{
	(void)state;
	bal_steer_fill(&steer, 0, before);
	assert_int_equal(count(before, 1), 8192);
	assert_int_equal(count(before, 2), 5461);
	assert_int_equal(count(before, 3), 2731);
	shares[0].weight = 256;
	shares[1].weight = shares[2].weight = 1;
	bal_steer_fill(&steer, 0, before);
	assert_int_equal(count(before, 1), 16257);
	assert_in_range(count(before, 3), 63, 64);
}

static void
shares_of_sessions_are_near(void **state)
{
	(void)state;
	group.session = true;
	bal_steer_fill(&steer, 0, before);
	assert_in_range(count(before, 1), 7864, 8520);
	assert_in_range(count(before, 2), 5242, 5680);
	assert_int_equal(count(before, 0), 0);
}

/* Of the entries of the others none changes, and with it all are back. */
static void
only_the_dead_ones_move(void **state)
{
	(void)state;
	group.session = true;
	bal_steer_fill(&steer, 0, before);
	shares[1] = shares[2];
	group.n_shares = 2;
	bal_steer_fill(&steer, 0, after);
	for (size_t i = 0; i < BAL_STEER_ENTRIES; i++)
		if (before[i] != 2)
			assert_int_equal(before[i], after[i]);
	assert_int_equal(count(after, 2), 0);
	assert_in_range(count(after, 1), 11796, 12780);
}

static void
one_alone_is_not_drawn(void **state)
{
	(void)state;
	group.n_shares = 1;
	bal_steer_fill(&steer, 0, before);
	assert_int_equal(count(before, 0), BAL_STEER_ENTRIES);
}

static void
recipes_differ(void **state)
{
	const uint64_t first = bal_steer_recipe(&steer, 0);

	(void)state;
	steer.seed++; /* which is of no matter at random */
	assert_true(bal_steer_recipe(&steer, 0) == first);
	group.session = true;
	const uint64_t session = bal_steer_recipe(&steer, 0);
	assert_true(session != first);
	steer.seed++;
	assert_true(bal_steer_recipe(&steer, 0) != session);
	group.session = false;
	shares[2].weight++;
	assert_true(bal_steer_recipe(&steer, 0) != first);
}

static uint64_t
text(void)
{
	struct bal_err err = { 0 };
	uint64_t sum = 0;

	assert_int_equal(bal_steer_text(&steer, 7, &sum, &err), 0);
	return sum;
}

static void
texts_differ(void **state)
{
	const uint64_t first = text();

	(void)state;
	shares[2].weight++;
	assert_true(text() == first);
	matches[0].proto = 6;
	assert_true(text() != first);
	matches[0].proto = 0;
	group.session = true;
	assert_true(text() != first);
}

static size_t
length(enum bal_steer_hook hook)
{
	static struct bal_bpf code;
	struct bal_err err = { 0 };

	memset(&code, 0, sizeof(code));
	assert_int_equal(bal_steer_code(&steer, hook, 7, 0, &code, &err), 0);
	return code.n;
}

/* What matches of IPv6 ask is a matter of that hook alone. */
static void
a_family_has_its_hook(void **state)
{
	static const struct bal_addr any = { .family = AF_INET6 };
	const size_t four = length(BAL_STEER_CONNECT4);
	const size_t six = length(BAL_STEER_CONNECT6);

	(void)state;
	matches[1] = (struct bal_steer_match){ .family = AF_INET6,
					       .to = &any,
					       .n_to = 1 };
	steer.n_matches = 2;
	assert_int_equal(length(BAL_STEER_CONNECT4), four);
	assert_in_range(length(BAL_STEER_CONNECT6), six + 10, six + 40);
}

/* Too many rules: the kernel alone spreads. */
static void
too_long(void **state)
{
	static struct bal_addr to[64];
	struct bal_err err = { 0 };
	uint64_t sum;

	(void)state;
	for (size_t i = 0; i < 600; i++)
		matches[i] = (struct bal_steer_match){ .family = AF_INET,
						       .to = to,
						       .n_to = 64,
						       .proto = 6 };
	steer.n_matches = 600;
	assert_int_equal(bal_steer_text(&steer, 7, &sum, &err), -1);
	assert_int_equal(err.kind, BAL_EUNAVAIL);
}

/* A program without a map is not found again: one more is attached each time. */
static void
each_program_has_the_map(void **state)
{
	struct bal_bpf code;
	struct bal_err err;

	(void)state;
	matches[0].group = BAL_STEER_LEAVE;
	for (int hook = 0; hook < BAL_STEER_HOOKS; hook++) {
		size_t maps = 0;

		memset(&code, 0, sizeof(code));
		assert_int_equal(bal_steer_code(&steer, hook, 7, 5, &code, &err),
				 0);
		for (size_t i = 0; i < code.n; i++)
			maps += code.insn[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
				code.insn[i].src_reg == BPF_PSEUDO_MAP_FD &&
				code.insn[i].imm == 5;
		assert_true(maps);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, three)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_program_has_the_map),
		TEST(shares_at_random_are_exact),
		TEST(shares_of_sessions_are_near),
		TEST(only_the_dead_ones_move),
		TEST(one_alone_is_not_drawn),
		TEST(recipes_differ),
		TEST(texts_differ),
		TEST(a_family_has_its_hook),
		TEST(too_long),
	};

	return cmocka_run_group_tests_name("steer", tests, NULL, NULL);
}
