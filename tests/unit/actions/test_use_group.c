// SPDX-License-Identifier: GPL-2.0-or-later
/* test_use_group - when a group takes back what others carried for it. */
#include "../uses.h"

/* Of eth1 and eth2, eth1 first; eth3 is of the rest alone. */
static void
bulk(uint32_t drain_ms)
{
	struct bal_policy *p = &w.conf.policy;

	p->groups = calloc(1, sizeof(*p->groups));
	assert_non_null(p->groups);
	p->n_groups = 1;
	p->groups[0].n_uplinks = 2;
	p->groups[0].mode = BAL_MODE_SOLO;
	p->groups[0].has_drain = true;
	p->groups[0].drain_ms = drain_ms;
	snprintf(p->groups[0].name, BAL_IFNAMSIZ, "bulk");
	snprintf(p->groups[0].uplinks[0], BAL_IFNAMSIZ, "eth1");
	snprintf(p->groups[0].uplinks[1], BAL_IFNAMSIZ, "eth2");
	bal_state_group(&w.state, "bulk")->table = 400;
	has_groups = true;
}

static void
expect_bulk(size_t at, const char *dev)
{
	const struct bal_release *r = &outcome.releases.v[at];

	assert_true(outcome.releases.n > at);
	assert_string_equal(r->dev, dev);
	assert_int_equal(r->of, BAL_RELEASE_GROUP);
	assert_string_equal(r->group, "bulk");
	assert_int_equal(r->on_dead, BOTH);
	assert_false(r->until_back);
}

static void
it_leaves_those_that_stood_in(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	bulk(DRAIN_MS);
	die();
	pass(1000);
	expect_release("eth1", BOTH);
	assert_int_equal(outcome.releases.v[0].of, BAL_RELEASE_ALL);
	live();
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
	pass(DRAIN_MS - 1);
	assert_int_equal(outcome.releases.n, 0);
	pass(1);
	assert_int_equal(outcome.releases.n, 2);
	expect_bulk(0, "eth2");
	expect_bulk(1, "eth3");
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
}

static void
a_relapse_begins_anew(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	bulk(DRAIN_MS);
	told("eth1", "targets", "9.9.9.9");
	pass(0);
	pass(DRAIN_MS - 1);
	health("eth1", BAL_HEALTH_UNKNOWN);
	pass(1);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
	live();
	pass(1000);
	assert_int_equal(bal_use_next_ms(&w.state), w.snap.now_ms + DRAIN_MS);
}

static void
never(void **state)
{
	(void)state;
	begin(BAL_MODE_MULTI);
	bulk(BAL_DRAIN_NEVER);
	die();
	pass(1000);
	live();
	pass(1000);
	pass(DRAIN_MS);
	assert_int_equal(outcome.releases.n, 0);
	assert_int_equal(bal_use_next_ms(&w.state), 0);
}

static void
the_rest_leaves_it_alone(void **state)
{
	(void)state;
	begin(BAL_MODE_SOLO);
	bulk(BAL_DRAIN_NEVER);
	die();
	pass(1000);
	live();
	pass(1000);
	pass(DRAIN_MS);
	expect_release("eth2", BOTH);
	assert_int_equal(outcome.releases.v[0].of, BAL_RELEASE_REST);
}

static int
end(void **state)
{
	has_groups = false;
	return teardown(state);
}

#define DRAINS(name) cmocka_unit_test_setup_teardown(name, setup, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DRAINS(it_leaves_those_that_stood_in),
		DRAINS(a_relapse_begins_anew),
		DRAINS(never),
		DRAINS(the_rest_leaves_it_alone),
	};

	return cmocka_run_group_tests_name("use_group", tests, NULL, NULL);
}
