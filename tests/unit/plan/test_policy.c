// SPDX-License-Identifier: GPL-2.0-or-later
/* test_policy - rules and groups of bal.conf, as the plan has them. */
#include "../kernel.h"
#include "../wording.h"

#include "config/policy_key.h"
#include "plan/best.h"

#define BANK 31399
#define VOIP 31398
#define ONLY2 31397

/* A group, and its keys in pairs up to NULL. */
static struct bal_conf_group *
group(const char *name, const char *const *keys)
{
	struct bal_policy *p = &w.conf.policy;
	struct bal_conf_group *g;

	p->groups = realloc(p->groups, (p->n_groups + 1) * sizeof(*g));
	assert_non_null(p->groups);
	g = &p->groups[p->n_groups++];
	*g = (struct bal_conf_group){ 0 };
	assert_int_equal(bal_copy(g->name, sizeof(g->name), name), 0);
	for (; *keys; keys += 2)
		if (bal_policy_group_set(g, 1, keys[0], keys[1], &w.err) < 0)
			fail_msg("%s", w.err.msg);
	return g;
}

#define GROUP(name, ...) \
	group(name, (const char *const[]){ __VA_ARGS__, NULL })

static void
rule(enum bal_lead lead, const char *const *keys)
{
	struct bal_policy *p = &w.conf.policy;
	struct bal_conf_rule *r;

	p->rules = realloc(p->rules, (p->n_rules + 1) * sizeof(*r));
	assert_non_null(p->rules);
	r = &p->rules[p->n_rules++];
	*r = (struct bal_conf_rule){ 0 };
	for (; *keys; keys += 2)
		if (bal_policy_rule_set(r, 1, keys[0], keys[1], &w.err) < 0)
			fail_msg("%s", w.err.msg);
	r->lead = lead;
}

#define RULE(lead, ...) rule(lead, (const char *const[]){ __VA_ARGS__, NULL })

static void
table(const char *name, uint32_t id)
{
	struct bal_group_state *g = bal_state_group(&w.state, name);

	assert_non_null(g);
	g->table = id;
}

/* Three modems in one subnet. */
static int
modems(void **state)
{
	setup(state);
	for (unsigned i = 1; i <= 3; i++)
		modem(i);
	table("bank", BANK);
	table("voip", VOIP);
	table("only:eth2", ONLY2);
	return 0;
}

#define MODEMS(name) cmocka_unit_test_setup_teardown(name, modems, teardown)

/* Those of [rule]s and of destinations. */
static const char *
policy_rules(void)
{
	static char text[16384];
	char all[sizeof(w.text)], *rest = all, *line;

	make_plan();
	snprintf(all, sizeof(all), "%s", rules_text());
	text[0] = '\0';
	while ((line = strsep(&rest, "\n")) && *line) {
		const unsigned long k = strtoul(line, NULL, 10);

		if (k > 32768 + BAL_RULE_HEAD_END && k < 32768 + BAL_RULE_SUBNET)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "%s\n", line);
	}
	return text;
}

static void
selectors(void **state)
{
	(void)state;
	RULE(BAL_LEAD_UPLINK, "from", "192.168.77.50-192.168.77.52", "group",
	     "eth2");
	RULE(BAL_LEAD_MAIN, "to", "10.9.0.0/16", "iif", "lan", "group", "main");
	RULE(BAL_LEAD_UNREACHABLE, "dport", "25, 137-139", "group",
	     "unreachable");
	RULE(BAL_LEAD_UPLINK, "uid", "0", "proto", "udp", "sport", "123",
	     "group", "eth2");
	RULE(BAL_LEAD_UPLINK, "mark", "0x10/0xf0", "group", "eth2");
	RULE(BAL_LEAD_UPLINK, "mark", "7", "group", "eth2");
	assert_string_equal(
		policy_rules(),
		"32869: from 192.168.77.50/31 lookup 31397\n"
		"32869: from 192.168.77.52 lookup 31397\n"
		"32873: from all to 10.9.0.0/16 iif lan lookup main\n"
		"32877: from all ipproto 6 dport 25-25 unreachable\n"
		"32877: from all ipproto 17 dport 25-25 unreachable\n"
		"32877: from all ipproto 6 dport 137-139 unreachable\n"
		"32877: from all ipproto 17 dport 137-139 unreachable\n"
		"32881: from all iif lo uidrange 0-0 ipproto 17 sport 123-123 "
		"lookup 31397\n"
		"32885: from all fwmark 0x10/0xf0 lookup 31397\n"
		"32889: from all fwmark 0x7/0xffffff lookup 31397\n");
}

/* One table for however many rules; without the uplink it is empty. */
static void
an_uplink_by_itself(void **state)
{
	(void)state;
	RULE(BAL_LEAD_UPLINK, "proto", "tcp", "group", "eth2");
	RULE(BAL_LEAD_UPLINK, "proto", "udp", "group", "eth2");
	make_plan();
	assert_int_equal(w.groups.n, 2);
	assert_string_equal(
		routes_text(ONLY2),
		"31397: 192.168.1.0/24 dev eth2 scope link src 192.168.1.102 "
		"metric 1\n"
		"31397: throw 192.168.1.0/24 metric 4294967295\n"
		"31397: default via 192.168.1.1 dev eth2 onlink metric 1\n"
		"31397: default via 192.168.1.1 dev eth2 onlink metric 1002\n");
	health("eth2", BAL_HEALTH_DEAD);
	make_plan();
	assert_string_equal(routes_text(ONLY2),
			    "31397: throw 192.168.1.0/24 metric 4294967295\n");
}

/* The order is that of the list, whatever priorities say. */
static void
solo_by_the_list(void **state)
{
	(void)state;
	told("eth1", "priority", "1");
	GROUP("bank", "uplinks", "eth3, eth1, eth9", "mode", "solo");
	make_plan();
	assert_string_equal(
		routes_text(BANK),
		"31399: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101 "
		"metric 1257\n"
		"31399: 192.168.1.0/24 dev eth3 scope link src 192.168.1.103 "
		"metric 1\n"
		"31399: throw 192.168.1.0/24 metric 4294967295\n"
		"31399: default via 192.168.1.1 dev eth3 onlink metric 1\n"
		"31399: default via 192.168.1.1 dev eth3 onlink metric 1003\n"
		"31399: default via 192.168.1.1 dev eth1 onlink metric 1257\n");
}

/* Who falls back has the other's ways behind its own, and at last its end. */
static void
fallbacks(void **state)
{
	(void)state;
	GROUP("bank", "uplinks", "eth1", "fallback", "voip");
	GROUP("voip", "uplinks", "eth2 eth3", "fallback", "prohibit");
	RULE(BAL_LEAD_GROUP, "proto", "tcp", "group", "bank");
	make_plan();
	assert_string_equal(
		routes_text(BANK),
		"31399: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101 "
		"metric 1\n"
		"31399: throw 192.168.1.0/24 metric 4294967295\n"
		"31399: default via 192.168.1.1 dev eth1 onlink metric 1\n"
		"31399: default via 192.168.1.1 dev eth1 onlink metric 1001\n"
		"31399: 192.168.1.0/24 dev eth2 scope link src 192.168.1.102 "
		"metric 1000001\n"
		"31399: 192.168.1.0/24 dev eth3 scope link src 192.168.1.103 "
		"metric 1001259\n"
		"31399: default metric 1000001"
		" nexthop via 192.168.1.1 dev eth2 onlink weight 1"
		" nexthop via 192.168.1.1 dev eth3 onlink weight 1\n"
		"31399: default via 192.168.1.1 dev eth2 onlink metric 1001002\n"
		"31399: default via 192.168.1.1 dev eth3 onlink metric 1001259\n"
		"31399: prohibit default metric 4294967295\n");
	w.conf.policy.groups[1].fallback = BAL_FALLBACK_MAIN;
	assert_string_equal(policy_rules(),
			    "32869: from all ipproto 6 lookup 31399\n"
			    "32870: from all ipproto 6 lookup main\n");
	assert_null(strstr(routes_text(BANK), "prohibit"));
}

/* Behind the [rule]s; past main; in the group's table instead of a default. */
static void
destinations(void **state)
{
	(void)state;
	GROUP("bank", "uplinks", "eth1", "destinations",
	      "203.0.113.0/24 192.168.1.0/24", "fallback", "unreachable");
	RULE(BAL_LEAD_GROUP, "proto", "tcp", "group", "bank");
	assert_string_equal(policy_rules(),
			    "32869: from all ipproto 6 lookup 31399\n"
			    "32873: from all to 203.0.113.0/24 lookup 31399\n"
			    "32873: from all to 192.168.1.0/24 lookup 31399\n");
	assert_int_equal(count_rules("to 203.0.113.0/24 goto"), 1);
	assert_int_equal(count_rules("to 203.0.113.0/24 lookup main"), 1);
	assert_string_equal(
		routes_text(BANK),
		"31399: 192.168.1.0/24 dev eth1 scope link src 192.168.1.101 "
		"metric 1\n"
		"31399: throw 192.168.1.0/24 metric 4294967295\n"
		"31399: 203.0.113.0/24 via 192.168.1.1 dev eth1 onlink metric "
		"1\n"
		"31399: 203.0.113.0/24 via 192.168.1.1 dev eth1 onlink metric "
		"1001\n"
		"31399: unreachable 203.0.113.0/24 metric 4294967295\n");
}

/* Without a table, before bal-up or bal-check gave one, nothing leads there. */
static void
no_table_yet(void **state)
{
	(void)state;
	bal_state_forget_groups(&w.state);
	GROUP("bank", "uplinks", "eth1");
	RULE(BAL_LEAD_GROUP, "proto", "tcp", "group", "bank");
	RULE(BAL_LEAD_UPLINK, "proto", "udp", "group", "eth2");
	assert_string_equal(policy_rules(), "");
	assert_int_equal(w.groups.n, 1);
}

/* Each change is made, and then there is nothing left to do. */
static void
changes_settle(void **state)
{
	(void)state;
	reconcile();
	GROUP("bank", "uplinks", "eth1 eth3", "fallback", "blackhole");
	GROUP("voip", "uplinks", "eth2", "fallback", "bank");
	RULE(BAL_LEAD_GROUP, "from", "192.168.77.0/24", "dport", "1-1024",
	     "group", "voip");
	RULE(BAL_LEAD_UPLINK, "from", "192.168.77.0/24", "group", "eth2");
	reconcile();
	assert_int_equal(make_ops().n, 0);
	health("eth1", BAL_HEALTH_DEAD);
	reconcile();
	assert_int_equal(make_ops().n, 0);
	/* The first rule goes: each other one moves up. */
	w.conf.policy.rules[0] = w.conf.policy.rules[1];
	w.conf.policy.n_rules = 1;
	reconcile();
	assert_int_equal(make_ops().n, 0);
	w.conf.policy.n_rules = w.conf.policy.n_groups = 0;
	reconcile();
	assert_int_equal(make_ops().n, 0);
	for (size_t i = 0; i < w.snap.routes.n; i++)
		assert_true(w.snap.routes.v[i].table < ONLY2);
}

static void
delay(const char *dev, uint32_t us)
{
	bal_state_find(&w.state, dev)->record.srtt_us = us;
}

static const char *
best(void)
{
	make_plan();
	bal_best_remember(&w.groups, &w.state);
	return bal_state_find_group(&w.state, "voip")->best;
}

static void
the_best(void **state)
{
	(void)state;
	GROUP("voip", "uplinks", "eth1 eth2 eth3", "mode", "best");
	/* Nothing measured: the first. */
	assert_string_equal(best(), "eth1");
	delay("eth2", 40000);
	assert_string_equal(best(), "eth2");
	/* By a quarter, and by 5 ms. */
	delay("eth3", 30001);
	assert_string_equal(best(), "eth2");
	delay("eth3", 30000);
	assert_string_equal(best(), "eth3");
	delay("eth3", 8000);
	delay("eth1", 3001);
	assert_string_equal(best(), "eth3");
	delay("eth1", 3000);
	assert_string_equal(best(), "eth1");
	/* The way back is as long. */
	delay("eth1", 7000);
	delay("eth3", 6000);
	assert_string_equal(best(), "eth1");
	/* A dead one is left at once; its return is a change as any. */
	health("eth1", BAL_HEALTH_DEAD);
	assert_string_equal(best(), "eth3");
	assert_non_null(strstr(routes_text(VOIP),
			       "default via 192.168.1.1 dev eth3 onlink "
			       "metric 1\n"));
	health("eth1", BAL_HEALTH_ALIVE);
	delay("eth1", 5000);
	assert_string_equal(best(), "eth3");
	/* Degraded is worse than long. */
	health("eth3", BAL_HEALTH_DEGRADED);
	assert_string_equal(best(), "eth1");
}

/* What recovers a lost state does not take a rule's table for `balancing`. */
static void
a_rule_is_no_catch_all(void **state)
{
	struct bal_state lost = { .saved_sysctls = bal_sysctl_none() };

	(void)state;
	RULE(BAL_LEAD_UPLINK, "proto", "tcp", "group", "eth2");
	reconcile();
	for (size_t i = 0; i < w.snap.rules.n; i++)
		w.snap.rules.v[i].narrow = w.snap.rules.v[i].ip_proto;
	assert_int_equal(bal_state_recover(&lost, &w.conf, &w.snap, &w.err), 0);
	assert_int_equal(lost.balancing_table, BALANCING);
	assert_int_equal(lost.n_uplinks, 3);
	bal_state_fini(&lost);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MODEMS(selectors),
		MODEMS(an_uplink_by_itself),
		MODEMS(solo_by_the_list),
		MODEMS(fallbacks),
		MODEMS(destinations),
		MODEMS(no_table_yet),
		MODEMS(changes_settle),
		MODEMS(the_best),
		MODEMS(a_rule_is_no_catch_all),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
