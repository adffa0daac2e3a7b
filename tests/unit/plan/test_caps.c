// SPDX-License-Identifier: GPL-2.0-or-later
/* test_caps - uplinks that have used their caps: no new connections, no end. */
#include "../kernel.h"
#include "../wording.h"

#include "config/policy_key.h"
#include "plan/caps.h"

#define SLOT_1 "fwmark 0x1000000/0xff000000 lookup eth1"

static void
used(const char *dev, uint64_t bytes)
{
	known(dev)->usage.known = true;
	known(dev)->usage.bytes = bytes;
}

static void
three_modems(void)
{
	modem(1);
	modem(2);
	modem(3);
	configured("eth1", "cap", "1GB");
}

static bool
plan_has(const char *text)
{
	return strstr(routes_text(BALANCING), text) != NULL;
}

static bool
rules_have(const char *text)
{
	return strstr(rules_text(), text) != NULL;
}

static void
nothing_happens_before(void **state)
{
	(void)state;
	three_modems();
	used("eth1", 999999999);
	make_plan();
	assert_int_equal(up_of("eth1")->capped, BAL_CAPPED_NONE);
	assert_true(plan_has("metric 1 nexthop via 192.168.1.1 dev eth1"));
}

static void
the_last_resort_is_behind_all_others(void **state)
{
	(void)state;
	three_modems();
	used("eth1", 1000000000);
	health("eth2", BAL_HEALTH_DEGRADED);
	make_plan();
	assert_true(plan_has("balancing: default via 192.168.1.1 dev eth3 "
			     "onlink metric 1\n"));
	/* 1000 + (2 * 1000 + 100) * 256 + 1, behind the degraded one. */
	assert_true(plan_has("dev eth1 onlink metric 538601\n"));
	assert_true(rules_have(SLOT_1));
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(plan_has("dev eth2 onlink metric 1\n"));
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(plan_has("dev eth1 onlink metric 1\n"));
}

static void
solo_goes_on_by_the_next(void **state)
{
	(void)state;
	three_modems();
	global("mode", "solo");
	configured("eth1", "priority", "1");
	make_plan();
	assert_true(plan_has("dev eth1 onlink metric 1\n"));
	used("eth1", 1000000000);
	make_plan();
	assert_true(plan_has("dev eth2 onlink metric 1\n"));
}

static void
off_is_in_no_group_while_others_live(void **state)
{
	(void)state;
	three_modems();
	configured("eth1", "cap_action", "off");
	global("last_resort", "no");
	used("eth1", 1000000000);
	make_plan();
	assert_false(plan_has("default via 192.168.1.1 dev eth1"));
	assert_false(plan_has("nexthop via 192.168.1.1 dev eth1"));
	/* What went by it before goes on. */
	assert_true(up_of("eth1")->alive);
	assert_true(rules_have(SLOT_1));
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(plan_has("dev eth1 onlink metric 1\n"));
}

static void
hard_is_off_in_any_case(void **state)
{
	(void)state;
	three_modems();
	configured("eth1", "cap_action", "off");
	configured("eth1", "cap_hard", "yes");
	used("eth1", 1000000000);
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_false(plan_has("default via 192.168.1.1 dev eth1"));
	assert_null(strstr(routes_text(BAL_TABLE_DEFAULT), "dev eth1"));
	assert_true(rules_have(SLOT_1));
}

/* Its packets leave by the line, and count there. */
static void
a_tunnel_has_the_cap_of_its_line(void **state)
{
	(void)state;
	two_tunnels();
	configured("eth1", "cap", "1GB");
	configured("eth1", "cap_action", "off");
	used("eth1", 1000000000);
	make_plan();
	assert_int_equal(up_of("tun1")->capped, BAL_CAPPED_OFF);
	assert_int_equal(up_of("tun2")->capped, BAL_CAPPED_NONE);
	assert_true(plan_has("balancing: default dev tun2 scope link "
			     "metric 1\n"));
	assert_false(plan_has("default dev tun1"));
}

#define BANK 31398
#define ONLY1 31397

static struct bal_conf_group *
group_of(const char *uplinks)
{
	struct bal_policy *p = &w.conf.policy;

	free(p->groups);
	p->groups = calloc(1, sizeof(*p->groups));
	assert_non_null(p->groups);
	p->n_groups = 1;
	snprintf(p->groups[0].name, BAL_IFNAMSIZ, "bank");
	assert_int_equal(bal_policy_group_set(&p->groups[0], 1, "uplinks",
					      uplinks, &w.err),
			 0);
	bal_state_group(&w.state, "bank")->table = BANK;
	return &p->groups[0];
}

static bool
bank_has(const char *text)
{
	return strstr(routes_text(BANK), text) != NULL;
}

static void
no_group_has_it_while_others_live(void **state)
{
	struct bal_conf_group *bank;

	(void)state;
	three_modems();
	bank = group_of("eth1 eth2");
	make_plan();
	assert_true(bank_has("metric 1 nexthop via 192.168.1.1 dev eth1"));
	used("eth1", 1000000000);
	make_plan();
	assert_false(bank_has("dev eth1"));
	assert_true(bank_has("default via 192.168.1.1 dev eth2 onlink metric 1\n"));
	bank->mode = BAL_MODE_SOLO;
	make_plan();
	assert_false(bank_has("dev eth1"));
	bank->best = true;
	make_plan();
	assert_false(bank_has("dev eth1"));
	/* What went by it before goes on. */
	assert_true(rules_have(SLOT_1));
	/* eth3 is no member, but has a share: the fallback has it. */
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_false(bank_has("default via"));
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(bank_has("dev eth1 onlink metric 1\n"));
	configured("eth1", "cap_action", "off");
	configured("eth1", "cap_hard", "yes");
	make_plan();
	assert_false(bank_has("default via"));
}

/* Without another share it is used, but behind a member that has none. */
static void
a_group_has_it_last(void **state)
{
	(void)state;
	three_modems();
	group_of("eth1 eth2");
	used("eth1", 1000000000);
	configured("eth2", "share", "no");
	health("eth2", BAL_HEALTH_DEGRADED);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(bank_has("default via 192.168.1.1 dev eth2 onlink metric 1\n"));
	assert_true(bank_has("dev eth1 onlink metric 513001\n"));
}

static void
no_rule_leads_to_it(void **state)
{
	struct bal_policy *p = &w.conf.policy;

	(void)state;
	three_modems();
	p->rules = calloc(1, sizeof(*p->rules));
	assert_non_null(p->rules);
	p->n_rules = 1;
	p->rules[0].lead = BAL_LEAD_UPLINK;
	snprintf(p->rules[0].group, BAL_IFNAMSIZ, "eth1");
	bal_state_group(&w.state, BAL_ONLY "eth1")->table = ONLY1;
	make_plan();
	assert_non_null(strstr(routes_text(ONLY1), "dev eth1"));
	used("eth1", 1000000000);
	make_plan();
	assert_null(strstr(routes_text(ONLY1), "default via"));
}

/* A tunnel over lines in order. */
static void
a_tunnel_leaves_it(void **state)
{
	(void)state;
	three_modems();
	tunnel(1, 11);
	group_of("eth1 eth2");
	told("tun1", "over", "bank");
	make_plan();
	assert_string_equal(up_of("tun1")->set.over, "eth1");
	used("eth1", 1000000000);
	make_plan();
	assert_string_equal(up_of("tun1")->set.over, "eth2");
	assert_int_equal(up_of("tun1")->capped, BAL_CAPPED_NONE);
}

/* All of the same rank share, as if there were no caps. */
static void
all_have_used_theirs(void **state)
{
	(void)state;
	three_modems();
	configured("eth2", "cap", "1GB");
	configured("eth2", "cap_action", "off");
	used("eth1", 1000000000);
	used("eth2", 1000000000);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(plan_has("metric 1 nexthop via 192.168.1.1 dev eth1 onlink "
			     "weight 1 nexthop via 192.168.1.1 dev eth2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_happens_before),
		TEST(the_last_resort_is_behind_all_others),
		TEST(solo_goes_on_by_the_next),
		TEST(off_is_in_no_group_while_others_live),
		TEST(hard_is_off_in_any_case),
		TEST(a_tunnel_has_the_cap_of_its_line),
		TEST(all_have_used_theirs),
		TEST(no_group_has_it_while_others_live),
		TEST(a_group_has_it_last),
		TEST(no_rule_leads_to_it),
		TEST(a_tunnel_leaves_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
