// SPDX-License-Identifier: GPL-2.0-or-later
/* test_use - each way in which traffic leaves an uplink and comes back. */
#include "../uses.h"

/* --- the ways --------------------------------------------------------------- */

static void
carrier_off(void)
{
	link_of("eth1")->carrier = false;
}

static void
carrier_on(void)
{
	link_of("eth1")->carrier = true;
}

static void
link_down(void)
{
	link_of("eth1")->up = false;
}

static void
link_up(void)
{
	link_of("eth1")->up = true;
}

static void
address_off(void)
{
	no_address("eth1");
}

static void
address_on(void)
{
	address("eth1", "192.168.1.101/24");
}

static void
pull(void)
{
	unplug("eth1");
}

static void
plug(void)
{
	device("eth1");
	address("eth1", "192.168.1.101/24");
	known("eth1")->ifindex = link_of("eth1")->ifindex;
}

static void
ifdown(void)
{
	bal_down();
	no_address("eth1");
}

static void
ifup(void)
{
	address("eth1", "192.168.1.101/24");
	bal_up();
}

static void
pull_and_ifdown(void)
{
	unplug("eth1");
	bal_down();
}

static void
plug_and_ifup(void)
{
	device("eth1");
	ifup();
}

static void
be_slow(void)
{
	health("eth1", BAL_HEALTH_DEGRADED);
	known("eth1")->record.better = UINT32_MAX;
}

static void
lose_underlay(void)
{
	told("eth1", "over", "eth9");
	bal_copy(known("eth1")->line_down, BAL_IFNAMSIZ, "eth9");
}

static void
regain_underlay(void)
{
	known("eth1")->line_down[0] = '\0';
}

static void
no_share(void)
{
	told("eth1", "balance", "no");
}

static void
share(void)
{
	told("eth1", "balance", "yes");
}

static const struct way {
	const char *name;
	void (*leave)(void), (*back)(void);
	unsigned duty; /* BAL_ON_DEAD_..., at once */
} ways[] = {
	{ "found dead", die, live, BOTH },
	{ "no carrier", carrier_off, carrier_on, BOTH },
	{ "link down", link_down, link_up, BOTH },
	{ "no address", address_off, address_on, BOTH },
	{ "unplugged", pull, plug, BOTH },
	{ "bal-down", bal_down, bal_up, BOTH },
	{ "ifdown", ifdown, ifup, BOTH },
	{ "unplugged, ifdown by udev", pull_and_ifdown, plug_and_ifup, BOTH },
	{ "the underlay is gone", lose_underlay, regain_underlay, BOTH },
	{ "degraded by loss", lose, live, BAL_ON_DEAD_CONNTRACK },
	{ "degraded by its round trip", be_slow, live, 0 },
	{ "no share", no_share, share, 0 },
};

/* Each in a world of its own. */
static void
each_way(void (*test)(const struct way *))
{
	for (size_t i = 0; i < N(ways); i++)
		for (int m = 0; m < 2; m++) {
			mode = m ? BAL_MODE_SOLO : BAL_MODE_MULTI;
			print_message("# %s, %s\n", ways[i].name,
				      bal_mode_name(mode));
			test(&ways[i]);
			teardown(NULL);
			setup(NULL);
		}
}

/* --- traffic belongs elsewhere ------------------------------------------------ */

static void
leaves_once(const struct way *way)
{
	begin(mode);
	way->leave();
	pass(1000);
	expect_release("eth1", way->duty);
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
what_is_bound_leaves_whatever_the_way(void **state)
{
	(void)state;
	each_way(leaves_once);
}

/* Without another one that could take over it has to wait. */
static void
waits(const struct way *way)
{
	begin(mode);
	link_of("eth2")->carrier = link_of("eth3")->carrier = false;
	pass(1000);
	way->leave();
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
	link_of("eth2")->carrier = true;
	pass(1000);
	expect_release("eth1", way->duty);
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
it_waits_for_another_uplink(void **state)
{
	(void)state;
	each_way(waits);
}

static void
is_undone(const struct way *way)
{
	begin(mode);
	link_of("eth2")->carrier = link_of("eth3")->carrier = false;
	pass(1000);
	way->leave();
	pass(1000);
	way->back();
	pass(1000);
	link_of("eth2")->carrier = link_of("eth3")->carrier = true;
	pass(1000);
	pass(2 * DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(w.state.n_formers, 0);
}

static void
one_that_is_back_before_that_owes_nothing(void **state)
{
	(void)state;
	each_way(is_undone);
}

static void
nothing_on_dead(const struct way *way)
{
	begin(mode);
	told("eth1", "on_dead", "nothing");
	way->leave();
	pass(1000);
	assert_int_equal(outcome.releases.n, 0);
}

static void
nothing_where_that_is_configured(void **state)
{
	(void)state;
	each_way(nothing_on_dead);
}

/* The file has the cause of a change before the kernel does, and no more. */
static void
is_killed(const struct way *way)
{
	struct bal_uplink_state before[3];

	begin(mode);
	way->leave();
	memcpy(before, w.state.uplinks, sizeof(before));
	w.snap.now_ms += 1000;
	conclude(mode, mode);
	expect_release("eth1", way->duty);
	if (way->duty)
		assert_true(outcome.releases.v[0].until_back);
	memcpy(w.state.uplinks, before, sizeof(before));
	pass(1000);
	expect_release("eth1", way->duty);
}

static void
it_is_done_again_after_a_kill(void **state)
{
	(void)state;
	each_way(is_killed);
}

/* --- it is used again --------------------------------------------------------- */

static void
comes_back(const struct way *way)
{
	begin(mode);
	way->leave();
	pass(1000);
	way->back();
	pass(1000);
	assert_int_equal(known("eth1")->use, BAL_USE_FULL);
	assert_int_equal(outcome.releases.n, 0);
	if (mode == BAL_MODE_MULTI) {
		assert_int_equal(bal_use_next_ms(&w.state), 0);
		return;
	}
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
	pass(DRAIN_MS - 1);
	assert_int_equal(outcome.releases.n, 0);
	pass(1);
	expect_release("eth2", BOTH);
	/* It is alive all the time. */
	assert_false(outcome.releases.v[0].until_back);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
}

static void
the_stopgap_is_drained_whatever_the_way(void **state)
{
	(void)state;
	each_way(comes_back);
}

static void
leaves_again(const struct way *way)
{
	begin(mode);
	way->leave();
	pass(1000);
	way->back();
	pass(1000);
	way->leave();
	pass(1000);
	expect_release("eth1", way->duty);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	pass(2 * DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
}

static void
but_not_one_that_is_needed_again(void **state)
{
	(void)state;
	each_way(leaves_again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_bound_leaves_whatever_the_way),
		TEST(it_waits_for_another_uplink),
		TEST(one_that_is_back_before_that_owes_nothing),
		TEST(nothing_where_that_is_configured),
		TEST(it_is_done_again_after_a_kill),
		TEST(the_stopgap_is_drained_whatever_the_way),
		TEST(but_not_one_that_is_needed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
