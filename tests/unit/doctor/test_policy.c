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

static void
set(const char *name, bool map, bool of_addresses, size_t n)
{
	struct bal_set_fact *s = BAL_PUSH(&w.arena, &f.sets);

	assert_non_null(s);
	*s = (struct bal_set_fact){ .name = name,
				    .map = map,
				    .of_addresses = of_addresses,
				    .n = n };
}

/* What the finding number @i is, and about which rule. */
static void
found(size_t i, const char *id, const char *what)
{
	assert_true(d.findings.n > i);
	assert_string_equal(d.findings.v[i].id, id);
	assert_string_equal(d.findings.v[i].what, what);
}

static void
sets_of_nftables(void **state)
{
	struct bal_conf_rule *r;

	(void)state;
	group("bank", "eth1");
	assert_non_null(bal_state_group(&w.state, "bank"));
	rule(BAL_LEAD_GROUP, "bank");
	r = &w.conf.policy.rules[0];
	snprintf(r->name, sizeof(r->name), "voip");
	assert_int_equal(bal_policy_rule_set(r, 3, "to", "set:video", &w.err),
			 0);
	assert_int_equal(bal_policy_rule_set(r, 4, "sticky", "10m", &w.err), 0);
	f.ip_forward = 1;
	f.nat_known = BAL_UNKNOWN;
	finds_nothing(); /* they could not be looked at */
	f.sets_known = BAL_YES;
	judge();
	assert_int_equal(d.findings.n, 2);
	found(0, "set-wrong",
	      "rule voip: nftables' set inet bal video is not there");
	found(1, "set-wrong",
	      "rule voip: nftables' map inet bal sticky_voip is not there");
	set("video", false, true, 0);
	set("sticky_voip", true, true, 60000);
	judge();
	assert_int_equal(d.findings.n, 2);
	found(0, "sticky-full", "rule voip: sticky remembers 60000 sources");
	assert_string_equal(d.findings.v[0].fix, "editor +4 /etc/bal/bal.conf");
	found(1, "set-empty", "rule voip: nothing is in the set video");
	f.sets.v[0].n = 1;
	f.sets.v[1].n = 59999;
	finds_nothing();
	f.ip_forward = 0;
	judge();
	found(0, "rule-forward",
	      "rule voip: sticky, dscp and sets: nothing is forwarded");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(all_is_well),
		HEALTHY(a_name_that_nothing_has),
		HEALTHY(nothing_leads_there),
		HEALTHY(sets_of_nftables),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
