// SPDX-License-Identifier: GPL-2.0-or-later
/* test_use_special - boots, settings, addresses and what was an uplink. */
#include "../uses.h"

/* --- the better one is new, or another --------------------------------------- */

static void
at_boot_the_backup_may_be_first(void **state)
{
	(void)state;
	mode = BAL_MODE_SOLO;
	modem(2);
	as_up(2);
	as_it_is();
	pass(0);
	modem(1);
	as_up(1);
	told("eth1", "targets", "9.9.9.9");
	health("eth1", BAL_HEALTH_UNKNOWN);
	pass(1000);
	/* It may as well be dead. */
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	live();
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
	pass(DRAIN_MS);
	expect_release("eth2", BOTH);
}

/* Nothing asks it, so nothing will ever be known. */
static void
one_without_targets_need_not_answer(void **state)
{
	(void)state;
	mode = BAL_MODE_SOLO;
	modem(2);
	as_it_is();
	pass(0);
	modem(1);
	as_up(1);
	health("eth1", BAL_HEALTH_UNKNOWN);
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
}

static void
priorities_may_change(void **state)
{
	(void)state;
	begin(BAL_MODE_SOLO);
	told("eth2", "priority", "1");
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	pass(DRAIN_MS);
	expect_release("eth1", BOTH);
}

/* What its group sends by it is flushed as what the rest sends elsewhere. */
static void
a_group_has_one_without_a_share(void **state)
{
	struct bal_policy *p = &w.conf.policy;

	(void)state;
	mode = BAL_MODE_SOLO;
	for (unsigned i = 1; i <= 2; i++) {
		modem(i);
		as_up(i);
	}
	told("eth1", "share", "no");
	p->groups = calloc(1, sizeof(*p->groups));
	assert_non_null(p->groups);
	p->n_groups = p->groups[0].n_uplinks = 1;
	snprintf(p->groups[0].uplinks[0], BAL_IFNAMSIZ, "eth1");
	as_it_is();
	pass(0);
	assert_int_equal(known("eth1")->use, BAL_USE_KEPT);
	die();
	pass(1000);
	expect_release("eth1", BOTH);
	/* Nothing is drained for another one's sake. */
	live();
	pass(1000);
	pass(2 * DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(known("eth1")->use, BAL_USE_KEPT);
}

static void
the_mode_may_change(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	mode = BAL_MODE_SOLO;
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 2);
	assert_string_equal(outcome.releases.v[0].dev, "eth2");
	assert_string_equal(outcome.releases.v[1].dev, "eth3");
	mode = BAL_MODE_MULTI;
	pass(1000);
	mode = BAL_MODE_SOLO;
	pass(1000);
	mode = BAL_MODE_MULTI;
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
}

/* The better one looks dead, too: the time begins when it lives. */
static void
not_while_all_are_dead(void **state)
{
	(void)state;
	begin(BAL_MODE_SOLO);
	die();
	pass(1000);
	live();
	pass(1000);
	die();
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
	live();
	health("eth2", BAL_HEALTH_ALIVE);
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
}

/* --- addresses ---------------------------------------------------------------- */

static void
another_address_closes_what_has_the_old_one(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	address("eth1", "192.168.1.201/24");
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	no_address("eth1");
	address("eth1", "192.168.1.201/24");
	pass(1000);
	expect_release("eth1", BAL_ON_DEAD_SOCKETS);
	assert_int_equal(outcome.releases.v[0].source.len, 32);
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
}

/* The modem's own pages are reached as long as its address is there. */
static void
peers_in_the_subnet_stay_with_the_address(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	bal_down();
	pass(1000);
	assert_int_equal(outcome.releases.v[0].source.len, 24);
	bal_up();
	pass(1000);
	unplug("eth1");
	pass(1000);
	assert_int_equal(outcome.releases.v[0].source.len, 32);
}

static void
further_addresses_are_left_with_the_first(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	address("eth1", "10.0.0.1/8");
	address("eth1", "192.168.1.103/32");
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	die();
	pass(1000);
	assert_int_equal(outcome.releases.n, 3);
	assert_int_equal(outcome.releases.v[0].on_dead, BOTH);
	assert_int_equal(outcome.releases.v[1].on_dead, BAL_ON_DEAD_SOCKETS);
	assert_int_equal(outcome.releases.v[1].source.bytes[0], 10);
	assert_int_equal(outcome.releases.v[1].source.len, 8);
	assert_false(outcome.releases.v[1].shared);
	/* eth3 has it as well. */
	assert_true(outcome.releases.v[2].shared);
}

static void
a_look_alike_keeps_its_sockets(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	no_address("eth2");
	address("eth2", "192.168.1.101/24");
	pass(1000);
	assert_int_equal(outcome.releases.n, 1); /* of 192.168.1.102 */
	unplug("eth1");
	pass(1000);
	assert_int_equal(outcome.releases.n, 1);
	assert_true(outcome.releases.v[0].shared);
	assert_int_equal(outcome.releases.v[0].ifindex,
			 known("eth1")->ifindex);
}

/* --- one that was an uplink ---------------------------------------------------- */

static void
a_mark_that_another_has_is_not_flushed(void **state)
{
	(void)state;
	mode = BAL_MODE_MULTI;
	modem(1);
	as_it_is();
	pass(0);
	bal_down();
	pass(1000);
	assert_int_equal(w.state.n_formers, 1);
	modem(2);
	known("eth2")->slot = 1;
	pass(1000);
	assert_int_equal(outcome.releases.n, 1);
	assert_string_equal(outcome.releases.v[0].dev, "eth1");
	assert_int_equal(outcome.releases.v[0].on_dead, BAL_ON_DEAD_SOCKETS);
	assert_int_equal(w.state.n_formers, 0);
}

/* As the last line of bal-up does. */
static void
up_again(void)
{
	struct bal_intent intent = { .kind = BAL_INTENT_UP, .dev = "eth1" };

	assert_non_null(bal_state_add(&w.state, "eth1", &w.err));
	known("eth1")->slot = known("eth1")->table = 1;
	intent.options = bal_settings_default();
	intent.options.has = 0;
	bal_snapshot_index(&w.snap, &w.arena);
	if (bal_intent_apply(&intent, &w.conf, &w.snap, &w.state, &w.arena,
			     &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

static void
one_that_was_dead_is_held_back(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	configured("eth1", "targets", "9.9.9.9");
	die();
	known("eth1")->record.bad = 7;
	known("eth1")->record.flaps = 2;
	known("eth1")->record.flap_ms = 1234;
	pass(1000);
	bal_down();
	pass(1000);
	up_again();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_DEAD);
	/* So it has to hold as if it had not been away. */
	assert_int_equal(known("eth1")->record.bad, 7);
	assert_int_equal(known("eth1")->record.flaps, 2);
	assert_int_equal(known("eth1")->record.flap_ms, 1234);
	assert_int_equal(w.state.n_formers, 0);
}

/* No probe could leave: that says nothing of the line. */
static void
one_that_lacked_a_gateway_is_not_held_back(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	configured("eth1", "targets", "9.9.9.9");
	told("eth1", "gateway", "auto");
	die();
	pass(1000);
	bal_down();
	pass(1000);
	up_again();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
}

static void
one_that_was_not_is_used_at_once(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	configured("eth1", "targets", "9.9.9.9");
	lose();
	pass(1000);
	bal_down();
	pass(1000);
	up_again();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
}

/* It would wait for ever. */
static void
nor_one_that_nothing_asks_now(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	die();
	pass(1000);
	bal_down();
	pass(1000);
	up_again();
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_UNKNOWN);
}

/* --- a state of before there was `use` ----------------------------------------- */

static void
unrecord(void)
{
	for (size_t i = 0; i < w.state.n_uplinks; i++) {
		struct bal_uplink_state *us = &w.state.uplinks[i];

		us->use = BAL_USE_UNRECORDED;
		us->used_addr = (struct bal_addr){ 0 };
		us->learned_addr = addr("192.168.1.100/24");
		us->learned_addr.bytes[3] += (uint8_t)us->slot;
	}
}

static void
an_older_state_is_understood(void **state)
{
	(void)state;
	begin(BAL_MODE_SOLO);
	unrecord();
	as_it_is();
	die();
	pass(1000);
	expect_release("eth1", BOTH);
	unrecord();
	as_it_is();
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	known("eth1")->unreleased = 1;
	unrecord();
	as_it_is();
	pass(1000);
	expect_release("eth1", BOTH);
	assert_int_equal(known("eth1")->unreleased, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_boot_the_backup_may_be_first),
		TEST(one_without_targets_need_not_answer),
		TEST(priorities_may_change),
		TEST(a_group_has_one_without_a_share),
		TEST(the_mode_may_change),
		TEST(not_while_all_are_dead),
		TEST(another_address_closes_what_has_the_old_one),
		TEST(peers_in_the_subnet_stay_with_the_address),
		TEST(further_addresses_are_left_with_the_first),
		TEST(a_look_alike_keeps_its_sockets),
		TEST(a_mark_that_another_has_is_not_flushed),
		TEST(one_that_was_dead_is_held_back),
		TEST(one_that_lacked_a_gateway_is_not_held_back),
		TEST(one_that_was_not_is_used_at_once),
		TEST(nor_one_that_nothing_asks_now),
		TEST(an_older_state_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
