// SPDX-License-Identifier: GPL-2.0-or-later
/* test_company - foreign routes, managers, tunnels, scripts. */
#include "../doctoring.h"

static struct bal_route *
route(uint32_t table, const char *dst, uint32_t metric)
{
	struct bal_route *r = BAL_PUSH(&w.arena, &w.snap.routes);

	assert_non_null(r);
	r->table = table;
	r->dst =
		strcmp(dst, "default") == 0 ? bal_addr_any(AF_INET) : addr(dst);
	r->metric = metric;
	r->protocol = 3;
	r->type = BAL_ROUTE_UNICAST;
	return r;
}

static void
foreign_routes(void **state)
{
	const struct bal_finding *found;
	struct bal_route *r;

	(void)state;
	r = route(1, "default", 0);
	found = finds(RISK, "foreign-route", "eth1");
	assert_string_equal(found->fix,
			    "ip route del default table 1 proto 3 metric 0");
	/* Behind ours, elsewhere, or ours: nothing to say. */
	r->metric = 1;
	finds_nothing();
	r->metric = 0;
	r->table = 77;
	finds_nothing();
	r->table = 1;
	r->dst = addr("10.0.0.0/8");
	finds_nothing();
	r->dst = bal_addr_any(AF_INET);
	r->protocol = BAL_PROTO;
	finds_nothing();
	r->protocol = 3;
	r->table = BALANCING;
	r->metric = 1;
	finds(RISK, "foreign-route", "");
}

/* --- masquerading ---------------------------------------------------------- */

static void
nat(const char *out, bool invert)
{
	struct bal_nat_rule *r = BAL_PUSH(&w.arena, &f.nat);

	assert_non_null(r);
	assert_int_equal(bal_copy(r->out, sizeof(r->out), out), 0);
	r->invert = invert;
}

static void
a_lan(void)
{
	device("lan0");
	address("lan0", "192.168.77.1/24");
	f.ip_forward = 1;
	f.nat_known = BAL_YES;
	see();
}

static void
nobody_masquerades(void **state)
{
	(void)state;
	a_lan();
	assert_string_equal(finds(RISK, "no-masquerade", "eth1 eth2")->what,
			    "what comes from lan0 goes out without "
			    "masquerading");
	nat("eth1", false);
	finds(RISK, "no-masquerade", "eth2");
	nat("eth", false);
	finds(RISK, "no-masquerade", "eth2");
	nat("eth2", false);
	finds_nothing();
}

static void
one_rule_covers_many(void **state)
{
	(void)state;
	a_lan();
	nat("eth+", false);
	finds_nothing();
	f.nat.n = 0;
	nat("", false);
	finds_nothing();
	f.nat.n = 0;
	nat("lan0", true);
	finds_nothing();
	f.nat.n = 0;
	nat("eth2", true);
	finds(RISK, "no-masquerade", "eth2");
}

static void
nothing_needs_masquerading(void **state)
{
	(void)state;
	a_lan();
	f.ip_forward = 0;
	finds_nothing();
	f.ip_forward = 1;
	f.nat_known = BAL_UNKNOWN;
	finds_nothing();
	f.nat_known = BAL_YES;
	global("masquerade", "yes");
	finds_nothing();
	w.conf.globals.masquerade = false;
	link_of("lan0")->up = false;
	finds_nothing();
	link_of("lan0")->up = true;
	configured("eth1", "balance", "no");
	see();
	finds(RISK, "no-masquerade", "eth2");
}

/* Behind a tunnel somebody may know the way back. */
static void
tunnels_need_it_less(void **state)
{
	(void)state;
	a_lan();
	for (unsigned i = 1; i <= 2; i++) {
		char dev[16];

		snprintf(dev, sizeof(dev), "tun%u", i);
		tunnel(i, 2 + i);
		name_table(dev);
		configured(i == 1 ? "eth1" : "eth2", "share", "yes");
	}
	see();
	obey_devconf();
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_int_equal(d.findings.v[0].severity, RISK);
	assert_string_equal(devs_of(&d.findings.v[0]), "eth1 eth2");
	assert_int_equal(d.findings.v[1].severity, NOTE);
	assert_string_equal(devs_of(&d.findings.v[1]), "tun1 tun2");
}

/* --- tunnels --------------------------------------------------------------- */

static void
the_way_of_a_tunnel(void **state)
{
	struct bal_client *c = client();
	const struct bal_finding *found;

	(void)state;
	finds_nothing();
	assert_int_equal(bal_copy(c->leaves, sizeof(c->leaves), "eth2"), 0);
	found = finds(RISK, "underlay", "eth1");
	assert_string_equal(found->what, "packets of a tunnel from "
					 "192.168.1.101 to 198.51.100.1 leave "
					 "by eth2");
	c->leaves[0] = '\0';
	finds(RISK, "underlay", "eth1");
	c->looked_up = false;
	finds_nothing();
	/* A line that is not there leads nowhere: status tells that. */
	c->looked_up = true;
	link_of("eth1")->carrier = false;
	see();
	finds_nothing();
}

static void
the_address_of_a_tunnel(void **state)
{
	struct bal_client *c = client();

	(void)state;
	c->local = addr("10.9.8.7");
	c->looked_up = false;
	finds(RISK, "local", "tun1");
	/* By name: nobody asks for it. */
	c->local = (struct bal_addr){ 0 };
	finds_nothing();
	c->has_local = false;
	finds(RISK, "no-local", "tun1");
	/* The device is better than any address. */
	assert_int_equal(bal_copy(c->bind_dev, sizeof(c->bind_dev), "eth1"), 0);
	finds_nothing();
	assert_int_equal(bal_copy(c->bind_dev, sizeof(c->bind_dev), "eth2"), 0);
	assert_non_null(strstr(finds(RISK, "bind-dev", "tun1")->fix,
			       "bind-dev eth1 (in "));
	/* Where no line is meant, any will do. */
	c->bind_dev[0] = '\0';
	memset(&known("tun1")->options, 0, sizeof(known("tun1")->options));
	see();
	finds_nothing();
}

static void
the_endpoint_of_wireguard(void **state)
{
	const struct bal_finding *found;
	struct bal_endpoint *e;

	(void)state;
	tunnel(1, 3);
	name_table("tun1");
	see();
	obey_devconf();
	e = BAL_PUSH(&w.arena, &f.endpoints);
	assert_non_null(e);
	assert_int_equal(bal_copy(e->dev, sizeof(e->dev), "tun1"), 0);
	e->addr = addr("198.51.100.1");
	assert_int_equal(bal_copy(e->leaves, sizeof(e->leaves), "eth1"), 0);
	finds_nothing();
	/* By chance, then. */
	e->shared = true;
	assert_string_equal(finds(RISK, "endpoint", "tun1")->what,
			    "over is eth1, and packets to its endpoint "
			    "198.51.100.1 leave by any uplink");
	e->shared = false;
	assert_int_equal(bal_copy(e->leaves, sizeof(e->leaves), "eth2"), 0);
	found = finds(RISK, "endpoint", "tun1");
	assert_string_equal(found->what,
			    "over is eth1, and packets to its endpoint "
			    "198.51.100.1 leave by eth2");
	assert_string_equal(found->fix, "ip route replace 198.51.100.1 via "
					 "192.168.1.1 dev eth1");
	e->leaves[0] = '\0';
	found = finds(RISK, "endpoint", "tun1");
	assert_non_null(strstr(found->what, " leave nowhere"));
	link_of("eth1")->carrier = false;
	see();
	finds_nothing();
	link_of("eth1")->carrier = true;
	memset(&known("tun1")->options, 0, sizeof(known("tun1")->options));
	see();
	finds_nothing();
}

static void
the_rights_of_a_tunnel(void **state)
{
	struct bal_client *c = client();

	(void)state;
	c->unprivileged = true;
	finds_nothing();
	c->calls_bal = true;
	finds(RISK, "openvpn-user", "tun1");
	assert_int_equal(bal_copy(c->group, sizeof(c->group), "bal"), 0);
	finds_nothing();
}

/* --- single uplinks -------------------------------------------------------- */

static void
nobody_to_ask(void **state)
{
	(void)state;
	memset(&known("eth2")->options, 0, sizeof(known("eth2")->options));
	told("eth2", "gateway", "192.168.1.1");
	see();
	finds(RISK, "no-targets", "eth2");
	/* Nobody asks it about itself. */
	told("eth2", "targets", "192.168.1.102");
	see();
	finds(RISK, "no-targets", "eth2");
	memset(&known("eth1")->options, 0, sizeof(known("eth1")->options));
	told("eth1", "gateway", "192.168.1.1");
	see();
	finds(RISK, "no-targets", "eth1 eth2");
}

static void
what_is_due(void **state)
{
	const struct bal_finding *found;

	(void)state;
	f.due = 3;
	found = finds(NOTE, "drift", "");
	assert_string_equal(found->what,
			    "changes that bal-check would make: 3");
	/* A LAN that has come is nobody's fault. */
	assert_int_equal(strncmp(found->why, "A device or an address ", 23), 0);
	f.due = 0;
	f.mangle_loaded = false;
	found = finds(NOTE, "drift", "");
	assert_string_equal(found->what, "bal's firewall rules are gone");
	f.privileged = false;
	finds_nothing();
}

/* --- company ---------------------------------------------------------------- */

static void
managers(void **state)
{
	static const char *const fixes[][2] = {
		{ "NetworkManager", "nmcli device set eth1 managed no" },
		{ "systemd-networkd", "Unmanaged = yes (in the [Link] section "
				      "of its file in /etc/systemd/network)" },
		{ "dhcpcd", "denyinterfaces eth1 (in /etc/dhcpcd.conf)" },
		{ "connman", "NetworkInterfaceBlacklist = eth1 (in the "
			     "[General] section of /etc/connman/main.conf, "
			     "with those that stand there)" },
	};
	struct bal_manager *m = BAL_PUSH(&w.arena, &f.managers);

	(void)state;
	assert_non_null(m);
	assert_int_equal(bal_copy(m->dev, sizeof(m->dev), "eth1"), 0);
	for (size_t i = 0; i < N(fixes); i++) {
		m->name = fixes[i][0];
		assert_string_equal(finds(RISK, "manager", "eth1")->fix,
				    fixes[i][1]);
	}
}

static void
who_probes(void **state)
{
	(void)state;
	f.watch = false;
	assert_non_null(strstr(finds(RISK, "no-check", "")->fix,
			       "/etc/cron.d/bal"));
	f.systemd = true;
	assert_string_equal(finds(RISK, "no-check", "")->fix,
			    "systemctl enable --now bal-check.timer");
	f.unit_idle = "bal-check.service";
	assert_string_equal(finds(RISK, "no-check", "")->fix,
			    "systemctl restart bal-check.service");
	f.timed = true;
	finds_nothing();
	f.timed = false;
	f.cron = true;
	finds_nothing();
	f.watch = true;
	finds_nothing();
	f.cron_insists = "/etc/crontab";
	assert_non_null(strstr(finds(NOTE, "probed-twice", "")->fix,
			       " /etc/crontab"));
	f.watch = false;
	finds_nothing();
}

static void
event_programs(void **state)
{
	struct bal_event_file *e = BAL_PUSH(&w.arena, &f.events);

	(void)state;
	assert_non_null(e);
	e->path = "/etc/bal/event.d/mail";
	assert_string_equal(finds(RISK, "event-program", "")->fix,
			    "chmod go-w /etc/bal/event.d/mail");
	e->foreign_owner = true;
	assert_string_equal(finds(RISK, "event-program", "")->fix,
			    "chown root /etc/bal/event.d/mail");
	/* Who may write the directory chose the name. */
	e->path = "/etc/bal/event.d/a;reboot";
	assert_string_equal(finds(RISK, "event-program", "")->fix,
			    "chown root '/etc/bal/event.d/a;reboot'");
	e->foreign_owner = false;
	assert_string_equal(finds(RISK, "event-program", "")->fix,
			    "chmod go-w '/etc/bal/event.d/a;reboot'");
}

static void
gateway(const char *dev, uint32_t metric)
{
	struct bal_gateway_line *g = BAL_PUSH(&w.arena, &f.gateways);

	assert_non_null(g);
	assert_int_equal(bal_copy(g->dev, sizeof(g->dev), dev), 0);
	assert_int_equal(
		bal_copy(g->gateway, sizeof(g->gateway), "192.168.1.1"), 0);
	g->metric = metric;
}

static void
gateway_lines(void **state)
{
	(void)state;
	gateway("eth1", 0);
	finds_nothing();
	gateway("eth2", 7);
	finds_nothing();
	/* Two stanzas of one device are two ways to bring it up. */
	gateway("eth1", 0);
	finds_nothing();
	gateway("eth3", 7);
	assert_string_equal(finds(RISK, "gateway-lines", "eth3")->what,
			    "it and eth2 both have a gateway line in "
			    "interfaces(5)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(foreign_routes),
		HEALTHY(nobody_masquerades),
		HEALTHY(one_rule_covers_many),
		HEALTHY(nothing_needs_masquerading),
		HEALTHY(tunnels_need_it_less),
		HEALTHY(the_way_of_a_tunnel),
		HEALTHY(the_address_of_a_tunnel),
		HEALTHY(the_endpoint_of_wireguard),
		HEALTHY(the_rights_of_a_tunnel),
		HEALTHY(nobody_to_ask),
		HEALTHY(what_is_due),
		HEALTHY(managers),
		HEALTHY(who_probes),
		HEALTHY(event_programs),
		HEALTHY(gateway_lines),
	};

	return cmocka_run_group_tests_name("doctor_company", tests, NULL, NULL);
}
