// SPDX-License-Identifier: GPL-2.0-or-later
/* test_print - changes as lines that one can paste, and as words of a message. */
#include "../world.h"

/* @op as its line, without the newline. */
static const char *
line_of(const struct bal_op *op)
{
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");
	size_t len;

	assert_non_null(out);
	bal_op_print(out, op);
	assert_int_equal(fclose(out), 0);
	len = strlen(w.text);
	assert_true(len > 0 && w.text[len - 1] == '\n');
	w.text[len - 1] = '\0';
	assert_null(strchr(w.text, '\n'));
	return w.text;
}

static struct bal_op
rule_op(enum bal_verb verb, enum bal_rule_action action)
{
	struct bal_op op = { .kind = &bal_kind_rule, .verb = verb };

	op.rule.priority = 10004;
	op.rule.family = AF_INET;
	op.rule.protocol = BAL_PROTO;
	op.rule.action = action;
	op.rule.table = 7;
	op.rule.target = 10009;
	op.rule.suppress_prefixlen = -1;
	return op;
}

static void
rules(void **state)
{
	struct bal_op op = rule_op(BAL_ADD, BAL_RULE_LOOKUP);

	(void)state;
	assert_string_equal(line_of(&op), "ip rule add priority 10004 from all"
					  " lookup 7 protocol 214");
	op.verb = BAL_DEL;
	op.rule.suppress_prefixlen = 1;
	op.rule.src = addr("192.168.1.101");
	op.rule.dst = addr("10.0.0.0/8");
	assert_string_equal(line_of(&op),
			    "ip rule del priority 10004 from 192.168.1.101"
			    " to 10.0.0.0/8 lookup 7 suppress_prefixlength 1"
			    " protocol 214");
	op = rule_op(BAL_ADD, BAL_RULE_GOTO);
	op.rule.invert = true;
	memcpy(op.rule.iif, "lo", 3);
	assert_string_equal(line_of(&op),
			    "ip rule add priority 10004 not from"
			    " all iif lo goto 10009 protocol 214");
	op = rule_op(BAL_ADD, BAL_RULE_NOP);
	op.rule.has_mark = true;
	op.rule.mask = 0xff000000;
	memcpy(op.rule.oif, "eth0.7", 7);
	assert_string_equal(line_of(&op),
			    "ip rule add priority 10004 from all fwmark"
			    " 0x0/0xff000000 oif eth0.7 nop protocol 214");
	op = rule_op(BAL_ADD, BAL_RULE_UNREACHABLE);
	op.rule.protocol = 0;
	assert_string_equal(line_of(&op), "ip rule add priority 10004 from all"
					  " unreachable");
}

static struct bal_op
route_op(enum bal_verb verb, const char *dst, struct bal_hop *hops, size_t n)
{
	struct bal_op op = { .kind = &bal_kind_route, .verb = verb };

	assert_int_equal(bal_prefix_parse(dst, &op.route.dst, &w.err), 0);
	op.route.table = 7;
	op.route.protocol = BAL_PROTO;
	op.route.type = BAL_ROUTE_UNICAST;
	op.route.hops = hops;
	op.route.n_hops = n;
	return op;
}

static void
routes(void **state)
{
	struct bal_hop hops[2] = {
		{ .dev = "eth1", .onlink = true, .weight = 3 },
		{ .dev = "tun2", .weight = 1 }
	};
	struct bal_op op = route_op(BAL_ADD, "default", hops, 1);

	(void)state;
	hops[0].gateway = addr("192.168.1.1");
	op.route.src = addr("192.168.1.101");
	assert_string_equal(line_of(&op),
			    "ip route add default via 192.168.1.1 dev eth1"
			    " onlink src 192.168.1.101 table 7 proto 214");
	op = route_op(BAL_REPLACE, "172.22.0.0/16", hops + 1, 1);
	op.route.scope_link = true;
	op.route.metric = 1;
	assert_string_equal(line_of(&op),
			    "ip route replace 172.22.0.0/16 dev tun2 table 7"
			    " metric 1 scope link proto 214");
	op = route_op(BAL_APPEND, "default", hops, 2);
	assert_string_equal(line_of(&op),
			    "ip route append default table 7 proto 214 nexthop"
			    " via 192.168.1.1 dev eth1 onlink weight 3 nexthop"
			    " dev tun2 weight 1");
	op.verb = BAL_DEL;
	op.route.nhid = 21400;
	op.route.metric = 1;
	assert_string_equal(line_of(&op), "ip route del default nhid 21400"
					  " table 7 metric 1 proto 214");
	op = route_op(BAL_ADD, "8.8.8.8/32", NULL, 0);
	op.route.type = BAL_ROUTE_UNREACHABLE;
	assert_string_equal(
		line_of(&op),
		"ip route add unreachable 8.8.8.8 table 7 proto 214");
}

static void
nexthops(void **state)
{
	struct bal_nh_member members[2] = { { 21400, 1 }, { 21401, 255 } };
	struct bal_op op = { .kind = &bal_kind_nexthop, .verb = BAL_ADD };

	(void)state;
	op.nexthop.id = 21400;
	op.nexthop.protocol = BAL_PROTO;
	memcpy(op.nexthop.hop.dev, "eth1", 5);
	assert_string_equal(line_of(&op),
			    "ip nexthop add id 21400 dev eth1 protocol 214");
	op.nexthop.hop.gateway = addr("192.168.1.1");
	op.nexthop.hop.onlink = true;
	assert_string_equal(line_of(&op),
			    "ip nexthop add id 21400 via 192.168.1.1 dev eth1"
			    " onlink protocol 214");
	op.verb = BAL_REPLACE;
	op.nexthop.id = 21402;
	op.nexthop.members = members;
	op.nexthop.n_members = 2;
	assert_string_equal(line_of(&op), "ip nexthop replace id 21402 group"
					  " 21400,1/21401,255 protocol 214");
	op.verb = BAL_DEL;
	assert_string_equal(line_of(&op), "ip nexthop del id 21402");
}

static void
sysctls(void **state)
{
	struct bal_op op = { .kind = &bal_kind_sysctl };

	(void)state;
	op.sysctl = (struct bal_sysctl_set){ BAL_SYSCTL_HASH_POLICY, 1 };
	assert_string_equal(line_of(&op),
			    "sysctl -qw net/ipv4/fib_multipath_hash_policy=1");
	op.sysctl = (struct bal_sysctl_set){ BAL_SYSCTL_ICMP_ERRORS, 0 };
	assert_string_equal(
		line_of(&op),
		"sysctl -qw net/ipv4/icmp_errors_use_inbound_ifaddr=0");
	memset(&op, 0, sizeof(op));
	op.kind = &bal_kind_devconf;
	memcpy(op.devconf.dev, "eth0.7", 7);
	op.devconf.mask = 1 << BAL_DC_RP_FILTER;
	op.devconf.value[BAL_DC_RP_FILTER] = 2;
	assert_string_equal(line_of(&op),
			    "sysctl -qw net/ipv4/conf/eth0.7/rp_filter=2");
	for (int i = 0; i < BAL_DC_MAX; i++)
		assert_non_null(bal_devconf_name(i));
}

static void
descriptions(void **state)
{
	struct bal_hop hop = { .dev = "eth1" };
	struct bal_op op = route_op(BAL_ADD, "default", &hop, 1);
	struct bal_fw_op nat = { .by = &bal_firewall_legacy,
				 .part = BAL_XTABLE_NAT };
	char buf[128], small[8];

	(void)state;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "add default route by eth1 to table 7");
	op.verb = BAL_APPEND;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "add default route by eth1 to table 7");
	op.verb = BAL_DEL;
	op.route.n_hops = 0;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "delete default route from table 7");
	op.verb = BAL_REPLACE;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "replace default route in table 7");
	op = rule_op(BAL_ADD, BAL_RULE_NOP);
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "add rule 10004");
	op.verb = BAL_DEL;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "delete rule 10004");
	op = (struct bal_op){ .kind = &bal_kind_firewall, .firewall = &nat };
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "write the nat table");
	/* Cut where there is no room, and ended. */
	assert_string_equal(bal_op_describe(&op, small, sizeof(small)),
			    "write t");
	op = (struct bal_op){ .kind = &bal_kind_nexthop, .verb = BAL_REPLACE };
	op.nexthop.id = 21400;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "set nexthop 21400");
	memcpy(op.nexthop.hop.dev, "eth1", 5);
	op.verb = BAL_ADD;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "set nexthop 21400 by eth1");
	op.verb = BAL_DEL;
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "delete nexthop 21400");
	op = (struct bal_op){ .kind = &bal_kind_devconf };
	memcpy(op.devconf.dev, "eth1", 5);
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "set the sysctls of eth1");
	op = (struct bal_op){ .kind = &bal_kind_sysctl,
			      .sysctl = { BAL_SYSCTL_HASH_POLICY, 0 } };
	assert_string_equal(bal_op_describe(&op, buf, sizeof(buf)),
			    "set net/ipv4/fib_multipath_hash_policy to 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules),   TEST(routes),	   TEST(nexthops),
		TEST(sysctls), TEST(descriptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
