// SPDX-License-Identifier: GPL-2.0-or-later
/* test_recover - a lost state, read back from what the kernel holds. */
#include "../events.h"
#include "../wording.h"

/* The state file is gone; the configuration and the kernel are as they were. */
static void
lose_state(void)
{
	expand_groups();
	bal_state_fini(&w.state);
	memset(&w.state, 0, sizeof(w.state));
	w.state.saved_sysctls = bal_sysctl_none();
	bal_snapshot_index(&w.snap, &w.arena);
	if (bal_state_recover(&w.state, &w.conf, &w.snap, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* A pass with the recovered state finds everything as it should be. */
static void
assert_nothing_to_do(void)
{
	bal_op_list ops;

	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	ops = make_ops();
	for (size_t i = 0; i < ops.n; i++)
		bal_op_print(stderr, &ops.v[i]);
	assert_int_equal(ops.n, 0);
}

static void
nothing_to_recover(void **state)
{
	(void)state;
	device("eth1");
	lose_state();
	assert_int_equal(w.state.n_uplinks, 0);
	assert_int_equal(w.state.balancing_table, 0);
	assert_false(w.state.has_mode);
	assert_false(w.state.masquerading);
}

static void
modems(void **state)
{
	struct bal_addr gateway = addr("192.168.1.1");
	struct bal_addr a = addr("192.168.1.102");

	(void)state;
	modem(1);
	modem(2);
	modem(3);
	known("eth2")->table = 1000;
	told("eth2", "weight", "18");
	told("eth3", "priority", "7");
	reconcile();
	lose_state();
	assert_int_equal(w.state.n_uplinks, 3);
	assert_int_equal(w.state.balancing_table, BALANCING);
	assert_true(known("eth2")->admin_up);
	assert_int_equal(known("eth2")->table, 1000);
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(known("eth2")->options.weight, 18);
	assert_int_equal(known("eth2")->options.has, BAL_SET_WEIGHT);
	assert_int_equal(known("eth3")->options.priority, 7);
	assert_int_equal(known("eth3")->options.has, BAL_SET_PRIORITY);
	assert_int_equal(known("eth1")->options.has, 0);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
	assert_true(
		bal_addr_same_host(&known("eth2")->learned_gateway, &gateway));
	assert_true(bal_addr_same_host(&known("eth2")->learned_addr, &a));
	assert_false(w.state.has_mode);
	assert_true(w.state.masquerading);
	assert_nothing_to_do();
}

/* What bal.conf says stays its own, so that changes there count. */
static void
configured_values_are_not_told(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	configured("eth1", "weight", "5");
	configured("eth1", "priority", "6");
	reconcile();
	lose_state();
	assert_int_equal(known("eth1")->options.has, 0);
	assert_nothing_to_do();
}

/* The dead one stays out, with its mark, which its connections still have. */
static void
dead_ones(void **state)
{
	(void)state;
	modem(7);
	modem(2);
	modem(3);
	health("eth2", BAL_HEALTH_DEAD);
	reconcile();
	lose_state();
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(known("eth2")->record.health, BAL_HEALTH_DEAD);
	assert_int_equal(known("eth7")->slot, 7);
	assert_nothing_to_do();
}

/* Without iptables no chain tells the slot, the rule of what came in does. */
static void
dead_ones_without_chains(void **state)
{
	(void)state;
	has_xtable(BAL_XTABLE_MANGLE, false);
	for (unsigned i = 1; i <= 3; i++) {
		modem(i);
		w.state.uplinks[i - 1].slot = i == 1 ? 9 : i - 1;
	}
	health("eth1", BAL_HEALTH_DEAD);
	reconcile();
	lose_state();
	assert_int_equal(known("eth2")->slot, 1);
	assert_int_equal(known("eth3")->slot, 2);
	assert_int_equal(known("eth1")->slot, 9);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_DEAD);
	assert_nothing_to_do();
}

/* In a mask with no room for such values there is nothing to tell it. */
static void
dead_ones_in_a_small_mask(void **state)
{
	(void)state;
	has_xtable(BAL_XTABLE_MANGLE, false);
	global("mark_mask", "0x3");
	modem(2);
	modem(3);
	health("eth3", BAL_HEALTH_DEAD);
	reconcile();
	lose_state();
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(known("eth3")->slot, 1);
	assert_int_equal(known("eth3")->record.health, BAL_HEALTH_DEAD);
}

/* Of the block at 10000 the catch-all stood alone at 30000. */
static void
layout_before(void **state)
{
	bal_rule_list *rules = &w.snap.rules;

	(void)state;
	modem(1);
	modem(2);
	health("eth2", BAL_HEALTH_DEAD);
	reconcile();
	for (size_t i = rules->n; i-- > 0;) {
		struct bal_rule *r = &rules->v[i];

		if (r->oif[0])
			r->priority = 10008;
		else if (r->action == BAL_RULE_LOOKUP && r->mark == 1u << 24)
			r->priority = 10007;
		else if (r->priority == 42760)
			r->priority = 30000;
		else
			TAKE_OUT(rules, i);
	}
	lose_state();
	assert_int_equal(w.state.balancing_table, BALANCING);
	assert_int_equal(known("eth1")->slot, 1);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(known("eth2")->record.health, BAL_HEALTH_DEAD);
}

/* It is neither main nor default, which are looked up at the end as well. */
static void
catch_all_that_is_gone(void **state)
{
	(void)state;
	modem(1);
	reconcile();
	for (size_t i = w.snap.rules.n; i-- > 0;)
		if (w.snap.rules.v[i].priority == 42760)
			TAKE_OUT(&w.snap.rules, i);
	lose_state();
	assert_int_equal(w.state.balancing_table, 0);
}

static void
dead_ones_with_one_address(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		modem(i);
		no_address(w.state.uplinks[i - 1].name);
		address(w.state.uplinks[i - 1].name, "192.168.1.100/24");
	}
	health("eth2", BAL_HEALTH_DEAD);
	reconcile();
	lose_state();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
	assert_int_equal(known("eth2")->record.health, BAL_HEALTH_DEAD);
	assert_nothing_to_do();
}

static void
solo(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	w.conf.globals.mode = BAL_MODE_SOLO;
	reconcile();
	w.conf.globals.mode = BAL_MODE_MULTI;
	lose_state();
	assert_true(w.state.has_mode);
	assert_int_equal(w.state.mode, BAL_MODE_SOLO);
	w.conf.globals.mode = BAL_MODE_SOLO;
	w.state.has_mode = false;
	lose_state();
	assert_false(w.state.has_mode);
	assert_nothing_to_do();
}

/* The line under a tunnel must not begin to share. */
static void
unbalanced_ones(void **state)
{
	(void)state;
	modem(1);
	tunnel(1, 11);
	tunnel(2, 12);
	told("eth1", "balance", "no");
	reconcile();
	lose_state();
	assert_true(known("eth1")->options.has & BAL_SET_SHARE);
	assert_int_equal(known("eth1")->options.share, BAL_SHARE_NO);
	assert_false(known("tun1")->options.has & BAL_SET_SHARE);
}

/* Alive, though it has no rule of its slot: that alone says nothing. */
static void
living_without_a_slots_rule(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	health("eth1", BAL_HEALTH_DEGRADED);
	reconcile();
	assert_int_equal(count_rules("fwmark 0x1000000/"), 0);
	lose_state();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
	assert_int_equal(known("eth1")->slot, 1);
}

static void
line_without_a_last_resort(void **state)
{
	(void)state;
	global("last_resort", "no");
	configured("eth1", "balance", "no");
	modem(1);
	modem(2);
	tunnel(1, 11);
	reconcile();
	assert_int_equal(count_rules("fwmark 0x1000000/"), 0);
	lose_state();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
}

/* A device that was down has lost its routes: that says nothing. */
static void
balanced_ones_that_were_down(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	reconcile();
	link_down("eth1");
	link_up("eth1");
	lose_state();
	assert_false(known("eth1")->options.has & BAL_SET_SHARE);
	carrier_lost("eth2");
	lose_state();
	assert_false(known("eth2")->options.has & BAL_SET_SHARE);
}

static void
device_that_is_gone(void **state)
{
	struct bal_addr a = addr("192.168.1.102");

	(void)state;
	modem(1);
	modem(2);
	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	reconcile();
	pull_out("eth2");
	bal_snapshot_index(&w.snap, &w.arena);
	reconcile();
	lose_state();
	assert_int_equal(known("eth2")->table, 2);
	assert_int_equal(known("eth2")->slot, 2);
	assert_true(bal_addr_same_host(&known("eth2")->learned_addr, &a));
	assert_int_equal(known("eth2")->record.health, BAL_HEALTH_UNKNOWN);
	assert_nothing_to_do();
}

static void
many_modems(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 40; i++)
		modem(i);
	for (unsigned i = 0; i < 40; i += 3)
		w.state.uplinks[i].record.health = BAL_HEALTH_DEAD;
	reconcile();
	lose_state();
	assert_int_equal(w.state.n_uplinks, 40);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(w.state.uplinks[i].slot,
				 w.state.uplinks[i].table);
	assert_nothing_to_do();
}

static void
classic_routes(void **state)
{
	(void)state;
	w.snap.has_nexthops = false;
	modem(1);
	modem(2);
	told("eth1", "weight", "3");
	reconcile();
	lose_state();
	assert_int_equal(known("eth1")->options.weight, 3);
	assert_nothing_to_do();
}

/* Strangers' rules, and tagged ones that can be none of ours. */
static void
rules_of_strangers(void **state)
{
	struct bal_rule r = { .priority = 10008,
			      .family = AF_INET,
			      .protocol = 3,
			      .action = BAL_RULE_LOOKUP,
			      .table = 5,
			      .suppress_prefixlen = -1 };

	(void)state;
	modem(1);
	reconcile();
	memcpy(r.oif, "eth5", 5);
	PUT_IN(&w.snap.rules, 0, r);
	r.protocol = BAL_PROTO;
	memcpy(r.oif, "main", 5);
	PUT_IN(&w.snap.rules, 0, r);
	lose_state();
	assert_int_equal(w.state.n_uplinks, 1);
	assert_non_null(bal_state_find(&w.state, "eth1"));
}

/* Lines of the state are damaged, the rest of it is as it was. */
static void
damage_state(void)
{
	bal_snapshot_index(&w.snap, &w.arena);
	if (bal_state_recover(&w.state, &w.conf, &w.snap, &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* Its tagged rule tells whose a table is; the reader forgot it of both. */
static void
table_of_two(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	reconcile();
	for (size_t i = 0; i < 2; i++) {
		w.state.uplinks[i].table = w.state.uplinks[i].slot = 0;
		w.state.uplinks[i].partial = true;
	}
	damage_state();
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(w.state.uplinks[i].table, i + 1);
		assert_int_equal(w.state.uplinks[i].slot, i + 1);
	}
	assert_nothing_to_do();
}

/* One digit: the record of eth2 has the table of eth1, of which all is lost. */
static void
table_of_a_lost_one(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	reconcile();
	bal_state_remove(&w.state, "eth1");
	known("eth2")->table = 1;
	damage_state();
	assert_int_equal(w.state.n_uplinks, 2);
	assert_int_equal(known("eth1")->table, 1);
	assert_int_equal(known("eth1")->slot, 1);
	assert_int_equal(known("eth2")->table, 2);
	assert_int_equal(known("eth2")->slot, 2);
	assert_nothing_to_do();
}

/* A record whose device never was, and which has another's table, is its. */
static void
damaged_name(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	told("eth1", "weight", "18");
	reconcile();
	memcpy(known("eth1")->name, "elh1", 5);
	damage_state();
	assert_int_equal(w.state.n_uplinks, 2);
	assert_int_equal(known("eth1")->table, 1);
	assert_int_equal(known("eth1")->slot, 1);
	assert_int_equal(known("eth1")->options.weight, 18);
	assert_nothing_to_do();
}

/* Two tagged rules with one table, or with the kernel's: it is taken once. */
static void
rules_with_one_table(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	modem(3);
	reconcile();
	for (size_t i = 0; i < w.snap.rules.n; i++) {
		struct bal_rule *r = &w.snap.rules.v[i];

		if (strcmp(r->oif, "eth2") == 0)
			r->table = 1;
		if (strcmp(r->oif, "eth3") == 0)
			r->table = 254;
	}
	lose_state();
	assert_int_equal(w.state.n_uplinks, 3);
	assert_int_equal(known("eth1")->table + known("eth2")->table, 1);
	assert_int_equal(known("eth3")->table, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_recover),
		TEST(modems),
		TEST(configured_values_are_not_told),
		TEST(dead_ones),
		TEST(dead_ones_without_chains),
		TEST(dead_ones_in_a_small_mask),
		TEST(layout_before),
		TEST(catch_all_that_is_gone),
		TEST(dead_ones_with_one_address),
		TEST(solo),
		TEST(unbalanced_ones),
		TEST(living_without_a_slots_rule),
		TEST(line_without_a_last_resort),
		TEST(balanced_ones_that_were_down),
		TEST(device_that_is_gone),
		TEST(many_modems),
		TEST(classic_routes),
		TEST(rules_of_strangers),
		TEST(table_of_two),
		TEST(table_of_a_lost_one),
		TEST(damaged_name),
		TEST(rules_with_one_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
