// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf - bal.conf: what the administrator wrote. */
#include "files.h"

#include <sys/socket.h>

#include "conf.h"

static struct bal_conf conf;

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

static int
read_bytes(const char *bytes, size_t len, struct bal_err *err)
{
	put_bytes(in_folder("bal.conf"), bytes, len);
	*warnings = '\0';
	return bal_conf_read(&conf, in_folder("bal.conf"), true, err);
}

static void
read_good(const char *text)
{
	struct bal_err err = { 0 };

	bal_conf_fini(&conf);
	if (read_bytes(text, strlen(text), &err))
		fail_msg("%s\n%s", err.msg, warnings);
	assert_string_equal(warnings, "");
}

/* @expected: every message, without the path before the line number. */
static void
assert_faults(const char *text, size_t len, const char *expected)
{
	struct bal_err err = { 0 };
	struct bal_conf before;
	char got[sizeof(warnings)] = "", msg[128];
	size_t prefix = strlen(in_folder("bal.conf")), n = 0;
	char *rest = warnings, *line;

	memset(&conf, 0x5a, sizeof(conf));
	before = conf;
	if (read_bytes(text, len, &err) != -1)
		fail_msg("accepted: %s", text);
	assert_memory_equal(&conf, &before, sizeof(conf));
	memset(&conf, 0, sizeof(conf));
	while ((line = strsep(&rest, "\n")) && *line) {
		assert_memory_equal(line, in_folder("bal.conf"), prefix);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s\n",
			 line + prefix + 1);
		n++;
	}
	assert_string_equal(got, expected);
	assert_int_equal(err.kind, BAL_ECONF);
	snprintf(msg, sizeof(msg), "%s: %zu error%s", in_folder("bal.conf"), n,
		 n == 1 ? "" : "s");
	assert_string_equal(err.msg, msg);
}

static int
give_back(void **state)
{
	bal_conf_fini(&conf);
	return remove_folder(state);
}

static void
test_example(void **state)
{
	const struct bal_conf_uplink *u;

	(void)state;
	read_good(example);
	assert_int_equal(conf.globals.n_destinations, 0);
	assert_true(conf.globals.everywhere);
	assert_int_equal(conf.check.has, BAL_SET_CHECK);
	assert_int_equal(conf.check.n_targets, 2);
	assert_int_equal(conf.n_uplinks, 2);
	u = bal_conf_find(&conf, "eth1");
	assert_ptr_equal(u, &conf.uplinks[0]);
	assert_int_equal(u->set.has, BAL_SET_GATEWAY | BAL_SET_BALANCE);
	assert_false(u->set.balance);
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
	assert_int_equal(g->rule_priority, 10000);
	assert_false(g->masquerade);
	assert_true(g->last_resort);
	assert_int_equal(g->when_all_dead, BAL_ALL_DEAD_KEEP);
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
	assert_int_equal(bal_conf_read(&conf, in_folder("none"), false, &err),
			 0);
	assert_built_in();
	assert_int_equal(bal_conf_read(&conf, "/dev/null", true, &err), 0);
	assert_built_in();
}

static void
test_globals(void **state)
{
	(void)state;
	read_good("[bal]\nmode = solo\ndestinations = 10.0.0.0/8 172.22.0.1\n"
		  "destinations = 192.168.0.0/16, 10.0.0.0/8\n"
		  "nexthop_objects = no\nmark_mask = 0x0ff0\n"
		  "rule_priority = 29900\nmasquerade = yes\nlast_resort = no\n"
		  "[check]\nwhen_all_dead = unreachable\n");
	assert_int_equal(conf.globals.mode, BAL_MODE_SOLO);
	assert_int_equal(conf.globals.n_destinations, 3);
	assert_int_equal(conf.globals.destinations[0].len, 8);
	assert_int_equal(conf.globals.destinations[1].len, 32);
	assert_int_equal(conf.globals.destinations[2].len, 16);
	assert_false(conf.globals.nexthop_objects);
	assert_int_equal(conf.globals.mark_mask, 0xff0);
	assert_int_equal(conf.globals.rule_priority, 29900);
	assert_true(conf.globals.masquerade);
	assert_false(conf.globals.last_resort);
	assert_int_equal(conf.globals.when_all_dead, BAL_ALL_DEAD_UNREACHABLE);
	read_good("[bal]\nmark_mask = 255\ndestinations = 0.0.0.0/0\n");
	assert_int_equal(conf.globals.mark_mask, 255);
	assert_int_equal(conf.globals.n_destinations, 0);
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

static const struct {
	const char *text, *said;
} faults[] = {
	{ "[uplink eth1]\ngatway = 1.1.1.1", "2: unknown key \"gatway\"\n" },
	{ "mode = solo\n", "1: key \"mode\" stands before any section\n" },
	{ "[bal]\nmode\n[check]\n", "2: no \"=\" between a key and a value\n" },
	{ "[bal]\n\nmode", "3: no \"=\" between a key and a value\n" },
	{ "[chek]\ndown = x\n", "1: unknown section \"[chek]\"\n" },
	{ "[]\n", "1: unknown section \"[]\"\n" },
	{ "[uplinks]\n", "1: unknown section \"[uplinks]\"\n" },
	{ "[bal\nmode = solo\n",
	  "1: \"[bal\" is not a section: no \"]\" at its end\n" },
	{ "[", "1: \"[\" is not a section: no \"]\" at its end\n" },
	{ "[bal] mode\n", "1: \"[bal] mode\" is not a section: no "
			  "\"]\" at its end\n" },
	{ "[bal ;]\n", "1: \"[bal\" is not a section: no \"]\" at its end\n" },
	{ "[uplink]\n", "1: section \"[uplink]\" names no device\n" },
	{ "[uplink ]\n", "1: section \"[uplink]\" names no device\n" },
	{ "[uplink a/b]\n", "1: section \"[uplink a/b]\": \"a/b\" is "
			    "not a device name\n" },
	{ "[uplink eth1 eth2]\n", "1: section \"[uplink eth1 eth2]\": "
				  "\"eth1 eth2\" is not a device name"
				  "\n" },
	{ "[uplink balancing]\n",
	  "1: section \"[uplink balancing]\": \"balancing\" is the "
	  "name of a routing table\n" },
	{ "[uplink a]\n[uplink b]\n[uplink a]\nx = y\n",
	  "3: section \"[uplink a]\" is there twice, first in line 1"
	  "\n" },
	{ "[bal]\n[check]\n[bal]\n",
	  "3: section \"[bal]\" is there twice, first in line 1\n" },
	{ "[bal]\nmode = solo\nmode = solo\n",
	  "3: key \"mode\" is said twice in its section\n" },
	{ "[uplink a]\nweight = 1\nweight = 2\n",
	  "3: key \"weight\" is said twice in its section\n" },
	{ "[uplink a]\nweight = 0\nweight = 2\n",
	  "2: weight \"0\" is not between 1 and 255\n"
	  "3: key \"weight\" is said twice in its section\n" },
	{ "[check]\nwhen_all_dead = keep\nwhen_all_dead = keep\n",
	  "3: key \"when_all_dead\" is said twice in its section\n" },
	{ "[check]\nwhen_all_dead = no\n",
	  "2: when_all_dead \"no\" is neither keep nor unreachable\n" },
	{ "[check]\nweight = 1\n", "2: unknown key \"weight\"\n" },
	{ "[check]\nmode = solo\n", "2: unknown key \"mode\"\n" },
	{ "[bal]\nwhen_all_dead = keep\ndown = 1\n",
	  "2: unknown key \"when_all_dead\"\n"
	  "3: unknown key \"down\"\n" },
	{ "[uplink a]\nwhen_all_dead = keep\n",
	  "2: unknown key \"when_all_dead\"\n" },
	{ "[bal]\nmode = dual\n",
	  "2: mode \"dual\" is neither multi nor solo\n" },
	{ "[bal]\nbalance = packet\n",
	  "2: balance \"packet\" is not supported: only connection "
	  "is\n" },
	{ "[bal]\nnexthop_objects = yes\n",
	  "2: nexthop_objects \"yes\" is neither no nor auto\n" },
	{ "[bal]\nmark_mask = 0\n",
	  "2: mark_mask \"0\" is not one run of 2 or more bits\n" },
	{ "[bal]\nmark_mask = 0x80000000\n",
	  "2: mark_mask \"0x80000000\" is not one run of 2 or more "
	  "bits\n" },
	{ "[bal]\nmark_mask = 0xf0f0\n",
	  "2: mark_mask \"0xf0f0\" is not one run of 2 or more bits"
	  "\n" },
	{ "[bal]\nmark_mask = 0x1ffffffff\n",
	  "2: mark_mask \"0x1ffffffff\" is not between 0 and "
	  "4294967295\n" },
	{ "[bal]\nrule_priority = 0\n",
	  "2: rule_priority \"0\" is not between 2 and 29900\n" },
	{ "[bal]\nrule_priority = 29901\n",
	  "2: rule_priority \"29901\" is not between 2 and 29900\n" },
	{ "[bal]\nmasquerade = perhaps\n",
	  "2: masquerade \"perhaps\" is neither yes nor no\n" },
	{ "[bal]\ndestinations = 10.0.0.1/8\n",
	  "2: destinations \"10.0.0.1/8\" has bits behind its prefix "
	  "length, the network is 10.0.0.0/8\n" },
	{ "[bal]\ndestinations = 2001:db8::/32\n",
	  "2: destinations \"2001:db8::/32\" is IPv6, which is not "
	  "supported yet\n" },
	{ "[bal]\ndestinations =\n", "2: destinations \"\" names no prefix\n" },
	{ "[bal]\ndestinations = 10.0.0.0/8 default\n",
	  "2: destinations \"default\": default has no others beside "
	  "it\n" },
	{ "[bal]\ndestinations = default\ndestinations = 10.0.0.0/8\n",
	  "3: destinations \"10.0.0.0/8\": default has no others "
	  "beside it\n" },
	{ "[check]\nneed = 2\ntargets = 1.1.1.1\nup = 1\n",
	  "2: need \"2\" is more than there are targets\n" },
	{ "[uplink a]\ntargets = 1.1.1.1\nneed = 2\n[uplink b]\n",
	  "3: need \"2\" is more than there are targets\n" },
	{ "[uplink a]\nover = a\n", "2: over \"a\" is the uplink itself\n" },
	{ "[uplink a]\nover = b\n[uplink b]\nover = a\n"
	  "[uplink c]\nover = a\n",
	  "1: uplink \"a\" is over itself by way of \"b\"\n"
	  "3: uplink \"b\" is over itself by way of \"a\"\n" },
	{ "[uplink a]\ngateway = fe80::1\n",
	  "2: gateway \"fe80::1\" is IPv6, which is not supported yet"
	  "\n" },
	{ "[uplink a]\ngateway =\n", "2: gateway \"\" is not an IP address\n" },
	{ "[bal]\nmode = \x1b[1m\n\x7f\n",
	  "2: line has a control character (0x1b)\n"
	  "3: line has a control character (0x7f)\n" },
	{ "[bal]\nmo\rde = solo\n",
	  "2: line has a control character (0x0d)\n" },
	{ "[\x01]\nmode = solo\n", "1: line has a control character (0x01)\n" },
	/* All of them in one run, in order. */
	{ "x = 1\n[bal]\nmode = x\njunk\n[chek]\n[uplink a]\nup = 0\n",
	  "1: key \"x\" stands before any section\n"
	  "3: mode \"x\" is neither multi nor solo\n"
	  "4: no \"=\" between a key and a value\n"
	  "5: unknown section \"[chek]\"\n"
	  "7: up \"0\" is not between 1 and 100\n" },
};

/* One file for each: the section and key, and what is said of them. */
static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		assert_faults(faults[i].text, strlen(faults[i].text),
			      faults[i].said);
	assert_faults("[bal]\nmode = solo\0x\n", 20,
		      "2: line has a control character (0x00)\n");
}

static void
test_line_length(void **state)
{
	static const char *const heads[] = { "", "[bal]\nmode = solo ;",
					     "[bal]\n" };
	static const char *const ends[] = { "", "\n", "\r\n" };
	char text[1024];

	(void)state;
	/* 199 characters are a line, with or without its end. */
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		memset(text, '#', 199);
		snprintf(text + 199, sizeof(text) - 199, "%s", ends[i]);
		read_good(text);
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		size_t lines = i ? 2 : 1, head = strlen(heads[i]);
		size_t start = i == 2 ? head : i == 1 ? 6 : 0;
		char expected[80];

		memset(text, i == 2 ? '[' : '#', sizeof(text));
		memcpy(text, heads[i], head);
		snprintf(expected, sizeof(expected),
			 "%zu: line is longer than "
			 "199 characters\n",
			 lines);
		assert_faults(text, start + 200, expected);
		assert_faults(text, sizeof(text), expected);
	}
	/* The keys of a section that was refused belong to no other. */
	memset(text, ' ', sizeof(text));
	memcpy(text, "[bal]\n[check", 12);
	snprintf(text + 400, sizeof(text) - 400, "]\ndown = 3\n");
	assert_faults(text, strlen(text),
		      "2: line is longer than 199 characters\n");
}

static void
test_limits(void **state)
{
	static char text[2 << 20];
	struct bal_err err = { 0 };
	size_t len = 0;

	(void)state;
	for (int i = 0; i <= BAL_UPLINKS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"[uplink eth%d]\nweight = %d\n", i,
					i % 255 + 1);
	assert_faults(text, len,
		      "501: section \"[uplink eth250]\" is one more than 250"
		      "\n");
	*strrchr(text, '[') = '\0';
	read_good(text);
	assert_int_equal(conf.n_uplinks, BAL_UPLINKS_MAX);
	assert_int_equal(bal_conf_find(&conf, "eth249")->set.weight, 250);
	bal_conf_fini(&conf);

	len = (size_t)snprintf(text, sizeof(text), "[bal]\n");
	for (int i = 0; i <= BAL_DESTINATIONS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"destinations = 10.%d.0.0/16\n", i);
	assert_faults(text, len,
		      "34: destinations \"10.32.0.0/16\" is one "
		      "more than 32 prefixes\n");

	memset(text, '\n', sizeof(text));
	assert_int_equal(read_bytes(text, 1 << 20, &err), 0);
	assert_int_equal(read_bytes(text, (1 << 20) + 1, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_string_equal(warnings, "");
}

static void
test_not_a_file(void **state)
{
	struct bal_err err = { 0 };
	struct bal_conf zero = { 0 };
	int ret;

	(void)state;
	assert_int_equal(bal_conf_read(&conf, in_folder("none"), true, &err),
			 -1);
	assert_memory_equal(&conf, &zero, sizeof(conf));
	assert_int_equal(err.kind, BAL_ECONF);
	assert_int_equal(err.sys, ENOENT);
	assert_non_null(strstr(err.msg, in_folder("none")));
	assert_int_equal(bal_conf_read(&conf, folder, false, &err), -1);
	assert_non_null(strstr(err.msg, folder));
	put_text(in_folder("secret"), example);
	assert_int_equal(chmod(in_folder("secret"), 0), 0);
	drop_root();
	ret = bal_conf_read(&conf, in_folder("secret"), false, &err);
	become_root();
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_non_null(strstr(err.msg, in_folder("secret")));
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_example),    TEST(test_nothing_is_said),
		TEST(test_globals),    TEST(test_layout),
		TEST(test_faults),     TEST(test_line_length),
		TEST(test_limits),     TEST(test_not_a_file),
		TEST(test_mode_names), TEST(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
