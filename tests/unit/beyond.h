/* beyond - somebody behind the peer of an uplink, who sends without being asked. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_BEYOND_H
#define TEST_BEYOND_H

#include "uplinks.h"

#include <arpa/inet.h>

#define BEYOND "10.9.9.9"

/* The peer has the far side's address as well. */
static inline void
make_beyond(int uplink)
{
	peer_does("ip address add " BEYOND "/32 dev lo");
	peer_does("ip link set lo up");
	must("ip route add " BEYOND "/32 via 10.0.%d.2", uplink);
}

static inline struct bal_addr
link_of(int uplink)
{
	const uint8_t bytes[] = { 10, 0, (uint8_t)uplink, 1 };

	return bal_addr_raw(AF_INET, bytes, 4, 24);
}

static inline struct sockaddr_in
at(const char *address, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &sin.sin_addr), 1);
	return sin;
}

/* A socket of the peer's that sends datagrams from @from to u1's @port. */
static inline int
peer_socket(const char *from, uint16_t port)
{
	const struct sockaddr_in own = at(from, 0), to = at("10.0.1.1", port);
	char path[64];
	int home, away, fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	away = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(setns(away, CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	close(away);
	assert_int_equal(bind(fd, (const struct sockaddr *)&own, sizeof(own)),
			 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
			 0);
	return fd;
}

/* Who receives them. */
static inline int
receiver(uint16_t port)
{
	const struct sockaddr_in own = at("10.0.1.1", port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&own, sizeof(own)),
			 0);
	return fd;
}

#endif
