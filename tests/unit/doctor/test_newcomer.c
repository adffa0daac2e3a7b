// SPDX-License-Identifier: GPL-2.0-or-later
/* test_newcomer - stanzas, sections, probes: mistakes of the first day. */
#include "../doctoring.h"
#include "doctor/internal.h"

static void
what_is_right_is_not_told(void **state)
{
	struct bal_stanza *s = stanza("eth1");

	(void)state;
	told("eth1", "weight", "3");
	told("eth1", "http_host", "example.org");
	says(s, "address", "192.168.1.101/24");
	says(s, "bal-weight", "3");
	says(s, "bal-strict", "yes");
	says(s, "up", "bal-up eth1");
	says(s, "BAL_HTTP-HOST", "example.org");
	says(s, "", "");
	says(s, "bal", "");
	finds_nothing();
}

static void
a_value_that_is_refused(void **state)
{
	struct bal_stanza *s = stanza("eth2");
	const struct bal_finding *found;

	(void)state;
	says(s, "bal-gateway", "192.168.1.1");
	says(s, "bal-weight", "0");
	found = finds(RISK, "stanza-value", "eth2");
	assert_string_equal(found->what,
			    "option bal-weight of its stanza is refused: "
			    "weight \"0\" is not between 1 and 256");
	assert_string_equal(found->fix, "editor +3 /etc/network/interfaces");
	/* Whatever bal.conf holds. */
	break_conf(1);
	judge();
	assert_int_equal(d.findings.n, 2);
}

static void
an_option_that_nobody_knows(void **state)
{
	static const struct {
		const char *name, *like;
	} names[] = {
		{ "bal-wieght", "bal-weight" },
		{ "bal-gatway", "bal-gateway" },
		{ "bal-gateway-", "bal-gateway" },
		{ "bal_targts", "bal-targets" },
		{ "Bal-Timeout_mni", "bal-timeout-min" },
		{ "bal-strcit", "bal-strict" },
		{ "bal-donw", "bal-down" },
		{ "bla-weight", "bal-weight" },
		{ "balweight", "bal-weight" },
		{ "bal-xy", NULL },
		{ "bal-", NULL },
		{ "bal-0123456789012345678901234567890123456789", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		const struct bal_finding *found;

		memset(&f.stanzas, 0, sizeof(f.stanzas));
		says(stanza("eth1"), names[i].name, "1");
		/* Too long for a key, too. */
		found = finds(RISK, "stanza-option", "eth1");
		if (names[i].like)
			assert_non_null(strstr(found->what, names[i].like));
		else
			assert_null(strstr(found->what, "did you"));
		assert_int_equal(strncmp(found->fix, "sed", 3) == 0,
				 names[i].like != NULL);
	}
	memset(&f.stanzas, 0, sizeof(f.stanzas));
	says(stanza("eth1"), "wol-up", "1");
	finds_nothing();
}

/* What sed would take apart is for an editor; no path is taken apart. */
static void
no_sed_for_odd_names(void **state)
{
	struct bal_stanza *s = stanza("eth1");

	(void)state;
	says(s, "bal-we;ght", "1");
	assert_string_equal(finds(RISK, "stanza-option", "eth1")->fix,
			    "editor +2 /etc/network/interfaces");
	memset(&s->options, 0, sizeof(s->options));
	says(s, "bal-weigh/e", "1");
	assert_string_equal(finds(RISK, "stanza-option", "eth1")->fix,
			    "editor +2 /etc/network/interfaces");
	s->path = s->options.v[0].path = "/etc/network/it's; $(reboot)";
	assert_string_equal(finds(RISK, "stanza-option", "eth1")->fix,
			    "editor +2 '/etc/network/it'\\''s; $(reboot)'");
	memset(&s->options, 0, sizeof(s->options));
	says(s, "bal-wight", "1");
	assert_string_equal(finds(RISK, "stanza-option", "eth1")->fix,
			    "sed -i '2s/bal-wight/bal-weight/' "
			    "'/etc/network/it'\\''s; $(reboot)'");
}

static void
an_interface_that_is_none(void **state)
{
	struct bal_stanza *s = stanza("lte0");
	struct bal_link *link = other_device("lte0");

	(void)state;
	address("lte0", "10.64.0.2/30");
	see();
	finds_nothing();
	says(s, "gateway", "10.64.0.1");
	finds_nothing();
	says(s, "bal-weight", "7");
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "bal-up lte0 --gateway 10.64.0.1 --weight 7");
	says(s, "bal-gateway", "10.64.0.9");
	says(s, "bal-balance", "yes");
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "env IFACE=lte0 PHASE=post-up IF_BAL_WEIGHT=7 "
			    "IF_BAL_GATEWAY=10.64.0.9 IF_BAL_BALANCE=yes "
			    "bal-up");
	says(s, "bal-over", "it's");
	says(s, "bal-need", "1");
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "env IFACE=lte0 PHASE=post-up IF_BAL_WEIGHT=7 "
			    "IF_BAL_GATEWAY=10.64.0.9 IF_BAL_BALANCE=yes "
			    "IF_BAL_OVER='it'\\''s' IF_BAL_NEED=1 bal-up");
	/* Read twice, or in two stanzas: told once. */
	says(stanza("lte0"), "bal-weight", "7");
	finds(RISK, "no-uplink", "lte0");
	/* Its mend would end with the faults of bal.conf. */
	break_conf(1);
	finds(BROKEN, "configuration", "");
	memset(&trouble, 0, sizeof(trouble));
	link->up = false;
	finds_nothing();
	configured_as("lte0", "lte0");
	finds(RISK, "no-uplink", "lte0");
	no_address("lte0");
	assert_int_equal(
		strncmp(finds(RISK, "no-uplink", "lte0")->fix, "env", 3), 0);
}

static void
up_without_ifup(void **state)
{
	(void)state;
	other_device("lte0");
	says(stanza("lte0"), "bal-weight", "7");
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "ifup lte0");
}

/* Leased before bal was there: main has the default route of one alone. */
static void
leased_before(void **state)
{
	struct bal_stanza *s = stanza("lte0");
	struct bal_main_way *way;

	(void)state;
	other_device("lte0");
	address("lte0", "10.64.0.2/30");
	see();
	says(s, "bal-share", "auto");
	configured_as("lte0", "lte0");
	assert_int_equal(bal_copy(s->method, sizeof(s->method), "dhcp"), 0);
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "ifdown lte0; ifup lte0");
	says(s, "bal-gateway", "10.64.0.1");
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "env IFACE=lte0 PHASE=post-up IF_BAL_SHARE=auto "
			    "IF_BAL_GATEWAY=10.64.0.1 bal-up");
	s->options.n = 1;
	f.configured.n = 0;
	configured_as("lte0", "home");
	assert_int_equal(bal_copy(s->name, sizeof(s->name), "home"), 0);
	assert_string_equal(finds(RISK, "no-uplink", "lte0")->fix,
			    "ifdown lte0; ifup lte0=home");
	way = BAL_PUSH(&w.arena, &f.main_ways);
	assert_non_null(way);
	*way = (struct bal_main_way){ .dev = "lte0" };
	judge();
	assert_string_equal(d.findings.v[0].fix,
			    "env IFACE=lte0 PHASE=post-up IF_BAL_SHARE=auto "
			    "bal-up");
}

static void
by_another_name(void **state)
{
	(void)state;
	other_device("lte0");
	says(stanza("home"), "bal-weight", "7");
	finds_nothing();
	configured_as("lte0", "home");
	finds(RISK, "no-uplink", "lte0");
	/* The stanza of its own name is not in use. */
	memset(&f.stanzas, 0, sizeof(f.stanzas));
	says(stanza("lte0"), "bal-weight", "7");
	finds_nothing();
}

static void
options_that_disagree(void **state)
{
	struct bal_stanza *s = stanza("eth1");

	(void)state;
	told("eth1", "need", "2");
	says(s, "bal-need", "2");
	finds_nothing();
	says(s, "bal-targets", "9.9.9.9");
	assert_string_equal(finds(RISK, "stanza-value", "eth1")->fix,
			    "editor +1 /etc/network/interfaces");
}

static void
sections_without_a_device(void **state)
{
	(void)state;
	configured("eth1", "weight", "1");
	finds_nothing();
	configured("eth7", "weight", "1");
	configured("wwan0", "weight", "1");
	finds(NOTE, "no-device", "eth7 wwan0");
	other_device("eth7");
	finds(NOTE, "no-device", "wwan0");
	break_conf(1);
	finds(BROKEN, "configuration", "");
}

/* The device of a tunnel comes with its client, which has a log. */
static void
a_tunnel_without_a_device(void **state)
{
	struct bal_client *c;

	(void)state;
	f.systemd = true;
	configured("tun7", "over", "eth1");
	c = BAL_PUSH(&w.arena, &f.clients);
	assert_non_null(c);
	c->path = "/etc/openvpn/client/far.conf";
	assert_int_equal(bal_copy(c->dev, sizeof(c->dev), "tun7"), 0);
	assert_string_equal(finds(NOTE, "no-device", "tun7")->fix,
			    "journalctl -u openvpn-client@far");
	c->path = "/etc/openvpn/far.conf";
	assert_string_equal(finds(NOTE, "no-device", "tun7")->fix,
			    "journalctl -u openvpn@far");
	f.systemd = false;
	assert_null(strstr(finds(NOTE, "no-device", "tun7")->fix,
			   "journalctl"));
	/* A stick is none. */
	configured("wwan0", "weight", "1");
	judge();
	assert_string_equal(d.findings.v[0].fix,
			    "ip -br link (shows the names there are)");
	assert_string_equal(devs_of(&d.findings.v[0]), "wwan0");
	assert_string_equal(devs_of(&d.findings.v[1]), "tun7");
}

static void
a_stick_that_ifupdown_takes_for_up(void **state)
{
	(void)state;
	says(stanza("eth2"), "bal-gateway", "192.168.1.1");
	told("eth2", "gateway", "192.168.1.1");
	see();
	link_of("eth2")->up = false;
	see();
	judge();
	assert_false(bal_doctor_found(&d, "ifup-again", "eth2"));
	configured_as("eth2", "eth2");
	judge();
	assert_true(bal_doctor_found(&d, "ifup-again", "eth2"));
	/* ifup would stop at its address. */
	assert_string_equal(finds(RISK, "ifup-again", "eth2")->fix,
			    "ifdown --force eth2; ifup eth2");
	link_of("eth2")->up = true;
	see();
	finds_nothing();
	no_address("eth2");
	see();
	assert_string_equal(finds(RISK, "ifup-again", "eth2")->fix,
			    "ifup --force eth2");
}

/* bal-down --all is meant so. */
static void
sections_of_what_was_taken_down(void **state)
{
	(void)state;
	configured("eth2", "weight", "1");
	bal_state_remove(&w.state, "eth2");
	see();
	finds(RISK, "section-unused", "eth2");
	bal_state_remove(&w.state, "eth1");
	see();
	finds(NOTE, "section-unused", "eth2");
}

static void
all_uplinks_are_dead(void **state)
{
	(void)state;
	known("eth1")->record.health = BAL_HEALTH_DEAD;
	see();
	finds_nothing();
	known("eth2")->record.health = BAL_HEALTH_DEAD;
	see();
	assert_string_equal(finds(BROKEN, "all-dead", "eth1 eth2")->fix,
			    "bal-exec eth1 ping -c 3 9.9.9.9");
	link_of("eth2")->carrier = false;
	see();
	assert_int_equal(strncmp(finds(BROKEN, "all-dead", "eth1 eth2")->fix,
				 "bal-status", strlen("bal-status")),
			 0);
	/* Whom nobody wants up is none of them. */
	known("eth2")->admin_up = false;
	see();
	finds(BROKEN, "all-dead", "eth1");
}

/* Lines that do not answer, and tunnels that are dead with them. */
static void
all_lines_under_tunnels_are_dead(void **state)
{
	const struct bal_finding *found;

	(void)state;
	tunnel(1, 3);
	name_table("tun1");
	told("tun1", "targets", "172.22.0.1");
	known("eth1")->record.health = BAL_HEALTH_DEAD;
	known("eth2")->record.health = BAL_HEALTH_DEAD;
	see();
	obey_devconf();
	assert_true(up_of("tun1")->underlay_down);
	found = finds(BROKEN, "all-dead", "eth1 eth2 tun1");
	assert_string_equal(found->what,
			    "all uplinks are dead: no target answers");
	assert_string_equal(found->fix, "bal-exec eth1 ping -c 3 9.9.9.9");
	assert_non_null(strstr(found->why, "A tunnel is dead as long as"));
	assert_null(strstr(found->why, "cannot be asked"));
	/* One lacks something, too. */
	link_of("eth2")->carrier = false;
	see();
	found = finds(BROKEN, "all-dead", "eth1 eth2 tun1");
	assert_string_equal(found->what, "all uplinks are dead");
	assert_non_null(strstr(found->why, "cannot be asked"));
	assert_non_null(strstr(found->why, "A tunnel is dead as long as"));
}

static void
all_uplinks_are_tunnels_over_nothing(void **state)
{
	const struct bal_finding *found;

	(void)state;
	tunnel(1, 3);
	name_table("tun1");
	told("tun1", "targets", "172.22.0.1");
	known("eth1")->admin_up = false;
	known("eth2")->admin_up = false;
	see();
	obey_devconf();
	found = finds(BROKEN, "all-dead", "tun1");
	assert_string_equal(found->what,
			    "all uplinks are dead: their underlay is down");
	assert_int_equal(strncmp(found->fix, "bal-status", 10), 0);
	assert_null(strstr(found->why, "cannot be asked"));
}

static void
no_uplink_was_probed(void **state)
{
	(void)state;
	known("eth1")->record.health = BAL_HEALTH_UNKNOWN;
	known("eth1")->since_ms = NOW - 1000;
	see();
	finds_nothing();
	known("eth2")->record.health = BAL_HEALTH_UNKNOWN;
	known("eth2")->since_ms = NOW - 500000;
	see();
	finds(NOTE, "unprobed", "eth1 eth2");
	known("eth1")->since_ms = NOW - 121000;
	finds(RISK, "unprobed", "eth1 eth2");
	known("eth1")->since_ms = 0;
	finds(NOTE, "unprobed", "eth1 eth2");
	f.watch = false;
	finds(RISK, "no-check", "");
	f.watch = true;
	known("eth2")->sent = 1;
	finds_nothing();
}

static void
the_crontab_of_the_package(void **state)
{
	(void)state;
	f.watch = false;
	assert_non_null(strstr(finds(RISK, "no-check", "")->fix, ">>"));
	f.cron_file = true;
	assert_string_equal(finds(RISK, "no-check", "")->fix,
			    "editor /etc/cron.d/bal");
	f.cron_comment = true;
	assert_int_equal(
		strncmp(finds(RISK, "no-check", "")->fix, "sed", 3), 0);
	f.systemd = true;
	assert_string_equal(finds(RISK, "no-check", "")->fix,
			    "systemctl enable --now bal-check.timer");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(what_is_right_is_not_told),
		HEALTHY(a_value_that_is_refused),
		HEALTHY(an_option_that_nobody_knows),
		HEALTHY(no_sed_for_odd_names),
		HEALTHY(an_interface_that_is_none),
		HEALTHY(up_without_ifup),
		HEALTHY(leased_before),
		HEALTHY(by_another_name),
		HEALTHY(options_that_disagree),
		HEALTHY(sections_without_a_device),
		HEALTHY(a_tunnel_without_a_device),
		HEALTHY(a_stick_that_ifupdown_takes_for_up),
		HEALTHY(sections_of_what_was_taken_down),
		HEALTHY(all_uplinks_are_dead),
		HEALTHY(all_lines_under_tunnels_are_dead),
		HEALTHY(all_uplinks_are_tunnels_over_nothing),
		HEALTHY(no_uplink_was_probed),
		HEALTHY(the_crontab_of_the_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
