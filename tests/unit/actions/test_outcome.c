// SPDX-License-Identifier: GPL-2.0-or-later
/* test_outcome - transitions: who is told what, and what is let go. */
#include "../outcomes.h"

/* Time passes, and a pass concludes in multi. */
static void
after(uint64_t ms)
{
	w.snap.now_ms += ms;
	conclude(BAL_MODE_MULTI, BAL_MODE_MULTI);
	as_it_is();
}

static void
expect_event(size_t i, enum bal_event_kind kind, const char *uplink,
	     const char *reason)
{
	if (i >= outcome.events.n)
		fail_msg("only %zu events", outcome.events.n);
	assert_string_equal(bal_event_name(outcome.events.v[i].kind),
			    bal_event_name(kind));
	assert_string_equal(outcome.events.v[i].uplink, uplink);
	assert_string_equal(outcome.events.v[i].reason, reason);
}

static void
three_modems_that_live(void)
{
	modem(1);
	modem(2);
	modem(3);
	as_it_is();
	after(0);
	assert_int_equal(outcome.events.n, 3);
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	assert_int_equal(outcome.releases.n, 0);
}

static void
dead(const char *dev, const char *why)
{
	health(dev, BAL_HEALTH_DEAD);
	assert_int_equal(bal_copy(known(dev)->reason,
				  sizeof(known(dev)->reason), why),
			 0);
}

static void
death_is_told_once_with_its_reason(void **state)
{
	(void)state;
	three_modems_that_live();
	dead("eth2", "no answer from 9.9.9.9");
	after(4000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_DEAD, "eth2", "no answer from 9.9.9.9");
	assert_string_equal(outcome.events.v[0].before, "alive");
	assert_int_equal(outcome.events.v[0].lasted_ms, 5000);
	assert_string_equal(outcome.events.v[0].mode, "multi");
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	health("eth2", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_ALIVE, "eth2", "");
	assert_int_equal(outcome.events.v[0].lasted_ms, 2000);
}

static void
what_is_bound_to_the_dead_is_let_go(void **state)
{
	(void)state;
	three_modems_that_live();
	known("eth2")->learned_addr = addr("192.168.1.102/24");
	dead("eth2", "");
	after(1000);
	assert_int_equal(outcome.releases.n, 1);
	assert_string_equal(outcome.releases.v[0].dev, "eth2");
	assert_int_equal(outcome.releases.v[0].mark, 0x2000000);
	assert_int_equal(outcome.releases.v[0].on_dead,
			 BAL_ON_DEAD_SOCKETS | BAL_ON_DEAD_CONNTRACK);
	assert_false(outcome.releases.v[0].shared);
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
all_die(void)
{
	dead("eth1", "");
	dead("eth2", "");
	dead("eth3", "");
	after(1000);
}

static void
nothing_is_let_go_when_nobody_could_take_it(void **state)
{
	(void)state;
	three_modems_that_live();
	all_die();
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(outcome.events.n, 4);
	expect_event(3, BAL_EVENT_ALL_DEAD, "", "");
	after(1000);
	assert_int_equal(outcome.events.n, 0);
}

static void
they_are_let_go_when_somebody_can(void **state)
{
	(void)state;
	three_modems_that_live();
	all_die();
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
	health("eth2", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.releases.n, 2);
	assert_string_equal(outcome.releases.v[0].dev, "eth1");
	assert_string_equal(outcome.releases.v[1].dev, "eth3");
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
	health("eth1", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
but_not_of_one_that_came_back_itself(void **state)
{
	(void)state;
	three_modems_that_live();
	all_die();
	health("eth1", BAL_HEALTH_ALIVE);
	health("eth2", BAL_HEALTH_ALIVE);
	health("eth3", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
	dead("eth1", "");
	after(1000);
	assert_int_equal(outcome.releases.n, 1);
	after(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
nor_where_it_is_not_wanted(void **state)
{
	(void)state;
	three_modems_that_live();
	told("eth2", "on_dead", "nothing");
	dead("eth2", "");
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	assert_int_equal(outcome.releases.n, 0);
}

static void
no_carrier_is_a_death_too(void **state)
{
	(void)state;
	three_modems_that_live();
	link_of("eth1")->carrier = false;
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_DEAD, "eth1", "no carrier");
	assert_int_equal(outcome.releases.n, 1);
	link_of("eth1")->carrier = true;
	after(1000);
	expect_event(0, BAL_EVENT_ALIVE, "eth1", "");
}

static void
a_tunnel_dies_with_what_it_is_over(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	tunnel(1, 11);
	tunnel(2, 12);
	told("eth1", "balance", "no");
	told("eth2", "balance", "no");
	as_it_is();
	after(0);
	dead("eth1", "no answer from 9.9.9.9");
	after(1000);
	assert_int_equal(outcome.events.n, 2);
	expect_event(0, BAL_EVENT_DEAD, "eth1", "no answer from 9.9.9.9");
	expect_event(1, BAL_EVENT_DEAD, "tun1", "eth1 is dead");
	assert_false(up_of("tun1")->alive);
	assert_true(up_of("tun2")->alive);
	/* Nobody's connections go by eth1 but the tunnel's own. */
	assert_int_equal(outcome.releases.n, 1);
	assert_string_equal(outcome.releases.v[0].dev, "tun1");
}

/* The tunnel is as bad off, and the uplink that was taken down did not die. */
static void
a_tunnel_is_left_by_what_it_is_over(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	tunnel(1, 11);
	told("eth1", "balance", "no");
	as_it_is();
	after(0);
	known("eth1")->admin_up = false;
	after(1000);
	assert_int_equal(outcome.events.n, 2);
	expect_event(0, BAL_EVENT_DOWN, "eth1", "");
	expect_event(1, BAL_EVENT_DEAD, "tun1", "eth1 is down");
}

static void
one_without_a_device_yet_is_not_dead(void **state)
{
	(void)state;
	modem(1);
	health("eth1", BAL_HEALTH_UNKNOWN);
	no_address("eth1");
	as_it_is();
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	address("eth1", "192.168.1.101/24");
	health("eth1", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_ALIVE, "eth1", "");
}

static void
up_down_and_mode_are_told(void **state)
{
	(void)state;
	was = (struct bal_state){ 0 };
	modem(1);
	conclude(BAL_MODE_SOLO, BAL_MODE_MULTI);
	assert_int_equal(outcome.events.n, 3);
	expect_event(0, BAL_EVENT_UP, "eth1", "");
	expect_event(1, BAL_EVENT_ALIVE, "eth1", "");
	expect_event(2, BAL_EVENT_MODE, "", "");
	assert_string_equal(outcome.events.v[2].before, "multi");
	assert_string_equal(outcome.events.v[2].mode, "solo");
	as_it_is();
	known("eth1")->admin_up = false;
	w.snap.now_ms += 7000;
	conclude(BAL_MODE_SOLO, BAL_MODE_SOLO);
	expect_event(0, BAL_EVENT_DOWN, "eth1", "");
	assert_string_equal(outcome.events.v[0].before, "alive");
	assert_int_equal(outcome.events.v[0].lasted_ms, 7000);
}

/* It is used as soon as it is there: its first verdict is no second return. */
static void
a_stick_that_returns_is_told_once(void **state)
{
	(void)state;
	three_modems_that_live();
	dead("eth3", "no answer");
	after(1000);
	health("eth3", BAL_HEALTH_UNKNOWN);
	after(6000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_ALIVE, "eth3", "");
	assert_string_equal(outcome.events.v[0].before, "dead");
	after(1000);
	health("eth3", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	health("eth3", BAL_HEALTH_UNKNOWN);
	after(1000);
	dead("eth3", "no answer");
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	assert_string_equal(outcome.events.v[0].before, "alive");
}

static void
the_last_resort_is_told_once(void **state)
{
	const struct bal_resort none = { 0 },
		nothing = { .kind = BAL_RESORT_NOTHING },
		line = { .kind = BAL_RESORT_LINE, .dev = "eth1" },
		other = { .kind = BAL_RESORT_FOREIGN,
			  .dev = "wlan0" };

	(void)state;
	three_modems_that_live();
	last_resort = &line;
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_LAST_RESORT, "",
		     "new connections leave by eth1");
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	/* A command that did not ask forgets nothing. */
	last_resort = NULL;
	after(1000);
	last_resort = &line;
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	last_resort = &none;
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	last_resort = &other;
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_LAST_RESORT, "",
		     "new connections leave by wlan0, which is no uplink");
	last_resort = &nothing;
	after(1000);
	expect_event(0, BAL_EVENT_LAST_RESORT, "", "nothing leaves");
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	last_resort = NULL;
}

static void
solo(uint64_t ms)
{
	w.snap.now_ms += ms;
	conclude(BAL_MODE_SOLO, BAL_MODE_SOLO);
	as_it_is();
}

static void
a_stopgap_is_drained(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	told("eth1", "priority", "1");
	told("eth1", "failback_drain", "60s");
	as_it_is();
	solo(0);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	dead("eth1", "");
	solo(1000);
	assert_int_equal(outcome.releases.n, 1);
	health("eth1", BAL_HEALTH_ALIVE);
	solo(1000);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + 60000);
	solo(59999);
	assert_int_equal(outcome.releases.n, 0);
	solo(1);
	assert_int_equal(outcome.releases.n, 1);
	assert_string_equal(outcome.releases.v[0].dev, "eth2");
	assert_int_equal(bal_use_next_ms(&w.state), 0);
}

static void
not_when_it_is_needed_again(void **state)
{
	(void)state;
	modem(1);
	modem(2);
	told("eth1", "priority", "1");
	told("eth1", "failback_drain", "60s");
	as_it_is();
	solo(0);
	dead("eth1", "");
	solo(1000);
	health("eth1", BAL_HEALTH_ALIVE);
	solo(1000);
	dead("eth1", "");
	solo(1000);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	solo(100000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
how_long_the_box_was_offline_is_told(void **state)
{
	(void)state;
	three_modems_that_live();
	all_die();
	known("eth3")->condition = BAL_HEALTH_UNKNOWN;
	after(60000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_DEAD, "eth3", "");
	health("eth2", BAL_HEALTH_ALIVE);
	after(5000);
	assert_int_equal(outcome.events.n, 2);
	expect_event(0, BAL_EVENT_ALIVE, "eth2", "");
	expect_event(1, BAL_EVENT_ONLINE, "", "");
	assert_string_equal(outcome.events.v[1].before, "all-dead");
	assert_int_equal(outcome.events.v[1].lasted_ms, 65000);
	health("eth1", BAL_HEALTH_ALIVE);
	after(1000);
	assert_int_equal(outcome.events.n, 1);
}

static void
a_wrong_configuration_is_told_once(void **state)
{
	(void)state;
	three_modems_that_live();
	conf_fault = "";
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	conf_fault = "bal.conf: 1 error";
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_CONF_WRONG, "", "bal.conf: 1 error");
	conf_fault = "bal.conf: 2 errors";
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	/* Another command, that does not ask. */
	conf_fault = NULL;
	after(1000);
	assert_int_equal(outcome.events.n, 0);
	conf_fault = "";
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_CONF_RIGHT, "", "");
	conf_fault = NULL;
}

static void
what_lasts_is_told_again(void **state)
{
	(void)state;
	w.conf.globals.every_ms = 600000;
	three_modems_that_live();
	dead("eth2", "no carrier");
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	assert_false(outcome.events.v[0].again);
	after(599000);
	assert_int_equal(outcome.events.n, 0);
	after(1000);
	assert_int_equal(outcome.events.n, 1);
	expect_event(0, BAL_EVENT_DEAD, "eth2", "no carrier");
	assert_true(outcome.events.v[0].again);
	assert_string_equal(outcome.events.v[0].before, "dead");
	assert_int_equal(outcome.events.v[0].lasted_ms, 600000);
	assert_int_equal(known("eth2")->deaths, 1);
	all_die();
	after(600000);
	assert_int_equal(outcome.events.n, 4);
	expect_event(3, BAL_EVENT_ALL_DEAD, "", "");
	assert_true(outcome.events.v[3].again);
	w.conf.globals.every_ms = 0;
	after(600000);
	assert_int_equal(outcome.events.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(death_is_told_once_with_its_reason),
		TEST(what_is_bound_to_the_dead_is_let_go),
		TEST(nothing_is_let_go_when_nobody_could_take_it),
		TEST(they_are_let_go_when_somebody_can),
		TEST(but_not_of_one_that_came_back_itself),
		TEST(nor_where_it_is_not_wanted),
		TEST(no_carrier_is_a_death_too),
		TEST(a_tunnel_dies_with_what_it_is_over),
		TEST(a_tunnel_is_left_by_what_it_is_over),
		TEST(one_without_a_device_yet_is_not_dead),
		TEST(up_down_and_mode_are_told),
		TEST(a_stick_that_returns_is_told_once),
		TEST(the_last_resort_is_told_once),
		TEST(how_long_the_box_was_offline_is_told),
		TEST(a_wrong_configuration_is_told_once),
		TEST(what_lasts_is_told_again),
		TEST(a_stopgap_is_drained),
		TEST(not_when_it_is_needed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
