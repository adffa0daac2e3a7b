// SPDX-License-Identifier: GPL-2.0-or-later
/* test_over - who has a share where nobody says so, and what a tunnel is over. */
#include "../world.h"

#include "plan/over.h"

static void
shares(const char *dev, bool share)
{
	resolve();
	for (size_t i = 0; i < w.ups.n; i++)
		if (!strcmp(w.ups.v[i].name, dev)) {
			if (w.ups.v[i].share != share)
				fail_msg("%s: %d", dev, w.ups.v[i].share);
			return;
		}
	fail_msg("no %s", dev);
}

/* Two lines, a tunnel over the first; @over was learned. */
static int
begin(void **state)
{
	setup(state);
	modem(1);
	modem(2);
	tunnel(1, 11);
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "eth1");
	return 0;
}

/* Bal.conf may not say so; each of them was learned by itself. */
static void
a_circle_is_found(void **state)
{
	(void)state;
	tunnel(2, 12);
	known("tun2")->options.has &= ~(uint64_t)BAL_SET_OVER;
	bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "tun2");
	bal_copy(known("tun2")->learned_over, BAL_IFNAMSIZ, "eth1");
	make_plan();
	assert_null(bal_uplinks_circle(&w.ups));
	bal_copy(known("tun2")->learned_over, BAL_IFNAMSIZ, "tun1");
	make_plan();
	assert_string_equal(bal_uplinks_circle(&w.ups)->name, "tun1");
	bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "gone0");
	make_plan();
	assert_null(bal_uplinks_circle(&w.ups));
}

static void
forget(const char *dev)
{
	assert_int_equal(bal_over_remember(&w.conf, &w.state, dev, &w.err), 0);
	bal_state_remove(&w.state, dev);
}

static void
a_line_under_a_tunnel_has_none(void **state)
{
	(void)state;
	shares("eth1", false);
	shares("eth2", true);
	shares("tun1", true);
	global("mode", "solo");
	shares("eth1", false);
}

static void
what_is_said_wins(void **state)
{
	(void)state;
	configured("eth1", "share", "yes");
	shares("eth1", true);
	told("eth1", "share", "no");
	shares("eth1", false);
	/* `auto` takes that back, and leaves it to bal.conf. */
	told("eth1", "share", "auto");
	shares("eth1", true);
	configured("eth1", "share", "no");
	shares("eth1", false);
	configured("eth2", "balance", "no");
	shares("eth2", false);
	configured("eth1", "share", "auto");
	/* And of `over`: */
	configured("tun1", "over", "eth2");
	shares("eth1", true);
	told("tun1", "over", "eth1");
	shares("eth1", false);
}

/* Whether the tunnel lives makes no difference: what flaps must not leak. */
static void
however_the_tunnel_is(void **state)
{
	(void)state;
	health("tun1", BAL_HEALTH_DEAD);
	shares("eth1", false);
	unplug("tun1");
	shares("eth1", false);
	known("tun1")->admin_up = false;
	shares("eth1", false);
	forget("tun1");
	shares("eth1", false);
	assert_string_equal(bal_over_of(&w.conf, &w.state, "tun1"), "eth1");
}

static void
one_that_never_was_up(void **state)
{
	(void)state;
	configured("tun2", "over", "eth2");
	shares("eth2", false);
	configured("tun2", "share", "no");
	shares("eth2", true);
}

/* Of a tunnel without a share nothing depends on it: a VPN to manage the box. */
static void
a_tunnel_without_a_share_takes_none(void **state)
{
	(void)state;
	told("tun1", "share", "no");
	shares("eth1", true);
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_SHARE;
	configured("tun1", "share", "no");
	shares("eth1", true);
	w.conf.n_uplinks = 0;
	told("tun1", "share", "no");
	forget("tun1");
	shares("eth1", true);
}

/* over = etch2: the client leaves by eth1 all the same. */
static void
a_slip_gives_the_line_no_share(void **state)
{
	(void)state;
	configured("tun1", "over", "etch2");
	shares("eth1", false);
	shares("eth2", true);
	assert_string_equal(bal_over_of(&w.conf, &w.state, "tun1"), "eth1");
	/* Its client ends. */
	forget("tun1");
	shares("eth1", false);
	/* A stick that is to come has a section. */
	configured("etch2", "weight", "1");
	shares("eth1", true);
}

static void
bal_conf_comes_before_what_is_remembered(void **state)
{
	(void)state;
	forget("tun1");
	configured("tun1", "over", "eth2");
	shares("eth1", true);
	shares("eth2", false);
	assert_string_equal(bal_over_of(&w.conf, &w.state, "tun1"), "eth2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_under_a_tunnel_has_none,
						begin, teardown),
		cmocka_unit_test_setup_teardown(a_circle_is_found, begin,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_said_wins, begin,
						teardown),
		cmocka_unit_test_setup_teardown(however_the_tunnel_is, begin,
						teardown),
		cmocka_unit_test_setup_teardown(one_that_never_was_up, begin,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_tunnel_without_a_share_takes_none, begin, teardown),
		cmocka_unit_test_setup_teardown(a_slip_gives_the_line_no_share,
						begin, teardown),
		cmocka_unit_test_setup_teardown(
			bal_conf_comes_before_what_is_remembered, begin,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
