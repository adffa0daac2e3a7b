// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf_faults - what bal.conf says wrong is told, each with its line. */
#include "../confs.h"

/* @expected: every message, without the path before the line number. */
static void
assert_faults(const char *text, size_t len, const char *expected)
{
	struct bal_err err = { 0 };
	struct bal_conf before;
	char got[sizeof(warnings)] = "", msg[128];
	size_t prefix = strlen(in_directory("bal.conf")), n = 0;
	char *rest = warnings, *line;

	bal_conf_fini(&conf);
	memset(&conf, 0x5a, sizeof(conf));
	before = conf;
	if (read_bytes(text, len, &err) != -1)
		fail_msg("accepted: %s", text);
	assert_memory_equal(&conf, &before, sizeof(conf));
	memset(&conf, 0, sizeof(conf));
	while ((line = strsep(&rest, "\n")) && *line) {
		assert_memory_equal(line, in_directory("bal.conf"), prefix);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s\n",
			 line + prefix + 1);
		n++;
	}
	assert_string_equal(got, expected);
	assert_int_equal(err.kind, BAL_ECONF);
	snprintf(msg, sizeof(msg), "%s: %zu error%s", in_directory("bal.conf"), n,
		 n == 1 ? "" : "s");
	assert_string_equal(err.msg, msg);
}

#define TEN "1234567890"
#define HINT ": a comment at the end of a line begins with \";\""
#define FIFTY TEN TEN TEN TEN TEN

static const struct {
	const char *text, *said;
} faults[] = {
	{ "[uplink eth1]\ngatway = 1.1.1.1",
	  "2: unknown key \"gatway\", did you mean \"gateway\"?\n" },
	{ "[uplink eth1]\nwieght = 3 # x",
	  "2: unknown key \"wieght\", did you mean \"weight\"?\n" },
	{ "[uplink eth1]\nmetric = 3", "2: unknown key \"metric\"\n" },
	{ "[bal]\nmoed = solo", "2: unknown key \"moed\", did you mean "
				"\"mode\"?\n" },
	{ "[check]\nwhen_al_dead = keep",
	  "2: unknown key \"when_al_dead\", did you mean "
	  "\"when_all_dead\"?\n" },
	/* Near to what means nothing here. */
	{ "[check]\nwieght = 1", "2: unknown key \"wieght\"\n" },
	/* As in a stanza. */
	{ "[uplink eth1]\nbal-weight = 3\nbal_gatway = 1",
	  "2: unknown key \"bal-weight\", did you mean \"weight\"?\n"
	  "3: unknown key \"bal_gatway\", did you mean \"gateway\"?\n" },
	{ "[bal]\nbal-mode = solo\nbal-weight = 3\nbal- = 1",
	  "2: unknown key \"bal-mode\", did you mean \"mode\"?\n"
	  "3: unknown key \"bal-weight\"\n"
	  "4: unknown key \"bal-\"\n" },
	{ "[check]\nbal-when_all_dead = keep\nbal-down = 3",
	  "2: unknown key \"bal-when_all_dead\", did you mean "
	  "\"when_all_dead\"?\n"
	  "3: unknown key \"bal-down\", did you mean \"down\"?\n" },
	{ "masquerade = yes\ndown = 3\nweight = 2\nmetric = 1\n",
	  "1: key \"masquerade\" stands before any section; it belongs below "
	  "[bal]\n"
	  "2: key \"down\" stands before any section; it belongs below "
	  "[check]\n"
	  "3: key \"weight\" stands before any section; it belongs below "
	  "[uplink DEV]\n"
	  "4: key \"metric\" stands before any section\n" },
	/* The ":" would do for inih. */
	{ "[check]\ntargets tcp:9.9.9.9:53\ntargets\thttp://9.9.9.9/\n"
	  "weight 3:1\nmetric a:3\ntargets 9.9.9.9\n",
	  "2: no \"=\" after \"targets\"\n"
	  "3: no \"=\" after \"targets\"\n"
	  "4: no \"=\" after \"weight\"\n"
	  "5: unknown key \"metric a\"\n"
	  "6: no \"=\" between a key and a value\n" },
	{ "targets tcp:9.9.9.9:53\n", "1: no \"=\" after \"targets\"\n" },
	{ "[bal]\nmode\n[check]\n", "2: no \"=\" between a key and a value\n" },
	{ "[bal]\n\nmode", "3: no \"=\" between a key and a value\n" },
	{ "[chek]\ndown = x\n",
	  "1: unknown section \"[chek]\", did you mean \"[check]\"?\n" },
	{ "[Check]\n[checks]\n[Bal]\n[ bal ]\n",
	  "1: unknown section \"[Check]\", did you mean \"[check]\"?\n"
	  "2: unknown section \"[checks]\", did you mean \"[check]\"?\n"
	  "3: unknown section \"[Bal]\", did you mean \"[bal]\"?\n"
	  "4: unknown section \"[ bal ]\", did you mean \"[bal]\"?\n" },
	{ "[eth1]\ntargets tcp:9.9.9.9:53\n[ eth1.7 ]\n",
	  "1: unknown section \"[eth1]\", did you mean \"[uplink eth1]\"?\n"
	  "3: unknown section \"[ eth1.7 ]\", did you mean "
	  "\"[uplink eth1.7]\"?\n" },
	{ "[Uplink eth1]\n[uplink=eth1]\n[upink]\n[uplinks a/b]\n",
	  "1: unknown section \"[Uplink eth1]\", did you mean "
	  "\"[uplink eth1]\"?\n"
	  "2: unknown section \"[uplink=eth1]\", did you mean "
	  "\"[uplink eth1]\"?\n"
	  "3: unknown section \"[upink]\", did you mean "
	  "\"[uplink DEV]\"?\n"
	  "4: unknown section \"[uplinks a/b]\", did you mean "
	  "\"[uplink DEV]\"?\n" },
	{ "[main]\n[a/b]\n[eth1 eth2]\n[" FIFTY "]\n",
	  "1: unknown section \"[main]\"\n"
	  "2: unknown section \"[a/b]\"\n"
	  "3: unknown section \"[eth1 eth2]\"\n"
	  "4: unknown section \"[" FIFTY "]\"\n" },
	{ "[]\n", "1: unknown section \"[]\"\n" },
	{ "[ ]\n", "1: unknown section \"[ ]\"\n" },
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
	{ "[bal]\nmode = multi\n[check]\n[bal]\n",
	  "4: section \"[bal]\" is there twice, first in line 1\n" },
	{ "[bal]\nmode = solo\nmode = solo\n",
	  "3: key \"mode\" is there twice in its section\n" },
	{ "[uplink a]\nweight = 1\nweight = 2\n",
	  "3: key \"weight\" is there twice in its section\n" },
	{ "[uplink a]\nweight = 0\nweight = 2\n",
	  "2: weight \"0\" is not between 1 and 256\n"
	  "3: key \"weight\" is there twice in its section\n" },
	{ "[check]\nwhen_all_dead = keep\nwhen_all_dead = keep\n",
	  "3: key \"when_all_dead\" is there twice in its section\n" },
	{ "[check]\nwhen_all_dead = no\n",
	  "2: when_all_dead \"no\" is neither keep nor unreachable\n" },
	{ "[check]\nweight = 1\n",
	  "2: key \"weight\" belongs in [uplink DEV]\n" },
	{ "[check]\nmode = solo\n", "2: key \"mode\" belongs in [bal]\n" },
	{ "[bal]\nwhen_all_dead = keep\ndown = 1\n",
	  "2: key \"when_all_dead\" belongs in [check]\n"
	  "3: key \"down\" belongs in [check]\n" },
	{ "[uplink a]\nwhen_all_dead = keep\n",
	  "2: key \"when_all_dead\" belongs in [check]\n" },
	{ "[bal]\nmode = dual\n",
	  "2: mode \"dual\" is neither multi nor solo\n" },
	{ "[bal]\nbalance = packet\n",
	  "2: balance = packet needs packet_server = prepared in [bal], "
	  "once the far end takes packets by any tunnel\n" },
	{ "[group a]\nuplinks = tun1\nbalance = packet\n",
	  "3: balance = packet needs packet_server = prepared in [bal], "
	  "once the far end takes packets by any tunnel\n" },
	{ "[bal]\nbalance = packet\npacket_server = prepared\n"
	  "firewall = legacy\n",
	  "2: balance = packet needs nftables, but firewall is legacy\n" },
	{ "[bal]\nbalance = packet\npacket_server = prepared\n"
	  "mark_mask = 0x3\n[group a]\nuplinks = tun1\n",
	  "2: balance = packet needs a mark for each rule and group, and "
	  "mark_mask has room for 1\n" },
	{ "[bal]\nbalance = packets\n",
	  "2: balance \"packets\" is neither connection, session, hash nor "
	  "packet\n" },
	{ "[bal]\npacket_server = yes\n",
	  "2: packet_server \"yes\" is neither no nor prepared\n" },
	{ "[bal]\nhash = src port\n",
	  "2: hash \"port\" is neither src, dst, sport, dport nor proto\n" },
	{ "[bal]\nhash = ,\n",
	  "2: hash \",\" is not a list of src, dst, sport, dport and proto"
	  "\n" },
	{ "[bal]\nmptcp = backup\n",
	  "2: mptcp \"backup\" is neither yes nor no\n" },
	{ "[bal]\nsteer = maybe\n",
	  "2: steer \"maybe\" is neither auto nor yes nor no\n" },
	{ "[group a]\nuplinks = eth1\nbalance = hash\n",
	  "3: balance \"hash\" is one for the whole box: it stands in [bal]"
	  "\n" },
	{ "[group a]\nuplinks = eth1\nbalance = all\n",
	  "3: balance \"all\" is neither connection, session nor packet\n" },
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
	  "2: rule_priority \"0\" is not between 1 and 1000000\n" },
	{ "[bal]\nrule_priority = 1000001\n",
	  "2: rule_priority \"1000001\" is not between 1 and 1000000\n" },
	{ "[bal]\nrule_priority = 22771\n",
	  "2: rule_priority \"22771\" is neither from 1 to 22770 nor from "
	  "32768 on: rules up to 9994 above it are bal's\n" },
	{ "[bal]\nrule_priority = 32767\n",
	  "2: rule_priority \"32767\" is neither from 1 to 22770 nor from "
	  "32768 on: rules up to 9994 above it are bal's\n" },
	{ "[bal]\nmasquerade = perhaps\n",
	  "2: masquerade \"perhaps\" is neither yes nor no\n" },
	{ "[bal]\nipv6 = on\n",
	  "2: ipv6 \"on\" is none of ignore, block and balance\n" },
	{ "[bal]\nipv6 = balance\nfirewall = legacy\n",
	  "2: ipv6 = balance needs nftables, but firewall is legacy\n" },
	{ "[bal]\n\ndestinations = 10.0.0.0/8, 2001:db8::/32\n",
	  "3: an IPv6 prefix in destinations needs ipv6 = balance in [bal]\n" },
	{ "[uplink eth1]\nipv6 = balance\n",
	  "2: ipv6 \"balance\" is for all uplinks: it belongs to [bal]\n" },
	{ "\n[check]\ntargets = 2001:db8::1\n",
	  "2: targets with an IPv6 address need ipv6 = balance in [bal]\n" },
	{ "[uplink eth1]\ngateway6 = 192.168.1.1\n",
	  "2: gateway6 \"192.168.1.1\" is an IPv4 address\n" },
	{ "[uplink eth1]\ngateway6 = fe80::1%eth1\n",
	  "2: gateway6 \"fe80::1%eth1\" names a device, which is known here\n" },
	{ "[bal]\nipv6 = balance\n[uplink eth1]\n"
	  "prefix6 = 2001:db8::/47\n",
	  "4: prefix6 \"2001:db8::/47\" is not between /48 and /64\n" },
	{ "[bal]\nipv6 = balance\n[uplink eth1]\n"
	  "prefix6 = 2001:db8:1::%eth1/64\n",
	  "4: prefix6 \"2001:db8:1::%eth1/64\" names a device, which is known here\n" },
	{ "[bal]\nipv6 = balance\n[uplink eth1]\n"
	  "prefix6 = 2001:db8:1:11::/60\n",
	  "4: prefix6 \"2001:db8:1:11::/60\" has bits after its prefix "
	  "length, the network is 2001:db8:1:10::/60\n" },
	{ "[uplink eth1]\nprefix6 = 2001:db8:1::/60\n",
	  "1: prefix6 needs ipv6 = balance in [bal]\n" },
	{ "[bal]\nmasquerade6 = yes\n", "2: masquerade6 needs ipv6 = balance\n" },
	{ "[bal]\nipv6 = balance\nmasquerade6 = some\n",
	  "3: masquerade6 \"some\" is none of yes, no and prefix\n" },
	{ "[bal]\ndestinations = 10.0.0.1/8\n",
	  "2: destinations \"10.0.0.1/8\" has bits after its prefix "
	  "length, the network is 10.0.0.0/8\n" },
	{ "[bal]\ndestinations =\n", "2: destinations \"\" names no prefix\n" },
	{ "[bal]\ndestinations = 10.0.0.0/8 default\n",
	  "2: destinations \"default\": default has no others beside "
	  "it\n" },
	{ "[bal]\ndestinations = default\ndestinations = 10.0.0.0/8\n",
	  "3: destinations \"10.0.0.0/8\": default has no others "
	  "beside it\n" },
	{ "[bal]\nopenvpn_command = true\n",
	  "2: openvpn_command \"true\" has no %s for the name\n" },
	{ "[bal]\nopenvpn_command =\n",
	  "2: openvpn_command \"\" has no %s for the name\n" },
	{ "[bal]\nopenvpn_command = a %%s %d\n",
	  "2: openvpn_command \"a %%s %d\" has a % that is neither of %s nor "
	  "of %%\n" },
	{ "[bal]\nopenvpn_command = a %%s\n",
	  "2: openvpn_command \"a %%s\" has no %s for the name\n" },
	{ "[bal]\nopenvpn_command = a %s 50%\n",
	  "2: openvpn_command \"a %s 50%\" has a % that is neither of %s nor "
	  "of %%\n" },
	{ "[bal]\nopenvpn_command = sh -c 'x %s'\n",
	  "2: openvpn_command \"sh -c 'x %s'\" has a quote\n" },
	{ "[bal]\nopenvpn_command = %s " FIFTY FIFTY
	  "1234567890123456789012345\n",
	  "2: openvpn_command \"%s " FIFTY "123456789012345678901234567\" is "
	  "longer than 127 characters\n" },
	{ "[bal]\nopenvpn_pause = 999ms\n",
	  "2: openvpn_pause \"999ms\" is not between 1s and 600s\n" },
	{ "[bal]\nopenvpn_dead = 25h\n",
	  "2: openvpn_dead \"25h\" is not between 1s and 86400s\n" },
	{ "[bal]\nevent_timeout = 11min\n",
	  "2: event_timeout \"11min\" is not between 1s and 600s\n" },
	{ "[check]\nevent_timeout = 1s\n",
	  "2: key \"event_timeout\" belongs in [bal]\n" },
	{ "[bal]\nevery = 59s\n",
	  "2: every \"59s\" is not between 60s and 86400s\n" },
	{ "[check]\nrevive = power\n",
	  "2: key \"revive\" belongs in [uplink DEV]\n" },
	{ "[check]\ntargets = dns.google\n",
	  "2: targets \"dns.google\" is not an IP address: names cannot be "
	  "targets\n" },
	{ "[check]\ntargets = 9.9.9.9; 1.1.1.1\ntargets = 9.9.9.9:53 # x\n",
	  "2: targets \"9.9.9.9;\" is not an IP address: targets are divided "
	  "by commas or blanks\n"
	  "3: targets \"9.9.9.9:53\" is not an IP address, did you mean "
	  "\"tcp:9.9.9.9:53\"?\n" },
	{ "[check]\ntargets = 9.9.9.9 # far\n[uplink a] # near\n",
	  "2: targets \"#\" is not an IP address" HINT "\n"
	  "3: \"[uplink a] # near\" is not a section: no \"]\" at its "
	  "end" HINT "\n" },
	{ "[bal]\nmasquerade = yes #lan\nopenvpn_command = a %s # b\n",
	  "2: masquerade \"yes #lan\" is neither yes nor no" HINT "\n"
	  "3: openvpn_command \"a %s # b\" has a #" HINT "\n" },
	{ "[check]\ntargets = 9.9.9.9#far\n",
	  "2: targets \"9.9.9.9#far\" is not an IP address\n" },
	{ "[check]\ntargets = http://1.2.3.4:x/\n[uplink a]\n"
	  "targets = exec:relative\n",
	  "2: targets \"http://1.2.3.4:x/\": port \"x\" is not a number\n"
	  "4: targets \"exec:relative\": \"relative\" is not an absolute "
	  "path\n" },
	{ "[check]\nhttp_expect = \"ok\"\n",
	  "2: http_expect \"\"ok\"\" has a quote, did you mean ok?\n" },
	{ "[bal]\nmode = \"solo\"\n",
	  "2: mode \"\"solo\"\" is neither multi nor solo, did you mean solo?\n" },
	{ "[uplink \"eth1\"]\nweight = 2\n",
	  "1: section \"[uplink \"eth1\"]\" has quotes, did you mean "
	  "\"[uplink eth1]\"?\n" },
	{ "[check]\ninterval = 1000\n",
	  "2: interval \"1000\" has no unit, did you mean \"1000ms\"?\n" },
	{ "[check]\ntargets = tcp://1.2.3.4:80\n",
	  "2: targets \"tcp://1.2.3.4:80\" has slashes, did you mean "
	  "\"tcp:1.2.3.4:80\"?\n" },
	{ "[uplink eth1]\nbalance = yes\nshare = no\n",
	  "3: key \"share\" is there twice in its section\n" },
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
	  "5: unknown section \"[chek]\", did you mean \"[check]\"?\n"
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
					"destinations = 10.%d.%d.0/24\n",
					i / 256, i % 256);
	assert_faults(text, len,
		      "258: destinations \"10.1.0.0/24\" is one "
		      "more than 256 prefixes\n");

	memset(text, '\n', sizeof(text));
	assert_int_equal(read_bytes(text, 1 << 20, &err), 0);
	assert_int_equal(read_bytes(text, (1 << 20) + 1, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_string_equal(warnings, "");
}

/* For who only looks: the right lines count, the wrong ones do not. */
static void
test_anyway(void **state)
{
	static const char text[] = "[check]\ninterval = 5s\nup = x\n"
				   "[uplink a]\nweight = 7\ngatway = 1\n"
				   "over = a\n[chek]\ndown = 9\n"
				   "[uplink b]\npriority = 4\n";
	struct bal_conf_trouble trouble;
	struct bal_err err = { 0 };
	char first[128];

	(void)state;
	put_bytes(in_directory("bal.conf"), text, strlen(text));
	*warnings = '\0';
	assert_int_equal(bal_conf_read_anyway(
				 &conf, FROM(in_directory("bal.conf"), true),
				 &trouble, &err),
			 0);
	assert_int_equal(trouble.faults, 4);
	assert_int_equal(trouble.line, 3);
	assert_int_equal(trouble.instead, BAL_INSTEAD_RIGHT_LINES);
	assert_int_equal(trouble.why.kind, BAL_ECONF);
	snprintf(first, sizeof(first), "%s:3: up \"x\" is not a number",
		 in_directory("bal.conf"));
	assert_string_equal(trouble.first, first);
	assert_int_equal(conf.check.has, BAL_SET_INTERVAL);
	assert_int_equal(conf.n_uplinks, 2);
	assert_int_equal(conf.uplinks[0].set.has, BAL_SET_WEIGHT);
	assert_int_equal(conf.uplinks[1].set.priority, 4);
	assert_int_equal(conf.globals.mark_mask, 0xff000000);
}

static void
test_anyway_without(void **state)
{
	struct bal_conf_trouble trouble;
	struct bal_err err = { 0 };
	const char *path = in_directory("nowhere");

	(void)state;
	assert_int_equal(
		bal_conf_read_anyway(&conf, FROM(path, false), &trouble, &err), 0);
	assert_int_equal(trouble.why.kind, BAL_EOK);
	assert_int_equal(trouble.faults, 0);
	bal_conf_fini(&conf);
	assert_int_equal(
		bal_conf_read_anyway(&conf, FROM(path, true), &trouble, &err), 0);
	assert_int_equal(trouble.why.kind, BAL_ECONF);
	assert_int_equal(trouble.instead, BAL_INSTEAD_BUILT_IN);
	assert_string_equal(trouble.first, trouble.why.msg);
	assert_int_equal(conf.globals.rule_priority, 32768);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_faults), TEST(test_line_length),    TEST(test_limits),
		TEST(test_anyway), TEST(test_anyway_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
