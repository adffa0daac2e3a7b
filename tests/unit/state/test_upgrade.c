// SPDX-License-Identifier: GPL-2.0-or-later
/* test_upgrade - the block of the layout before this one goes, under way. */
#include "../watched.h"
#include "../wording.h"

/* Its numbers: a block of P to P + 9 or, with a tree of marks, to P + 44. */
#define OLD_FIRST 10000
#define OLD_BALANCING 30000
#define OLD_TREE_FROM 16

static struct {
	bal_rule_list rules;
	bool tree;
} old;
static size_t watched; /* packets, in all worlds */

static struct bal_rule *
old_rule(int role, enum bal_rule_action action)
{
	struct bal_rule *r = BAL_PUSH(&w.arena, &old.rules);

	assert_non_null(r);
	r->priority = (uint32_t)(OLD_FIRST + role);
	r->family = AF_INET;
	r->protocol = BAL_PROTO;
	r->action = action;
	r->suppress_prefixlen = -1;
	return r;
}

static struct bal_rule *
old_lookup(int role, uint32_t table)
{
	struct bal_rule *r = old_rule(role, BAL_RULE_LOOKUP);

	r->table = table;
	return r;
}

static struct bal_rule *
old_goto(int role, int target)
{
	struct bal_rule *r = old_rule(role, BAL_RULE_GOTO);

	r->target = (uint32_t)(OLD_FIRST + target);
	return r;
}

static void
not_local(struct bal_rule *r)
{
	memcpy(r->iif, "lo", 3);
	r->invert = true;
}

static void
match_mark(struct bal_rule *r, uint32_t slot, uint32_t mask)
{
	r->has_mark = true;
	r->mask = mask;
	r->mark = bal_mark_of(slot, w.conf.globals.mark_mask);
}

/* Sixteen slots have a block of rules of their own. */
static void
old_slots_of(uint32_t sixteen)
{
	const uint32_t mask = w.conf.globals.mark_mask;
	const int role = 10 + 2 * (int)sixteen;

	match_mark(old_goto(7, role), sixteen * 16,
		   mask & ~bal_mark_of(15, mask));
	old_rule(role, BAL_RULE_NOP);
	old_goto(role + 1, 42);
}

static void
old_frame(void)
{
	const uint32_t mask = w.conf.globals.mark_mask;
	bool shared = false, block[16] = { true };

	old_lookup(2, BAL_TABLE_MAIN)->suppress_prefixlen = 1;
	not_local(old_goto(3, 6));
	match_mark(old_goto(6, 8), 0, mask);
	old_rule(old.tree ? 44 : 9, BAL_RULE_NOP);
	old_lookup(OLD_BALANCING - OLD_FIRST, BALANCING);
	if (!old.tree)
		return;
	for (size_t i = 0; i < w.ups.n; i++) {
		if (!w.ups.v[i].admin_up)
			continue;
		shared |= w.ups.v[i].v4.shared_addr;
		block[w.ups.v[i].slot / 16] = true;
	}
	old_rule(1, BAL_RULE_NOP);
	if (!shared)
		not_local(old_goto(-1, 1));
	old_goto(8, 42);
	not_local(old_goto(42, 44));
	for (uint32_t i = 0; i < N(block); i++)
		if (block[i])
			old_slots_of(i);
}

/* Whom an address belongs to, both layouts say alike. */
static void
old_own_addresses(void)
{
	const uint32_t first = w.conf.globals.rule_priority;

	for (size_t i = 0; i < w.plan.rules.n; i++) {
		const struct bal_rule *r = &w.plan.rules.v[i];
		struct bal_rule *own;

		if (r->priority == first + BAL_RULE_FROM_ONLY)
			old_rule(5, BAL_RULE_UNREACHABLE)->src = r->src;
		if (r->priority != first + BAL_RULE_FROM)
			continue;
		old_lookup(4, r->table)->src = r->src;
		own = old_lookup(0, r->table);
		own->src = r->src;
		own->suppress_prefixlen = 1;
	}
}

static void
old_uplink(const struct bal_uplink *up)
{
	const uint32_t mask = w.conf.globals.mark_mask;
	struct bal_rule *r;

	if (up->v4.shared_addr) {
		r = old_lookup(0, up->table);
		match_mark(r, up->slot, mask);
		r->suppress_prefixlen = 1;
	}
	if (up->alive)
		match_mark(
			old_lookup(old.tree ? 10 + 2 * ((int)up->slot / 16) : 7,
				   up->table),
			up->slot, mask);
	r = old_lookup(old.tree ? 43 : 8, up->table);
	memcpy(r->oif, up->name, sizeof(r->oif));
}

/* Only what balanced tunnels share by their first addresses was spread. */
static size_t
old_sharers(const struct bal_addr *net)
{
	size_t n = 0;

	for (size_t i = 0; i < w.ups.n; i++) {
		const struct bal_ifaddr *a = bal_uplink_addr(&w.ups.v[i]);
		struct bal_addr theirs;

		if (!a || a->peer || bal_addr_is_host(&a->addr) ||
		    !bal_plan_balanced(&w.ups.v[i]) ||
		    !bal_uplink_is_tunnel(&w.ups.v[i]))
			continue;
		theirs = bal_addr_network(&a->addr);
		n += bal_addr_cmp(&theirs, net) == 0;
	}
	return n;
}

static bool
old_is_spread(const struct bal_addr *net)
{
	const struct bal_globals *g = &w.conf.globals;

	for (size_t i = 0; i < g->n_destinations; i++)
		if (bal_addr_cmp(&g->destinations[i], net) == 0)
			return true;
	return old_sharers(net) >= 2;
}

static void
old_prefixes(void)
{
	for (size_t i = 0; i < w.plan.rules.n; i++) {
		const struct bal_rule *r = &w.plan.rules.v[i];

		if (r->action != BAL_RULE_GOTO || bal_addr_none(&r->dst) ||
		    !old_is_spread(&r->dst))
			continue;
		old_goto(1, 3)->dst = r->dst;
		old_lookup(old.tree ? 44 : 9, BALANCING)->dst = r->dst;
	}
}

/* Of lines, no subnet stood in `balancing`; nor did the dead, or a LAN. */
static bool
is_old_route(const struct bal_route *r)
{
	return r->table != BALANCING || !r->dst.len ||
	       (r->metric && bal_addr_none(&r->src) && old_is_spread(&r->dst));
}

/* The kernel as the version before left it, for the world as it is. */
static void
old_kernel(void)
{
	struct bal_globals globals = w.conf.globals;
	bal_op_list ops = { 0 };
	struct bal_plan plan;
	size_t n = 0;

	bal_snapshot_index(&w.snap, &w.arena);
	bal_state_observe(&w.state, &w.conf, &w.snap, &w.arena);
	make_plan();
	memset(&old, 0, sizeof(old));
	for (size_t i = 0; i < w.ups.n; i++)
		n += w.ups.v[i].admin_up;
	old.tree = n >= OLD_TREE_FROM;
	plan = w.plan;
	plan.routes.n = 0;
	for (size_t i = 0; i < w.plan.routes.n; i++)
		if (is_old_route(&w.plan.routes.v[i]))
			plan.routes.v[plan.routes.n++] = w.plan.routes.v[i];
	if (n) {
		old_prefixes();
		old_frame();
		old_own_addresses();
	}
	for (size_t i = 0; i < w.ups.n; i++)
		if (w.ups.v[i].admin_up)
			old_uplink(&w.ups.v[i]);
	plan.rules = old.rules;
	globals.nexthop_objects = true;
	w.world.globals = &globals;
	if (bal_diff_make(&w.world, &plan, &w.arena, &ops, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	for (size_t i = 0; i < ops.n; i++)
		do_op(&ops.v[i]);
}

static void
upgrade(void)
{
	bal_op_list ops = make_ops();

	watch_begin();
	watched += n_watches;
	for (size_t i = 0; i < ops.n; i++) {
		do_op(&ops.v[i]);
		watch_look((int)i + 1);
	}
	watch_end(&ops);
	kernel_is_as_planned();
	assert_int_equal(make_ops().n, 0);
}

static void
upgrades(void **state, unsigned fewest, unsigned most, unsigned n)
{
	passed = inbound = false;
	for (world = 0; world < n; world++) {
		unsigned uplinks = fewest + chance(most - fewest + 1);

		begin_world(state);
		some_globals();
		for (unsigned i = 1; i <= uplinks; i++) {
			new_uplink(i);
			if (chance(4) == 0)
				known(name_of(i))->record.health = chance(3);
			if (chance(8) == 0)
				device_event(i);
		}
		old_kernel();
		global("rule_priority", chance(3) ? "32768" : "500");
		upgrade();
		teardown(state);
	}
	passed = true;
	begin_world(state);
	assert_true(watched > 10 * n);
}

static void
few_uplinks(void **state)
{
	seed = 5;
	upgrades(state, 1, 5, 1000);
}

/* Whose marks were found by a tree of gotos. */
static void
many_uplinks(void **state)
{
	seed = 6;
	upgrades(state, OLD_TREE_FROM, UPLINKS, 100);
}

/* The sample of a manual: what was there, rule by rule, and what is left. */
static void
two_modems(void **state)
{
	(void)state;
	kernels_own_rules();
	device(LAN);
	address(LAN, "10.200.0.1/24");
	device(LAN_INSIDE);
	address(LAN_INSIDE, "192.168.1.193/28");
	modem(1);
	modem(2);
	old_kernel();
	w.plan.rules = old.rules;
	assert_string_equal(
		rules_text(),
		"10000: from 192.168.1.101 lookup eth1 suppress_prefixlength "
		"1\n"
		"10000: from 192.168.1.102 lookup eth2 suppress_prefixlength "
		"1\n"
		"10002: from all lookup main suppress_prefixlength 1\n"
		"10003: not from all iif lo goto 10006\n"
		"10004: from 192.168.1.101 lookup eth1\n"
		"10004: from 192.168.1.102 lookup eth2\n"
		"10005: from 192.168.1.101 unreachable\n"
		"10005: from 192.168.1.102 unreachable\n"
		"10006: from all fwmark 0/0xff000000 goto 10008\n"
		"10007: from all fwmark 0x1000000/0xff000000 lookup eth1\n"
		"10007: from all fwmark 0x2000000/0xff000000 lookup eth2\n"
		"10008: from all oif eth1 lookup eth1\n"
		"10008: from all oif eth2 lookup eth2\n"
		"10009: from all nop\n"
		"30000: from all lookup balancing\n");
	upgrade();
	for (size_t i = 0; i < w.snap.rules.n; i++)
		assert_true(w.snap.rules.v[i].protocol != BAL_PROTO ||
			    w.snap.rules.v[i].priority >= BAL_RULE_ENTRY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_modems),
		cmocka_unit_test_setup_teardown(few_uplinks, setup, tell_world),
		cmocka_unit_test_setup_teardown(many_uplinks, setup,
						tell_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
