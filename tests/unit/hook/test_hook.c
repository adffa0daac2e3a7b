// SPDX-License-Identifier: GPL-2.0-or-later
/* test_hook - who called, and what they say of the uplink. */
#include "../hooks.h"

#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_person(void **state)
{
	(void)state;
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_PERSON);
	assert_string_equal(hook.dev, "");
	/* One of two is not enough: people have such variables, too. */
	set("IFACE", "eth1");
	set("dev", "tun1");
	assert_int_equal(bal_hook_caller(), BAL_CALLER_PERSON);
}

static void
ifupdown(void **state)
{
	(void)state;
	stanza("eth1");
	set("IF_ADDRESS", "192.168.1.101");
	set("IF_GATEWAY", "192.168.1.1");
	set("IF_BAL_WEIGHT", "18");
	set("IF_BAL_BALANCE", "no");
	set("IF_BAL_OVER", "eth9");
	set("IF_BAL_TARGETS", "9.9.9.9 1.1.1.1");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_IFUPDOWN);
	assert_string_equal(hook.dev, "eth1");
	assert_false(hook.all);
	assert_host(&hook.gateway, "192.168.1.1");
	assert_int_equal(hook.options.has, BAL_SET_WEIGHT | BAL_SET_SHARE |
						BAL_SET_OVER | BAL_SET_TARGETS);
	assert_int_equal(hook.options.weight, 18);
	assert_int_equal(hook.options.share, BAL_SHARE_NO);
	assert_string_equal(hook.options.over, "eth9");
	assert_int_equal(hook.options.n_targets, 2);
}

/* ifupdown makes _ of both bal-on-dead and bal-on_dead. */
static void
every_key_is_an_option(void **state)
{
	static const char *const values[] = {
		"1.1.1.1", "no",       "eth9",	  "2",	 "3",	 "vpn",	 "arp",
		"1",	   "1s",       "2s",	  "4",	 "5",	 "30ms", "no",
		"50%",	   "10 %",     "2s",	  "1s",	 "2min", "1h",	 "20MB",
		"a.b",	   "it works", "sockets", "90s", "yes",
		"1GB",	   "2",	       "off",	  "no",	 "manual",
		"block",   "suspicion", "eth2", "1195", "fe80::1",
		"ifdown_up, power", "2min", "no", "2001:db8:1::/56",
	};
	char variable[48], buf[BAL_SETTING_STRLEN];
	const char *key;
	size_t n;

	(void)state;
	stanza("eth1");
	for (n = 0; (key = bal_settings_key(n)); n++) {
		snprintf(variable, sizeof(variable), "IF_BAL_%s", key);
		for (char *p = variable; *p; p++)
			if (*p >= 'a' && *p <= 'z')
				*p -= 'a' - 'A';
		assert_true(n < sizeof(values) / sizeof(*values));
		set(variable, values[n]);
	}
	assert_int_equal(n, sizeof(values) / sizeof(*values));
	must_read(0, NULL);
	assert_string_equal(warning, "");
	assert_int_equal(hook.options.has, UINT64_MAX >> (64 - n));
	assert_int_equal(hook.options.timeout_min_ms, 30);
	assert_int_equal(hook.options.passive, 0);
	assert_int_equal(hook.options.degraded_loss, 50);
	assert_int_equal(hook.options.recovered_loss, 10);
	assert_int_equal(hook.options.stable_ms, 120000);
	assert_true(hook.options.budget == 20000000);
	assert_string_equal(hook.options.http_expect, "it works");
	assert_int_equal(hook.options.on_dead, BAL_ON_DEAD_SOCKETS);
	assert_int_equal(hook.options.failback_drain_ms, 90000);
	for (size_t i = 0; i < n; i++)
		assert_non_null(
			bal_settings_get(&hook.options, i, buf, sizeof(buf)));
}

static void
ifupdown_for_all(void **state)
{
	(void)state;
	stanza("--all");
	set("IF_BAL_WEIGHT", "nonsense");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_IFUPDOWN);
	assert_true(hook.all);
	assert_string_equal(hook.dev, "");
}

/* What a stanza says wrong is an error, with the name that stands there. */
static void
stanza_with_faults(void **state)
{
	(void)state;
	stanza("eth1");
	set("IF_BAL_WEIGHT", "0");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_string_equal(err.msg, "option bal-weight of eth1: weight \"0\" "
				     "is not between 1 and 256");
	assert_int_equal(hook.caller, BAL_CALLER_PERSON);
	assert_string_equal(hook.dev, "");
	unsetenv("IF_BAL_WEIGHT");
	set("IF_BAL_TIMEOUT_MIN", "1ms");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_string_equal(err.msg,
			    "option bal-timeout-min of eth1: timeout_min "
			    "\"1ms\" is not between 10ms and 10s");
	unsetenv("IF_BAL_TIMEOUT_MIN");
	set("IF_BAL_TIMEOUT_MAX", "1s");
	must_read(0, NULL);
	assert_string_equal(warning,
			    "unknown option bal-timeout-max of eth1 is "
			    "passed over, did you mean bal-timeout-min?");
	memset(&hook, 0, sizeof(hook));
	set("IFACE", "a/b");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_int_equal(strncmp(err.msg, "IFACE: ", 7), 0);
}

static void
every_fault_is_told(void **state)
{
	(void)state;
	stanza("eth1");
	set("IF_BAL_WEIGHT", "0");
	set("IF_BAL_TARGETS", "9.9.9.9 # far");
	set("IF_BAL_UP", "2 ; rounds");
	set("IF_BAL_DWON", "3");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_string_equal(
		warning,
		"unknown option bal-dwon of eth1 is passed over, did you mean "
		"bal-down?\n"
		"option bal-weight of eth1: weight \"0\" is not between 1 and "
		"256\n"
		"option bal-targets of eth1: targets \"#\" is not an IP "
		"address: a comment needs a line of its own");
	assert_string_equal(err.msg, "option bal-up of eth1: up \"2 ; rounds\" "
				     "is not a number: a comment needs a line "
				     "of its own");
	/* They do not concern who takes it down. */
	warning[0] = '\0';
	assert_int_equal(bal_hook_device(&hook, 0, NULL, &err), 0);
	assert_string_equal(hook.dev, "eth1");
	assert_int_equal(hook.options.has, 0);
	assert_string_equal(warning, "");
}

static void
options_that_disagree(void **state)
{
	(void)state;
	stanza("eth1");
	set("IF_BAL_NEED", "2");
	must_read(0, NULL);
	set("IF_BAL_TARGETS", "9.9.9.9");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_string_equal(err.msg, "options of eth1: need \"2\" is more than "
				     "there are targets");
}

static void
openvpn_environment(void)
{
	set("script_type", "up");
	set("dev", "tun1");
	set("ifconfig_local", "172.22.0.11");
	set("local_1", "192.168.1.101");
	set("route_vpn_gateway", "172.22.0.1");
}

static char *vpn_args[] = { "tun7",	   "1500", "0", "172.22.0.11",
			    "255.255.0.0", "init", NULL };

static void
openvpn(void **state)
{
	(void)state;
	openvpn_environment();
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_OPENVPN);
	assert_string_equal(hook.dev, "tun1");
	assert_host(&hook.gateway, "172.22.0.1");
	assert_host(&hook.transport, "192.168.1.101");
	assert_int_equal(hook.options.has, 0);
	must_read(6, vpn_args);
	assert_string_equal(hook.dev, "tun7");
	must_read(5, vpn_args + 1);
	assert_string_equal(hook.dev, "tun1");
}

/* The far end of a tunnel decides some of it: it is not trusted. */
static void
openvpn_with_nonsense(void **state)
{
	static const char *const nonsense[] = { "0.0.0.0",   "255.255.255.255",
						"224.0.0.1", "127.0.0.1",
						"1.2.3.4/8", "$(reboot)" };

	(void)state;
	openvpn_environment();
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		set("route_vpn_gateway", nonsense[i]);
		warning[0] = '\0';
		must_read(0, NULL);
		assert_true(bal_addr_none(&hook.gateway));
		assert_int_equal(
			strncmp(warning,
				"route_vpn_gateway is not usable: ", 33),
			0);
	}
	unsetenv("route_vpn_gateway");
	set("local_1", "");
	warning[0] = '\0';
	must_read(0, NULL);
	assert_true(bal_addr_none(&hook.gateway));
	assert_true(bal_addr_none(&hook.transport));
	assert_string_equal(warning, "");
	set("dev", "a b");
	assert_int_equal(bal_hook_read(&hook, 0, NULL, &err), -1);
	assert_int_equal(strncmp(err.msg, "OpenVPN's dev: ", 15), 0);
}

static void
openvpn_arguments(void **state)
{
	char *args[] = {
		"tun7", "1500", "0", "10.8.0.2", "10.8.0.1", "restart"
	};

	(void)state;
	assert_true(bal_hook_openvpn_args(6, vpn_args));
	assert_true(bal_hook_openvpn_args(6, args));
	assert_false(bal_hook_openvpn_args(5, args));
	assert_false(bal_hook_openvpn_args(0, NULL));
	args[5] = "x";
	assert_false(bal_hook_openvpn_args(6, args));
}

/* Debian's scripts say PPP_IFACE, pppd itself IFNAME and IPLOCAL. */
static void
ppp(void **state)
{
	(void)state;
	set("PPP_IFACE", "ppp0");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_PPP);
	assert_string_equal(hook.dev, "ppp0");
	unsetenv("PPP_IFACE");
	set("IFNAME", "ppp1");
	assert_int_equal(bal_hook_caller(), BAL_CALLER_PERSON);
	set("IPLOCAL", "100.64.0.7");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_PPP);
	assert_string_equal(hook.dev, "ppp1");
	set("IFNAME", "../ppp");
	must_read(0, NULL);
	assert_string_equal(hook.dev, "");
}

static void
a_strict_stanza(void **state)
{
	(void)state;
	set("IF_BAL_STRICT", "yes");
	assert_false(bal_hook_strict()); /* nobody's stanza */
	stanza("eth1");
	assert_true(bal_hook_strict());
	must_read(0, NULL);
	assert_string_equal(warning, "");
	set("IF_BAL_STRICT", "no");
	assert_false(bal_hook_strict());
	set("IF_BAL_STRICT", "very");
	assert_false(bal_hook_strict());
	assert_memory_equal(warning, "option bal-strict of eth1: ", 27);
}

/* Of a line that is dialled, ifup comes back before there is a device. */
static void
ifupdown_dials(void **state)
{
	(void)state;
	stanza("ppp0");
	must_read(0, NULL);
	assert_false(hook.comes_late);
	set("METHOD", "ppp");
	must_read(0, NULL);
	assert_true(hook.comes_late);
}

/* wg-quick sets nothing: only the name of the parent tells. */
static void
wg_quick(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, "wg-quick"), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(bal_hook_caller() == BAL_CALLER_WG_QUICK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(prctl(PR_SET_NAME, "test_hook"), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

/* Of several remotes the one that it has connected to says what it speaks. */
static void
openvpn_remotes(void **state)
{
	(void)state;
	set("dev", "tun1");
	set("script_type", "up");
	set("trusted_ip", "198.51.100.1");
	set("trusted_port", "1194");
	set("remote_port_1", "443");
	set("proto_1", "tcp-client");
	set("remote_port_2", "1194");
	set("proto_2", "udp4");
	must_read(0, NULL);
	assert_int_equal(hook.caller, BAL_CALLER_OPENVPN);
	assert_int_equal(hook.port, 1194);
	assert_int_equal(hook.proto, IPPROTO_UDP);
	set("trusted_port", "443");
	must_read(0, NULL);
	assert_int_equal(hook.port, 443);
	assert_int_equal(hook.proto, IPPROTO_TCP);
	set("trusted_port", "70000");
	must_read(0, NULL);
	assert_int_equal(hook.port, 443);
	unsetenv("remote_port_1");
	unsetenv("proto_1");
	must_read(0, NULL);
	assert_int_equal(hook.port, 0);
	assert_int_equal(hook.proto, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_person),
		TEST(ifupdown),
		TEST(every_key_is_an_option),
		TEST(ifupdown_for_all),
		TEST(stanza_with_faults),
		TEST(every_fault_is_told),
		TEST(options_that_disagree),
		TEST(openvpn),
		TEST(openvpn_with_nonsense),
		TEST(openvpn_remotes),
		TEST(openvpn_arguments),
		TEST(ppp),
		TEST(a_strict_stanza),
		TEST(ifupdown_dials),
		TEST(wg_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
