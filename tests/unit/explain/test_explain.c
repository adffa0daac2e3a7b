// SPDX-License-Identifier: GPL-2.0-or-later
/* test_explain - what the kernel does with a packet, as a lab seldom shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "explain/internal.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct bal_link links[] = {
	{ .ifindex = 1, .name = "lo", .up = true, .carrier = true },
	{ .ifindex = 2, .name = "eth1", .up = true, .carrier = true },
	{ .ifindex = 3, .name = "eth2", .up = true, .carrier = true },
	{ .ifindex = 4, .name = "eth3", .up = true,
	  .devconf[BAL_DC_IGNORE_LINKDOWN] = 1 },
};

static struct bal_hop by_eth1[] = { { .ifindex = 2, .weight = 1 } };
static struct bal_hop by_eth3[] = { { .ifindex = 4, .weight = 1 } };
static struct bal_hop by_all[] = { { .ifindex = 2, .weight = 2 },
				   { .ifindex = 3, .weight = 1 },
				   { .ifindex = 4, .weight = 7 } };

static struct bal_addr
addr(const char *text)
{
	struct bal_addr a = bal_addr_any(AF_INET);
	struct bal_err err;

	if (strcmp(text, "default") != 0)
		assert_int_equal(bal_addr_parse(text, &a, &err), 0);
	return a;
}

static struct bal_rule
lookup(uint32_t priority, uint32_t table)
{
	return (struct bal_rule){ .priority = priority,
				  .action = BAL_RULE_LOOKUP,
				  .table = table,
				  .suppress_prefixlen = -1 };
}

static struct bal_route
route(uint32_t table, const char *dst, uint32_t metric, struct bal_hop *hops,
      size_t n)
{
	return (struct bal_route){ .table = table,
				   .dst = addr(dst),
				   .metric = metric,
				   .type = BAL_ROUTE_UNICAST,
				   .hops = hops,
				   .n_hops = n };
}

/* Explain @p by these, into @out; what it is made of lives in @arena. */
static void
explain(struct bal_rule *rules, size_t n_rules, struct bal_route *routes,
	size_t n_routes, const struct bal_packet *p, struct bal_arena *arena,
	struct bal_explained *out)
{
	static struct bal_snapshot snap;
	struct bal_err err;

	snap = (struct bal_snapshot){
		.links = { links, LEN(links), 0 },
		.rules = { rules, n_rules, 0 },
		.all = { routes, n_routes, 0 },
	};
	assert_int_equal(bal_explain(&snap, p, arena, out, &err), 0);
}

static void
shares_are_of_what_can_be_used(void **state)
{
	struct bal_rule rules[] = { lookup(1, 9) };
	struct bal_route routes[] = { route(9, "default", 1, by_all, 3) };
	struct bal_packet p = { .dst = addr("9.9.9.9") };
	struct bal_arena arena = { 0 };
	struct bal_explained e;

	(void)state;
	explain(rules, 1, routes, 1, &p, &arena, &e);
	assert_int_equal(e.fate, BAL_FATE_FORWARD);
	assert_int_equal(e.exits.n, 2);
	assert_int_equal(e.exits.v[0].percent, 67);
	assert_int_equal(e.exits.v[1].percent, 33);
	bal_arena_fini(&arena);
}

/* The kernel does not try further metrics behind a nexthop object. */
static void
behind_an_object_comes_a_shorter_prefix(void **state)
{
	struct bal_rule rules[] = { lookup(1, 9) };
	struct bal_route routes[] = { route(9, "9.0.0.0/8", 1, by_eth3, 1),
				      route(9, "9.0.0.0/8", 2, by_eth1, 1),
				      route(9, "default", 5, by_all, 3) };
	struct bal_packet p = { .dst = addr("9.9.9.9") };
	struct bal_arena arena = { 0 };
	struct bal_explained e;

	(void)state;
	explain(rules, 1, routes, 3, &p, &arena, &e);
	assert_ptr_equal(e.last->route, &routes[1]);
	routes[0].nhid = 7;
	explain(rules, 1, routes, 3, &p, &arena, &e);
	assert_ptr_equal(e.last->route, &routes[2]);
	bal_arena_fini(&arena);
}

static void
each_rule_says_why_not(void **state)
{
	static const enum bal_step_end ends[] = {
		BAL_STEP_UNRESOLVED, BAL_STEP_THROWN,	BAL_STEP_SUPPRESSED,
		BAL_STEP_NO_ROUTE,   BAL_STEP_MISFIT,	BAL_STEP_GOTO,
		BAL_STEP_NOP,	     BAL_STEP_TAKES,
	};
	struct bal_rule rules[] = {
		{ .priority = 1, .action = BAL_RULE_GOTO, .target = 4 },
		lookup(2, 8), lookup(3, 9), lookup(5, 10), lookup(6, 9),
		{ .priority = 7, .action = BAL_RULE_GOTO, .target = 9 },
		lookup(8, 9),
		{ .priority = 9, .action = BAL_RULE_NOP },
		{ .priority = 10, .action = BAL_RULE_UNREACHABLE },
	};
	struct bal_route routes[] = { route(8, "default", 1, NULL, 0),
				      route(9, "default", 1, by_eth1, 1) };
	struct bal_packet p = { .dst = addr("9.9.9.9") };
	struct bal_arena arena = { 0 };
	struct bal_explained e;

	(void)state;
	routes[0].type = BAL_ROUTE_THROW;
	rules[2].suppress_prefixlen = 0;
	rules[4].src = addr("10.0.0.1");
	explain(rules, LEN(rules), routes, 2, &p, &arena, &e);
	assert_int_equal(e.steps.n, LEN(ends));
	for (size_t i = 0; i < LEN(ends); i++)
		assert_int_equal(e.steps.v[i].end, ends[i]);
	assert_int_equal(e.fate, BAL_FATE_UNREACHABLE);
	p.oif = &links[1];
	explain(rules, LEN(rules), routes, 2, &p, &arena, &e);
	assert_int_equal(e.fate, BAL_FATE_ON_LINK);
	assert_ptr_equal(e.exits.v[0].link, &links[1]);
	bal_arena_fini(&arena);
}

static void
a_rule_selects(void **state)
{
	struct bal_rule r = { .suppress_prefixlen = -1 };
	struct bal_packet p = { .dst = addr("9.9.9.9") };

	(void)state;
	r.src = addr("0.0.0.0");
	assert_int_equal(bal_explain_match(&r, &p), BAL_FITS);
	p.src = addr("10.0.0.1");
	assert_int_equal(bal_explain_match(&r, &p), BAL_MISFIT_FROM);
	r = (struct bal_rule){ .invert = true, .iif = "lo" };
	assert_int_equal(bal_explain_match(&r, &p), BAL_MISFIT_NOT);
	p.iif = &links[1];
	assert_int_equal(bal_explain_match(&r, &p), BAL_FITS);
	r = (struct bal_rule){ .has_mark = true, .mask = 0xff000000 };
	assert_int_equal(bal_explain_match(&r, &p), BAL_FITS);
	p.mark = 0x1000000;
	assert_int_equal(bal_explain_match(&r, &p), BAL_MISFIT_MARK);
	r = (struct bal_rule){ .obscure = true };
	assert_int_equal(bal_explain_match(&r, &p), BAL_MISFIT_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_of_what_can_be_used),
		cmocka_unit_test(behind_an_object_comes_a_shorter_prefix),
		cmocka_unit_test(each_rule_says_why_not),
		cmocka_unit_test(a_rule_selects),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
