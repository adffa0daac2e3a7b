// SPDX-License-Identifier: GPL-2.0-or-later
/* test_diff_random - thousands of worlds and what happens to them, one seed. */
#include "chaos.h"

#define WORLDS 1500
#define STEPS 8

static unsigned world, step; /* told when a test fails */
static bool passed;

/* Everything with another tag than ours, as it was before a pass. */
static struct {
	struct bal_rule rules[512];
	struct bal_route routes[512];
	struct bal_nexthop nexthops[64];
	size_t n_rules, n_routes, n_nexthops;
} foreign[2];

#define COLLECT(f, list, kind)                                             \
	do {                                                               \
		(f)->n_##kind = 0;                                         \
		for (size_t k = 0; k < (list)->n; k++)                     \
			if ((list)->v[k].protocol != BAL_PROTO) {          \
				assert_true((f)->n_##kind < N((f)->kind)); \
				(f)->kind[(f)->n_##kind++] = (list)->v[k]; \
			}                                                  \
	} while (0)

static void
see_foreign(unsigned i)
{
	memset(&foreign[i], 0, sizeof(foreign[i]));
	COLLECT(&foreign[i], &w.snap.rules, rules);
	COLLECT(&foreign[i], &w.snap.routes, routes);
	COLLECT(&foreign[i], &w.snap.nexthops, nexthops);
}

/* Packets whose way is the same before and after a pass. */
static struct watch {
	struct packet packet;
	int ifindex; /* that they leave by; 0: any */
	int lost_at;
} watches[128];
static size_t n_watches;

static struct box
kernel_box(void)
{
	static const struct bal_rule *rules[1024];
	static struct bal_route routes[2048];
	static struct bal_hop hops[256];
	static bal_route_list list;
	size_t n = 0;

	assert_true(w.snap.rules.n < N(rules) && w.snap.addrs.n < N(hops));
	for (size_t i = 0; i < w.snap.rules.n; i++)
		rules[i] = &w.snap.rules.v[i];
	expand_groups();
	for (; n < w.snap.routes.n; n++)
		routes[n] = w.snap.routes.v[n];
	for (size_t i = 0; i < w.snap.addrs.n; i++) {
		hops[i].ifindex = w.snap.addrs.v[i].ifindex;
		routes[n++] = (struct bal_route){
			.table = BAL_TABLE_MAIN,
			.dst = bal_addr_network(&w.snap.addrs.v[i].addr),
			.metric = (uint32_t)i,
			.type = BAL_ROUTE_UNICAST,
			.hops = &hops[i],
			.n_hops = 1,
		};
	}
	list.v = routes;
	list.n = n;
	return (struct box){ .rules = rules,
			     .n_rules = w.snap.rules.n,
			     .routes = &list,
			     .links = &w.snap.links };
}

static bool
goes_well(const struct box *box, const struct watch *watch)
{
	struct way way = walk(box, &watch->packet);

	if (watch->ifindex)
		return leads_to(&way, watch->ifindex);
	return way.kind == WAY_ROUTE;
}

/* Who is bound to nothing is watched where routes of ours lead. */
static bool
is_watched(const struct box *box, const struct watch *watch)
{
	struct way way = walk(box, &watch->packet);

	return goes_well(box, watch) &&
	       (watch->ifindex || way.route->protocol == BAL_PROTO);
}

static void
watch_packet(const struct box *box, struct packet p, int ifindex)
{
	struct watch watch = { .packet = p, .ifindex = ifindex };

	if (n_watches < N(watches) && is_watched(box, &watch))
		watches[n_watches++] = watch;
}

/* What several devices have, or one took over, belongs to none yet. */
static bool
belongs_to(const struct bal_addr *a, const struct bal_uplink *up)
{
	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (w.snap.addrs.v[i].ifindex != up->ifindex &&
		    bal_addr_same_host(&w.snap.addrs.v[i].addr, a))
			return false;
	for (size_t i = 0; i < w.snap.rules.n; i++)
		if (w.snap.rules.v[i].table != up->table &&
		    w.snap.rules.v[i].action == BAL_RULE_LOOKUP &&
		    bal_addr_same_host(&w.snap.rules.v[i].src, a))
			return false;
	return !bal_addr_none(a);
}

static void
watch_uplink(const struct box *box, const struct bal_uplink *up)
{
	struct packet own = { 0 }, forwarded = { .iif = LAN }, bound = { 0 };
	struct packet near = { 0 };

	forwarded.dst = own.dst = bound.dst = addr("9.9.9.9");
	near.dst = addr("192.168.1.1");
	if (up->n_addrs)
		near.src = own.src =
			up->addrs[chance((uint32_t)up->n_addrs)]->addr;
	forwarded.src = addr("10.200.0.9");
	forwarded.mark = bal_mark_of(up->slot, w.conf.globals.mark_mask);
	bound.oif = up->ifindex;
	if (belongs_to(&own.src, up)) {
		watch_packet(box, own, up->ifindex);
		watch_packet(box, near, up->ifindex);
	}
	watch_packet(box, forwarded, up->ifindex);
	watch_packet(box, bound, up->ifindex);
}

static void
watch_begin(void)
{
	static const char *const dsts[] = { "9.9.9.9", "172.22.0.1", "10.8.0.1",
					    "8.8.8.8" };
	struct box box = kernel_box();

	n_watches = 0;
	for (size_t i = 0; i < N(dsts); i++) {
		struct packet p = { .dst = addr(dsts[i]) };

		watch_packet(&box, p, 0);
		p.iif = LAN;
		p.src = addr("10.200.0.9");
		watch_packet(&box, p, 0);
	}
	for (size_t i = 0; i < w.ups.n; i++)
		if (w.ups.v[i].ifindex && w.ups.v[i].admin_up)
			watch_uplink(&box, &w.ups.v[i]);
}

static void
watch_look(int op)
{
	struct box box = kernel_box();

	for (size_t i = 0; i < n_watches; i++)
		if (!watches[i].lost_at && !goes_well(&box, &watches[i]))
			watches[i].lost_at = op;
}

static void
watch_end(const bal_op_list *ops)
{
	struct box box = kernel_box();

	for (size_t i = 0; i < n_watches; i++) {
		const struct watch *x = &watches[i];
		char src[BAL_ADDR_STRLEN], dst[BAL_ADDR_STRLEN];

		if (!x->lost_at || !is_watched(&box, x))
			continue;
		for (size_t k = 0; k < ops->n; k++)
			bal_op_print(stderr, &ops->v[k], &w.plan.chains,
				     &w.snap.chains);
		fail_msg("after change %d, a packet %s%s from %s to %s, mark "
			 "%#x, for device %d loses its way",
			 x->lost_at, x->packet.iif ? "in by " : "of this box",
			 x->packet.iif ? x->packet.iif : "",
			 bal_addr_host_str(&x->packet.src, src),
			 bal_addr_host_str(&x->packet.dst, dst), x->packet.mark,
			 x->ifindex);
	}
}

/* Prefixes that `balancing` has spread, and of those the ones without a gap. */
static size_t
weighted(const bal_route_list *routes, bool always[], bool begin)
{
	size_t n = 0;

	for (size_t i = 0; i < w.plan.routes.n; i++) {
		const struct bal_route *r = &w.plan.routes.v[i];
		bool found = false;

		if (r->table != BALANCING || r->metric != 1)
			continue;
		for (size_t k = 0; k < routes->n; k++)
			found |= routes->v[k].protocol == BAL_PROTO &&
				 bal_route_key_cmp(&routes->v[k], r) == 0;
		if (begin)
			always[i] = found;
		else if (always[i] && !found)
			fail_msg("balancing has no route of metric 1");
		n++;
	}
	return n;
}

/* The kernel has of ours what the plan says, each once, and nothing else. */
static void
kernel_is_as_planned(void)
{
	size_t ours = 0;

	for (size_t i = 0; i < w.plan.rules.n; i++) {
		size_t found = 0;

		for (size_t k = 0; k < w.snap.rules.n; k++)
			found += rules_equal(&w.snap.rules.v[k],
					     &w.plan.rules.v[i]);
		assert_int_equal(found, 1);
	}
	for (size_t k = 0; k < w.snap.rules.n; k++)
		ours += w.snap.rules.v[k].protocol == BAL_PROTO;
	assert_int_equal(ours, w.plan.rules.n);
	expand_groups();
	ours = 0;
	for (size_t i = 0; i < w.plan.routes.n; i++) {
		struct bal_route want = w.plan.routes.v[i];
		size_t found = 0;

		want.nhid = 0;
		for (size_t k = 0; k < w.snap.routes.n; k++) {
			struct bal_route have = w.snap.routes.v[k];

			have.nhid = 0;
			found += have.protocol == BAL_PROTO &&
				 have.type == want.type &&
				 have.scope_link == want.scope_link &&
				 bal_route_key_cmp(&have, &want) == 0 &&
				 bal_addr_cmp(&have.src, &want.src) == 0 &&
				 same_hops(&have, &want);
		}
		assert_int_equal(found, 1);
	}
	for (size_t k = 0; k < w.snap.routes.n; k++)
		ours += w.snap.routes.v[k].protocol == BAL_PROTO;
	assert_int_equal(ours, w.plan.routes.n);
	for (size_t i = 0; i < w.snap.nexthops.n; i++)
		if (w.snap.nexthops.v[i].protocol == BAL_PROTO)
			assert_true(kernel_uses(w.snap.nexthops.v[i].id));
}

/* Prints what there is to do, if anything: that is too much. */
static size_t
too_many(void)
{
	bal_op_list ops = make_ops();

	for (size_t k = 0; k < ops.n; k++)
		bal_op_print(stderr, &ops.v[k], &w.plan.chains, &w.snap.chains);
	return ops.n;
}

static void
pass(bool watching)
{
	bool always[1024] = { false };
	bal_op_list ops;

	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_learn(&w.state, &w.conf, &w.snap, &w.arena);
	ops = make_ops();
	assert_true(w.plan.routes.n < N(always));
	see_foreign(0);
	weighted(&w.snap.routes, always, true);
	n_watches = 0;
	if (watching)
		watch_begin();
	for (size_t i = 0; i < ops.n; i++) {
		do_op(&ops.v[i]);
		weighted(&w.snap.routes, always, false);
		watch_look((int)i + 1);
	}
	watch_end(&ops);
	see_foreign(1);
	assert_memory_equal(&foreign[0], &foreign[1], sizeof(foreign[0]));
	kernel_is_as_planned();
	if (too_many())
		fail_msg("a second run finds something to do");
	for (size_t i = w.state.n_uplinks; i-- > 0;)
		if (!w.state.uplinks[i].admin_up)
			bal_state_remove(&w.state, w.state.uplinks[i].name);
	if (too_many())
		fail_msg("what bal-down leaves is not what a check wants");
}

static void
kernels_own_rules(void)
{
	static const uint32_t tables[] = { BAL_TABLE_LOCAL, BAL_TABLE_MAIN,
					   BAL_TABLE_DEFAULT };

	for (uint32_t i = 0; i < N(tables); i++) {
		struct bal_rule r = { .priority = i ? 32765 + i : 0,
				      .family = AF_INET,
				      .protocol = 2,
				      .action = BAL_RULE_LOOKUP,
				      .table = tables[i],
				      .suppress_prefixlen = -1 };

		PUT_IN(&w.snap.rules, i, r);
	}
}

static void
begin_world(void **state)
{
	setup(state);
	kernels_own_rules();
	device(LAN);
	address(LAN, "10.200.0.1/24");
	w.snap.has_xtable[BAL_XTABLE_NAT] = true;
}

static int
tell_world(void **state)
{
	if (!passed)
		print_message("# in world %u, step %u\n", world, step);
	return teardown(state);
}

static void
worlds(void **state, uint64_t first, unsigned uplinks_at_most,
       unsigned uplinks_at_least, unsigned n)
{
	seed = first;
	passed = false;
	for (world = 0; world < n; world++) {
		unsigned uplinks =
			uplinks_at_least +
			chance(uplinks_at_most - uplinks_at_least + 1);

		begin_world(state);
		some_globals();
		drifted = true;
		for (unsigned i = 1; i <= uplinks; i++)
			if (chance(4))
				new_uplink(i);
		for (step = 0; step < STEPS; step++) {
			pass(!drifted);
			drifted = false;
			for (unsigned i = 1 + chance(3); i > 0; i--)
				something_happens(uplinks);
		}
		teardown(state);
	}
	passed = true;
	begin_world(state);
}

static void
few_uplinks(void **state)
{
	worlds(state, 1, 5, 1, WORLDS);
}

/* Around the number from which on marks are a tree. */
static void
many_uplinks(void **state)
{
	worlds(state, 2, UPLINKS, 17, WORLDS / 10);
}

/* Other numbers in the configuration: all rules move at once. */
static void
other_numbers(void **state)
{
	static const char *const priorities[] = { "10000", "10000", "9000",
						  "10100", "500" };
	static const char *const masks[] = { "0xff000000", "0xff0000", "0xff" };

	seed = 3;
	passed = false;
	for (world = 0; world < WORLDS / 10; world++) {
		unsigned uplinks = world % 8 ? 1 + chance(5) : UPLINKS;

		begin_world(state);
		for (unsigned i = 1; i <= uplinks; i++)
			if (chance(8))
				new_uplink(i);
		for (step = 0; step < STEPS; step++) {
			pass(false);
			global("rule_priority", ONE_OF(priorities));
			global("mark_mask", ONE_OF(masks));
			something_happens(uplinks);
		}
		teardown(state);
	}
	passed = true;
	begin_world(state);
}

/* A few priorities on: what is refused or hit by mistake is mended by tries. */
static void
overlapping_priorities(void **state)
{
	char priority[12];

	seed = 4;
	passed = false;
	for (world = 0; world < WORLDS / 10; world++) {
		unsigned uplinks = world % 4 ? 1 + chance(5) : UPLINKS;
		unsigned tries = 0;

		begin_world(state);
		for (unsigned i = 1; i <= uplinks; i++)
			new_uplink(i);
		tolerant = false;
		pass(false);
		snprintf(priority, sizeof(priority), "%u", 9950 + chance(100));
		global("rule_priority", priority);
		for (tolerant = true; make_ops().n; tries++) {
			bal_op_list ops = make_ops();

			assert_true(tries < 3);
			for (size_t i = 0; i < ops.n; i++)
				(void)kernel_do(&ops.v[i]);
		}
		kernel_is_as_planned();
		teardown(state);
	}
	tolerant = false;
	passed = true;
	begin_world(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(few_uplinks, setup, tell_world),
		cmocka_unit_test_setup_teardown(many_uplinks, setup,
						tell_world),
		cmocka_unit_test_setup_teardown(other_numbers, setup,
						tell_world),
		cmocka_unit_test_setup_teardown(overlapping_priorities, setup,
						tell_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
