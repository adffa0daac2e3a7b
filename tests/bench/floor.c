// SPDX-License-Identifier: GPL-2.0-or-later
/* floor - the kernel work of bal's commands and nothing else, to compare. */
#include "floor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct marks *marks = &marks_legacy;
int uplinks;
bool same_subnet;
int failures;

static void
global_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, 1) != 1)
		failures++;
	close(fd);
}

static void
global_sysctls(const char *value)
{
	global_sysctl("/proc/sys/net/ipv4/fib_multipath_hash_policy", value);
	global_sysctl("/proc/sys/net/ipv4/icmp_errors_use_inbound_ifaddr",
		      value);
}

static void
device_routes(int type, int k)
{
	route(type, TABLE(k), 0, k, 0, true);
	route(type, TABLE(k), 0, k, gateway(k), true);
}

static void
balanced_routes(int type, int k)
{
	uint32_t metric = 100 * 256 + (uint32_t)k;

	route(type, BALANCING, 1000 + metric, k, gateway(k), false);
	route(type, LAST, 1000000 + metric, k, gateway(k), false);
}

/* Of the shared subnet; the first uplink is the best. */
static void
subnet_route(int type, int k)
{
	uint32_t metric = k == 1 ? 1 : 1000 + 100 * 256 + (uint32_t)k;

	route(type, BALANCING, metric, k, 0, true);
}

static void
share_subnet(bool shared)
{
	for (int k = 1; k <= uplinks; k++)
		subnet_route(shared ? RTM_NEWROUTE : RTM_DELROUTE, k);
	shared_rules(shared ? RTM_NEWRULE : RTM_DELRULE);
}

/* All tables of ours one by one, or with everybody's in a single dump. */
static void
read_all(bool one_dump)
{
	struct ifinfomsg ifi = { 0 };
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	struct fib_rule_hdr frh = { .family = AF_INET };
	struct nhmsg nhm = { 0 };
	struct rtmsg rtm = { .rtm_family = AF_INET };

	nl_dump(RTM_GETLINK, &ifi, sizeof(ifi), IFLA_EXT_MASK,
		RTEXT_FILTER_SKIP_STATS);
	nl_dump(RTM_GETADDR, &ifa, sizeof(ifa), 0, 0);
	nl_dump(RTM_GETRULE, &frh, sizeof(frh), 0, 0);
	nl_dump(RTM_GETNEXTHOP, &nhm, sizeof(nhm), 0, 0);
	for (int k = 1; !one_dump && k <= uplinks; k++)
		nl_dump(RTM_GETROUTE, &rtm, sizeof(rtm), RTA_TABLE,
			TABLE(k));
	if (one_dump) {
		nl_dump(RTM_GETROUTE, &rtm, sizeof(rtm), 0, 0);
	} else {
		nl_dump(RTM_GETROUTE, &rtm, sizeof(rtm), RTA_TABLE, BALANCING);
		nl_dump(RTM_GETROUTE, &rtm, sizeof(rtm), RTA_TABLE, LAST);
	}
	marks->read();
}

static void
noop(int k)
{
	(void)k;
	read_all(false);
}

static void
noop_one_dump(int k)
{
	(void)k;
	read_all(true);
}

static void
solo(int k)
{
	route(RTM_NEWROUTE, BALANCING, 1, k, gateway(k), false);
}

static void
multi(int k)
{
	(void)k;
	weighted_route(RTM_NEWROUTE, GROUP);
}

static void
setup(int unused)
{
	(void)unused;
	global_sysctls("1");
	for (int k = 1; k <= uplinks; k++) {
		sysctls(k, true);
		device_routes(RTM_NEWROUTE, k);
		nexthop(RTM_NEWNEXTHOP, k);
		balanced_routes(RTM_NEWROUTE, k);
	}
	group(NLM_F_CREATE | NLM_F_EXCL, 0);
	weighted_route(RTM_NEWROUTE, GROUP);
	if (same_subnet && uplinks > 1)
		share_subnet(true);
	frame_rules(RTM_NEWRULE);
	for (int k = 1; k <= uplinks; k++)
		uplink_rules(RTM_NEWRULE, k);
	nl_flush();
	marks->setup();
}

/* As much as a setup of 2016 had: 3 rules, 2 routes and a share for each. */
static void
seed(int unused)
{
	(void)unused;
	for (int k = 1; k <= uplinks; k++) {
		uint32_t t = (uint32_t)k;

		route(RTM_NEWROUTE, t, 0, k, gateway(k), true);
		route(RTM_NEWROUTE, BALANCING, 1000 + 100 * 256 + t, k,
		      gateway(k), false);
		simple_rules(RTM_NEWRULE, k);
	}
	multipath_route();
	balancing_rule(RTM_NEWRULE);
	nl_flush();
	marks->setup();
}

/* With one left of two there is no group, as bal has it. */
static void
down(int k)
{
	bool last = uplinks == 2;
	int other = 3 - k;

	if (last)
		route(RTM_NEWROUTE, BALANCING, 1, other, gateway(other), false);
	else
		group(NLM_F_REPLACE, k);
	uplink_rules(RTM_DELRULE, k);
	if (same_subnet && last)
		share_subnet(false);
	else if (same_subnet)
		subnet_route(RTM_DELROUTE, k);
	balanced_routes(RTM_DELROUTE, k);
	device_routes(RTM_DELROUTE, k);
	nexthop(RTM_DELNEXTHOP, k);
	if (last) {
		nexthop(RTM_DELNEXTHOP, 0);
		nexthop(RTM_DELNEXTHOP, other);
	}
	nl_flush();
	marks->change(k, false);
	sysctls(k, false);
	nl_flush();
}

static void
up(int k)
{
	bool second = uplinks == 2;

	sysctls(k, true);
	device_routes(RTM_NEWROUTE, k);
	nexthop(RTM_NEWNEXTHOP, k);
	if (second)
		nexthop(RTM_NEWNEXTHOP, 3 - k);
	uplink_rules(RTM_NEWRULE, k);
	if (same_subnet && second)
		share_subnet(true);
	else if (same_subnet)
		subnet_route(RTM_NEWROUTE, k);
	nl_flush();
	marks->change(k, true);
	balanced_routes(RTM_NEWROUTE, k);
	group(second ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_REPLACE, 0);
	if (second)
		weighted_route(RTM_NEWROUTE, GROUP);
	nl_flush();
}

static void
clear(int unused)
{
	(void)unused;
	nl_lenient();
	weighted_route(RTM_DELROUTE, 0);
	nexthop(RTM_DELNEXTHOP, 0);
	frame_rules(RTM_DELRULE);
	share_subnet(false);
	for (int k = 1; k <= uplinks; k++) {
		uplink_rules(RTM_DELRULE, k);
		balanced_routes(RTM_DELROUTE, k);
		device_routes(RTM_DELROUTE, k);
		nexthop(RTM_DELNEXTHOP, k);
		sysctls(k, false);
	}
	/* What bal makes may have the next number. */
	nexthop(RTM_DELNEXTHOP, uplinks + 1);
	nl_flush();
	marks->clear();
	global_sysctls("0");
}

/* A number from 1 to @max, or 0. */
static int
number(const char *text, int max)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *end || n < 1 || n > max ? 0 : (int)n;
}

static const struct {
	const char *name;
	void (*run)(int k);
	bool reads; /* first what a change has to be compared with */
} commands[] = {
	{ "noop", noop, false },   { "noop-one-dump", noop_one_dump, false },
	{ "setup", setup, false }, { "seed", seed, false },
	{ "clear", clear, false }, { "down", down, true },
	{ "up", up, true },	   { "solo", solo, true },
	{ "multi", multi, true },
};

int
main(int argc, char **argv)
{
	const char *firewall = getenv("FIREWALL");
	int k = 0;

	if (firewall && strcmp(firewall, "nft") == 0)
		marks = &marks_nft;
	if (argc >= 4) {
		uplinks = number(argv[2], 250);
		same_subnet = strcmp(argv[3], "same") == 0;
		k = argc > 4 ? number(argv[4], uplinks) : 1;
	}
	for (size_t i = 0; k && i < sizeof(commands) / sizeof(commands[0]);
	     i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		nl_open();
		if (commands[i].reads)
			read_all(true);
		commands[i].run(k);
		nl_flush();
		nl_close();
		return failures ? 1 : 0;
	}
	fputs("usage: floor noop|noop-one-dump|setup|seed|clear|down|up|solo|"
	      "multi N apart|same [K]\n",
	      stderr);
	return 64;
}
