// SPDX-License-Identifier: GPL-2.0-or-later
/* test_policy - [group NAME] and [rule NAME] of bal.conf. */
#include "../confs.h"

#include <stdio.h>

static const char *
prefixes(const struct bal_addr *list, size_t n)
{
	static char text[4096];
	char buf[BAL_ADDR_STRLEN];

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s", i ? " " : "", bal_addr_str(&list[i], buf));
	return text;
}

static void
groups(void **unused)
{
	const struct bal_policy *p = &conf.policy;

	(void)unused;
	read_good("[group bank]\n"
		  "uplinks = eth0, eth1\n"
		  "mode = solo\n"
		  "[group voip]\n"
		  "uplinks = eth0\n"
		  "uplinks = eth3 eth2\n"
		  "mode = best\n"
		  "fallback = bank\n"
		  "destinations = 198.51.100.0/24, 203.0.113.0/25\n"
		  "[group void]\n"
		  "uplinks = eth3\n"
		  "fallback = blackhole\n"
		  "destinations = default\n");
	assert_int_equal(p->n_groups, 3);
	assert_string_equal(p->groups[0].name, "bank");
	assert_int_equal(p->groups[0].mode, BAL_MODE_SOLO);
	assert_false(p->groups[0].best);
	assert_int_equal(p->groups[0].fallback, BAL_FALLBACK_NEXT);
	assert_int_equal(p->groups[1].n_uplinks, 3);
	assert_string_equal(p->groups[1].uplinks[1], "eth3");
	assert_true(p->groups[1].best);
	assert_int_equal(p->groups[1].mode, BAL_MODE_SOLO);
	assert_string_equal(p->groups[1].fallback_group, "bank");
	assert_string_equal(prefixes(p->groups[1].destinations,
				     p->groups[1].n_destinations),
			    "198.51.100.0/24 203.0.113.0/25");
	assert_int_equal(p->groups[2].mode, BAL_MODE_MULTI);
	assert_int_equal(p->groups[2].n_destinations, 0);
	assert_int_equal(p->groups[2].fallback, BAL_FALLBACK_BLACKHOLE);
	assert_null(bal_policy_group(p, "eth0"));
	assert_false(p->groups[0].has_drain);
	read_good("[group a]\nuplinks = eth0\nfailback_drain = 0s\n"
		  "[group b]\nuplinks = eth0\nfailback_drain = never\n");
	assert_true(p->groups[0].has_drain);
	assert_int_equal(p->groups[0].drain_ms, 0);
	assert_int_equal(p->groups[1].drain_ms, BAL_DRAIN_NEVER);
}

static void
rules(void **unused)
{
	const struct bal_conf_rule *r;

	(void)unused;
	read_good("[rule one]\n"
		  "from = 192.168.77.50-192.168.77.59, 10.0.0.0/8\n"
		  "to = 203.0.113.7\n"
		  "iif = lan\n"
		  "proto = tcp\n"
		  "sport = 1024-65534\n"
		  "dport = 22, 80-81\n"
		  "dport = 443\n"
		  "mark = 0x10/0xf0\n"
		  "group = eth1\n"
		  "[rule two]\n"
		  "uid = 0\n"
		  "group = unreachable\n"
		  "[rule three]\n"
		  "proto = 47\n"
		  "group = main\n"
		  "[group bank]\n"
		  "uplinks = eth0\n"
		  "[rule four]\n"
		  "uid = 1000-1999\n"
		  "iif = lo\n"
		  "dport = 53\n"
		  "group = bank\n");
	assert_int_equal(conf.policy.n_rules, 4);
	r = &conf.policy.rules[0];
	assert_string_equal(prefixes(r->from, r->n_from),
			    "192.168.77.50/31 192.168.77.52/30 "
			    "192.168.77.56/30 10.0.0.0/8");
	assert_string_equal(prefixes(r->to, r->n_to), "203.0.113.7");
	assert_int_equal(r->proto, 6);
	assert_int_equal(r->n_dport, 3);
	assert_int_equal(r->dport[1].last, 81);
	assert_int_equal(r->mark, 0x10);
	assert_int_equal(r->mask, 0xf0);
	assert_int_equal(r->lead, BAL_LEAD_UPLINK);
	assert_int_equal(bal_policy_parts(r), 4 * 3);
	assert_int_equal(r[1].lead, BAL_LEAD_UNREACHABLE);
	assert_true(r[1].has_uid);
	assert_int_equal(r[2].lead, BAL_LEAD_MAIN);
	assert_int_equal(r[3].lead, BAL_LEAD_GROUP);
	assert_int_equal(bal_policy_parts(&r[3]), 2);
	assert_true(bal_policy_leads_to(&conf.policy, "eth1"));
	assert_false(bal_policy_leads_to(&conf.policy, "bank"));
	assert_true(bal_policy_leads_to(&conf.policy, "eth0"));
	assert_false(bal_policy_leads_to(&conf.policy, "eth2"));
}

static void
what_nft_does(void **unused)
{
	const struct bal_conf_rule *r;

	(void)unused;
	read_good("[rule plain]\nproto = tcp\ngroup = eth1\n"
		  "[rule voip]\n"
		  "from = set:phones\n"
		  "to = 10.0.0.0/8\n"
		  "dscp = af41\n"
		  "sticky = 10m\n"
		  "group = eth1\n"
		  "[rule lan]\niif = lan0\nsticky = 1h\ngroup = eth1\n");
	r = conf.policy.rules;
	assert_null(r[0].nft_key);
	assert_true(bal_policy_is_plain(&r[0]));
	assert_ptr_equal(bal_policy_of_nft(&conf.policy), &r[1]);
	assert_string_equal(r[1].from_set, "phones");
	assert_string_equal(r[1].nft_key, "set:");
	assert_int_equal(r[1].nft_line, 5);
	assert_int_equal(r[1].dscp, 34);
	assert_int_equal(r[1].sticky_ms, 600000);
	assert_false(bal_policy_is_plain(&r[1]));
	assert_true(bal_policy_is_plain(&r[2]));
	assert_string_equal(r[2].nft_key, "sticky");
	assert_int_equal(bal_policy_classes(0xff000000), 127);
	assert_int_equal(bal_policy_classes(0xffc00000), 511);
}

static const struct {
	const char *range, *prefixes;
} ranges[] = {
	{ "1.2.3.4-1.2.3.4", "1.2.3.4" },
	{ "0.0.0.1-0.0.0.6", "0.0.0.1 0.0.0.2/31 0.0.0.4/31 0.0.0.6" },
	{ "128.0.0.0-255.255.255.255", "128.0.0.0/1" },
	{ "255.255.255.254-255.255.255.255", "255.255.255.254/31" },
	{ "10.0.0.0-10.0.1.0", "10.0.0.0/24 10.0.1.0" },
};

static void
a_range_is_the_prefixes_that_cover_it(void **unused)
{
	char text[128];

	(void)unused;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		snprintf(text, sizeof(text),
			 "[rule x]\nfrom = %s\ngroup = main\n",
			 ranges[i].range);
		read_good(text);
		assert_string_equal(prefixes(conf.policy.rules[0].from,
					     conf.policy.rules[0].n_from),
				    ranges[i].prefixes);
	}
}

#define BANK "[group bank]\nuplinks = eth0\n"

static const struct {
	const char *text, *said;
} faults[] = {
	/* groups */
	{ "[group bank]\nmode = solo\n", "1: group \"bank\" has no uplinks\n" },
	{ "[group bank]\nuplinks =\n",
	  "2: uplinks \"\" names no uplink\n"
	  "1: group \"bank\" has no uplinks\n" },
	{ BANK "fallback = bank\n",
	  "3: fallback \"bank\" is the group itself\n" },
	{ "[group a]\nuplinks = eth0\nfallback = b\n"
	  "[group b]\nuplinks = eth1\nfallback = c\n"
	  "[group c]\nuplinks = eth1\nfallback = a\n",
	  "3: group \"a\" falls back to itself by way of \"b\"\n" },
	{ BANK "[group a]\nuplinks = eth0\nfallback = bnak\n",
	  "5: fallback \"bnak\" is no group, did you mean \"bank\"?\n" },
	{ BANK "fallback = nxet\n", "3: fallback \"nxet\" is no group\n" },
	{ BANK BANK, "3: section \"[group bank]\" is there twice, first in "
		     "line 1\n" },
	{ "[group main]\nuplinks = eth0\n",
	  "1: section \"[group main]\": that word has a meaning of its own\n" },
	{ "[group any]\n[group next]\n[group blackhole]\n",
	  "1: section \"[group any]\": that word has a meaning of its own\n"
	  "2: section \"[group next]\": that word has a meaning of its own\n"
	  "3: section \"[group blackhole]\": that word has a meaning of its "
	  "own\n" },
	{ "[group eth0]\nuplinks = eth0\n[uplink eth0]\n",
	  "1: group \"eth0\" has the name of an uplink\n"
	  "2: uplinks \"eth0\" is a group, not an uplink\n" },
	{ "[group a b]\nuplinks = eth0\n",
	  "1: section \"[group a b]\": a name has 1 to 15 letters, digits and "
	  "\"-_.\", and begins with a letter or a digit\n" },
	{ "[group]\n[rule]\n", "1: section \"[group]\" has no name\n"
			       "2: section \"[rule]\" has no name\n" },
	{ "[grop bank]\n", "1: unknown section \"[grop bank]\", did you mean "
			   "\"[group bank]\"?\n" },
	{ BANK "uplinks = eth0\n", "3: uplinks \"eth0\" is there twice\n" },
	{ BANK "mode = best\nmode = solo\n",
	  "4: key \"mode\" is there twice in its section\n" },
	{ BANK "mode = fast\n",
	  "3: mode \"fast\" is neither multi, solo nor best\n" },
	{ BANK "weight = 2\n", "3: key \"weight\" belongs in [uplink DEV]\n" },
	{ BANK "fallbak = next\n", "3: unknown key \"fallbak\", did you mean "
				   "\"fallback\"?\n" },
	{ "[uplink eth0]\nfallback = next\n",
	  "2: key \"fallback\" belongs in [group NAME]\n" },
	{ BANK "destinations = 10.0.0.0/8\n"
	  "[group b]\nuplinks = eth1\ndestinations = 10.1.0.0/16\n",
	  "6: destinations \"10.1.0.0/16\" overlaps \"10.0.0.0/8\" of group "
	  "\"bank\"\n" },
	{ "[bal]\ndestinations = 10.0.0.0/8\n" BANK
	  "destinations = 10.0.0.0/8\n",
	  "5: destinations \"10.0.0.0/8\" is in [bal], too\n" },
	{ BANK "destinations = default, 10.0.0.0/8\n",
	  "3: destinations \"10.0.0.0/8\": default has no others beside "
	  "it\n" },
	/* what only nftables can do */
	{ "[rule x]\nsticky = 10m\ngroup = eth0\n",
	  "1: rule \"x\" selects nothing: none of from, to, iif, proto, "
	  "sport, dport, uid, mark, dscp\n" },
	{ "[bal]\nfirewall = legacy\n[rule x]\ndscp = ef\ngroup = eth0\n",
	  "4: rule \"x\": dscp needs nftables, but firewall is legacy\n" },
	{ "[rule x]\nto = set:v\nuid = 0\ngroup = eth0\n",
	  "2: rule \"x\": set: is for what is forwarded, not for the box's own "
	  "sockets\n" },
	{ "[rule x]\niif = lan\nsticky = 1m\ngroup = main\n",
	  "3: rule \"x\": sticky needs a group of uplinks, not \"main\"\n" },
	{ "[rule x]\ndscp = 64\ngroup = eth0\n",
	  "2: dscp \"64\" is neither a code point of DSCP (ef, af11 to af43, "
	  "cs0 to cs7, va, le) nor a number of 0 to 63\n" },
	{ "[rule x]\nto = set:leave\ngroup = eth0\n",
	  "2: to \"leave\": that word has a meaning of its own\n" },
	{ "[rule x]\nto = set:sticky_x\ngroup = eth0\n",
	  "2: to \"sticky_x\": that word has a meaning of its own\n" },
	{ "[rule x]\nto = set:4u\ngroup = eth0\n",
	  "2: to \"4u\": the name of a set begins with a letter\n" },
	{ "[rule x]\nto = 10.0.0.0/8\nto = set:v\ngroup = eth0\n",
	  "3: to \"set:v\": a set stands alone, and once\n" },
	{ "[rule x]\nfrom = set:v\nfrom = 10.0.0.0/8\ngroup = eth0\n",
	  "3: from \"10.0.0.0/8\": a set stands alone, and once\n" },
	{ "[bal]\nmark_mask = 0x30\n[rule a]\nproto = tcp\ngroup = eth0\n"
	  "[rule b]\niif = lan\nsticky = 1m\ngroup = eth0\n",
	  "8: rule \"b\": sticky needs a mark of its own, and mark_mask has "
	  "room for those of the first 1 rules\n" },
	/* rules */
	{ "[rule x]\ngroup = eth0\n",
	  "1: rule \"x\" selects nothing: none of from, to, iif, proto, "
	  "sport, dport, uid, mark, dscp\n" },
	{ "[rule x]\nproto = tcp\n", "1: rule \"x\" has no group\n" },
	{ "[rule x]\n",
	  "1: rule \"x\" selects nothing: none of from, to, iif, proto, "
	  "sport, dport, uid, mark, dscp\n"
	  "1: rule \"x\" has no group\n" },
	{ BANK "[rule x]\nproto = tcp\ngroup = bnak\n",
	  "5: group \"bnak\" is no group, did you mean \"bank\"?\n" },
	{ "[rule x]\nproto = tcp\ngroup = lo\n", "3: group \"lo\" is no group\n" },
	{ "[rule x]\nto = 1.2.3.4/24\ngroup = eth0\n",
	  "2: to \"1.2.3.4/24\" has bits after its prefix length, the network "
	  "is 1.2.3.0/24\n" },
	{ "[rule x]\nfrom = default\ngroup = eth0\n",
	  "2: from \"default\" is every address: leave the key out\n" },
	{ "[rule x]\nfrom = 10.0.0.9-10.0.0.1\ngroup = eth0\n",
	  "2: from \"10.0.0.9-10.0.0.1\" ends before it begins\n" },
	{ "[rule x]\nto = ::1\ngroup = eth0\n",
	  "1: an IPv6 prefix in a rule needs ipv6 = balance in [bal]\n" },
	{ "[rule x]\nto = ::1-::9\ngroup = eth0\n",
	  "2: to \"::1-::9\": ranges are of IPv4 alone, IPv6 has prefixes\n" },
	{ "[rule x]\nfrom = 10.0.0.0/8\nto = ::1\ngroup = eth0\n",
	  "1: rule \"x\" selects nothing: what it selects by is of IPv4 here "
	  "and of IPv6 there\n" },
	{ "[rule x]\nto = ::1\nproto = icmp\ngroup = eth0\n",
	  "1: rule \"x\" selects nothing: what it selects by is of IPv4 here "
	  "and of IPv6 there\n" },
	{ "[group g]\nuplinks = eth1\ndestinations = 2001:db8::/32\n",
	  "3: an IPv6 prefix in destinations needs ipv6 = balance in [bal]\n" },
	{ "[rule x]\ndport = 0-7\ngroup = eth0\n",
	  "2: dport \"0-7\": 0 is no port\n" },
	{ "[rule x]\ndport = 80-70000\ngroup = eth0\n",
	  "2: dport \"80-70000\" is not a list of ports and ranges of 1 to "
	  "65534, as the kernel has them\n" },
	{ "[rule x]\nproto = icmp\ndport = 80\ngroup = eth0\n",
	  "3: rule \"x\": its protocol has no ports\n" },
	{ "[rule x]\nproto = tpc\ngroup = eth0\n",
	  "2: proto \"tpc\" is neither tcp, udp, icmp, icmpv6, sctp, dccp, "
	  "udplite, gre, esp, ah nor a number of 1 to 255\n" },
	{ "[rule x]\nuid = 5-4\ngroup = eth0\n",
	  "2: uid \"5-4\" ends before it begins\n" },
	{ "[rule x]\nuid = 0\niif = lan\ngroup = eth0\n",
	  "2: rule \"x\": what comes in by lan has no uid, only the box's own "
	  "sockets have\n" },
	{ "[rule x]\nmark = 0x100/0xf0\ngroup = eth0\n",
	  "2: mark \"0x100/0xf0\" has bits that are not in its mask\n" },
	{ "[rule x]\nmark = 0x1000000\ngroup = eth0\n",
	  "2: mark has bits of 0xff000000, which are bal's (mark_mask)\n" },
	{ "[rule x]\nmark = 0x10/0xf0\ngroup = eth0\n"
	  "[bal]\nmark_mask = 0xff\n",
	  "2: mark has bits of 0xff, which are bal's (mark_mask)\n" },
	{ "[rule x]\nstickyy = 10m\nproto = tcp\ngroup = eth0\n",
	  "2: unknown key \"stickyy\", did you mean \"sticky\"?\n" },
	{ "[rule x]\nproto = tcp\ngroup = eth0\n[rule x]\n",
	  "4: section \"[rule x]\" is there twice, first in line 1\n" },
	{ "[rule x]\nfrom = 0.0.0.1-255.255.255.254, 9.0.0.1-9.255.255.254\n"
	  "group = eth0\n",
	  "2: from has more than 64 prefixes (a range counts as the prefixes "
	  "that cover it)\n" },
	{ "[rule x]\nfrom = 0.0.0.1-255.255.255.254\n"
	  "to = 10.0.0.1-10.0.0.30\ngroup = eth0\n",
	  "1: rule \"x\" would be 496 rules of the kernel, more than 256\n" },
	{ "[bal]\ndport = 80\n", "2: key \"dport\" belongs in [rule NAME]\n" },
};

/* Each message without the path before the line number. */
static void
what_is_wrong(void **unused)
{
	const size_t prefix = strlen(in_directory("bal.conf"));
	struct bal_err err;

	(void)unused;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const char *text = faults[i].text;
		char got[sizeof(warnings)] = "", *rest = warnings, *line;

		if (read_bytes(text, strlen(text), &err) != -1)
			fail_msg("accepted: %s", text);
		while ((line = strsep(&rest, "\n")) && *line)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
				 "%s\n", line + prefix + 1);
		assert_string_equal(got, faults[i].said);
	}
}

/* 300 of them, and as many as there may be. */
static void
too_many(void **unused)
{
	char text[32768] = "";
	struct bal_err err;
	size_t len = 0;

	(void)unused;
	for (int i = 0; i < 300; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"[rule r%d]\nto = 10.0.%d.%d\n"
					"group = eth1\n",
					i, i / 200, i % 200);
		if (i + 1 == BAL_RULES_MAX)
			read_good(text);
	}
	assert_int_equal(conf.policy.n_rules, BAL_RULES_MAX);
	assert_int_equal(read_bytes(text, len, &err), -1);
	assert_non_null(strstr(warnings,
			       "769: section \"[rule r256]\" is one more than "
			       "256\n"));
}

/* A rule that lost a line would take what it was never meant for. */
static void
a_wrong_rule_is_dropped(void **unused)
{
	static const char text[] = "[rule a]\nproto = tcp\ndport = x\n"
				   "group = eth1\n"
				   "[rule b]\nproto = udp\ngroup = eth1\n"
				   "[group g]\nuplinks = eth1\nfallback = h\n";
	struct bal_conf_trouble trouble;
	struct bal_err err;

	(void)unused;
	put_bytes(in_directory("bal.conf"), text, strlen(text));
	bal_conf_fini(&conf);
	assert_int_equal(bal_conf_read_anyway(
				 &conf, FROM(in_directory("bal.conf"), true),
				 &trouble, &err),
			 0);
	assert_int_equal(trouble.faults, 2);
	assert_int_equal(conf.policy.n_rules, 1);
	assert_string_equal(conf.policy.rules[0].name, "b");
	assert_int_equal(conf.policy.groups[0].fallback, BAL_FALLBACK_NEXT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups),
		TEST(rules), TEST(what_nft_does),
		TEST(a_range_is_the_prefixes_that_cover_it),
		TEST(what_is_wrong),
		TEST(too_many),
		TEST(a_wrong_rule_is_dropped),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
