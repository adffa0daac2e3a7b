// SPDX-License-Identifier: GPL-2.0-or-later
/* test_plan_tree - many uplinks: the tree of gotos decides as plain rules do. */
#include "walk.h"
#include "wording.h"

/* The same numbers in every run. */
static uint32_t
chance(uint32_t n)
{
	static uint64_t seed = 214;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void
many_modems(unsigned n)
{
	for (unsigned i = 1; i <= n; i++) {
		char dev[16], text[32];

		snprintf(dev, sizeof(dev), "eth%u", i);
		snprintf(text, sizeof(text), "192.168.%u.%u/24", 1 + i / 100,
			 101 + i % 100);
		device(dev);
		address(dev, text);
		uplink(dev, i);
		told(dev, "gateway", "192.168.1.1");
	}
}

static struct bal_rule *
flat_rule(bal_rule_list *out, uint32_t role, enum bal_rule_action action)
{
	struct bal_rule *r = BAL_PUSH(&w.arena, out);

	assert_non_null(r);
	r->priority = w.conf.globals.rule_priority + role;
	r->family = AF_INET;
	r->protocol = BAL_PROTO;
	r->action = action;
	r->suppress_prefixlen = -1;
	return r;
}

static void
flat_mark(struct bal_rule *r, uint32_t slot)
{
	r->has_mark = true;
	r->mask = w.conf.globals.mark_mask;
	r->mark = slot << __builtin_ctz(r->mask);
}

/* The rows of one uplink in the table of rules. */
static void
flat_uplink(bal_rule_list *out, const struct bal_uplink *up)
{
	struct bal_rule *r;

	for (size_t i = 0; i < up->n_addrs && !up->shared_addr; i++) {
		for (int role = 0; role <= 5; role += role ? 1 : 4) {
			r = flat_rule(out, (uint32_t)role,
				      role == 5 ? BAL_RULE_UNREACHABLE :
						  BAL_RULE_LOOKUP);
			r->src = bal_addr_host(&up->addrs[i]->addr);
			r->table = role == 5 ? 0 : up->table;
			r->suppress_prefixlen = role ? -1 : 1;
		}
	}
	if (up->shared_addr) {
		r = flat_rule(out, 0, BAL_RULE_LOOKUP);
		flat_mark(r, up->slot);
		r->table = up->table;
		r->suppress_prefixlen = 1;
	}
	if (up->alive) {
		r = flat_rule(out, 7, BAL_RULE_LOOKUP);
		flat_mark(r, up->slot);
		r->table = up->table;
	}
	r = flat_rule(out, 8, BAL_RULE_LOOKUP);
	memcpy(r->oif, up->name, sizeof(r->oif));
	r->table = up->table;
}

/* The rows of a prefix that is balanced. */
static void
flat_prefix(bal_rule_list *out, const struct bal_addr *dst)
{
	struct bal_rule *r = flat_rule(out, 1, BAL_RULE_GOTO);

	r->dst = *dst;
	r->target = w.conf.globals.rule_priority + 3;
	r = flat_rule(out, 9, BAL_RULE_LOOKUP);
	r->dst = *dst;
	r->table = BALANCING;
}

/* The layout without a tree, whatever the number of uplinks. */
static bal_rule_list
flat_rules(void)
{
	uint32_t first = w.conf.globals.rule_priority;
	bal_rule_list out = { 0 };
	struct bal_rule *r;

	r = flat_rule(&out, 2, BAL_RULE_LOOKUP);
	r->table = BAL_TABLE_MAIN;
	r->suppress_prefixlen = 1;
	r = flat_rule(&out, 3, BAL_RULE_GOTO);
	r->invert = true;
	memcpy(r->iif, "lo", 3);
	r->target = first + 6;
	r = flat_rule(&out, 6, BAL_RULE_GOTO);
	flat_mark(r, 0);
	r->target = first + 8;
	flat_rule(&out, 9, BAL_RULE_NOP);
	r = flat_rule(&out, 0, BAL_RULE_LOOKUP);
	r->priority = 30000;
	r->table = BALANCING;
	for (size_t i = 0; i < w.plan.rules.n; i++)
		if (w.plan.rules.v[i].priority == first + 1 &&
		    w.plan.rules.v[i].action == BAL_RULE_GOTO)
			flat_prefix(&out, &w.plan.rules.v[i].dst);
	for (size_t i = 0; i < w.ups.n; i++)
		if (w.ups.v[i].admin_up)
			flat_uplink(&out, &w.ups.v[i]);
	return out;
}

/* A rule of main or default, as the kernel has them. */
static void
kernel_rule(bal_rule_list *rules, uint32_t priority, uint32_t table)
{
	struct bal_rule *r = flat_rule(rules, 0, BAL_RULE_LOOKUP);

	r->priority = priority;
	r->table = table;
}

static struct box
box_of(bal_rule_list *rules, const bal_route_list *routes)
{
	kernel_rule(rules, 32766, BAL_TABLE_MAIN);
	kernel_rule(rules, 32767, BAL_TABLE_DEFAULT);
	return (struct box){ .rules = in_order(rules),
			     .n_rules = rules->n,
			     .routes = routes,
			     .links = &w.snap.links };
}

static void
main_route(bal_route_list *routes, const char *dst, int ifindex)
{
	struct bal_route *r = BAL_PUSH(&w.arena, routes);

	assert_non_null(r);
	r->table = BAL_TABLE_MAIN;
	assert_int_equal(bal_prefix_parse(dst, &r->dst, &w.err), 0);
	r->metric = (uint32_t)routes->n;
	r->type = BAL_ROUTE_UNICAST;
	r->hops = bal_arena_alloc(&w.arena, sizeof(*r->hops));
	r->n_hops = 1;
	r->hops[0].ifindex = ifindex;
}

/* What the kernel has: the planned ones, the connected, one from DHCP. */
static bal_route_list
all_routes(void)
{
	bal_route_list routes = { 0 };

	for (size_t i = 0; i < w.plan.routes.n; i++)
		*BAL_PUSH(&w.arena, &routes) = w.plan.routes.v[i];
	for (size_t i = 0; i < w.snap.addrs.n; i++) {
		struct bal_addr net = bal_addr_network(&w.snap.addrs.v[i].addr);
		char buf[BAL_ADDR_STRLEN];

		main_route(&routes, bal_addr_str(&net, buf),
			   w.snap.addrs.v[i].ifindex);
	}
	main_route(&routes, "default", w.snap.links.v[0].ifindex);
	return routes;
}

static struct packet
any_packet(unsigned n)
{
	static const char *const dsts[] = { "9.9.9.9",	   "192.168.1.1",
					    "192.168.2.1", "10.0.0.5",
					    "172.22.0.1",  "10.99.0.1" };
	struct packet p = { .dst = addr(dsts[chance(N(dsts))]),
			    .src = addr("10.0.0.9") };

	if (chance(2))
		p.mark = chance(n + 3) << 24;
	p.mark |= chance(4) ? 0 : 0x77;
	if (chance(3) == 0) {
		p.iif = "lan0";
		return p;
	}
	p.src = chance(2) ?
			w.snap.addrs.v[chance((uint32_t)w.snap.addrs.n)].addr :
			addr("0.0.0.0");
	if (chance(2))
		p.oif = w.snap.links.v[chance((uint32_t)w.snap.links.n)]
				.ifindex;
	return p;
}

static void
assert_same_way(const struct box *flat, const struct box *tree,
		const struct packet *p)
{
	struct way a = walk(flat, p), b = walk(tree, p);
	char src[BAL_ADDR_STRLEN], dst[BAL_ADDR_STRLEN];

	if (a.kind == b.kind && a.route == b.route &&
	    (a.kind != WAY_ROUTE || a.table == b.table))
		return;
	fail_msg("%s oif %d from %s to %s mark %#x: rule %u, in the tree %u",
		 p->iif ? p->iif : "local", p->oif,
		 bal_addr_host_str(&p->src, src),
		 bal_addr_host_str(&p->dst, dst), p->mark, a.priority,
		 b.priority);
}

static void
compare_layouts(unsigned n, unsigned packets)
{
	bal_rule_list flat_list = flat_rules();
	bal_route_list routes = all_routes();
	struct box flat = box_of(&flat_list, &routes);
	struct box tree = box_of(&w.plan.rules, &routes);

	for (unsigned i = 0; i < packets; i++) {
		struct packet p = any_packet(n);

		assert_same_way(&flat, &tree, &p);
	}
}

static bool
has_priority(const bal_rule_list *rules, uint32_t priority)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].priority == priority)
			return true;
	return false;
}

static void
assert_gotos_arrive(const bal_rule_list *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct bal_rule *r = &rules->v[i];

		if (r->action != BAL_RULE_GOTO)
			continue;
		assert_true(r->target > r->priority);
		if (!has_priority(rules, r->target))
			fail_msg("rule %u goes to %u, which is not there",
				 r->priority, r->target);
	}
}

/* Up to 15 uplinks the plan is the flat layout, rule for rule. */
static void
few_uplinks_stay_flat(void **state)
{
	char *flat;

	(void)state;
	many_modems(15);
	tunnel(1, 100);
	known("tun1")->admin_up = false;
	health("eth4", BAL_HEALTH_DEAD);
	no_address("eth6");
	address("eth6", "192.168.1.105/24");
	make_plan();
	flat = strdup(rules_text());
	w.plan.rules = flat_rules();
	assert_int_equal(w.plan.rules.n, 5 + 13 * 3 + 2 + 14 + 15);
	rules_text();
	/* In one priority the order is the plan's, which is by slot too. */
	assert_string_equal(flat, w.text);
	free(flat);
	assert_gotos_arrive(&w.plan.rules);
}

static void
a_tree_from_16_on(void **state)
{
	(void)state;
	many_modems(16);
	make_plan();
	assert_int_equal(count_rules("10007: "), 2);
	assert_int_equal(count_rules("fwmark 0/0xf0000000 goto "), 1);
	assert_int_equal(count_rules("fwmark 0x10000000/0xf0000000 goto "), 1);
	assert_gotos_arrive(&w.plan.rules);
	compare_layouts(16, 20000);
}

static void
tree_of_any_size(void **state)
{
	static const unsigned sizes[] = { 17, 31, 32, 33, 48, 64 };

	(void)state;
	for (size_t i = 0; i < N(sizes); i++) {
		setup(state);
		many_modems(sizes[i]);
		for (unsigned k = 0; k < sizes[i]; k++)
			if (chance(3) == 0)
				w.state.uplinks[k].judge.health =
					BAL_HEALTH_DEAD;
		make_plan();
		assert_gotos_arrive(&w.plan.rules);
		compare_layouts(sizes[i], 10000);
		teardown(state);
	}
}

static void
the_largest_tree(void **state)
{
	(void)state;
	many_modems(250);
	for (unsigned k = 0; k < 250; k += 7)
		w.state.uplinks[k].judge.health = BAL_HEALTH_DEAD;
	make_plan();
	assert_gotos_arrive(&w.plan.rules);
	for (size_t i = 0; i < w.plan.rules.n; i++)
		assert_true(w.plan.rules.v[i].priority == 30000 ||
			    w.plan.rules.v[i].priority <= 10000 + 44);
	compare_layouts(250, 2000);
}

/* Tunnels with a subnet in common, lists, unbalanced and gone ones. */
static void
tree_of_all_kinds(void **state)
{
	(void)state;
	many_modems(14);
	for (unsigned i = 1; i <= 6; i++)
		tunnel(i, 30 + i);
	global("destinations", "10.99.0.0/16");
	configured("eth3", "balance", "no");
	health("tun2", BAL_HEALTH_DEAD);
	unplug("eth9");
	known("eth9")->learned_addr = addr("192.168.1.110/24");
	link_of("eth7")->carrier = false;
	make_plan();
	assert_gotos_arrive(&w.plan.rules);
	/* The absent address is not in the flat table of this test. */
	w.snap.addrs.n++;
	w.snap.addrs.v[w.snap.addrs.n - 1] =
		(struct bal_ifaddr){ .addr = addr("10.0.0.7/24") };
	compare_layouts(40, 20000);
}

static void
tree_with_equal_addresses(void **state)
{
	(void)state;
	many_modems(20);
	no_address("eth2");
	no_address("eth3");
	address("eth2", "192.168.1.100/24");
	address("eth3", "192.168.1.100/24");
	make_plan();
	assert_gotos_arrive(&w.plan.rules);
	compare_layouts(20, 20000);
}

static void
tree_in_another_mask(void **state)
{
	(void)state;
	many_modems(40);
	global("mark_mask", "0x3f00");
	global("rule_priority", "2");
	make_plan();
	assert_gotos_arrive(&w.plan.rules);
	assert_int_equal(count_rules("fwmark 0x1000/0x3000 goto "), 1);
	compare_layouts(40, 5000);
	global("rule_priority", "29900");
	make_plan();
	assert_gotos_arrive(&w.plan.rules);
	assert_int_equal(count_rules("29999: "), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(few_uplinks_stay_flat), TEST(a_tree_from_16_on),
		TEST(tree_of_any_size),	     TEST(the_largest_tree),
		TEST(tree_of_all_kinds),     TEST(tree_with_equal_addresses),
		TEST(tree_in_another_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
