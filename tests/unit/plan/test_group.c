// SPDX-License-Identifier: GPL-2.0-or-later
/* test_group - who is in a group, and the table of a second one. */
#include "../kernel.h"
#include "../wording.h"

#include "plan/group.h"

#define BANK 400

static enum bal_mode bank_mode;
static enum bal_balance bank_kind;

/* A second group: eth1 and eth3, whatever share they have of the rest. */
static void
add_bank(void)
{
	struct bal_group *group = BAL_PUSH(&w.arena, &w.groups);

	assert_non_null(group);
	group->name = "bank";
	group->table = BANK;
	group->mode = bank_mode;
	group->kind = bank_kind;
	for (size_t i = 0; i < w.ups.n; i++) {
		const struct bal_uplink **slot;

		if (strcmp(w.ups.v[i].name, "eth1") != 0 &&
		    strcmp(w.ups.v[i].name, "eth3") != 0)
			continue;
		slot = BAL_PUSH(&w.arena, &group->members);
		assert_non_null(slot);
		*slot = &w.ups.v[i];
	}
}

/* Three modems in one subnet, and a group of two of them. */
static int
two_groups(void **state)
{
	setup(state);
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	bank_mode = BAL_MODE_MULTI;
	bank_kind = BAL_BALANCE_CONNECTION;
	w.more_groups = add_bank;
	return 0;
}

#define GROUPS(name) cmocka_unit_test_setup_teardown(name, two_groups, teardown)

static void
the_implicit_group(void **state)
{
	const struct bal_group *group;

	(void)state;
	w.more_groups = NULL;
	global("mode", "solo");
	told("eth1", "balance", "no");
	told("eth3", "priority", "1");
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_int_equal(w.groups.n, 1);
	group = &w.groups.v[0];
	assert_string_equal(group->name, "balancing");
	assert_int_equal(group->table, BALANCING);
	assert_int_equal(group->mode, BAL_MODE_SOLO);
	assert_int_equal(group->members.n, 2);
	assert_false(bal_group_has(group, up_of("eth1")));
	assert_ptr_equal(group->members.v[0], up_of("eth2"));
	assert_ptr_equal(group->members.v[1], up_of("eth3"));
	assert_ptr_equal(bal_group_best(group), up_of("eth3"));
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_null(bal_group_best(&w.groups.v[0]));
}

/* Metrics, weights, subnets: of members alone, and a way out for the rest. */
static void
a_second_table(void **state)
{
	(void)state;
	told("eth3", "weight", "2");
	make_plan();
	assert_string_equal(
		routes_text(BANK),
		"400: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101 "
		"metric 1\n"
		"400: 192.168.1.0/24 dev eth3 scope link src 192.168.1.103 "
		"metric 26603\n"
		"400: throw 192.168.1.0/24 metric 4294967295\n"
		"400: default metric 1"
		" nexthop via 192.168.1.1 dev eth1 onlink weight 1"
		" nexthop via 192.168.1.1 dev eth3 onlink weight 2\n"
		"400: default via 192.168.1.1 dev eth1 onlink metric 26601\n"
		"400: default via 192.168.1.1 dev eth3 onlink metric 26603\n");
}

/* The dead are behind the others in `balancing` alone. */
static void
a_member_dies(void **state)
{
	(void)state;
	health("eth1", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(
		routes_text(BANK),
		"400: 192.168.1.0/24 dev eth3 scope link src 192.168.1.103 "
		"metric 1\n"
		"400: throw 192.168.1.0/24 metric 4294967295\n"
		"400: default via 192.168.1.1 dev eth3 onlink metric 1\n"
		"400: default via 192.168.1.1 dev eth3 onlink metric 26603\n");
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(routes_text(BANK),
			    "400: throw 192.168.1.0/24 metric 4294967295\n");
}

static void
each_has_its_mode(void **state)
{
	(void)state;
	bank_mode = BAL_MODE_SOLO;
	told("eth3", "priority", "1");
	make_plan();
	assert_non_null(strstr(routes_text(BANK),
			       "400: default via 192.168.1.1 dev eth3 onlink "
			       "metric 1\n"));
	assert_non_null(strstr(routes_text(BALANCING),
			       "balancing: default metric 1 nexthop via "
			       "192.168.1.1 dev eth1 onlink weight 1 nexthop"));
}

/* Rules, and all tables that there are without it. */
static void
the_rest_is_as_without_it(void **state)
{
	static char rules[8192], routes[8192];

	(void)state;
	w.more_groups = NULL;
	make_plan();
	snprintf(rules, sizeof(rules), "%s", rules_text());
	snprintf(routes, sizeof(routes), "%s", routes_text(BALANCING));
	w.more_groups = add_bank;
	make_plan();
	assert_string_equal(rules_text(), rules);
	assert_string_equal(routes_text(BALANCING), routes);
}

/* No last resort: what no group uses any more is held by no rule. */
static void
a_member_of_any_group_holds_flows(void **state)
{
	(void)state;
	global("last_resort", "no");
	told("eth1", "balance", "no");
	told("eth2", "balance", "no");
	make_plan();
	assert_int_equal(count_rules("fwmark 0x1000000/0xff000000 lookup"), 2);
	assert_int_equal(count_rules("fwmark 0x2000000/0xff000000 lookup"), 0);
}

static size_t
nth_op(const bal_op_list *ops, const struct bal_kind *kind, enum bal_verb verb,
       uint32_t table)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->v[i].kind == kind && ops->v[i].verb == verb &&
		    (!table || ops->v[i].route.table == table))
			return i;
	fail_msg("no such operation");
	return 0;
}

/* No rule leads there yet: it is complete before the first one does. */
static void
its_table_comes_before_the_rules(void **state)
{
	bal_op_list ops;

	(void)state;
	ops = make_ops();
	for (size_t i = 0; i < ops.n; i++)
		if (ops.v[i].kind == &bal_kind_route &&
		    ops.v[i].verb == BAL_ADD && ops.v[i].route.table == BANK)
			assert_true(i < nth_op(&ops, &bal_kind_rule, BAL_ADD, 0));
	reconcile();
	assert_int_equal(make_ops().n, 0);
	/* And it goes with its group. */
	w.more_groups = NULL;
	ops = make_ops();
	(void)nth_op(&ops, &bal_kind_route, BAL_DEL, BANK);
	reconcile();
	assert_int_equal(make_ops().n, 0);
}

/* The kernel spreads connections as soon as one group wants it. */
static void
sessions_leave_the_policy(void **state)
{
	(void)state;
	w.state.saved_sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	bank_kind = BAL_BALANCE_SESSION;
	make_plan();
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_HASH_POLICY], 1);
	w.groups.v[0].kind = BAL_BALANCE_SESSION;
	plan_groups();
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_HASH_POLICY], 0);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_ICMP_ERRORS], 1);
}

/* The marks that are drawn for the rest, "MARK:WEIGHT ..." in bits of the mask. */
static const char *
drawn(void)
{
	static char text[256];
	const struct bal_fw_model *m = &w.plan.firewall;
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < m->classes.n; i++)
		for (size_t k = 0; k < m->classes.v[i].draws.n; k++)
			len += (size_t)snprintf(
				text + len, sizeof(text) - len, "%u:%u ",
				m->classes.v[i].draws.v[k].mark >> 24,
				m->classes.v[i].draws.v[k].weight);
	return text;
}

static void
packets_are_drawn(void **state)
{
	(void)state;
	w.more_groups = NULL;
	w.snap.nft_unread = true;
	told("eth2", "weight", "3");
	make_plan();
	assert_string_equal(drawn(), "");
	w.groups.v[0].kind = BAL_BALANCE_PACKET;
	plan_groups();
	assert_string_equal(drawn(), "65:1 66:3 67:1 ");
	/* Whatever they share is not. */
	assert_int_equal(w.plan.firewall.aside.n, 1);
	assert_int_equal(w.plan.sysctls.of[BAL_SYSCTL_HASH_POLICY], 1);
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	w.groups.v[0].kind = BAL_BALANCE_PACKET;
	plan_groups();
	assert_string_equal(drawn(), "65:1 67:1 ");
	/* One that is left has all; solo needs none, and only nftables does it. */
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	w.groups.v[0].kind = BAL_BALANCE_PACKET;
	plan_groups();
	assert_string_equal(drawn(), "65:1 ");
	health("eth3", BAL_HEALTH_ALIVE);
	make_plan();
	w.groups.v[0].kind = BAL_BALANCE_PACKET;
	w.groups.v[0].mode = BAL_MODE_SOLO;
	plan_groups();
	assert_string_equal(drawn(), "");
	w.groups.v[0].mode = BAL_MODE_MULTI;
	w.snap.nft_unread = false;
	plan_groups();
	assert_string_equal(drawn(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS(the_implicit_group),
		GROUPS(a_second_table),
		GROUPS(a_member_dies),
		GROUPS(each_has_its_mode),
		GROUPS(the_rest_is_as_without_it),
		GROUPS(a_member_of_any_group_holds_flows),
		GROUPS(its_table_comes_before_the_rules),
		GROUPS(sessions_leave_the_policy),
		GROUPS(packets_are_drawn),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
