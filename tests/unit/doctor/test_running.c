// SPDX-License-Identifier: GPL-2.0-or-later
/* test_running - what runs is other than it was meant. */
#include "../doctoring.h"

static void
checked_at(uint64_t first, uint64_t second)
{
	known("eth1")->counted_ms = first;
	known("eth2")->counted_ms = second;
	see();
}

/* There is a line for cron, and no cron. */
static void
the_last_check_was_long_ago(void **state)
{
	(void)state;
	f.watch = false;
	f.cron = true;
	checked_at(NOW - 900000, NOW - 599000);
	finds_nothing();
	checked_at(NOW - 900000, NOW - 720000);
	assert_string_equal(finds(RISK, "check-overdue", "eth1 eth2")->what,
			    "the last bal-check was 12 minutes ago");
	f.timed = true;
	assert_non_null(strstr(finds(RISK, "check-overdue", "eth1 eth2")->fix,
			       "bal-check.timer"));
	/* Each of these is told instead. */
	f.cron = f.timed = false;
	finds(RISK, "no-check", "");
	f.watch = true;
	finds_nothing();
	f.watch = false;
	f.timed = true;
	known("eth1")->record.health = BAL_HEALTH_UNKNOWN;
	known("eth2")->record.health = BAL_HEALTH_UNKNOWN;
	see();
	finds(NOTE, "unprobed", "eth1 eth2");
}

static void
nobody_knows_when_the_last_check_was(void **state)
{
	(void)state;
	f.watch = false;
	f.cron = true;
	checked_at(0, 0);
	finds_nothing();
	/* A clock of another boot. */
	checked_at(NOW + 5, NOW + 900000);
	finds_nothing();
}

static void
no_gateway_is_known(void **state)
{
	const struct bal_finding *found;

	(void)state;
	told("eth2", "gateway", "auto");
	see();
	found = finds(BROKEN, "no-gateway", "eth2");
	assert_string_equal(found->what, "it is not used: no gateway is known");
	assert_non_null(strstr(found->fix, "bal-up eth2 --gateway"));
	link_of("eth2")->carrier = false;
	see();
	finds_nothing();
}

static void
a_gateway_that_is_none(void **state)
{
	struct bal_stanza *s = stanza("eth2");
	const struct bal_finding *found;

	(void)state;
	told("eth2", "gateway", "192.168.1.102");
	see();
	found = finds(BROKEN, "no-gateway", "eth2");
	assert_string_equal(found->what,
			    "it is not used: its gateway 192.168.1.102 is its "
			    "own address");
	says(s, "bal-gateway", "192.168.1.102");
	assert_string_equal(finds(BROKEN, "no-gateway", "eth2")->fix,
			    "editor +2 /etc/network/interfaces");
	told("eth2", "gateway", "192.168.1.101");
	see();
	judge();
	assert_string_equal(d.findings.v[0].what,
			    "it is not used: its gateway 192.168.1.101 is an "
			    "address of eth1");
	/* The stanza is right by now, or may be. */
	s->options.v[0].value = "192.168.1.1";
	judge();
	assert_string_equal(d.findings.v[0].fix,
			    "bal-up eth2 --gateway 192.168.1.1");
	memset(&f.stanzas, 0, sizeof(f.stanzas));
	told("eth2", "gateway", "192.168.1.255");
	see();
	assert_string_equal(finds(BROKEN, "no-gateway", "eth2")->what,
			    "it is not used: its gateway 192.168.1.255 means "
			    "all of its subnet");
	known("eth2")->options.has &= ~(uint64_t)BAL_SET_GATEWAY;
	configured("eth2", "gateway", "192.168.1.0");
	see();
	assert_string_equal(finds(BROKEN, "no-gateway", "eth2")->fix,
			    "editor /etc/bal/bal.conf");
}

static void
an_uplink_that_its_stanza_does_not_mean(void **state)
{
	struct bal_stanza *s = stanza("eth2");
	const struct bal_finding *found;

	(void)state;
	told("eth2", "weight", "3");
	see();
	says(s, "bal-weight", "3");
	finds_nothing();
	s->options.v[0].value = "9";
	found = finds(NOTE, "stanza-differs", "eth2");
	assert_string_equal(found->what, "what its stanza says of bal-weight "
					 "is not in force");
	assert_string_equal(found->fix, "bal-up eth2 --weight 9");
	says(s, "bal-timeout-min", "30ms");
	found = finds(NOTE, "stanza-differs", "eth2");
	assert_non_null(strstr(found->what, "bal-weight, bal-timeout-min is"));
	assert_non_null(strstr(found->fix, "IF_BAL_TIMEOUT_MIN=30ms bal-up"));
	/* A value that is refused is told alone. */
	s->options.v[0].value = "0";
	finds(RISK, "stanza-value", "eth2");
}

/* bal-down and bal-up by hand told nothing of what the stanza says anew. */
static void
what_is_built_in_is_in_force(void **state)
{
	static const char *const said[][2] = {
		{ "bal-share", "auto" },    { "bal-weight", "1" },
		{ "bal-priority", "100" },  { "bal-required", "no" },
		{ "bal-interval", "1s" },   { "bal-timeout", "2s" },
		{ "bal-down", "3" },	    { "bal-up", "2" },
		{ "bal-passive", "2000" },  { "bal-degraded-rtt", "no" },
		{ "bal-on-dead", "conntrack sockets" },
		{ "bal-failback-drain", "never" },
		{ "bal-gateway", "auto" },
	};
	struct bal_stanza *s = stanza("eth2");

	(void)state;
	known("eth2")->options.has &= BAL_SET_TARGETS;
	assert_int_equal(bal_host_parse("192.168.1.1",
					&known("eth2")->learned_gateway,
					&w.err),
			 0);
	see();
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		says(s, said[i][0], said[i][1]);
	finds_nothing();
	/* Found as it is said. */
	s->options.v[s->options.n - 1].value = "192.168.1.1";
	finds_nothing();
	s->options.v[s->options.n - 1].value = "192.168.1.2";
	finds(NOTE, "stanza-differs", "eth2");
	s->options.v[s->options.n - 1].value = "auto";
	/* bal.conf says otherwise, and the stanza would come first. */
	configured("eth2", "weight", "3");
	see();
	finds(NOTE, "stanza-differs", "eth2");
}

static void
what_agrees_with_its_stanza(void **state)
{
	struct bal_stanza *s = stanza("eth2");

	(void)state;
	says(s, "bal-gateway", "192.168.1.1");
	says(s, "bal-targets", "9.9.9.9");
	says(s, "bal-strict", "yes");
	finds_nothing();
	/* What it does not say is not asked for. */
	told("eth2", "priority", "7");
	see();
	finds_nothing();
	/* Two stanzas of one device are told to bal-up one by one. */
	says(s, "bal-weight", "3");
	says(stanza("eth2"), "bal-need", "1");
	finds_nothing();
}

static void
a_section_that_was_told_otherwise(void **state)
{
	struct bal_stanza *s;
	const struct bal_finding *found;

	(void)state;
	configured("eth2", "weight", "9");
	configured("eth2", "targets", "9.9.9.9");
	see();
	finds_nothing();
	told("eth2", "weight", "2");
	see();
	found = finds(NOTE, "overridden", "eth2");
	assert_string_equal(found->what, "weight = 9 of bal.conf is not in "
					 "force: bal-up was given 2");
	assert_string_equal(found->fix, "editor /etc/bal/bal.conf");
	s = stanza("eth2");
	says(s, "address", "192.168.1.102/24");
	says(s, "bal-weight", "2");
	found = finds(NOTE, "overridden", "eth2");
	assert_string_equal(found->what, "weight = 9 of bal.conf is not in "
					 "force: its stanza says 2");
	assert_string_equal(found->fix, "editor +3 /etc/network/interfaces");
	configured("eth2", "priority", "4");
	told("eth2", "priority", "3");
	see();
	says(s, "bal-priority", "3");
	assert_string_equal(finds(NOTE, "overridden", "eth2")->what,
			    "weight = 9, priority = 4 of bal.conf are not in "
			    "force: its stanza says weight = 2, priority = 3");
	assert_false(bal_doctor_problem(&d));
	configured("eth2", "weight", "2");
	configured("eth2", "priority", "3");
	see();
	finds_nothing();
	/* The stanza's is not in force either. */
	told("eth2", "weight", "5");
	see();
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[1].what,
			    "weight = 2 of bal.conf is not in force: bal-up "
			    "was given 5");
}

/* As a stanza says merely to make its line an uplink. */
static void
auto_leaves_it_to_bal_conf(void **state)
{
	struct bal_stanza *s = stanza("eth2");

	(void)state;
	says(s, "bal-share", "auto");
	told("eth2", "share", "auto");
	configured("eth2", "share", "no");
	see();
	finds_nothing();
	told("eth2", "share", "yes");
	see();
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[0].id, "stanza-differs");
	assert_string_equal(d.findings.v[1].id, "overridden");
}

static void
over_itself(void **state)
{
	struct bal_stanza *s = stanza("lte0");
	const struct bal_finding *found;

	(void)state;
	other_device("lte0");
	says(s, "bal-weight", "2");
	says(s, "bal-over", "lte0");
	found = finds(RISK, "stanza-value", "lte0");
	assert_string_equal(found->what,
			    "option bal-over of its stanza is refused: lte0 "
			    "cannot be over itself");
	assert_string_equal(found->fix, "editor +3 /etc/network/interfaces");
}

/* Each is right for itself. */
static void
stanza_and_conf_contradict_each_other(void **state)
{
	struct bal_stanza *s = stanza("lte0");

	(void)state;
	other_device("lte0");
	address("lte0", "10.64.0.2/30");
	see();
	configured("lte0", "degraded_loss", "30");
	says(s, "bal-weight", "2");
	says(s, "bal-recovered-loss", "40");
	assert_string_equal(finds(RISK, "stanza-value", "lte0")->what,
			    "with bal.conf, options of its stanza contradict "
			    "each other: lte0: recovered_loss 40% is not "
			    "smaller than degraded_loss 30%");
	s->options.v[1].value = "10";
	finds(RISK, "no-uplink", "lte0");
}

static void
ifupdown_cannot_read_its_file(void **state)
{
	const struct bal_finding *found;

	(void)state;
	f.ifup_fault = "/etc/network/interfaces:7: option with empty value";
	found = finds(BROKEN, "interfaces", "");
	assert_string_equal(found->what,
			    "ifup can bring nothing up: "
			    "/etc/network/interfaces:7: option with empty "
			    "value");
	assert_string_equal(found->fix, "editor +7 /etc/network/interfaces");
	f.ifup_fault = "couldn't read";
	assert_string_equal(finds(BROKEN, "interfaces", "")->fix,
			    "ifquery --list");
	f.ifup_fault = "/etc/a b:3: no";
	assert_string_equal(finds(BROKEN, "interfaces", "")->fix,
			    "editor +3 '/etc/a b'");
}

static void
no_uplink_at_all(void **state)
{
	(void)state;
	bal_state_fini(&w.state);
	see();
	assert_non_null(strstr(finds(NOTE, "no-uplinks", "")->fix,
			       "/etc/network/interfaces"));
	says(stanza("lte0"), "address", "10.64.0.2/30");
	finds(NOTE, "no-uplinks", "");
	says(&f.stanzas.v[0], "up", "ip link; bal-up lte0");
	finds_nothing();
	f.stanzas.v[0].options.v[1] =
		(struct bal_stanza_option){ "bal-weight", "3",
						    "/etc/network/interfaces", 3 };
	finds_nothing();
	memset(&f.stanzas, 0, sizeof(f.stanzas));
	f.ifup_fault = "a:1: b";
	finds(BROKEN, "interfaces", "");
	f.ifup_fault = NULL;
	configured("eth1", "weight", "1");
	device("eth1");
	see();
	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		assert_string_not_equal(d.findings.v[i].id, "no-uplinks");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(the_last_check_was_long_ago),
		HEALTHY(nobody_knows_when_the_last_check_was),
		HEALTHY(no_gateway_is_known),
		HEALTHY(a_gateway_that_is_none),
		HEALTHY(an_uplink_that_its_stanza_does_not_mean),
		HEALTHY(what_is_built_in_is_in_force),
		HEALTHY(what_agrees_with_its_stanza),
		HEALTHY(a_section_that_was_told_otherwise),
		HEALTHY(auto_leaves_it_to_bal_conf),
		HEALTHY(over_itself),
		HEALTHY(stanza_and_conf_contradict_each_other),
		HEALTHY(ifupdown_cannot_read_its_file),
		HEALTHY(no_uplink_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
