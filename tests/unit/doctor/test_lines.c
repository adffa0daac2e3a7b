// SPDX-License-Identifier: GPL-2.0-or-later
/* test_lines - where packets of an uplink go to, and by which line. */
#include "../doctoring.h"

static void
is_mute(const char *dev)
{
	const char **slot = BAL_PUSH(&w.arena, &f.mute);

	assert_non_null(slot);
	*slot = dev;
}

static void
dies(const char *dev)
{
	known(dev)->record.health = BAL_HEALTH_DEAD;
	see();
}

static void
a_gateway_of_another_subnet(void **state)
{
	struct bal_stanza *s = stanza("eth2");
	const struct bal_finding *found;

	(void)state;
	told("eth2", "gateway", "192.168.2.1");
	known("eth2")->record.health = BAL_HEALTH_UNKNOWN;
	see();
	says(s, "address", "192.168.1.102/24");
	says(s, "bal-gateway", "192.168.2.1");
	found = finds(RISK, "gateway-far", "eth2");
	assert_string_equal(found->what,
			    "its gateway 192.168.2.1 is outside its subnet");
	assert_string_equal(found->fix, "editor +3 /etc/network/interfaces");
	dies("eth2");
	finds(RISK, "gateway-far", "eth2");
	/* It is told once. */
	is_mute("eth2");
	finds(RISK, "gateway-far", "eth2");
	known("eth2")->record.health = BAL_HEALTH_ALIVE;
	see();
	finds(NOTE, "gateway-far", "eth2");
	/* The file is right by now. */
	s->options.v[1].value = "192.168.1.1";
	judge();
	assert_string_equal(d.findings.v[0].id, "gateway-far");
	assert_string_equal(d.findings.v[0].fix,
			    "bal-up eth2 --gateway 192.168.1.1");
}

static void
a_gateway_of_bal_conf(void **state)
{
	(void)state;
	known("eth2")->options.has &= ~(uint64_t)BAL_SET_GATEWAY;
	configured("eth2", "gateway", "192.168.2.1");
	dies("eth2");
	assert_string_equal(finds(RISK, "gateway-far", "eth2")->fix,
			    "editor /etc/bal/bal.conf");
}

static void
a_gateway_that_is_meant_to_be_far(void **state)
{
	(void)state;
	no_address("eth2");
	address("eth2", "10.64.0.2/32");
	told("eth2", "gateway", "10.64.0.1");
	dies("eth2");
	finds_nothing();
	no_address("eth2");
	address("eth2", "10.64.0.2/24")->peer = true;
	told("eth2", "gateway", "10.65.0.1");
	see();
	finds_nothing();
	/* Nobody has typed what came with a lease. */
	no_address("eth2");
	address("eth2", "192.168.1.102/24");
	known("eth2")->options.has &= ~(uint64_t)BAL_SET_GATEWAY;
	memset(&known("eth2")->options.gateway, 0, sizeof(struct bal_addr));
	known("eth2")->learned_gateway = addr("10.64.0.1");
	see();
	assert_true(up_of("eth2")->v4.usable);
	finds_nothing();
}

static void
nobody_answers_at_the_gateway(void **state)
{
	struct bal_stanza *s = stanza("eth2");
	const struct bal_finding *found;

	(void)state;
	is_mute("eth2");
	finds_nothing();
	dies("eth2");
	says(s, "bal-gateway", "192.168.1.1");
	known("eth2")->options.gateway = addr("192.168.1.9");
	see();
	judge();
	assert_string_equal(d.findings.v[0].fix,
			    "bal-up eth2 --gateway 192.168.1.1");
	told("eth2", "gateway", "192.168.1.1");
	see();
	found = finds(RISK, "gateway-silent", "eth2");
	assert_string_equal(found->what,
			    "its gateway 192.168.1.1 does not answer");
	assert_string_equal(found->fix, "editor +2 /etc/network/interfaces");
	memset(&f.stanzas, 0, sizeof(f.stanzas));
	known("eth2")->options.has &= ~(uint64_t)BAL_SET_GATEWAY;
	memset(&known("eth2")->options.gateway, 0, sizeof(struct bal_addr));
	known("eth2")->learned_gateway = addr("192.168.1.1");
	see();
	assert_string_equal(finds(RISK, "gateway-silent", "eth2")->fix,
			    "ip neigh show dev eth2");
	/* Without a carrier nobody could. */
	link_of("eth2")->carrier = false;
	see();
	finds_nothing();
}

/* What explains it is told first, and targets are no suspects then. */
static void
all_are_dead_and_a_gateway_says_why(void **state)
{
	(void)state;
	dies("eth1");
	dies("eth2");
	finds(BROKEN, "all-dead", "eth1 eth2");
	is_mute("eth1");
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[0].id, "gateway-silent");
	assert_int_equal(d.findings.v[0].severity, BROKEN);
	assert_string_equal(d.findings.v[1].id, "all-dead");
	assert_string_equal(d.findings.v[1].fix,
			    "bal-exec eth2 ping -c 3 9.9.9.9");
	is_mute("eth2");
	judge();
	assert_int_equal(d.findings.n, 2);
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_equal(d.findings.v[i].id, "gateway-silent");
	told("eth1", "gateway", "192.168.2.1");
	see();
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[0].id, "gateway-far");
	assert_int_equal(d.findings.v[0].severity, BROKEN);
}

/* It is not even asked, and yet it is the gateway of its line. */
static void
a_tunnel_over_a_line_without_a_gateway(void **state)
{
	(void)state;
	tunnel(1, 3);
	name_table("tun1");
	see();
	obey_devconf();
	known("eth2")->admin_up = false;
	is_mute("eth1");
	dies("eth1");
	finds(BROKEN, "gateway-silent", "eth1");
	assert_true(up_of("tun1")->underlay_down);
}

static void
binds_to(struct bal_client *c, const char *dev)
{
	assert_int_equal(bal_copy(c->bind_dev, sizeof(c->bind_dev), dev), 0);
}

static void
nothing_says_what_it_is_over(void **state)
{
	struct bal_client *c = client();
	const struct bal_finding *found;

	(void)state;
	memset(&known("tun1")->options, 0, sizeof(known("tun1")->options));
	see();
	finds_nothing();
	binds_to(c, "eth2");
	found = finds(RISK, "over-unset", "tun1");
	assert_string_equal(found->what,
			    "/etc/openvpn/client/eth1.conf has bind-dev eth2, "
			    "and nothing says what tun1 is over");
	assert_string_equal(found->fix, "over = eth2 (in the [uplink tun1] "
					 "section of bal.conf)");
	binds_to(c, "lan0");
	finds_nothing();
	/* Learned from the address that it binds to, and lost. */
	binds_to(c, "eth1");
	assert_int_equal(bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ,
				  "eth1"),
			 0);
	see();
	finds_nothing();
	assert_int_equal(
		bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "?"), 0);
	see();
	finds(RISK, "over-unset", "tun1");
}

/* What bal.conf may not say, clients can. */
static void
over_each_other(void **state)
{
	struct bal_client *c = client();
	const struct bal_finding *found;

	(void)state;
	binds_to(c, "eth2");
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	bal_copy(known("eth2")->learned_over, BAL_IFNAMSIZ, "tun1");
	bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "eth2");
	see();
	judge();
	found = &d.findings.v[0];
	for (size_t i = 0; i < d.findings.n; i++)
		if (!strcmp(d.findings.v[i].id, "over-circle"))
			found = &d.findings.v[i];
	assert_string_equal(found->what, "it is over itself by way of tun1");
	assert_string_equal(found->fix,
			    "over = eth1 (in the [uplink eth2] section of "
			    "bal.conf)");
}

static void
over_a_device_that_is_not_there(void **state)
{
	struct bal_client *c = client();

	(void)state;
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	configured("tun1", "over", "etch1");
	see();
	binds_to(c, "eth1");
	assert_string_equal(finds(RISK, "bind-dev", "tun1")->fix,
			    "over = eth1 (in the [uplink tun1] section of "
			    "bal.conf)");
	c->bind_dev[0] = '\0';
	c->has_local = false;
	assert_string_equal(finds(RISK, "no-local", "tun1")->fix,
			    "over = DEVICE (in the [uplink tun1] section of "
			    "bal.conf)");
	told("tun1", "over", "etch1");
	see();
	binds_to(c, "eth1");
	assert_int_equal(strncmp(finds(RISK, "bind-dev", "tun1")->fix,
				 "bal-up tun1 --over eth1 ",
				 strlen("bal-up tun1 --over eth1 ")),
			 0);
	/* A stick that is to come. */
	told("tun1", "over", "usb0");
	see();
	configured("usb0", "weight", "1");
	judge();
	assert_string_equal(d.findings.v[0].fix,
			    "bind-dev usb0 (in /etc/openvpn/client/eth1.conf)");
}

static void
a_target_that_is_the_server(void **state)
{
	struct bal_client *c = client();
	struct bal_addr *remote = BAL_PUSH(&w.arena, &c->remotes);

	(void)state;
	assert_non_null(remote);
	*remote = addr("198.51.100.7");
	told("tun1", "targets", "9.9.9.9 tcp:198.51.100.7:80");
	see();
	assert_string_equal(finds(RISK, "target-is-server", "tun1")->fix,
			    "targets = 172.22.0.1 (in the [uplink tun1] "
			    "section of bal.conf)");
	c->recursive = true;
	finds_nothing();
	c->recursive = false;
	*remote = addr("198.51.100.8");
	finds_nothing();
	/* The file has a name, or says nothing: what it has connected to. */
	known("tun1")->learned_server = addr("198.51.100.7");
	finds(RISK, "target-is-server", "tun1");
	/* Where OpenVPN takes it, it answers: known where all have to. */
	known("tun1")->answered = 1;
	finds(RISK, "target-is-server", "tun1");
	configured("tun1", "need", "2");
	see();
	finds_nothing();
	dies("tun1");
	finds(RISK, "target-is-server", "tun1");
	known("tun1")->record.health = BAL_HEALTH_ALIVE;
	known("tun1")->answered = 0;
	see();
	finds(RISK, "target-is-server", "tun1");
	/* A line reaches it as any host. */
	told("eth1", "targets", "198.51.100.7");
	known("tun1")->options.n_targets = 1;
	see();
	finds_nothing();
}

static void
traffic_by_a_dead_line(void **state)
{
	struct bal_uplink_state *us = known("eth2");

	(void)state;
	dies("eth2");
	us->since_ms = 1000000;
	us->rx_rate = 5000;
	us->counted_ms = us->since_ms + 59999;
	/* It may have come before it died. */
	finds_nothing();
	us->counted_ms++;
	assert_string_equal(finds(RISK, "pings-dropped", "eth2")->what,
			    "no ping is answered, and 5000 bytes a second "
			    "come in by it");
	assert_string_equal(d.findings.v[0].fix,
			    "targets = tcp:9.9.9.9:53, tcp:1.1.1.1:53 (in the "
			    "[uplink eth2] section of bal.conf)");
	/* ARP, and what else a modem has to say. */
	us->rx_rate = 100;
	finds_nothing();
	us->rx_rate = 5000;
	is_mute("eth2");
	finds(RISK, "gateway-silent", "eth2");
}

static void
traffic_by_a_line_that_is_asked_otherwise(void **state)
{
	struct bal_uplink_state *us = known("eth2");

	(void)state;
	dies("eth2");
	us->since_ms = 1000000;
	us->rx_rate = 5000;
	us->counted_ms = us->since_ms + 60000;
	finds(RISK, "pings-dropped", "eth2");
	us->options.n_targets = 0;
	told("eth2", "targets", "9.9.9.9, tcp:9.9.9.9:53");
	see();
	finds_nothing();
	us->record.health = BAL_HEALTH_ALIVE;
	us->options.n_targets = 0;
	told("eth2", "targets", "9.9.9.9");
	see();
	finds_nothing();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(a_gateway_of_another_subnet),
		HEALTHY(a_gateway_of_bal_conf),
		HEALTHY(a_gateway_that_is_meant_to_be_far),
		HEALTHY(nobody_answers_at_the_gateway),
		HEALTHY(all_are_dead_and_a_gateway_says_why),
		HEALTHY(a_tunnel_over_a_line_without_a_gateway),
		HEALTHY(nothing_says_what_it_is_over),
		HEALTHY(over_each_other),
		HEALTHY(over_a_device_that_is_not_there),
		HEALTHY(a_target_that_is_the_server),
		HEALTHY(traffic_by_a_dead_line),
		HEALTHY(traffic_by_a_line_that_is_asked_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
