// SPDX-License-Identifier: GPL-2.0-or-later
/* test_flush_whose - which group of bal.conf a connection is of. */
#include "../confs.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "actions/flush_whose.h"

/* The groups that a flow is surely of, of those asked; "-": the rest. */
static const char *
owners(const char *src, const char *dst, int proto, int sport, int dport,
       int uid)
{
	static const char *const groups[] = { "bulk", "voip", "far", NULL };
	static char text[64];
	struct bal_err err = { 0 };
	size_t len = 0;
	struct bal_addr own[1];
	struct bal_flow flow = { .proto = (uint8_t)proto,
				 .sport = (uint16_t)sport,
				 .dport = (uint16_t)dport,
				 .has_uid = uid >= 0,
				 .uid = (uint32_t)uid };
	struct bal_whose whose = { &conf.policy, NULL, own, 1 };

	assert_int_equal(bal_addr_parse("192.168.1.101", own, &err), 0);
	assert_int_equal(bal_addr_parse(src, &flow.src, &err), 0);
	text[0] = '\0';
	assert_int_equal(bal_addr_parse(dst, &flow.dst, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		whose.group = groups[i];
		if (!bal_whose_has(&whose, &flow))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? " " : "",
					groups[i] ? groups[i] : "-");
	}
	return text;
}

#define LAN "192.168.77.10"
#define BOX "192.168.1.101"
#define FAR "198.51.100.9"

static void
by_what_it_shows(void **unused)
{
	(void)unused;
	read_good("[group bulk]\nuplinks = eth1 eth2\nfailback_drain = 3s\n"
		  "[group voip]\nuplinks = eth1 eth2\nfailback_drain = never\n"
		  "[group far]\nuplinks = eth2\n"
		  "destinations = 203.0.113.0/24\n"
		  "[rule one]\nfrom = 192.168.0.0/16\nproto = tcp\ndport = 873\n"
		  "group = bulk\n"
		  "[rule two]\nproto = udp\ndport = 5060-5061, 10000-20000\n"
		  "group = voip\n"
		  "[rule three]\nuid = 1000\ngroup = bulk\n"
		  "[rule four]\niif = lo\ndport = 25\ngroup = eth2\n");
	assert_string_equal(owners(LAN, FAR, 6, 4000, 873, -1), "bulk");
	assert_string_equal(owners(LAN, FAR, 6, 4000, 874, -1), "-");
	assert_string_equal(owners(LAN, FAR, 17, 4000, 873, -1), "-");
	assert_string_equal(owners(LAN, FAR, 17, 4000, 5061, -1), "voip");
	assert_string_equal(owners(BOX, FAR, 17, 4000, 10000, -1), "voip");
	/* The box had no address when it was routed. */
	assert_string_equal(owners(BOX, FAR, 6, 4000, 873, 7), "-");
	assert_string_equal(owners(BOX, FAR, 6, 4000, 873, 1000), "bulk");
	/* An entry has no user: it may be. */
	assert_string_equal(owners(BOX, FAR, 6, 4000, 80, -1), "");
	assert_string_equal(owners(LAN, FAR, 6, 4000, 80, -1), "-");
	assert_string_equal(owners(LAN, "203.0.113.9", 6, 4000, 80, -1),
			    "far -");
	assert_string_equal(owners(LAN, FAR, 1, 0, 0, -1), "-");
}

static void
what_it_does_not_show(void **unused)
{
	(void)unused;
	read_good("[group bulk]\nuplinks = eth1 eth2\nfailback_drain = 3s\n"
		  "[group voip]\nuplinks = eth1 eth2\n"
		  "[rule ef]\ndscp = ef\nproto = udp\ngroup = voip\n"
		  "[rule set]\nto = set:video\nproto = udp\ngroup = eth3\n"
		  "[rule udp]\nproto = udp\ndport = 873\ngroup = bulk\n"
		  "[rule some]\nsport = 7\nproto = tcp\ngroup = bulk\n");
	/* It may be voip's, so it is not surely bulk's; nor is it the rest's. */
	assert_string_equal(owners(LAN, FAR, 17, 4000, 873, -1), "");
	/* It is voip's or the rest's: neither has a time of its own. */
	assert_string_equal(owners(LAN, FAR, 17, 4000, 53, -1), "-");
	/* Classes are for what is forwarded. */
	assert_string_equal(owners(BOX, FAR, 17, 4000, 873, -1), "bulk");
	assert_string_equal(owners(LAN, FAR, 6, 7, 80, -1), "bulk");
	assert_string_equal(owners(LAN, FAR, 6, 8, 80, -1), "-");
	/* Was it bound to the port, or given it later? */
	assert_string_equal(owners(BOX, FAR, 6, 7, 80, -1), "");
	assert_string_equal(owners(BOX, FAR, 6, 8, 80, -1), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_what_it_shows),
		TEST(what_it_does_not_show),
	};

	return cmocka_run_group_tests_name("flush_whose", tests, NULL, NULL);
}
