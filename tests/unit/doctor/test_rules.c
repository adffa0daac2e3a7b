// SPDX-License-Identifier: GPL-2.0-or-later
/* test_rules - policy rules of others: what they are for, and both. */
#include "../doctoring.h"

static struct bal_rule rule;

/* All there is of foreign rules; its table has a default by @dev. */
static struct bal_foreign_rule *
foreign(uint32_t priority, uint32_t table, const char *dev)
{
	struct bal_foreign_rule *found;

	memset(&f.foreign_rules, 0, sizeof(f.foreign_rules));
	found = BAL_PUSH(&w.arena, &f.foreign_rules);
	assert_non_null(found);
	rule = (struct bal_rule){ .priority = priority,
				  .action = BAL_RULE_LOOKUP,
				  .table = table,
				  .suppress_prefixlen = -1 };
	*found = (struct bal_foreign_rule){ .rule = &rule,
					    .wide = true,
					    .words = "priority 7 from all" };
	found->whole = true;
	found->deletion = "ip rule del priority 7 from all";
	assert_int_equal(bal_copy(found->dev, sizeof(found->dev), dev), 0);
	return found;
}

/* bal's first one, behind those that are there. */
static void
ours(uint32_t priority)
{
	kernel_rule(priority, 0)->protocol = BAL_PROTO;
}

static void
marked(uint32_t mark, uint32_t mask)
{
	rule.has_mark = true;
	rule.mark = mark;
	rule.mask = mask;
}

/* Nothing is to be deleted where nobody knows what it is for. */
static void
for_everything(void **state)
{
	const struct bal_finding *found;

	(void)state;
	foreign(5000, 99, "");
	found = finds(RISK, "foreign-rule", "");
	assert_string_equal(found->what, "a foreign rule comes before bal's: "
					 "priority 7 from all");
	assert_string_equal(found->fix, "ip route show table 99");
	foreign(5000, 99, "tun9");
	found = finds(RISK, "foreign-rule", "");
	assert_string_equal(found->fix,
			    "bal-up tun9 && ip rule del priority 7 from all");
	assert_non_null(strstr(found->why, "as of a VPN"));
	foreign(5000, 99, "eth2");
	found = finds(RISK, "foreign-rule", "eth2");
	assert_string_equal(found->fix,
			    "bal-up eth2 --priority 1 && bal-mode --save solo "
			    "&& ip rule del priority 7 from all");
	/* A few routes of their own are none of our business. */
	foreign(5000, 99, "")->wide = false;
	finds_nothing();
}

static void
of_known_programs(void **state)
{
	const struct bal_finding *found;

	(void)state;
	foreign(9999, 51820, "wg0");
	marked(51820, UINT32_MAX);
	rule.invert = true;
	found = finds(RISK, "foreign-rule", "");
	assert_non_null(strstr(found->fix, "Table = off"));
	assert_null(strstr(found->fix, "ip rule del"));
	assert_non_null(strstr(found->why, "all traffic"));
	/* NordVPN's: without it packets would leave in clear. */
	foreign(9999, 205, "nordlynx");
	marked(0xe1f1, UINT32_MAX);
	rule.invert = true;
	found = finds(RISK, "foreign-rule", "");
	assert_string_equal(found->fix, "");
	foreign(5270, 52, "tailscale0");
	found = finds(RISK, "foreign-rule", "");
	assert_string_equal(found->fix, "tailscale set --exit-node=");
	/* What it sends itself goes on to bal. */
	ours(32765);
	foreign(5210, BAL_TABLE_MAIN, "eth1");
	marked(0x80000, 0xff0000);
	found = finds(RISK, "foreign-rule", "");
	assert_string_equal(found->fix, "ip rule add priority 5209 fwmark "
					 "0x80000/0xff0000 goto 32765");
	foreign(5000, 100, "")->local = true;
	marked(1, UINT32_MAX);
	found = finds(NOTE, "foreign-rule", "");
	assert_string_equal(found->fix, "");
	assert_non_null(strstr(found->why, "transparent proxy"));
}

static void
a_host_by_one_line(void **state)
{
	const struct bal_finding *found;

	(void)state;
	foreign(5000, 99, "eth2");
	rule.src = addr("192.168.77.10");
	found = finds(RISK, "foreign-rule", "eth2");
	assert_non_null(strstr(found->why, "cut off when it dies"));
	assert_string_equal(
		found->fix,
		"iptables-legacy -t mangle -A PREROUTING -s 192.168.77.10 "
		"-m conntrack --ctstate NEW -j MARK --set-xmark "
		"0x2000000/0xff000000 && ip rule del priority 7 from all");
	rule.dst = addr("9.0.0.0/8");
	memcpy(rule.iif, "lan0", 5);
	assert_non_null(strstr(finds(RISK, "foreign-rule", "eth2")->fix,
			       " -i lan0 -s 192.168.77.10 -d 9.0.0.0/8 "));
	/* By a mark: that of the uplink takes its place. */
	foreign(5000, 99, "eth2");
	marked(1, UINT32_MAX);
	assert_string_equal(finds(RISK, "foreign-rule", "eth2")->fix,
			    "--set-xmark 0x2000000/0xff000000 (for new "
			    "connections, in place of what sets mark 0x1)");
	/* Of what this box sends no chain before routing knows. */
	foreign(5000, 99, "eth2");
	memcpy(rule.iif, "lo", 3);
	assert_string_equal(finds(RISK, "foreign-rule", "eth2")->fix,
			    "bal-exec eth2 COMMAND (in place of the rule)");
	/* And iptables cannot ask all that a rule can. */
	foreign(5000, 99, "eth2");
	rule.narrow = true;
	assert_string_equal(finds(RISK, "foreign-rule", "eth2")->fix,
			    "bal-exec eth2 COMMAND (in place of the rule)");
}

/* The usual recipe does what bal does. */
static void
an_address_by_its_own_line(void **state)
{
	(void)state;
	foreign(5000, 99, "eth2");
	rule.src = addr("192.168.1.102");
	finds(NOTE, "foreign-rule", "eth2");
	rule.src = addr("192.168.1.101");
	assert_string_equal(finds(RISK, "foreign-rule", "eth2")->fix,
			    "bal-exec eth2 COMMAND (in place of the rule)");
	/* A subnet is nobody's own address. */
	rule.src = addr("192.168.1.0/24");
	assert_non_null(strstr(finds(RISK, "foreign-rule", "eth2")->fix,
			       "-s 192.168.1.0/24"));
}

static void
by_what_is_no_uplink(void **state)
{
	const struct bal_finding *found;

	(void)state;
	foreign(5000, 99, "tun9");
	marked(1, 0xff);
	found = finds(NOTE, "foreign-rule", "");
	assert_string_equal(found->fix, "");
	foreign(5000, 0, "");
	rule.action = BAL_RULE_UNREACHABLE;
	rule.dst = addr("10.0.0.0/8");
	finds(NOTE, "foreign-rule", "");
}

/* Where bal's last rule was 30000, those behind it were a last resort. */
static void
a_fallback_of_old(void **state)
{
	struct bal_foreign_rule *found;

	(void)state;
	ours(32765);
	found = foreign(31000, 99, "ppp0");
	assert_string_equal(
		finds(RISK, "foreign-rule", "")->fix,
		"ip route add default dev ppp0 table balancing metric 900000 "
		"&& ip rule del priority 7 from all");
	found->gateway = addr("10.0.0.1");
	assert_non_null(strstr(finds(RISK, "foreign-rule", "")->fix,
			       "default via 10.0.0.1 dev ppp0 table"));
	/* Made without a priority. */
	rule.priority = 32764;
	assert_non_null(
		strstr(finds(RISK, "foreign-rule", "")->fix, "bal-up ppp0"));
	rule.priority = 30000;
	assert_non_null(
		strstr(finds(RISK, "foreign-rule", "")->fix, "bal-up ppp0"));
}

/* That route is none at the place of one of bal's. */
static void
a_route_for_it_is_no_rival(void **state)
{
	struct bal_route *r;

	(void)state;
	global("last_resort", "no");
	see();
	r = BAL_PUSH(&w.arena, &w.snap.routes);
	assert_non_null(r);
	*r = (struct bal_route){ .table = BALANCING,
				 .dst = bal_addr_any(AF_INET),
				 .metric = 900000,
				 .protocol = 3,
				 .type = BAL_ROUTE_UNICAST };
	finds_nothing();
	r->metric = 1;
	finds(RISK, "foreign-route", "");
}

static void
where_it_stands(void **state)
{
	struct bal_foreign_rule *found;

	(void)state;
	ours(32765);
	found = foreign(32766, 99, "eth2");
	found->place = BAL_PLACE_PASSED;
	found->wide = false;
	assert_string_equal(finds(RISK, "rule-passed", "")->fix,
			    "ip rule add priority 32000 from all && ip rule "
			    "del priority 7 from all");
	rule.narrow = true;
	found->whole = false;
	assert_string_equal(finds(RISK, "rule-passed", "")->fix,
			    "ip rule show priority 32766 (to make it anew, "
			    "with priority 32000)");
	rule.narrow = false;
	found->whole = true;
	found->place = BAL_PLACE_BEHIND;
	finds(NOTE, "rule-behind", "");
	found->place = BAL_PLACE_AMONG;
	finds_nothing();
	found->wide = true;
	assert_non_null(strstr(finds(RISK, "foreign-rule", "eth2")->what,
			       "before bal balances"));
}

static void
a_place_before_a_small_rule_priority(void **state)
{
	struct bal_foreign_rule *found;

	(void)state;
	w.snap.rules.n = 1;
	ours(10000);
	kernel_rule(32766, BAL_TABLE_MAIN);
	kernel_rule(32767, BAL_TABLE_DEFAULT);
	found = foreign(40000, 99, "eth2");
	found->place = BAL_PLACE_BEHIND;
	assert_non_null(strstr(finds(NOTE, "rule-behind", "")->fix,
			       "ip rule add priority 9999 "));
}

static void
the_kernels_own(void **state)
{
	(void)state;
	w.snap.rules.v[1].table = 99;
	assert_string_equal(finds(RISK, "kernel-rule", "")->fix,
			    "ip rule add priority 32766 lookup main");
	/* By another number is as well; with conditions it is not. */
	w.snap.rules.v[1].table = BAL_TABLE_MAIN;
	w.snap.rules.v[1].priority = 100;
	finds_nothing();
	w.snap.rules.v[1].suppress_prefixlen = 0;
	finds(RISK, "kernel-rule", "");
	w.snap.rules.v[1].suppress_prefixlen = -1;
	w.snap.rules.v[1].protocol = BAL_PROTO;
	finds(RISK, "kernel-rule", "");
	w.snap.rules.v[1].protocol = 2;
	w.snap.rules.n = 2;
	assert_string_equal(finds(NOTE, "kernel-rule", "")->fix,
			    "ip rule add priority 32767 lookup default");
	/* Nobody's business without uplinks. */
	known("eth1")->admin_up = known("eth2")->admin_up = false;
	see();
	finds_nothing();
}

static void
what_is_for_this_box(void **state)
{
	struct bal_rule *local = &w.snap.rules.v[0];

	(void)state;
	local->table = 99;
	assert_string_equal(finds(BROKEN, "local-rule", "")->fix,
			    "ip rule add priority 0 lookup local");
	ours(32765);
	kernel_rule(32765, BAL_TABLE_LOCAL);
	assert_string_equal(finds(BROKEN, "local-rule", "")->what,
			    "rule 32765, lookup local, comes after bal's");
	/* As with VRFs. */
	w.snap.rules.v[1] = w.snap.rules.v[w.snap.rules.n - 1];
	kernel_rule(32766, BAL_TABLE_MAIN);
	finds_nothing();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(for_everything),
		HEALTHY(of_known_programs),
		HEALTHY(a_host_by_one_line),
		HEALTHY(an_address_by_its_own_line),
		HEALTHY(by_what_is_no_uplink),
		HEALTHY(a_fallback_of_old),
		HEALTHY(a_route_for_it_is_no_rival),
		HEALTHY(where_it_stands),
		HEALTHY(a_place_before_a_small_rule_priority),
		HEALTHY(the_kernels_own),
		HEALTHY(what_is_for_this_box),
	};

	return cmocka_run_group_tests_name("doctor_rules", tests, NULL, NULL);
}
