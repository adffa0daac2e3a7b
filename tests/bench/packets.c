// SPDX-License-Identifier: GPL-2.0-or-later
/* packets - what a firewall's marks cost for each forwarded packet. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "firewall/firewall.h"
#include "firewall/nft.h"
#include "firewall/legacy.h"

#define ROUNDS 7
#define PACKETS 40000

/* u1 to uN; the traffic goes by the last of them. */
static struct bal_fw_model
model_of(unsigned n, bool masquerade, struct bal_arena *arena)
{
	struct bal_fw_model m = { .mask = n > 63 ? 0xffc00000 : 0xff000000,
				  .masquerade = masquerade };
	const uint32_t first_inbound = n > 63 ? 256 : 64;
	const int shift = __builtin_ctz(m.mask);

	for (unsigned i = 1; i <= n; i++) {
		struct bal_fw_uplink *up = BAL_PUSH(arena, &m.uplinks);

		if (!up)
			exit(71);
		snprintf(up->dev, sizeof(up->dev), "u%u", i);
		up->mark = i << shift;
		up->inbound = (first_inbound + i) << shift;
	}
	return m;
}

/* @n rules of one class, none of which fits. */
static void
add_rules(struct bal_fw_model *m, unsigned n, struct bal_arena *arena)
{
	struct bal_fw_class *class = BAL_PUSH(arena, &m->classes);

	if (!class)
		exit(71);
	class->mark = 2 * m->uplinks.v[0].inbound;
	for (uint16_t i = 1; i <= n; i++) {
		struct bal_fw_select *s = BAL_PUSH(arena, &m->selects);

		if (!s)
			exit(71);
		*s = (struct bal_fw_select){ .proto = IPPROTO_UDP,
					     .dport = { 1000 + i, 1000 + i },
					     .src_set = "",
					     .dst_set = "",
					     .class = 1 };
	}
}

static void
commit(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	const struct bal_fw_scope scope = { .masquerade = want->masquerade };
	struct bal_arena arena = { 0 };
	struct bal_fw_have *have;
	struct bal_err err;

	if (by->read(&scope, &arena, &have, &err) < 0)
		goto failed;
	for (unsigned part = 0; part < by->n_parts; part++)
		if (have->known[part] &&
		    by->commit(want, have, part, 5000, &err) < 0)
			goto failed;
	bal_arena_fini(&arena);
	return;
failed:
	fprintf(stderr, "packets: %s\n", err.msg);
	exit(71);
}

/* A sending ends when the packet has gone all the way: veth has no queue. */
static double
ns_per_packet(int fd)
{
	struct timespec a, b;
	char byte = 0;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (int i = 0; i < PACKETS; i++)
		(void)!send(fd, &byte, 1, 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 +
		(double)(b.tv_nsec - a.tv_nsec)) / PACKETS;
}

/* From the namespace at @path to @address, port 9. */
static int
sender(const char *path, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9) };
	int ns = open(path, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
		return -1;
	close(ns);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	const bool rules = argc == 6 && !strncmp(argv[1], "rules", 5);
	const bool nft = argc == 6 && (rules || !strcmp(argv[1], "nft"));
	const bool none = argc == 6 && !strcmp(argv[1], "none");
	struct bal_arena arena = { 0 };
	double best = 0;
	int fd;

	if (argc != 6) {
		fprintf(stderr, "usage: packets none|legacy|nft|rulesN UPLINKS "
				"MASQUERADE NAMESPACE ADDRESS\n");
		return 64;
	}
	if (!none) {
		struct bal_fw_model m = model_of((unsigned)strtoul(argv[2], NULL, 10),
						 !strcmp(argv[3], "yes"),
						 &arena);

		if (rules)
			add_rules(&m, (unsigned)strtoul(argv[1] + 5, NULL, 10),
				  &arena);
		commit(nft ? &bal_firewall_nft : &bal_firewall_legacy, &m);
	}
	fd = sender(argv[4], argv[5]);
	if (fd < 0) {
		perror("packets");
		return 71;
	}
	for (int i = 0; i < ROUNDS; i++) {
		double ns = ns_per_packet(fd);

		best = i && best < ns ? best : ns;
	}
	printf("%.0f\n", best);
	bal_arena_fini(&arena);
	return 0;
}
