// SPDX-License-Identifier: GPL-2.0-or-later
/* test_policy - findings about groups and rules of bal.conf. */
#include "../doctoring.h"

#include "config/policy_key.h"

static struct bal_conf_group *
group(const char *name, const char *uplinks)
{
	struct bal_policy *p = &w.conf.policy;
	struct bal_conf_group *g;

	p->groups = realloc(p->groups, (p->n_groups + 1) * sizeof(*g));
	assert_non_null(p->groups);
	g = &p->groups[p->n_groups++];
	*g = (struct bal_conf_group){ .line = 7 };
	snprintf(g->name, sizeof(g->name), "%s", name);
	assert_int_equal(
		bal_policy_group_set(g, 8, "uplinks", uplinks, &w.err), 0);
	return g;
}

static void
rule(enum bal_lead lead, const char *to)
{
	struct bal_policy *p = &w.conf.policy;
	struct bal_conf_rule *r;

	p->rules = realloc(p->rules, (p->n_rules + 1) * sizeof(*r));
	assert_non_null(p->rules);
	r = &p->rules[p->n_rules++];
	*r = (struct bal_conf_rule){ 0 };
	assert_int_equal(bal_policy_rule_set(r, 12, "group", to, &w.err), 0);
	r->lead = lead;
}

static void
all_is_well(void **state)
{
	(void)state;
	assert_int_equal(bal_policy_group_set(group("bank", "eth1 eth2"), 9,
					      "fallback", "spare", &w.err),
			 0);
	group("spare", "eth2");
	assert_int_equal(
		bal_policy_group_set(group("dest", "eth1"), 9, "destinations",
				     "203.0.113.0/24", &w.err),
		0);
	rule(BAL_LEAD_GROUP, "bank");
	rule(BAL_LEAD_UPLINK, "eth2");
	rule(BAL_LEAD_MAIN, "main");
	finds_nothing();
}

static void
a_name_that_nothing_has(void **state)
{
	(void)state;
	group("bank", "eth1 eth8");
	rule(BAL_LEAD_GROUP, "bank");
	rule(BAL_LEAD_UPLINK, "eth9");
	rule(BAL_LEAD_UPLINK, "eth9");
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[0].id, "group-nowhere");
	assert_string_equal(devs_of(&d.findings.v[0]), "eth8");
	assert_string_equal(d.findings.v[0].fix, "editor +8 /etc/bal/bal.conf");
	assert_string_equal(devs_of(&d.findings.v[1]), "eth9");
	assert_string_equal(d.findings.v[1].fix, "editor +12 /etc/bal/bal.conf");
	/* A device, an uplink or a section of that name is enough. */
	device("eth8");
	device("eth9");
	see();
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "group-nowhere");
}

static void
nothing_leads_there(void **state)
{
	(void)state;
	group("bank", "eth1");
	judge();
	assert_int_equal(d.findings.n, 1);
	assert_string_equal(d.findings.v[0].id, "group-unused");
	assert_string_equal(d.findings.v[0].what, "nothing leads to group bank");
	assert_string_equal(d.findings.v[0].fix, "editor +7 /etc/bal/bal.conf");
	break_conf(1);
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "group-unused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(all_is_well),
		HEALTHY(a_name_that_nothing_has),
		HEALTHY(nothing_leads_there),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
