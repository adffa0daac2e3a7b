// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf - bal.conf: what the administrator wrote. */
#include "../confs.h"

#include <sys/socket.h>

/* The design's own example. */
static const char example[] =
	"[bal]\n"
	"mode = multi                 ; what bal-mode overrides at run time\n"
	"balance = connection\n"
	"destinations = default\n"
	"[check]\n"
	"targets = 9.9.9.9, 1.1.1.1\n"
	"need = 1                     ; targets that must answer\n"
	"interval = 1s\n"
	"timeout = 2s                 ; upper bound\n"
	"down = 3\n"
	"up = 2\n"
	"when_all_dead = keep         ; or unreachable\n"
	"[uplink eth1]\n"
	"gateway = 192.168.1.1        ; or auto\n"
	"balance = no\n"
	"[uplink tun1]\n"
	"over = eth1\n"
	"weight = 18\n"
	"priority = 2\n"
	"openvpn = client-eth1\n"
	"targets = 172.22.0.1\n";

static void
test_example(void **state)
{
	const struct bal_conf_uplink *u;

	(void)state;
	read_good(example);
	assert_int_equal(conf.globals.n_destinations, 0);
	assert_true(conf.globals.everywhere);
	assert_int_equal(conf.check.has,
			 BAL_SET_TARGETS | BAL_SET_NEED | BAL_SET_INTERVAL |
				 BAL_SET_TIMEOUT | BAL_SET_DOWN | BAL_SET_UP);
	assert_int_equal(conf.check.n_targets, 2);
	assert_int_equal(conf.n_uplinks, 2);
	u = bal_conf_find(&conf, "eth1");
	assert_ptr_equal(u, &conf.uplinks[0]);
	assert_int_equal(u->set.has, BAL_SET_GATEWAY | BAL_SET_SHARE);
	assert_int_equal(u->set.share, BAL_SHARE_NO);
	u = bal_conf_find(&conf, "tun1");
	assert_ptr_equal(u, &conf.uplinks[1]);
	assert_string_equal(u->set.over, "eth1");
	assert_int_equal(u->set.weight, 18);
	assert_string_equal(u->set.openvpn, "client-eth1");
	assert_null(bal_conf_find(&conf, "eth2"));
}

static void
assert_built_in(void)
{
	const struct bal_globals *g = &conf.globals;

	assert_int_equal(g->mode, BAL_MODE_MULTI);
	assert_int_equal(g->n_destinations, 0);
	assert_true(g->nexthop_objects);
	assert_int_equal(g->mark_mask, 0xff000000);
	assert_int_equal(g->rule_priority, 32768);
	assert_false(g->masquerade);
	assert_true(g->last_resort);
	assert_false(g->mptcp);
	assert_int_equal(g->when_all_dead, BAL_ALL_DEAD_KEEP);
	assert_string_equal(g->openvpn_command,
			    "systemctl --no-block restart openvpn-client@%s");
	assert_int_equal(g->openvpn_pause_ms, 30000);
	assert_int_equal(g->openvpn_dead_ms, 60000);
	assert_int_equal(g->event_timeout_ms, 10000);
	assert_int_equal(conf.check.has, 0);
	assert_int_equal(conf.n_uplinks, 0);
}

static void
test_nothing_is_said(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"; comment\n# comment",
		"[bal]\n[check]\n",
		"\xef\xbb\xbf",
		"\xef\xbb\xbf[bal]\r\n",
		"  [bal]  ; x\n",
	};
	struct bal_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_good(texts[i]);
		assert_built_in();
	}
	bal_conf_fini(&conf);
	assert_int_equal(bal_conf_read(&conf, FROM(in_directory("none"), false), &err),
			 0);
	assert_built_in();
	bal_conf_fini(&conf);
	assert_int_equal(bal_conf_read(&conf, FROM("/dev/null", true), &err), 0);
	assert_built_in();
}

static void
test_globals(void **state)
{
	(void)state;
	read_good("[bal]\nmode = solo\ndestinations = 10.0.0.0/8 172.22.0.1\n"
		  "destinations = 192.168.0.0/16, 10.0.0.0/8\n"
		  "nexthop_objects = no\nmark_mask = 0x0ff0\n"
		  "rule_priority = 22770\nmasquerade = yes\nlast_resort = no\n"
		  "mptcp = yes\n"
		  "[check]\nwhen_all_dead = unreachable\n");
	assert_int_equal(conf.globals.mode, BAL_MODE_SOLO);
	assert_int_equal(conf.globals.n_destinations, 3);
	assert_int_equal(conf.globals.destinations[0].len, 8);
	assert_int_equal(conf.globals.destinations[1].len, 32);
	assert_int_equal(conf.globals.destinations[2].len, 16);
	assert_false(conf.globals.nexthop_objects);
	assert_int_equal(conf.globals.mark_mask, 0xff0);
	assert_int_equal(conf.globals.rule_priority, 22770);
	assert_true(conf.globals.masquerade);
	assert_false(conf.globals.last_resort);
	assert_true(conf.globals.mptcp);
	assert_int_equal(conf.globals.when_all_dead, BAL_ALL_DEAD_UNREACHABLE);
	assert_int_equal(conf.globals.ipv6, BAL_IPV6_IGNORE);
	read_good("[bal]\nipv6 = block\n");
	assert_int_equal(conf.globals.ipv6, BAL_IPV6_BLOCK);
	read_good("[bal]\nrule_priority = 1\n");
	assert_int_equal(conf.globals.rule_priority, 1);
	read_good("[bal]\nrule_priority = 32768\n");
	assert_int_equal(conf.globals.rule_priority, 32768);
	read_good("[bal]\nrule_priority = 1000000\n");
	assert_int_equal(conf.globals.rule_priority, 1000000);
	read_good("[bal]\nopenvpn_command = service openvpn restart %s ; old\n"
		  "openvpn_pause = 10min\nopenvpn_dead = 24h\n"
		  "event_timeout = 1s\n");
	assert_string_equal(conf.globals.openvpn_command,
			    "service openvpn restart %s");
	assert_int_equal(conf.globals.openvpn_pause_ms, 600000);
	assert_int_equal(conf.globals.openvpn_dead_ms, 86400000);
	assert_int_equal(conf.globals.event_timeout_ms, 1000);
	read_good("[bal]\nmark_mask = 255\ndestinations = 0.0.0.0/0\n");
	assert_int_equal(conf.globals.mark_mask, 255);
	assert_int_equal(conf.globals.n_destinations, 0);
}

/* Every key of the probes in [check], and in a section above it. */
static void
test_check(void **state)
{
	static const char keys[] =
		"targets = 9.9.9.9 dns:9.9.9.9/a.b=1.2.3.4\n"
		"targets = http://1.2.3.4:8080/x?a=b=204\n"
		"need = 2\ninterval = 100ms\ntimeout = 1s\ndown = 4\nup = 5\n"
		"timeout_min = 50ms\npassive = 10kB\ndegraded_loss = 30%\n"
		"recovered_loss = 5 %\ndegraded_rtt = 800ms\n"
		"recovered_rtt = 400ms\nstable = 1min\nstable_max = 2h\n"
		"budget = 1.5GB\nhttp_host = www.example.com ; its name\n"
		"http_expect = it works: 1 = 1 ; its text\n"
		"on_dead = conntrack\nfailback_drain = 10min\n";
	char text[2048];

	(void)state;
	snprintf(text, sizeof(text), "[check]\n%s[uplink eth1]\n%s", keys,
		 keys);
	read_good(text);
	assert_int_equal(conf.check.has, BAL_SET_CHECK);
	assert_memory_equal(&conf.uplinks[0].set, &conf.check,
			    sizeof(conf.check));
	assert_int_equal(conf.check.n_targets, 3);
	assert_int_equal(conf.check.targets[2].status, 204);
	assert_string_equal(conf.check.targets[2].text, "/x?a=b");
	assert_int_equal(conf.check.passive, 10000);
	assert_int_equal(conf.check.stable_max_ms, 7200000);
	assert_true(conf.check.budget == 1500000000);
	assert_string_equal(conf.check.http_host, "www.example.com");
	assert_string_equal(conf.check.http_expect, "it works: 1 = 1");
	assert_int_equal(conf.check.on_dead, BAL_ON_DEAD_CONNTRACK);
	assert_int_equal(conf.check.failback_drain_ms, 600000);
	read_good("[uplink a]\nhttp_expect =\nhttp_host = ; none\n");
	assert_int_equal(conf.uplinks[0].set.has,
			 BAL_SET_HTTP_HOST | BAL_SET_HTTP_EXPECT);
	assert_string_equal(conf.uplinks[0].set.http_host, "");
}

/* What a hasty editor leaves behind, and must mean what it looks like. */
static void
test_layout(void **state)
{
	(void)state;
	read_good("\xef\xbb\xbf  [uplink \t eth1] ; first\r\n"
		  "\tweight=3 ; share\r\n"
		  "   # indented comment\r\n"
		  "      priority\t=\t7\r\n"
		  "\r\n"
		  "[uplink eth2]\n"
		  "need : 2\n"
		  "targets = 1.1.1.1\n"
		  "  targets = 2.2.2.2\n"
		  "[uplink a]b]");
	assert_int_equal(conf.n_uplinks, 3);
	assert_int_equal(conf.uplinks[0].set.weight, 3);
	assert_int_equal(conf.uplinks[0].set.priority, 7);
	assert_int_equal(conf.uplinks[1].set.need, 2);
	assert_int_equal(conf.uplinks[1].set.n_targets, 2);
	assert_string_equal(conf.uplinks[2].name, "a]b");
}

static void
test_not_a_file(void **state)
{
	struct bal_err err = { 0 };
	struct bal_conf zero = { 0 };
	int ret;

	(void)state;
	assert_int_equal(bal_conf_read(&conf, FROM(in_directory("none"), true), &err),
			 -1);
	assert_memory_equal(&conf, &zero, sizeof(conf));
	assert_int_equal(err.kind, BAL_ECONF);
	assert_int_equal(err.sys, ENOENT);
	assert_non_null(strstr(err.msg, in_directory("none")));
	assert_int_equal(bal_conf_read(&conf, FROM(directory, false), &err), -1);
	assert_non_null(strstr(err.msg, directory));
	put_text(in_directory("secret"), example);
	assert_int_equal(chmod(in_directory("secret"), 0), 0);
	drop_root();
	ret = bal_conf_read(&conf, FROM(in_directory("secret"), false), &err);
	become_root();
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_non_null(strstr(err.msg, in_directory("secret")));
}

static void
test_mode_names(void **state)
{
	struct bal_err err = { 0 };
	enum bal_mode mode = BAL_MODE_SOLO;

	(void)state;
	assert_int_equal(bal_mode_parse("multi", &mode, &err), 0);
	assert_int_equal(mode, BAL_MODE_MULTI);
	assert_int_equal(bal_mode_parse("Solo", &mode, &err), -1);
	assert_int_equal(mode, BAL_MODE_MULTI);
	assert_int_equal(bal_mode_parse("solo", &mode, &err), 0);
	assert_int_equal(mode, BAL_MODE_SOLO);
	assert_string_equal(bal_mode_name(BAL_MODE_SOLO), "solo");
	assert_string_equal(bal_mode_name(BAL_MODE_MULTI), "multi");
}

/* Nothing that can be in a file ends in anything but an answer. */
static void
test_damaged(void **state)
{
	struct bal_err err = { 0 };
	char text[sizeof(example)];

	(void)state;
	for (size_t len = 0; len < sizeof(example); len++)
		if (!read_bytes(example, len, &err))
			bal_conf_fini(&conf);
	srand(1);
	for (int round = 0; round < 3000; round++) {
		memcpy(text, example, sizeof(text));
		for (int i = rand() % 9; i >= 0; i--)
			text[rand() % (int)sizeof(text)] =
				(char)(round % 2 ? rand() :
						   "[]=;#\n \t"[rand() % 8]);
		if (!read_bytes(text, sizeof(text) - 1, &err))
			bal_conf_fini(&conf);
		else
			assert_string_not_equal(warnings, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_example),    TEST(test_nothing_is_said),
		TEST(test_globals),    TEST(test_check),
		TEST(test_layout),

		TEST(test_not_a_file), TEST(test_mode_names),
		TEST(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
