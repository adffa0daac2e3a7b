// SPDX-License-Identifier: GPL-2.0-or-later
/* test_marks - the values of slots and of what came in, and the way in. */
#include "../wording.h"

static void
inbound_values(void **state)
{
	static const struct {
		const char *mask;
		uint32_t slot, value; /* as bits of the mask */
	} cases[] = {
		{ "0xff000000", 1, 65 },
		{ "0xff000000", 63, 127 },
		{ "0xff000000", 64, 64 },
		{ "0xff000000", 250, 250 },
		{ "0x3ff", 1, 257 },
		{ "0x3ff", 250, 506 },
		{ "0x70", 1, 3 },
		{ "0x70", 2, 2 },
		{ "0x3", 1, 1 },
		{ "0x3", 3, 3 },
		{ "0xffffffff", 1, 0x40000001u },
		{ "0xf0", 3, 7 },
		{ "0xf0", 4, 4 },
	};

	(void)state;
	modem(1);
	for (size_t i = 0; i < N(cases); i++) {
		global("mark_mask", cases[i].mask);
		known("eth1")->slot = cases[i].slot;
		resolve();
		assert_int_equal(bal_plan_inbound(&w.ups, up_of("eth1"),
						  w.conf.globals.mark_mask),
				 cases[i].value);
	}
}

/* Two bits have no room for it: marks are those of slots, as they leave. */
static void
no_inbound_in_two_bits(void **state)
{
	(void)state;
	modem(1);
	modem(3);
	global("mark_mask", "0x3");
	make_plan();
	assert_int_equal(count_rules("32775: "), 0);
	assert_int_equal(count_rules("32774: from all fwmark 0/0x3 goto"), 1);
	assert_int_equal(count_rules("32783: from all fwmark 0x1/0x3"), 1);
	assert_int_equal(count_rules("32783: from all fwmark 0x3/0x3"), 1);
	assert_non_null(strstr(chains_text(),
			       "in eth1 new connmark 0/0x3 connmark 0x1/0x3"));
}

/* Neither for a slot that is too high, nor for the one whose value it is. */
static void
slot_above_the_last(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	known("eth3")->slot = 65;
	make_plan();
	assert_int_equal(count_rules("32775: "), 1);
	assert_int_equal(count_rules("32775: from all fwmark 0x42000000"), 1);
	assert_int_equal(count_rules("32783: from all fwmark 0x41000000"
				     "/0xff000000 lookup eth3\n"),
			 1);
	assert_non_null(strstr(chains_text(),
			       "in eth1 new connmark 0/0xff000000"
			       " connmark 0x1000000/0xff000000\n"));
	assert_non_null(strstr(w.text, "in eth3 new connmark 0/0xff000000"
				       " connmark 0x41000000/0xff000000\n"));
	/* What is down holds its value all the same: connections have it. */
	known("eth3")->admin_up = false;
	make_plan();
	assert_int_equal(count_rules("32775: "), 1);
}

/* Who asked by a line waits there, whatever the probes say of it. */
static void
inbound_outlives_the_slot(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_int_equal(count_rules("fwmark 0x42000000/0xff000000 lookup"
				     " eth2\n"),
			 1);
	assert_int_equal(count_rules("fwmark 0x2000000/"), 0);
	unplug("eth2");
	make_plan();
	assert_int_equal(count_rules("fwmark 0x42000000/0xff000000 lookup"
				     " eth2\n"),
			 1);
}

/* Without a last resort no flow stays on a line that takes no part. */
static void
strict_lines_hold_no_flows(void **state)
{
	(void)state;
	two_tunnels();
	make_plan();
	assert_int_equal(count_rules("fwmark 0x1000000/0xff000000"), 2);
	global("last_resort", "no");
	make_plan();
	assert_int_equal(count_rules("fwmark 0x1000000/0xff000000"), 0);
	assert_int_equal(count_rules("fwmark 0x41000000/0xff000000"), 1);
	assert_int_equal(count_rules("fwmark 0xb000000/0xff000000"), 2);
}

/* From 32768 on nobody would get there; below, it is passed anyway. */
static void
entry(void **state)
{
	(void)state;
	modem(1);
	make_plan();
	assert_int_equal(count_rules("32765: from all goto 32768\n"), 1);
	global("rule_priority", "1000000");
	make_plan();
	assert_int_equal(count_rules("32765: from all goto 1000000\n"), 1);
	assert_int_equal(count_rules("1009994: from all lookup default\n"), 1);
	global("rule_priority", "22770");
	make_plan();
	assert_int_equal(count_rules("32765: "), 0);
	assert_int_equal(count_rules("32764: from all lookup default\n"), 1);
	global("rule_priority", "1");
	make_plan();
	assert_int_equal(count_rules("32765: "), 0);
	/* 0 is the kernel's own, `local`. */
	assert_memory_equal(rules_text(), "1: from all nop\n", 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inbound_values),
		TEST(no_inbound_in_two_bits),
		TEST(slot_above_the_last),
		TEST(inbound_outlives_the_slot),
		TEST(strict_lines_hold_no_flows),
		TEST(entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
