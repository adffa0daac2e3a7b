// SPDX-License-Identifier: GPL-2.0-or-later
/* test_settings - what can be said about one uplink. */
#include "../keys.h"

static void
test_failure_leaves_all(void **state)
{
	struct bal_settings s = bal_settings_default(), before;
	struct bal_err err;

	(void)state;
	set(&s, "targets", "9.9.9.9");
	before = s;
	assert_int_equal(
		bal_settings_set(&s, ALL, "targets", "1.1.1.1 bad", &err), -1);
	assert_memory_equal(&s, &before, sizeof(s));
}

static void
test_targets_add_up(void **state)
{
	struct bal_settings s = { 0 };
	struct bal_err err;
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	set(&s, "targets", "1.1.1.1 1.1.1.2");
	set(&s, "targets", "1.1.1.3,1.1.1.1");
	assert_string_equal(
		bal_settings_get(&s, number("targets"), buf, sizeof(buf)),
		"1.1.1.1, 1.1.1.2, 1.1.1.3");
	set(&s, "targets", "1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8");
	assert_int_equal(s.n_targets, BAL_TARGETS_MAX);
	assert_int_equal(bal_settings_set(&s, ALL, "targets", "1.1.1.9", &err),
			 -1);
	assert_int_equal(s.n_targets, BAL_TARGETS_MAX);
	/* Stale ones count only with their bit. */
	s.has = 0;
	set(&s, "targets", "2.2.2.2");
	assert_int_equal(s.n_targets, 1);
}

/* Copies refer to one list; the one that grows leaves the others alone. */
static void
test_targets_are_kept_once(void **state)
{
	struct bal_settings a = { 0 }, b = { 0 }, copy;

	(void)state;
	set(&a, "targets", "1.1.1.1 tcp:1.1.1.2:53");
	set(&b, "targets", "1.1.1.1, tcp:1.1.1.2:53");
	assert_ptr_equal(a.targets, b.targets);
	copy = a;
	set(&a, "targets", "1.1.1.3");
	assert_int_equal(a.n_targets, 3);
	assert_ptr_equal(copy.targets, b.targets);
	assert_int_equal(copy.n_targets, 2);
	assert_int_equal(copy.targets[1].port, 53);
	b.has = 0;
	set(&b, "targets", "1.1.1.1 tcp:1.1.1.2:54");
	assert_ptr_not_equal(copy.targets, b.targets);
}

static void
test_longest_value_fits(void **state)
{
	static const uint8_t ones[16] = { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					  0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
					  0x11, 0x11, 0x11, 0x11 };
	struct bal_target longest[BAL_TARGETS_MAX] = { 0 };
	struct bal_settings s = { .has = BAL_SET_TARGETS,
				  .targets = longest,
				  .n_targets = BAL_TARGETS_MAX };
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	for (size_t i = 0; i < BAL_TARGETS_MAX; i++) {
		struct bal_target *t = &longest[i];

		t->kind = BAL_TARGET_DNS;
		t->addr = t->expect = bal_addr_raw(AF_INET6, ones, 16, 128);
		t->port = UINT16_MAX;
		memset(t->text, 'x', sizeof(t->text) - 1);
	}
	assert_non_null(
		bal_settings_get(&s, number("targets"), buf, sizeof(buf)));
}

static void
test_defaults(void **state)
{
	struct bal_settings s = bal_settings_default();

	(void)state;
	assert_int_equal(s.has,
			 (BAL_SET_FAILBACK_DRAIN * 2 - 1) &
				 ~(uint64_t)(BAL_SET_GATEWAY | BAL_SET_OVER |
					     BAL_SET_OPENVPN | BAL_SET_TARGETS |
					     BAL_SET_HTTP_HOST |
					     BAL_SET_HTTP_EXPECT));
	assert_int_equal(s.share, BAL_SHARE_AUTO);
	assert_int_equal(s.weight, 1);
	assert_int_equal(s.priority, 100);
	assert_int_equal(s.need, 1);
	assert_int_equal(s.interval_ms, 1000);
	assert_int_equal(s.timeout_ms, 2000);
	assert_int_equal(s.down, 3);
	assert_int_equal(s.up, 2);
	assert_int_equal(s.timeout_min_ms, 20);
	assert_int_equal(s.passive, 2000);
	assert_int_equal(s.degraded_loss, 45);
	assert_int_equal(s.recovered_loss, 20);
	assert_int_equal(s.degraded_rtt_ms, 0);
	assert_int_equal(s.recovered_rtt_ms, 0);
	assert_int_equal(s.stable_ms, 1000);
	assert_int_equal(s.stable_max_ms, 300000);
	assert_true(s.budget == 0);
	assert_int_equal(s.on_dead,
			 BAL_ON_DEAD_SOCKETS | BAL_ON_DEAD_CONNTRACK);
	assert_int_equal(s.failback_drain_ms, BAL_DRAIN_NEVER);
	assert_string_equal(s.http_host, "");
	assert_string_equal(s.http_expect, "");
}

/* What was not said follows from what is degraded. */
static void
test_recovered_rtt(void **state)
{
	static const struct {
		uint32_t degraded, said, recovered;
	} cases[] = {
		{ 0, 0, 0 },	  { 0, 500, 0 }, { 1000, 0, 750 },
		{ 1000, 10, 10 }, { 1, 0, 1 },	 { 60000, 0, 45000 },
		{ 60000, 5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bal_settings s = bal_settings_default();

		s.degraded_rtt_ms = cases[i].degraded;
		s.recovered_rtt_ms = cases[i].said;
		assert_int_equal(bal_settings_recovered(&s),
				 cases[i].recovered);
	}
}

/* The bits of the header are the order of the names. */
static void
test_keys(void **state)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} keys[] = {
		{ BAL_SET_GATEWAY, "gateway" },
		{ BAL_SET_SHARE, "share" },
		{ BAL_SET_OVER, "over" },
		{ BAL_SET_WEIGHT, "weight" },
		{ BAL_SET_PRIORITY, "priority" },
		{ BAL_SET_OPENVPN, "openvpn" },
		{ BAL_SET_TARGETS, "targets" },
		{ BAL_SET_NEED, "need" },
		{ BAL_SET_INTERVAL, "interval" },
		{ BAL_SET_TIMEOUT, "timeout" },
		{ BAL_SET_DOWN, "down" },
		{ BAL_SET_UP, "up" },
		{ BAL_SET_TIMEOUT_MIN, "timeout_min" },
		{ BAL_SET_PASSIVE, "passive" },
		{ BAL_SET_DEGRADED_LOSS, "degraded_loss" },
		{ BAL_SET_RECOVERED_LOSS, "recovered_loss" },
		{ BAL_SET_DEGRADED_RTT, "degraded_rtt" },
		{ BAL_SET_RECOVERED_RTT, "recovered_rtt" },
		{ BAL_SET_STABLE, "stable" },
		{ BAL_SET_STABLE_MAX, "stable_max" },
		{ BAL_SET_BUDGET, "budget" },
		{ BAL_SET_HTTP_HOST, "http_host" },
		{ BAL_SET_HTTP_EXPECT, "http_expect" },
		{ BAL_SET_ON_DEAD, "on_dead" },
		{ BAL_SET_FAILBACK_DRAIN, "failback_drain" },
		{ BAL_SET_REQUIRED, "required" },
		{ BAL_SET_CAP, "cap" },
		{ BAL_SET_CAP_DAY, "cap_day" },
		{ BAL_SET_CAP_ACTION, "cap_action" },
		{ BAL_SET_CAP_HARD, "cap_hard" },
		{ BAL_SET_CAP_RESET, "cap_reset" },
		{ BAL_SET_IPV6, "ipv6" },
		{ BAL_SET_SMOOTH, "smooth" },
		{ BAL_SET_SMOOTH_OVER, "smooth_over" },
		{ BAL_SET_SMOOTH_PORT, "smooth_port" },
		{ BAL_SET_GATEWAY6, "gateway6" },
		{ BAL_SET_REVIVE, "revive" },
		{ BAL_SET_REVIVE_AFTER, "revive_after" },
		{ BAL_SET_REVIVE_REBOOT, "revive_reboot" },
		{ BAL_SET_PREFIX6, "prefix6" },
	};
	const size_t n = sizeof(keys) / sizeof(*keys);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(bal_settings_key(i), keys[i].name);
		assert_int_equal(keys[i].bit, UINT64_C(1) << i);
	}
	assert_null(bal_settings_key(n));
	assert_null(bal_settings_key(SIZE_MAX));
}

/* In order of the keys. */
static const char *const one[] = {
	"1.1.1.1", "no", "eth1", "7", "8", "vpn-a", "tcp:9.9.9.9:53", "2",
	"11ms", "12ms", "13", "14", "15ms", "16", "17%", "18%", "19ms",
	"20ms", "21s", "22s", "23GB", "www.a.b", "it works", "conntrack",
	"24s", "yes", "25GB", "26", "off", "yes", "manual",
	"block", "always", "eth2, eth3", "27", "fe80::1",
	"power, ifdown_up", "28s", "36000s", "2001:db8:29::/48",
};

static void
test_merge(void **state)
{
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	assert_null(bal_settings_key(sizeof(one) / sizeof(*one)));
	for (size_t said = 0; bal_settings_key(said); said++) {
		struct bal_settings base = bal_settings_default(), over = { 0 };
		struct bal_settings before;

		set(&base, "targets", "5.5.5.5 6.6.6.6");
		before = base;
		/* Junk in a member without its bit must not come along. */
		memset(&over, 0x01, sizeof(over));
		over.has = 0;
		bal_settings_merge(&base, &over);
		assert_memory_equal(&base, &before, sizeof(base));
		set(&over, bal_settings_key(said), one[said]);
		bal_settings_merge(&base, &over);
		for (size_t i = 0; bal_settings_key(i); i++) {
			char old[BAL_SETTING_STRLEN];
			const char *was =
				bal_settings_get(&before, i, old, sizeof(old));
			const char *is =
				bal_settings_get(&base, i, buf, sizeof(buf));

			if (i == said)
				assert_string_equal(is, one[i]);
			else if (was)
				assert_string_equal(is, was);
			else
				assert_null(is);
		}
	}
}

/* Fewer targets above more: only they. */
static void
test_merge_targets(void **state)
{
	struct bal_settings base = { 0 }, over = { 0 };
	char buf[BAL_SETTING_STRLEN];

	(void)state;
	set(&base, "targets", "1.1.1.1 2.2.2.2 3.3.3.3");
	set(&over, "targets", "arp dns:4.4.4.4/a");
	bal_settings_merge(&base, &over);
	assert_string_equal(
		bal_settings_get(&base, number("targets"), buf, sizeof(buf)),
		"arp, dns:4.4.4.4/a");
	set(&over, "targets", "5.5.5.5 6.6.6.6 7.7.7.7 8.8.8.8");
	bal_settings_merge(&base, &over);
	assert_string_equal(
		bal_settings_get(&base, number("targets"), buf, sizeof(buf)),
		"arp, dns:4.4.4.4/a, 5.5.5.5, 6.6.6.6, 7.7.7.7, 8.8.8.8");
}

/* `auto` above an address is none again. */
static void
test_merge_auto(void **state)
{
	struct bal_settings base = { 0 }, over = { 0 };

	(void)state;
	set(&base, "gateway", "1.1.1.1");
	set(&over, "gateway", "auto");
	bal_settings_merge(&base, &over);
	assert_true(bal_addr_none(&base.gateway));
	assert_int_equal(base.has, BAL_SET_GATEWAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failure_leaves_all),
		cmocka_unit_test(test_targets_add_up),
		cmocka_unit_test(test_targets_are_kept_once),
		cmocka_unit_test(test_longest_value_fits),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_recovered_rtt),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_targets),
		cmocka_unit_test(test_merge_auto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
