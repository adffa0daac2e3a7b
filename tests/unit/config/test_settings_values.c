// SPDX-License-Identifier: GPL-2.0-or-later
/* test_settings_values - each key: what it takes, how it prints, what it says. */
#include "../keys.h"

static const struct {
	const char *key, *text, *printed; /* NULL: refused */
} values[] = {
	{ "gateway", "192.168.1.1", "192.168.1.1" },
	{ "gateway", "auto", "auto" },
	{ "gateway", "192.168.1.1/24", NULL },
	{ "gateway", "192.168.1.1/32", NULL },
	{ "gateway", "0.0.0.0", NULL },
	{ "gateway", "127.0.0.1", NULL },
	{ "gateway", "224.0.0.1", NULL },
	{ "gateway", "239.255.255.255", NULL },
	{ "gateway", "255.255.255.255", NULL },
	{ "gateway", "240.0.0.1", "240.0.0.1" },
	{ "gateway", "fe80::1", NULL },
	{ "gateway", "", NULL },
	{ "share", "auto", "auto" },
	{ "share", "on", "yes" },
	{ "share", "no", "no" },
	{ "share", "half", NULL },
	{ "share", "", NULL },
	{ "required", "yes", "yes" },
	{ "required", "auto", NULL },
	{ "revive", "no", "no" },
	{ "revive", "ifdown_up, usb_reset power,reboot",
	  "ifdown_up, usb_reset, power, reboot" },
	{ "revive", "reboot ifdown_up", "reboot, ifdown_up" },
	{ "revive", "", NULL },
	{ "revive", "power power", NULL },
	{ "revive", "no, power", NULL },
	{ "revive", "none", NULL },
	{ "revive", "a-word-that-is-too-long", NULL },
	{ "revive_after", "1s", "1s" },
	{ "revive_after", "999ms", NULL },
	{ "revive_after", "25h", NULL },
	{ "prefix6", "auto", "auto" },
	{ "prefix6", "2001:db8:1:10::/60", "2001:db8:1:10::/60" },
	{ "prefix6", "fd00:1::/48", "fd00:1::/48" },
	{ "prefix6", "::/60", NULL },
	{ "prefix6", "2001:db8::/65", NULL },
	{ "prefix6", "2001:db8::", NULL },
	{ "prefix6", "10.0.0.0/8", NULL },
	{ "prefix6", "fe80::/64", NULL },
	{ "prefix6", "ff02::/64", NULL },
	{ "revive_reboot", "no", "no" },
	{ "revive_reboot", "1h", "3600s" },
	{ "revive_reboot", "59min", NULL },
	{ "revive_reboot", "169h", NULL },
	{ "over", "eth1", "eth1" },
	{ "over", "main", NULL },
	{ "over", "a/b", NULL },
	{ "weight", "1", "1" },
	{ "weight", "256", "256" },
	{ "weight", "0", NULL },
	{ "weight", "257", NULL },
	{ "weight", "auto", "auto" },
	{ "weight", "automatic", NULL },
	{ "cap", "10GB", "10GB" },
	{ "cap", "no", "no" },
	{ "cap", "0", NULL },
	{ "cap", "99999", NULL },
	{ "cap", "10 parsecs", NULL },
	{ "cap", "-1GB", NULL },
	{ "cap_day", "1", "1" },
	{ "cap_day", "31", "31" },
	{ "cap_day", "0", NULL },
	{ "cap_day", "32", NULL },
	{ "cap_action", "last_resort", "last_resort" },
	{ "cap_action", "off", "off" },
	{ "cap_action", "no", NULL },
	{ "cap_hard", "yes", "yes" },
	{ "cap_hard", "very", NULL },
	{ "cap_reset", "monthly", "monthly" },
	{ "cap_reset", "manual", "manual" },
	{ "cap_reset", "weekly", NULL },
	{ "ipv6", "ignore", "ignore" },
	{ "ipv6", "block", "block" },
	{ "ipv6", "balance", NULL },
	{ "smooth", "no", "no" },
	{ "smooth", "suspicion", "suspicion" },
	{ "smooth", "always", "always" },
	{ "smooth", "yes", NULL },
	{ "smooth_over", "auto", "auto" },
	{ "smooth_over", "eth2", "eth2" },
	{ "smooth_over", "eth2 eth3,eth2", "eth2, eth3" },
	{ "smooth_over", "a, b, c, d", "a, b, c, d" },
	{ "smooth_over", "a, b, c, d, e", NULL },
	{ "smooth_over", "", NULL },
	{ "smooth_over", "eth/2", NULL },
	{ "smooth_over", "auto, eth2", NULL },
	{ "smooth_over", "eth2 auto", NULL },
	{ "smooth_port", "1195", "1195" },
	{ "smooth_port", "same", "same" },
	{ "smooth_port", "0", NULL },
	{ "smooth_port", "65536", NULL },
	{ "priority", "0", "0" },
	{ "priority", "999", "999" },
	{ "priority", "1000", NULL },
	{ "openvpn", "client-eth1", "client-eth1" },
	{ "openvpn", "a@B_0.x", "a@B_0.x" },
	{ "openvpn", "../x", NULL },
	{ "openvpn", ".x", NULL },
	{ "openvpn", "a/b", NULL },
	{ "openvpn", "-x", NULL },
	{ "openvpn", "a b", NULL },
	{ "openvpn", "", NULL },
	{ "openvpn",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffggg",
	  "aaaaaaaaaabbbbbbbbbbcccccccccc"
	  "ddddddddddeeeeeeeeeeffffffffffggg" },
	{ "openvpn",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffgggg",
	  NULL },
	{ "targets", "9.9.9.9, 1.1.1.1", "9.9.9.9, 1.1.1.1" },
	{ "targets", "9.9.9.9 9.9.9.9", "9.9.9.9" },
	{ "targets", "", NULL },
	{ "targets", ",", NULL },
	{ "targets", "9.9.9.9, x", NULL },
	{ "targets", "9.9.9.0/24", NULL },
	{ "targets", "::1", NULL },
	{ "targets",
	  "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 "
	  "1.1.1.7 1.1.1.8 1.1.1.9",
	  NULL },
	{ "targets",
	  "111111111111111111111111111111111111111111111111"
	  "11111111111111111111",
	  NULL },
	{ "targets", "tcp:1.1.1.1:443,dns:9.9.9.9/a.b,http://1.2.3.4/=204 arp",
	  "tcp:1.1.1.1:443, dns:9.9.9.9/a.b, http://1.2.3.4=204, arp" },
	{ "targets", "9.9.9.9 icmp:9.9.9.9 dns:9.9.9.9/a dns:9.9.9.9:53/a",
	  "9.9.9.9, dns:9.9.9.9/a" },
	{ "targets", "9.9.9.9 tcp:1.1.1.1:0", NULL },
	{ "targets", "http://1.2.3.4:x/", NULL },
	{ "targets", "exec:relative", NULL },
	{ "targets", "dns.google", NULL },
	{ "need", "1", "1" },
	{ "need", "8", "8" },
	{ "need", "0", NULL },
	{ "need", "9", NULL },
	{ "interval", "10ms", "10ms" },
	{ "interval", "1500ms", "1500ms" },
	{ "interval", "60m", "3600s" },
	{ "interval", "9ms", NULL },
	{ "interval", "3601s", NULL },
	{ "interval", "60", "60s" },
	{ "interval", "61", NULL },
	{ "interval", "1000", NULL },
	{ "timeout", "60", "60s" },
	{ "timeout", "60.001", NULL },
	{ "down", "100", "100" },
	{ "down", "0", NULL },
	{ "up", "101", NULL },
	{ "up", "1", "1" },
	{ "timeout_min", "10ms", "10ms" },
	{ "timeout_min", "10s", "10s" },
	{ "timeout_min", "9ms", NULL },
	{ "timeout_min", "10001ms", NULL },
	{ "timeout_min", "no", NULL },
	{ "passive", "no", "no" },
	{ "passive", "0", "no" },
	{ "passive", "1", "1" },
	{ "passive", "2kB", "2kB" },
	{ "passive", "1000000", "1MB" },
	{ "passive", "1000001", NULL },
	{ "passive", "yes", NULL },
	{ "passive", "-1", NULL },
	{ "degraded_loss", "no", "no" },
	{ "degraded_loss", "0%", "no" },
	{ "degraded_loss", "1", "1%" },
	{ "degraded_loss", "99 %", "99%" },
	{ "degraded_loss", "100", NULL },
	{ "degraded_loss", "%", NULL },
	{ "degraded_loss", "5%%", NULL },
	{ "degraded_loss", "5% ", NULL },
	{ "degraded_loss", "0.5%", NULL },
	{ "degraded_loss", "0000000000000005%", NULL },
	{ "recovered_loss", "0", "0%" },
	{ "recovered_loss", "98%", "98%" },
	{ "recovered_loss", "99", NULL },
	{ "recovered_loss", "no", NULL },
	{ "degraded_rtt", "no", "no" },
	{ "degraded_rtt", "0", "no" },
	{ "degraded_rtt", "1ms", "1ms" },
	{ "degraded_rtt", "1min", "60s" },
	{ "degraded_rtt", "60001ms", NULL },
	{ "degraded_rtt", "never", NULL },
	{ "recovered_rtt", "no", "no" },
	{ "recovered_rtt", "1ms", "1ms" },
	{ "recovered_rtt", "60s", "60s" },
	{ "recovered_rtt", "61s", NULL },
	{ "stable", "0", "0s" },
	{ "stable", "1h", "3600s" },
	{ "stable", "3601s", NULL },
	{ "stable_max", "0", "0s" },
	{ "stable_max", "24h", "86400s" },
	{ "stable_max", "24.1h", NULL },
	{ "budget", "no", "no" },
	{ "budget", "100kB", "100kB" },
	{ "budget", "0.5GB", "500MB" },
	{ "budget", "1000000GB", "1000000GB" },
	{ "budget", "1000001GB", NULL },
	{ "budget", "99999", NULL },
	{ "budget", "0", NULL },
	{ "http_host", "www.example.com", "www.example.com" },
	{ "http_host", "[2001:db8::1]:80", "[2001:db8::1]:80" },
	{ "http_host", "", "" },
	{ "http_host", "a b", NULL },
	{ "http_host", "a/b", NULL },
	{ "http_host", "\"a\"", NULL },
	{ "http_host", "a\r\nX: y", NULL },
	{ "http_expect", "<TITLE>Success</TITLE>", "<TITLE>Success</TITLE>" },
	{ "http_expect", "it works = [yes]; # no", "it works = [yes]; # no" },
	{ "http_expect", "", "" },
	{ "http_expect", "\"success\"", NULL },
	{ "http_expect", "a\nb", NULL },
	{ "http_expect", "a ;b", NULL },
	{ "http_expect",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffggg",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffggg" },
	{ "http_expect",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
	  "effffffffffgggg",
	  NULL },
	{ "on_dead", "nothing", "nothing" },
	{ "on_dead", "sockets", "sockets" },
	{ "on_dead", "conntrack", "conntrack" },
	{ "on_dead", "conntrack sockets,sockets", "sockets, conntrack" },
	{ "on_dead", "", NULL },
	{ "on_dead", "no", NULL },
	{ "on_dead", "sockets nothing", NULL },
	{ "on_dead", "nothing, sockets", NULL },
	{ "on_dead", "sockets-and-conntrack-and-more", NULL },
	{ "failback_drain", "never", "never" },
	{ "failback_drain", "0", "0s" },
	{ "failback_drain", "24h", "86400s" },
	{ "failback_drain", "86401s", NULL },
	{ "failback_drain", "no", NULL },
};

static void
test_values(void **state)
{
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct bal_settings s = { 0 }, zero = { 0 };
		struct bal_err err = { 0 };
		size_t n = number(values[i].key);
		int ret = bal_settings_set(&s, ALL, values[i].key,
					   values[i].text, &err);

		if (ret != (values[i].printed ? 0 : -1))
			fail_msg("%s = %s: %d %s", values[i].key,
				 values[i].text, ret, err.msg);
		if (ret) {
			assert_memory_equal(&s, &zero, sizeof(s));
			assert_int_equal(err.kind, BAL_ECONF);
			assert_memory_equal(err.msg, values[i].key,
					    strlen(values[i].key));
			assert_null(bal_settings_get(&s, n, buf, sizeof(buf)));
			continue;
		}
		assert_int_equal(s.has, UINT64_C(1) << n);
		assert_ptr_equal(bal_settings_get(&s, n, buf, sizeof(buf)),
				 buf);
		assert_string_equal(buf, values[i].printed);
		/* What is printed reads as the same. */
		zero = (struct bal_settings){ 0 };
		set(&zero, values[i].key, buf);
		assert_memory_equal(&zero, &s, sizeof(s));
		/* Nothing is cut: one byte less is none at all. */
		assert_null(bal_settings_get(&s, n, buf,
					     strlen(values[i].printed)));
		assert_non_null(bal_settings_get(
			&s, n, buf, strlen(values[i].printed) + 1));
	}
}

static const struct {
	const char *key, *text, *msg;
	uint64_t allowed;
} messages[] = {
	{ "gatway", "1.1.1.1",
	  "unknown key \"gatway\", did you mean \"gateway\"?", ALL },
	{ "weight", "1", "unknown key \"weight\"", BAL_SET_CHECK },
	{ "weight", "0", "weight \"0\" is not between 1 and 256", ALL },
	{ "weight", "x", "weight \"x\" is not a number", ALL },
	{ "gateway", "fe80::1",
	  "gateway \"fe80::1\" is IPv6, which is "
	  "not supported yet",
	  ALL },
	{ "targets", "9.9.9.9 127.1.1.1",
	  "targets \"127.1.1.1\" is a "
	  "loopback address",
	  ALL },
	{ "targets", "dns.google",
	  "targets \"dns.google\" is not an IP address: names "
	  "cannot be targets",
	  ALL },
	{ "targets", "9.9.9.9;1.1.1.1",
	  "targets \"9.9.9.9;1.1.1.1\" is not an IP address: targets "
	  "are divided by commas or blanks",
	  ALL },
	{ "targets", "9.9.9.9, tcp:1.1.1.1:53;",
	  "targets \"tcp:1.1.1.1:53;\": port \"53;\" is not a "
	  "number: targets are divided by commas or blanks",
	  ALL },
	{ "targets", "9.9.9.9 1.1.1.1:443",
	  "targets \"1.1.1.1:443\" is not an IP address, did you "
	  "mean \"tcp:1.1.1.1:443\"?",
	  ALL },
	{ "bal-weight", "3",
	  "unknown key \"bal-weight\", did you mean \"weight\"?", ALL },
	{ "targets", "9.9.9.9, tcp:1.1.1.1:0",
	  "targets \"tcp:1.1.1.1:0\": port \"0\" is not between 1 "
	  "and 65535",
	  ALL },
	{ "targets", ", ,", "targets \", ,\" names no address", ALL },
	{ "timeout_min", "1h", "timeout_min \"1h\" is not between 10ms and 10s",
	  ALL },
	{ "degraded_loss", "100%",
	  "degraded_loss \"100\" is not between 0 and 99", ALL },
	{ "budget", "1kB", "budget \"1kB\" is not between 100kB and 1000000GB",
	  ALL },
	{ "http_host", "a b", "http_host \"a b\" is not the name of a host",
	  ALL },
	{ "on_dead", "routes",
	  "on_dead \"routes\" is neither nothing nor a list of "
	  "sockets and conntrack",
	  ALL },
	{ "http_expect", "x", "unknown key \"http_expect\"",
	  ~(uint64_t)BAL_SET_HTTP_EXPECT },
	{ "", "", "unknown key \"\"", ALL },
};

static void
test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		struct bal_settings s = { 0 };
		struct bal_err err = { 0 };

		assert_int_equal(bal_settings_set(&s, messages[i].allowed,
						  messages[i].key,
						  messages[i].text, &err),
				 -1);
		assert_string_equal(err.msg, messages[i].msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
