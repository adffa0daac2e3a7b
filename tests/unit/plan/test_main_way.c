// SPDX-License-Identifier: GPL-2.0-or-later
/* test_main_way - where main leads, and the last resort that stands before it. */
#include "../wording.h"

#include "plan/main_way.h"

/* Two lines under two dead tunnels; the first line lives. */
static int
begin(void **state)
{
	setup(state);
	two_tunnels();
	device("wlan0");
	health("eth2", BAL_HEALTH_DEAD);
	health("tun1", BAL_HEALTH_DEAD);
	health("tun2", BAL_HEALTH_DEAD);
	return 0;
}

static struct bal_route *
in_main(const char *dev, const char *dst, uint32_t metric)
{
	struct bal_route *r;

	shows_default(dev, "192.168.1.1", BAL_TABLE_MAIN, metric, 16);
	r = &w.snap.all.v[w.snap.all.n - 1];
	r->type = BAL_ROUTE_UNICAST;
	r->dst = strcmp(dst, "default") ? addr(dst) : bal_addr_any(AF_INET);
	return r;
}

static bool
leads_to_dead(const char *dst)
{
	struct bal_addr to = *dst ? addr(dst) : bal_addr_any(AF_INET);

	resolve();
	return bal_main_leads_to_dead(&w.snap, &w.ups, &to);
}

static void
the_best_metric_counts(void **state)
{
	(void)state;
	assert_false(leads_to_dead(""));
	in_main("eth2", "default", 100);
	assert_true(leads_to_dead(""));
	in_main("wlan0", "default", 99);
	assert_false(leads_to_dead(""));
	in_main("eth2", "default", 99);
	assert_true(leads_to_dead(""));
	in_main("eth1", "default", 98);
	assert_false(leads_to_dead(""));
}

static void
either_half_counts(void **state)
{
	(void)state;
	in_main("eth2", "default", 0);
	in_main("wlan0", "0.0.0.0/1", 0);
	assert_true(leads_to_dead(""));
	in_main("wlan0", "128.0.0.0/1", 0);
	assert_false(leads_to_dead(""));
	in_main("tun1", "128.0.0.0/1", 0);
	assert_true(leads_to_dead(""));
}

static void
any_next_hop_counts(void **state)
{
	struct bal_route *r;

	(void)state;
	r = in_main("wlan0", "default", 0);
	r->hops = bal_arena_alloc(&w.arena, 2 * sizeof(*r->hops));
	r->n_hops = 2;
	r->hops[0].ifindex = link_of("wlan0")->ifindex;
	r->hops[1].ifindex = link_of("eth2")->ifindex;
	assert_true(leads_to_dead(""));
	link_of("eth2")->carrier = false;
	assert_false(leads_to_dead(""));
}

/* The kernel goes on where a device is down or has no carrier. */
static void
what_the_kernel_passes_over(void **state)
{
	(void)state;
	in_main("wlan0", "default", 1);
	in_main("eth2", "default", 2);
	assert_false(leads_to_dead(""));
	link_of("wlan0")->carrier = false;
	assert_false(leads_to_dead(""));
	link_of("wlan0")->devconf[BAL_DC_IGNORE_LINKDOWN] = 1;
	assert_true(leads_to_dead(""));
	link_of("wlan0")->carrier = true;
	link_of("wlan0")->up = false;
	assert_true(leads_to_dead(""));
	link_of("eth2")->carrier = false;
	assert_false(leads_to_dead(""));
}

static void
one_that_says_no(void **state)
{
	struct bal_route *r;

	(void)state;
	in_main("eth2", "default", 2);
	r = in_main("eth2", "default", 1);
	r->type = BAL_ROUTE_UNREACHABLE;
	r->n_hops = 0;
	assert_false(leads_to_dead(""));
}

static void
what_bal_down_took_is_no_uplink(void **state)
{
	(void)state;
	in_main("eth2", "default", 0);
	known("eth2")->admin_up = false;
	assert_false(leads_to_dead(""));
}

static void
the_longest_prefix_counts(void **state)
{
	(void)state;
	in_main("eth2", "default", 0);
	assert_true(leads_to_dead("198.51.100.0/24"));
	in_main("wlan0", "198.51.100.0/25", 0);
	assert_true(leads_to_dead("198.51.100.0/24"));
	in_main("wlan0", "198.51.0.0/16", 0);
	assert_false(leads_to_dead("198.51.100.0/24"));
	in_main("eth2", "198.51.100.0/24", 0);
	assert_true(leads_to_dead("198.51.100.0/24"));
	assert_true(leads_to_dead(""));
}

/* --- what is planned ------------------------------------------------------ */

#define BEFORE_MAIN "balancing: default via 192.168.1.1 dev eth1 onlink metric "

static bool
stands_before_main(void)
{
	make_plan();
	return strstr(routes_text(0), BEFORE_MAIN "1025601\n");
}

static void
the_last_resort_stands_before_main(void **state)
{
	(void)state;
	assert_false(stands_before_main());
	in_main("eth2", "default", 100);
	assert_true(stands_before_main());
	assert_null(strstr(w.text, "balancing: default via 192.168.1.1 dev eth2"));
	health("tun1", BAL_HEALTH_ALIVE);
	assert_false(stands_before_main());
}

static void
not_where_it_is_forbidden(void **state)
{
	(void)state;
	in_main("eth2", "default", 100);
	global("last_resort", "no");
	assert_false(stands_before_main());
	assert_non_null(strstr(w.text, "balancing: unreachable default"));
}

/* Where all are dead, all are kept, and no line is better than another. */
static void
not_where_nothing_lives(void **state)
{
	(void)state;
	in_main("eth2", "default", 100);
	health("eth1", BAL_HEALTH_DEAD);
	assert_false(stands_before_main());
	global("when_all_dead", "unreachable");
	assert_false(stands_before_main());
}

int
main(void)
{
#define FROM(name) cmocka_unit_test_setup_teardown(name, begin, teardown)
	const struct CMUnitTest tests[] = {
		FROM(the_best_metric_counts),
		FROM(either_half_counts),
		FROM(any_next_hop_counts),
		FROM(what_the_kernel_passes_over),
		FROM(one_that_says_no),
		FROM(what_bal_down_took_is_no_uplink),
		FROM(the_longest_prefix_counts),
		FROM(the_last_resort_stands_before_main),
		FROM(not_where_it_is_forbidden),
		FROM(not_where_nothing_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
