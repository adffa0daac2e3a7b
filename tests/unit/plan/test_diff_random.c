// SPDX-License-Identifier: GPL-2.0-or-later
/* test_diff_random - thousands of worlds and what happens to them, one seed. */
#include "../watched.h"

#define WORLDS 1500
#define STEPS 8

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

/* Prints what there is to do, if anything: that is too much. */
static size_t
too_many(void)
{
	bal_op_list ops = make_ops();

	for (size_t k = 0; k < ops.n; k++)
		bal_op_print(stderr, &ops.v[k]);
	return ops.n;
}

static void
pass(bool watching)
{
	bool always[1024] = { false };
	bal_op_list ops;

	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
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

/* Where a mark's rule is one of many. */
static void
many_uplinks(void **state)
{
	worlds(state, 2, UPLINKS, 17, WORLDS / 10);
}

/* The block moves under way; then another mask, with which marks change. */
static void
other_numbers(void **state)
{
	static const char *const priorities[] = { "32768", "10000", "500",
						  "40000" };
	static const char *const masks[] = { "0xff000000", "0xff0000", "0xff" };

	seed = 3;
	passed = false;
	for (world = 0; world < WORLDS / 10; world++) {
		unsigned uplinks = world % 8 ? 1 + chance(5) : UPLINKS;

		begin_world(state);
		some_globals();
		for (unsigned i = 1; i <= uplinks; i++)
			if (chance(8))
				new_uplink(i);
		for (step = 0; step < STEPS; step++) {
			pass(false);
			global("rule_priority", ONE_OF(priorities));
			pass(true);
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
		unsigned first = world % 2 ? 10000 : 32818;
		unsigned tries = 0;

		begin_world(state);
		for (unsigned i = 1; i <= uplinks; i++)
			new_uplink(i);
		tolerant = false;
		snprintf(priority, sizeof(priority), "%u", first);
		global("rule_priority", priority);
		pass(false);
		snprintf(priority, sizeof(priority), "%u",
			 first - 50 + chance(100));
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
