// SPDX-License-Identifier: GPL-2.0-or-later
/* test_smooth - which second line a tunnel is copied to, and what follows. */
#include "../kernel.h"
#include "../wording.h"

#include <netinet/in.h>

#include "plan/smooth.h"

/* Three lines, a tunnel over the first whose client is known. */
static int
begin(void **state)
{
	struct bal_uplink_state *us;

	setup(state);
	modem(1);
	modem(2);
	modem(3);
	tunnel(1, 11);
	us = known("tun1");
	us->learned_server = addr("198.51.100.1/32");
	us->learned_local = addr("192.168.1.101/32");
	us->learned_port = 1194;
	us->learned_proto = IPPROTO_UDP;
	configured("tun1", "smooth", "always");
	return 0;
}

#define SMOOTH(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

static void
copies_to(const char *dev)
{
	make_plan();
	if (!bal_smooth_is_on(up_of("tun1")))
		fail_msg("not smoothed: %s", bal_smooth_reason(up_of("tun1")));
	assert_string_equal(up_of("tun1")->smoothing.copy, dev);
	assert_int_equal(w.plan.smooth.n, 1);
	assert_string_equal(w.plan.smooth.v[0].copy, dev);
	assert_int_equal(w.plan.local.n, 1);
}

static void
lacks(enum bal_smooth_lack lack)
{
	make_plan();
	assert_int_equal(up_of("tun1")->smoothing.lack, lack);
	assert_true(*bal_smooth_reason(up_of("tun1")));
	assert_int_equal(w.plan.smooth.n, 0);
	assert_int_equal(w.plan.local.n, 0);
	assert_null(strstr(rules_text(), "dport 1194"));
}

static void
the_best_other_line(void **state)
{
	(void)state;
	copies_to("eth2");
	assert_non_null(strstr(rules_text(), "32778: from 192.168.1.101 to "
					     "198.51.100.1"));
	configured("eth3", "priority", "1");
	copies_to("eth3");
	health("eth3", BAL_HEALTH_DEAD);
	copies_to("eth2");
	health("eth2", BAL_HEALTH_DEGRADED);
	lacks(BAL_SMOOTH_NO_COPY);
	/* Better than none. */
	health("eth1", BAL_HEALTH_DEAD);
	copies_to("eth2");
	health("eth2", BAL_HEALTH_DEAD);
	lacks(BAL_SMOOTH_NO_COPY);
}

static void
a_list_has_its_order(void **state)
{
	(void)state;
	configured("tun1", "smooth_over", "eth3, eth2");
	copies_to("eth3");
	health("eth3", BAL_HEALTH_DEAD);
	copies_to("eth2");
	configured("tun1", "smooth_over", "eth3");
	lacks(BAL_SMOOTH_NO_COPY);
	configured("tun1", "smooth_over", "eth1");
	lacks(BAL_SMOOTH_SAME_LINE);
	configured("tun1", "smooth_over", "eth7, tun1");
	lacks(BAL_SMOOTH_ONE_LINE);
	assert_string_equal(bal_smooth_reason(up_of("tun1")),
			    "no other line of smooth_over is up");
	configured("tun1", "smooth_over", "auto");
	known("eth2")->admin_up = known("eth3")->admin_up = false;
	lacks(BAL_SMOOTH_ONE_LINE);
}

static void
a_cap_that_is_used_up(void **state)
{
	(void)state;
	configured("eth2", "cap", "1GB");
	known("eth2")->usage.known = true;
	known("eth2")->usage.bytes = 1000000000;
	copies_to("eth3");
}

static void
both_lines_are_to_be_dead(void **state)
{
	(void)state;
	health("eth1", BAL_HEALTH_DEAD);
	make_plan();
	assert_false(up_of("tun1")->underlay_down);
	unplug("eth1");
	make_plan();
	assert_false(up_of("tun1")->underlay_down);
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_true(up_of("tun1")->underlay_down);
}

static void
what_keeps_it_from_that(void **state)
{
	struct bal_uplink_state *us = known("tun1");

	(void)state;
	us->learned_proto = IPPROTO_TCP;
	lacks(BAL_SMOOTH_TCP);
	us->learned_proto = IPPROTO_UDP;
	us->learned_local = (struct bal_addr){ 0 };
	lacks(BAL_SMOOTH_BIND_DEV);
	us->learned_local = addr("192.168.1.102/32");
	lacks(BAL_SMOOTH_MOVED);
	us->learned_local = addr("192.168.1.101/32");
	us->learned_port = 0;
	lacks(BAL_SMOOTH_UNKNOWN);
	us->learned_port = 1194;
	w.snap.no_copies = true;
	lacks(BAL_SMOOTH_NO_NFT);
	w.snap.no_copies = false;
	known("eth1")->admin_up = false;
	lacks(BAL_SMOOTH_NO_LINE);
}

static void
suspicion_needs_probes(void **state)
{
	(void)state;
	configured("tun1", "smooth", "suspicion");
	lacks(BAL_SMOOTH_NO_PROBES);
	configured("eth1", "targets", "192.168.1.1, arp:192.168.1.1");
	lacks(BAL_SMOOTH_NO_PROBES);
	configured("eth1", "targets", "9.9.9.9");
	copies_to("eth2");
	assert_int_equal(w.plan.smooth.v[0].silence_ms, 1270);
	configured("eth1", "interval", "10ms");
	copies_to("eth2");
	assert_int_equal(w.plan.smooth.v[0].silence_ms, 32);
	configured("eth1", "interval", "2s");
	lacks(BAL_SMOOTH_SLOW_PROBES);
	configured("eth1", "interval", "1s");
	configured("eth1", "budget", "10MB");
	lacks(BAL_SMOOTH_BUDGET);
}

/* Each datagram is to be copied once. */
static void
two_to_one_server(void **state)
{
	struct bal_uplink_state *us;

	(void)state;
	tunnel(2, 12);
	us = known("tun2");
	bal_copy(us->options.over, BAL_IFNAMSIZ, "eth1");
	us->learned_server = addr("198.51.100.1/32");
	us->learned_local = addr("192.168.1.101/32");
	us->learned_port = 1194;
	us->learned_proto = IPPROTO_UDP;
	configured("tun2", "smooth", "always");
	make_plan();
	assert_true(bal_smooth_is_on(up_of("tun2")));
	assert_int_equal(w.plan.smooth.n, 1);
	us->learned_port = 1195;
	make_plan();
	assert_int_equal(w.plan.smooth.n, 2);
}

/* tun1 is WireGuard's now, with one peer. */
static struct bal_wg_peer *
wireguard(void)
{
	struct bal_wg_peer *p = BAL_PUSH(&w.arena, &w.snap.peers);

	link_of("tun1")->wireguard = w.snap.has_peers = true;
	p->ifindex = link_of("tun1")->ifindex;
	p->endpoint = addr("198.51.100.7/32");
	p->port = 51820;
	p->own_port = 40000;
	return p;
}

/* Where rules of its port lead it: first ahead of main, then behind its line. */
static void
is_led_by(unsigned first, unsigned then)
{
	const unsigned priorities[] = { 32768, 32778 };
	const unsigned tables[] = { first, then };
	size_t found[2] = { 0 };

	for (size_t i = 0; i < w.plan.rules.n; i++) {
		const struct bal_rule *r = &w.plan.rules.v[i];

		for (size_t k = 0; k < 2; k++)
			found[k] += r->priority == priorities[k] &&
				    r->sport.first == 40000 &&
				    r->dport.last == 51820 &&
				    bal_addr_none(&r->src) &&
				    r->table == tables[k];
	}
	assert_int_equal(found[0], first != 0);
	assert_int_equal(found[1], then != 0);
}

static void
a_wireguard_tunnel(void **state)
{
	const unsigned one = known("eth1")->table, two = known("eth2")->table;

	(void)state;
	wireguard();
	copies_to("eth2");
	is_led_by(one, two);
	assert_int_equal(w.plan.smooth.v[0].own_port, 40000);
	assert_true(bal_addr_same_host(&w.plan.smooth.v[0].source,
				       &w.plan.local.v[0]));
	/* Unplugged, it is the address that the line had. */
	known("eth1")->learned_addr = addr("192.168.1.101/24");
	unplug("eth1");
	copies_to("eth2");
	is_led_by(one, two);
	/* Without copies it still is its own line's. */
	health("eth2", BAL_HEALTH_DEAD);
	health("eth3", BAL_HEALTH_DEAD);
	make_plan();
	assert_false(bal_smooth_is_on(up_of("tun1")));
	is_led_by(one, 0);
}

static void
what_keeps_wireguard_from_that(void **state)
{
	struct bal_wg_peer *p;

	(void)state;
	p = wireguard();
	p->own_port = 0;
	lacks(BAL_SMOOTH_NO_ENDPOINT);
	p->own_port = 40000;
	p->endpoint = addr("2001:db8::1/128");
	lacks(BAL_SMOOTH_ENDPOINT6);
	is_led_by(0, 0);
	wireguard();
	lacks(BAL_SMOOTH_PEERS);
	w.snap.peers.n = 0;
	lacks(BAL_SMOOTH_NO_ENDPOINT);
}

static void
without_privilege_rules_tell(void **state)
{
	const unsigned one = known("eth1")->table, two = known("eth2")->table;

	(void)state;
	wireguard();
	make_plan();
	w.snap.rules = w.plan.rules;
	w.snap.peers.n = 0;
	w.snap.has_peers = false;
	copies_to("eth2");
	is_led_by(one, two);
	w.snap.rules.n = 0;
	make_plan();
	assert_true(bal_smooth_is_on(up_of("tun1")));
	assert_int_equal(w.plan.smooth.n, 0);
}

/* What differs anywhere has another sum, so that it is written. */
static void
each_member_counts(void **state)
{
	struct bal_smooth_flow *f;
	uint64_t sum;

	(void)state;
	copies_to("eth2");
	f = w.plan.smooth.v;
	sum = bal_smooth_sum(&w.plan.smooth);
	for (size_t i = 0; i < offsetof(struct bal_smooth_flow, silence_ms);
	     i++) {
		unsigned char *byte = (unsigned char *)f + i;

		/* Of a name only what is before its end; and no padding. */
		if (i < sizeof(f->tun) ||
		    (i >= offsetof(struct bal_smooth_flow, line) &&
		     i < offsetof(struct bal_smooth_flow, copy_ifindex)) ||
		    i >= offsetof(struct bal_smooth_flow, own_port) +
				  sizeof(f->own_port))
			continue;
		*byte ^= 1;
		if (bal_smooth_sum(&w.plan.smooth) == sum)
			fail_msg("byte %zu is not in the sum", i);
		*byte ^= 1;
	}
	f->silence_ms ^= 1;
	assert_int_not_equal(bal_smooth_sum(&w.plan.smooth), sum);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SMOOTH(the_best_other_line),
		SMOOTH(a_list_has_its_order),
		SMOOTH(a_cap_that_is_used_up),
		SMOOTH(both_lines_are_to_be_dead),
		SMOOTH(what_keeps_it_from_that),
		SMOOTH(suspicion_needs_probes),
		SMOOTH(two_to_one_server),
		SMOOTH(a_wireguard_tunnel),
		SMOOTH(what_keeps_wireguard_from_that),
		SMOOTH(without_privilege_rules_tell),
		SMOOTH(each_member_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
