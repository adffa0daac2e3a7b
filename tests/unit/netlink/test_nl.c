// SPDX-License-Identifier: GPL-2.0-or-later
/* test_nl - links, addresses and rules: what is written is what is read. */
#include "../kernelside.h"

static void
links(void **state)
{
	bal_link_list list = { 0 };
	const struct bal_link *lo = NULL, *l = NULL;

	(void)state;
	NEED_NAMESPACE();
	must("echo 2 > /proc/sys/net/ipv4/conf/v0/rp_filter;"
	     "echo 1 > /proc/sys/net/ipv4/conf/v0/arp_ignore;"
	     "ip link set v1 down;"
	     "ip link add a-long-name-15x type veth peer name v2");
	assert_int_equal(bal_nl_links(nl, true, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_int_equal(list.n, 5);
	for (size_t i = 0; i < list.n; i++) {
		if (strcmp(list.v[i].name, "lo") == 0)
			lo = &list.v[i];
		if (strcmp(list.v[i].name, "v0") == 0)
			l = &list.v[i];
	}
	assert_non_null(lo);
	assert_non_null(l);
	assert_int_equal(l->ifindex, v0);
	assert_true(l->up);
	assert_false(l->carrier);
	assert_false(l->no_arp);
	assert_true(l->has_devconf);
	assert_int_equal(l->devconf[BAL_DC_RP_FILTER], 2);
	assert_int_equal(l->devconf[BAL_DC_ARP_IGNORE], 1);
	assert_int_equal(l->devconf[BAL_DC_ARP_FILTER], 0);
	assert_true(lo->up && lo->carrier);
	assert_string_equal(list.v[list.n - 1].name, "a-long-name-15x");
	assert_false(list.v[list.n - 1].up);
}

static void
byte_counters(void **state)
{
	bal_link_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	must("ping -c 1 -W 10 127.0.0.1");
	assert_int_equal(bal_nl_links(nl, true, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_string_equal(list.v[0].name, "lo");
	assert_int_equal(list.v[0].rx_bytes, 2 * 84);
	assert_int_equal(list.v[0].tx_bytes, 2 * 84);
}

static void
tunnels_know_no_neighbours(void **state)
{
	bal_link_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	if (run("ip tuntap add dev tun1 mode tun") != 0)
		skip();
	assert_int_equal(bal_nl_links(nl, false, &arena, &list, &err),
			 BAL_DUMP_DONE);
	assert_string_equal(list.v[list.n - 1].name, "tun1");
	assert_true(list.v[list.n - 1].no_arp);
}

static void
addresses(void **state)
{
	bal_ifaddr_list list = { 0 };
	static const struct {
		const char *text;
		bool secondary, peer;
	} expected[] = { { "192.168.1.101/24", false, false },
			 { "10.0.0.7/32", false, false },
			 { "100.64.0.7/32", false, true },
			 { "192.168.1.201/24", true, false } };

	(void)state;
	NEED_NAMESPACE();
	must("ip address add 192.168.1.201/24 dev v0;"
	     "ip address add 10.0.0.7/32 dev v0;"
	     "ip address add 100.64.0.7 peer 100.64.0.1 dev v0;"
	     "ip address add fd00::1/64 dev v0");
	assert_int_equal(bal_nl_addrs(nl, &arena, &list, &err), BAL_DUMP_DONE);
	assert_int_equal(list.n, 1 + N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		const struct bal_ifaddr *a = &list.v[i + 1];
		char buf[BAL_ADDR_STRLEN];

		assert_int_equal(a->ifindex, v0);
		assert_string_equal(bal_addr_host_str(&a->addr, buf),
				    i == 0 ? "192.168.1.101" :
				    i == 1 ? "10.0.0.7" :
				    i == 2 ? "100.64.0.7" :
					     "192.168.1.201");
		assert_int_equal(a->addr.len, i % 3 ? 32 : 24);
		assert_int_equal(a->secondary, expected[i].secondary);
		assert_int_equal(a->peer, expected[i].peer);
	}
}

static void
sysctls(void **state)
{
	struct bal_op op = { .kind = &bal_kind_devconf };
	bal_link_list list = { 0 };

	(void)state;
	NEED_NAMESPACE();
	op.devconf.ifindex = v0;
	op.devconf.mask = (1u << BAL_DC_MAX) - 1;
	for (int i = 0; i < BAL_DC_MAX; i++)
		op.devconf.value[i] = 1;
	op.devconf.value[BAL_DC_RP_FILTER] = 2;
	must_do(&op);
	assert_int_equal(bal_nl_links(nl, false, &arena, &list, &err),
			 BAL_DUMP_DONE);
	for (size_t i = 0; i < list.n; i++)
		for (int k = 0; k < BAL_DC_MAX; k++)
			if (list.v[i].ifindex == v0)
				assert_int_equal(list.v[i].devconf[k],
						 op.devconf.value[k]);
	must("cd /proc/sys/net/ipv4/conf/v0; cat arp_ignore arp_announce"
	     " arp_filter rp_filter promote_secondaries"
	     " ignore_routes_with_linkdown | tr -d '\\n'");
	assert_string_equal(output, "111211");
	/* Only what is asked for. */
	op.devconf.mask = 1u << BAL_DC_ARP_FILTER;
	memset(op.devconf.value, 0, sizeof(op.devconf.value));
	must_do(&op);
	must("cd /proc/sys/net/ipv4/conf/v0; cat arp_filter rp_filter |"
	     " tr -d '\\n'");
	assert_string_equal(output, "02");
	op.devconf.ifindex = 999;
	assert_int_equal(carry_out(&op), ENODEV);
}

/* All the forms that a plan has. */
static size_t
forms(struct bal_op *ops)
{
	size_t n = 0;

	ops[n] = rule_op(BAL_ADD, 10000, BAL_RULE_LOOKUP);
	ops[n].rule.src = prefix("192.168.1.101");
	ops[n].rule.table = 1;
	ops[n++].rule.suppress_prefixlen = 1;
	ops[n] = rule_op(BAL_ADD, 10000, BAL_RULE_LOOKUP);
	ops[n].rule.has_mark = true;
	ops[n].rule.mark = 0x1000000;
	ops[n].rule.mask = 0xff000000;
	ops[n].rule.table = 1;
	ops[n++].rule.suppress_prefixlen = 0;
	ops[n] = rule_op(BAL_ADD, 10001, BAL_RULE_GOTO);
	ops[n].rule.dst = prefix("172.22.0.0/16");
	ops[n++].rule.target = 10003;
	ops[n] = rule_op(BAL_ADD, 10002, BAL_RULE_LOOKUP);
	ops[n].rule.table = BAL_TABLE_MAIN;
	ops[n++].rule.suppress_prefixlen = 1;
	ops[n] = rule_op(BAL_ADD, 10003, BAL_RULE_GOTO);
	memcpy(ops[n].rule.iif, "lo", 3);
	ops[n].rule.invert = true;
	ops[n++].rule.target = 10006;
	ops[n] = rule_op(BAL_ADD, 10005, BAL_RULE_UNREACHABLE);
	ops[n++].rule.src = prefix("192.168.1.101");
	ops[n] = rule_op(BAL_ADD, 10006, BAL_RULE_GOTO);
	ops[n].rule.has_mark = true;
	ops[n].rule.mask = 0xff000000;
	ops[n++].rule.target = 10008;
	ops[n] = rule_op(BAL_ADD, 10008, BAL_RULE_LOOKUP);
	memcpy(ops[n].rule.oif, "not-there-yet-x", 16);
	ops[n++].rule.table = 4000000000;
	ops[n++] = rule_op(BAL_ADD, 10009, BAL_RULE_NOP);
	ops[n] = rule_op(BAL_ADD, 10010, BAL_RULE_LOOKUP);
	ops[n].rule.ip_proto = 17;
	ops[n].rule.sport = (struct bal_ports){ 1024, 65534 };
	ops[n].rule.dport = (struct bal_ports){ 53, 53 };
	ops[n++].rule.table = 9;
	ops[n] = rule_op(BAL_ADD, 10011, BAL_RULE_LOOKUP);
	memcpy(ops[n].rule.iif, "lo", 3);
	ops[n].rule.has_uid = true;
	ops[n].rule.uid_last = 4294967294;
	ops[n++].rule.table = 9;
	return n;
}

static void
rules(void **state)
{
	struct bal_op ops[16];
	size_t n = forms(ops);
	bal_rule_list list;

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < n; i++)
		must_do(&ops[i]);
	list = all_rules();
	assert_int_equal(list.n, 3 + n);
	assert_int_equal(list.v[0].priority, 0);
	assert_int_equal(list.v[0].table, BAL_TABLE_LOCAL);
	assert_int_not_equal(list.v[0].protocol, BAL_PROTO);
	for (size_t i = 0; i < n; i++)
		assert_same_rule(&list.v[i + 1], &ops[i].rule);
	for (size_t i = 0; i < n; i++) {
		ops[i].verb = BAL_DEL;
		must_do(&ops[i]);
		assert_int_equal(carry_out(&ops[i]), ENOENT);
	}
	assert_int_equal(all_rules().n, 3);
}

static bal_rule_list
rules_of(int family, int outcome)
{
	bal_rule_list list = { 0 };

	assert_int_equal(bal_nl_rules_of(nl, family, &arena, &list, &err),
			 outcome);
	return list;
}

/* Those of IPv6 by themselves; a kernel without the family has none. */
static void
rules_of_ipv6(void **state)
{
	struct bal_op ops[] = { rule_op(BAL_ADD, 42759, BAL_RULE_LOOKUP),
				rule_op(BAL_ADD, 42760, BAL_RULE_PROHIBIT) };
	bal_rule_list list;

	(void)state;
	NEED_NAMESPACE();
	ops[0].rule.family = ops[1].rule.family = AF_INET6;
	ops[0].rule.src = prefix("2001:db8:1::/64");
	ops[0].rule.table = 9;
	must_do(&ops[0]);
	must_do(&ops[1]);
	list = rules_of(AF_INET6, BAL_DUMP_DONE);
	assert_int_equal(list.n, 4);
	assert_same_rule(&list.v[2], &ops[0].rule);
	assert_same_rule(&list.v[3], &ops[1].rule);
	assert_int_equal(all_rules().n, 3);
	ops[0].verb = ops[1].verb = BAL_DEL;
	must_do(&ops[0]);
	must_do(&ops[1]);
	assert_int_equal(rules_of(AF_INET6, BAL_DUMP_DONE).n, 2);
	assert_int_equal(rules_of(AF_X25, BAL_DUMP_ABSENT).n, 0);
}

/* The tag alone tells one from the other: only ours goes. */
static void
twins_of_strangers(void **state)
{
	struct bal_op op = rule_op(BAL_ADD, 10004, BAL_RULE_LOOKUP);
	bal_rule_list list;

	(void)state;
	NEED_NAMESPACE();
	op.rule.src = prefix("192.168.1.101");
	op.rule.table = 1;
	must("ip rule add priority 10004 from 192.168.1.101 lookup 1");
	must_do(&op);
	list = all_rules();
	assert_int_equal(list.n, 5);
	assert_int_not_equal(list.v[1].protocol, BAL_PROTO);
	assert_int_equal(list.v[2].protocol, BAL_PROTO);
	op.verb = BAL_DEL;
	must_do(&op);
	list = all_rules();
	assert_int_equal(list.n, 4);
	assert_int_not_equal(list.v[1].protocol, BAL_PROTO);
	assert_int_equal(carry_out(&op), ENOENT);
}

/* What we do not name is still somebody's rule. */
static void
rules_of_strangers(void **state)
{
	bal_rule_list list;

	(void)state;
	NEED_NAMESPACE();
	must("ip rule add priority 5 from 10.0.0.0/8 prohibit;"
	     "ip rule add priority 6 tos 0x10 lookup 9;"
	     "ip rule add priority 7 fwmark 5 lookup 9;"
	     "ip rule add priority 9 lookup 9 suppress_ifgroup 3;"
	     "ip rule add priority 10 from 10.0.0.0/8 blackhole;"
	     "ip rule add priority 11 ipproto udp dport 53 lookup 9;"
	     "ip rule add priority 12 not from 10.0.0.0/8 to 10.1.0.0/16 iif lo"
	     " oif lo fwmark 1/3 lookup 9 suppress_prefixlength 0;"
	     "ip -6 rule add priority 8 lookup 9");
	list = all_rules();
	assert_int_equal(list.n, 10);
	assert_int_equal(list.v[1].action, BAL_RULE_PROHIBIT);
	assert_int_equal(list.v[1].src.len, 8);
	assert_int_equal(list.v[2].table, 9);
	assert_int_equal(list.v[3].mask, 0xffffffff);
	assert_int_equal(list.v[3].mark, 5);
	assert_int_equal(list.v[5].action, BAL_RULE_BLACKHOLE);
	/* Whether a member is lacking for what it says. */
	assert_false(list.v[1].narrow);
	assert_true(list.v[2].narrow);
	assert_false(list.v[3].narrow);
	assert_true(list.v[4].narrow);
	assert_false(list.v[5].narrow);
	assert_true(list.v[6].narrow);
	assert_false(list.v[7].narrow);
}

/* Five batches; every one of them arrives, in the order of priorities. */
static void
three_hundred_rules(void **state)
{
	struct bal_op op = rule_op(BAL_ADD, 0, BAL_RULE_LOOKUP);
	bal_rule_list list;

	(void)state;
	NEED_NAMESPACE();
	for (uint32_t i = 300; i > 0; i--) {
		op.rule.priority = 1000 + i;
		op.rule.table = i;
		queue(&op, i);
	}
	flush();
	assert_int_equal(failures.n, 0);
	list = all_rules();
	assert_int_equal(list.n, 303);
	for (uint32_t i = 1; i <= 300; i++) {
		op.rule.priority = 1000 + i;
		op.rule.table = i;
		assert_same_rule(&list.v[i], &op.rule);
	}
	op.verb = BAL_DEL;
	for (uint32_t i = 1; i <= 300; i++) {
		op.rule.priority = 1000 + i;
		op.rule.table = i;
		queue(&op, i);
	}
	flush();
	assert_int_equal(failures.n, 0);
	assert_int_equal(all_rules().n, 3);
}

/* Each by its own number, wherever in a batch; the others are carried out. */
static void
failures_by_number(void **state)
{
	static const size_t bad[] = { 0, 5, 63, 64, 149 };
	struct bal_op good = rule_op(BAL_ADD, 0, BAL_RULE_NOP);
	struct bal_op wrong = rule_op(BAL_DEL, 4, BAL_RULE_NOP);

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0, k = 0; i < 150; i++) {
		good.rule.priority = 1000 + (uint32_t)i;
		if (k < N(bad) && i == bad[k]) {
			queue(&wrong, 7000 + i);
			k++;
		} else {
			queue(&good, 7000 + i);
		}
	}
	flush();
	assert_int_equal(failures.n, N(bad));
	for (size_t k = 0; k < N(bad); k++) {
		assert_int_equal(failures.v[k].number, 7000 + bad[k]);
		assert_int_equal(failures.v[k].eno, ENOENT);
	}
	assert_int_equal(all_rules().n, 3 + 150 - N(bad));
	/* Nothing queued, nothing told. */
	failures.n = 0;
	flush();
	assert_int_equal(failures.n, 0);
}

/* The kernel's own words, and none where it has none. */
static void
failures_in_words(void **state)
{
	struct bal_op op = route_op(BAL_ADD, "default", NULL, 0);
	struct bal_op again = route_op(BAL_ADD, "default", NULL, 0);
	struct bal_op group = nexthop_op(BAL_ADD, 21400);
	struct bal_nh_member nobody = { 999, 1 };

	(void)state;
	NEED_NAMESPACE();
	op.route.type = BAL_ROUTE_UNICAST;
	op.route.nhid = 4711;
	assert_int_equal(carry_out(&op), EINVAL);
	assert_non_null(strstr(failures.v[0].why, "exthop"));
	group.nexthop.members = &nobody;
	group.nexthop.n_members = 1;
	assert_int_equal(carry_out(&group), EINVAL);
	assert_string_equal(failures.v[0].why, "Invalid nexthop id");
	must_do(&again);
	assert_int_equal(carry_out(&again), EEXIST);
	assert_string_equal(failures.v[0].why, "");
}

/* No libnetlink call prints: that is for the commands alone. */
static int
prints_nothing(void *arg)
{
	const char *path = arg;
	bal_route_list list = { 0 };
	struct bal_op op = rule_op(BAL_DEL, 4, BAL_RULE_NOP);

	if (!freopen(path, "w", stderr))
		return 2;
	(void)bal_nl_routes(nl, 4711, &arena, &list, &err);
	queue(&op, 1);
	flush();
	fflush(stderr);
	return ftell(stderr) == 0 ? 0 : 1;
}

static void
nothing_is_printed(void **state)
{
	char path[] = "/run/stderr";

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(apart(prints_nothing, path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links),
		TEST(byte_counters),
		TEST(tunnels_know_no_neighbours),
		TEST(addresses),
		TEST(sysctls),
		TEST(rules),
		TEST(rules_of_ipv6),
		TEST(twins_of_strangers),
		TEST(rules_of_strangers),
		TEST(three_hundred_rules),
		TEST(failures_by_number),
		TEST(failures_in_words),
		TEST(nothing_is_printed),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
