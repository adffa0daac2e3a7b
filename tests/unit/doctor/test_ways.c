// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ways - defaults of others, IPv6, marks, and LANs like lines. */
#include "../doctoring.h"

static void
main_way(const char *dst, const char *gateway, const char *dev)
{
	struct bal_main_way *way = BAL_PUSH(&w.arena, &f.main_ways);

	assert_non_null(way);
	way->dst =
		strcmp(dst, "default") == 0 ? bal_addr_any(AF_INET) : addr(dst);
	if (*gateway)
		way->gateway = addr(gateway);
	assert_int_equal(bal_copy(way->dev, sizeof(way->dev), dev), 0);
}

static void
halves_of_a_vpn(void **state)
{
	struct bal_foreign_rule *r;
	struct bal_rule rule = { .action = BAL_RULE_LOOKUP,
				 .table = BAL_TABLE_MAIN };
	const struct bal_finding *found;

	(void)state;
	main_way("0.0.0.0/1", "10.8.0.1", "tun9");
	main_way("128.0.0.0/1", "10.8.0.1", "tun9");
	found = finds(RISK, "half-routes", "");
	assert_string_equal(found->fix, "ip rule add priority 32000 lookup "
					 "main suppress_prefixlength 0");
	/* Which lets them decide. */
	r = BAL_PUSH(&w.arena, &f.foreign_rules);
	assert_non_null(r);
	r->rule = &rule;
	r->wide = true;
	r->words = "priority 32000 from all lookup main";
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "half-routes");
}

static void
halves_of_an_uplink(void **state)
{
	(void)state;
	tunnel(1, 3);
	name_table("tun1");
	see();
	obey_devconf();
	main_way("0.0.0.0/1", "172.22.0.1", "tun1");
	main_way("128.0.0.0/1", "172.22.0.1", "tun1");
	assert_non_null(strstr(finds(NOTE, "half-routes", "tun1")->fix,
			       "route-nopull"));
}

static void
an_end_in_main(void **state)
{
	(void)state;
	f.main_end = "blackhole default metric 9";
	assert_string_equal(finds(BROKEN, "main-end", "")->fix,
			    "ip route del blackhole default metric 9");
	/* Without an uplink it does what it is for. */
	for (size_t i = 0; i < w.ups.n; i++)
		w.ups.v[i].admin_up = false;
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "main-end");
	f.main_end = NULL;
}

static void
a_second_gateway(void **state)
{
	const struct bal_finding *found;

	(void)state;
	main_way("default", "192.168.1.1", "eth1");
	main_way("default", "10.0.0.1", "lan0");
	main_way("default", "", "eth2");
	finds_nothing();
	main_way("default", "192.168.1.254", "eth1");
	found = finds(RISK, "second-gateway", "eth1");
	assert_string_equal(found->what,
			    "its device has a second gateway, 192.168.1.254");
	assert_non_null(strstr(
		found->fix, "ip link add link eth1 name eth1b type macvlan"));
}

static void
a_second_gateway_in_stanzas(void **state)
{
	struct bal_stanza *s = stanza("eth1");

	(void)state;
	says(s, "address", "192.168.1.101/24");
	says(s, "bal-gateway", "192.168.1.1");
	finds_nothing();
	s = stanza("eth1:1");
	says(s, "address", "192.168.1.201/24");
	says(s, "gateway", "192.168.1.254");
	finds(RISK, "second-gateway", "eth1");
	/* Of another device; or one that was just changed. */
	memcpy(f.stanzas.v[1].name, "eth10", 6);
	finds_nothing();
	memcpy(f.stanzas.v[1].name, "eth1", 5);
	f.stanzas.v[0].options.v[1].value = "192.168.1.254";
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "second-gateway");
}

static void
ipv6_by_a_line(void **state)
{
	struct bal_v6_way *way = BAL_PUSH(&w.arena, &f.v6_ways);

	(void)state;
	assert_non_null(way);
	memcpy(way->dev, "eth1", 5);
	assert_string_equal(finds(NOTE, "ipv6-default", "eth1")->fix,
			    "ip -6 route del default dev eth1 (and its line in "
			    "the inet6 stanza)");
	way->learned = true;
	assert_string_equal(finds(NOTE, "ipv6-default", "eth1")->fix,
			    "sysctl -w net/ipv6/conf/eth1/accept_ra_defrtr=0 "
			    "&& ip -6 route del default dev eth1");
	/* Past a kill-switch, where it has no share. */
	global("last_resort", "no");
	see();
	finds(NOTE, "ipv6-default", "eth1");
	configured("eth1", "share", "no");
	see();
	finds(RISK, "ipv6-default", "eth1");
	configured("eth1", "share", "yes");
	global("last_resort", "yes");
	/* Now it does harm. */
	known("eth1")->record.health = BAL_HEALTH_DEAD;
	see();
	finds(RISK, "ipv6-default", "eth1");
	w.conf.globals.ipv6 = BAL_IPV6_BLOCK;
	see();
	finds_nothing();
	w.conf.globals.ipv6 = BAL_IPV6_IGNORE;
	known("eth1")->admin_up = known("eth2")->admin_up = false;
	see();
	finds_nothing();
}

static void
give_ipv6(struct bal_uplink *up)
{
	static const struct bal_ifaddr addr = { .addr = { .family = AF_INET6,
							  .len = 64 } };
	static const struct bal_ifaddr *const addrs[] = { &addr };

	up->six = up->alive6 = true;
	up->v6.addrs = (const struct bal_ifaddr **)addrs;
	up->v6.n_addrs = 1;
}

static void
ipv6_that_tunnels_lack(void **state)
{
	struct bal_uplink *up;

	(void)state;
	configured("eth1", "share", "no");
	w.conf.globals.ipv6 = BAL_IPV6_BALANCE;
	see();
	up = &w.ups.v[0];
	assert_string_equal(up->name, "eth1");
	finds_nothing();
	give_ipv6(up);
	finds(RISK, "ipv6-shut", "eth1");
	give_ipv6(&w.ups.v[1]);
	finds_nothing();
}

/* The kernel takes almost any name, and a fix is pasted by root. */
static void
a_name_that_a_shell_reads(void **state)
{
	struct bal_v6_way *way = BAL_PUSH(&w.arena, &f.v6_ways);

	(void)state;
	assert_non_null(way);
	memcpy(way->dev, "x;id", 5);
	assert_string_equal(finds(NOTE, "ipv6-default", "x;id")->fix,
			    "ip -6 route del default dev 'x;id' (and its line "
			    "in the inet6 stanza)");
	way->learned = true;
	assert_string_equal(finds(NOTE, "ipv6-default", "x;id")->fix,
			    "sysctl -w net/ipv6/conf/'x;id'/accept_ra_defrtr=0 "
			    "&& ip -6 route del default dev 'x;id'");
}

static void
a_lan_like_the_lines(void **state)
{
	const struct bal_finding *found;

	(void)state;
	device("lan0");
	address("lan0", "192.168.1.7/24");
	see();
	found = finds(NOTE, "lan-subnet", "eth1 eth2");
	assert_string_equal(found->what, "addresses of its subnet are in "
					 "192.168.1.0/24 of lan0, too");
	assert_string_equal(found->fix, "bal-exec eth1 ping -c 1 192.168.1.1");
	/* Inside it, or around it. */
	no_address("lan0");
	address("lan0", "192.168.1.129/25");
	see();
	finds(NOTE, "lan-subnet", "eth1 eth2");
	no_address("lan0");
	address("lan0", "192.168.0.1/16");
	see();
	finds(NOTE, "lan-subnet", "eth1 eth2");
	/* Beside it; down; a host alone; a tunnel. */
	no_address("lan0");
	address("lan0", "192.168.2.1/24");
	see();
	finds_nothing();
	no_address("lan0");
	address("lan0", "192.168.1.7/32");
	see();
	finds_nothing();
	no_address("lan0");
	address("lan0", "192.168.1.7/24");
	link_of("lan0")->up = false;
	see();
	finds_nothing();
	link_of("lan0")->up = link_of("lan0")->no_arp = true;
	see();
	finds_nothing();
}

static struct bal_marker *
marker(const char *by, const char *words)
{
	struct bal_marker *m;

	memset(&f.markers, 0, sizeof(f.markers));
	m = BAL_PUSH(&w.arena, &f.markers);
	assert_non_null(m);
	*m = (struct bal_marker){
		.by = by, .table = "mangle", .chain = "QOS", .words = words
	};
	return m;
}

static void
marks_without_a_mask(void **state)
{
	const struct bal_finding *found;
	struct bal_marker *m;

	(void)state;
	m = marker("iptables-nft", "CONNMARK --save-mark");
	m->connections = UINT32_MAX;
	found = finds(RISK, "mark-wiped", "");
	assert_string_equal(found->what,
			    "CONNMARK --save-mark in chain QOS of iptables-nft "
			    "writes bal's bits of the connection's mark");
	assert_string_equal(found->fix,
			    "CONNMARK --save-mark --nfmask 0xffffff --ctmask "
			    "0xffffff (in chain QOS, in place of that)");
	m->connections = 0x00ffffff;
	finds_nothing();
	m = marker("iptables-legacy", "MARK --set-xmark 0xa/0xffffffff");
	m->packets = UINT32_MAX;
	found = finds(RISK, "mark-wiped", "");
	assert_non_null(strstr(found->what, "the packet's mark"));
	assert_non_null(strstr(found->fix, "MARK --set-mark VALUE/0xffffff,"));
	m = marker("nft", "ct mark set meta mark");
	m->connections = UINT32_MAX;
	assert_non_null(strstr(finds(RISK, "mark-wiped", "")->fix,
			       "ct mark set ct mark and 0xff000000 or VALUE"));
	/* Other bits are bal's. */
	global("mark_mask", "0xff");
	m->connections = 0xff00;
	finds_nothing();
	m->connections = 0xffff;
	finds(RISK, "mark-wiped", "");
	/* Whoever writes these and no others means an uplink. */
	m->connections = 0xff;
	finds_nothing();
}

static struct bal_marker *
another_marker(const struct bal_marker *like, const char *words)
{
	struct bal_marker *m = BAL_PUSH(&w.arena, &f.markers);

	assert_non_null(m);
	*m = *like;
	m->words = words;
	return m;
}

/* Once, however often it stands there; of a chain one stands for all. */
static void
many_of_them(void **state)
{
	const struct bal_finding *found;
	struct bal_marker first, *m;

	(void)state;
	first = *marker("nft", "ct mark set meta mark");
	first.connections = UINT32_MAX;
	f.markers.v[0] = first;
	m = BAL_PUSH(&w.arena, &f.markers);
	assert_non_null(m);
	*m = first;
	finds(RISK, "mark-wiped", "");
	m->chain = "other";
	judge();
	assert_int_equal(d.findings.n, 2);
	/* A shaper of 480 hosts. */
	f.markers.n = 1;
	for (unsigned i = 0; i < 479; i++) {
		char *words = bal_arena_alloc(&w.arena, 64);

		snprintf(words, 64, "ct mark set 0x%x", i);
		another_marker(&first, words);
	}
	found = finds(RISK, "mark-wiped", "");
	assert_non_null(strstr(found->what,
			       "ct mark set meta mark and 479 more like it in "
			       "chain QOS of nft writes"));
	/* Those that are fixed otherwise are told apart. */
	another_marker(&first, "meta mark set 0x5")->packets = UINT32_MAX;
	f.markers.v[f.markers.n - 1].connections = 0;
	judge();
	assert_int_equal(d.findings.n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(halves_of_a_vpn),
		HEALTHY(halves_of_an_uplink),
		HEALTHY(an_end_in_main),
		HEALTHY(a_second_gateway),
		HEALTHY(a_second_gateway_in_stanzas),
		HEALTHY(ipv6_by_a_line),
		HEALTHY(ipv6_that_tunnels_lack),
		HEALTHY(a_name_that_a_shell_reads),
		HEALTHY(a_lan_like_the_lines),
		HEALTHY(marks_without_a_mask),
		HEALTHY(many_of_them),
	};

	return cmocka_run_group_tests_name("doctor_ways", tests, NULL, NULL);
}
