/* flush_scene - what bal_flush_uplink() is tried on: two devices, sockets, and warnings. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_LETGO_SCENE_H
#define TEST_LETGO_SCENE_H

#include "netns.h"

#include <poll.h>
#include <sys/socket.h>

#include "entries.h"
#include "actions/flush_uplink.h"

/*
 * d0 and d1 lead nowhere and have 192.168.1.101/24 and .102/24; what is sent
 * to 203.0.113.0/24 by d0 is lost.  198.51.100.0/24 is this machine's own.
 */
#define DEAD "192.168.1.101"
#define ALIVE "192.168.1.102"
#define SERVER "198.51.100.1"
#define NOWHERE "203.0.113.1"
#define MASK 0xff000000

static struct bal_nl *nl;
static struct bal_flush_what what;
static struct bal_flushed gone;
static unsigned warnings;
static char warning[320];

static inline void
listen_to(void *arg, enum bal_say kind, const char *msg)
{
	(void)arg;
	(void)kind;
	warnings++;
	snprintf(warning, sizeof(warning), "%s", msg);
}

static inline struct bal_addr
addr(const char *text)
{
	struct bal_addr a;

	if (bal_addr_parse(text, &a, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

static inline void
let_go(void)
{
	if (bal_flush_uplink(&what, &gone, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline int
setup(void **state)
{
	(void)state;
	if (refused)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	must("set -e; ip link set lo up;"
	     "ip link add d0 type veth peer name p0;"
	     "ip link add d1 type veth peer name p1;"
	     "for dev in d0 d1 p0 p1; do ip link set $dev up; done;"
	     "ip address add " DEAD "/24 dev d0;"
	     "ip address add " ALIVE "/24 dev d1;"
	     "ip address add 192.168.1.1/32 dev lo;"
	     "ip route add local 198.51.100.0/24 dev lo;"
	     "ip route add 203.0.113.0/24 via 192.168.1.254 dev d0 onlink;"
	     "ip neigh add 192.168.1.254 lladdr 02:00:00:00:00:01 dev d0");
	nl = bal_nl_open_proto(NETLINK_NETFILTER, &err);
	if (!nl)
		return -1;
	what = (struct bal_flush_what){ .source = addr(DEAD "/24") };
	gone = (struct bal_flushed){ 99, 99 };
	warnings = 0;
	bal_say_sink(listen_to, NULL);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	bal_nl_close(nl);
	nl = NULL;
	return 0;
}

static inline struct sockaddr_in
at(const char *ip, in_port_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, ip, &sin.sin_addr), 1);
	return sin;
}

static inline int
bound(int type, const char *ip, in_port_t port)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in sin = at(ip, port);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	assert_int_equal(bind(fd, (void *)&sin, sizeof(sin)), 0);
	return fd;
}

static inline int
listener(const char *ip, in_port_t port)
{
	int fd = bound(SOCK_STREAM, ip, port);

	assert_int_equal(listen(fd, 4096), 0);
	return fd;
}

/* From @own to @peer; never waits. */
static inline int
client(int type, const char *own, const char *peer, in_port_t port)
{
	int fd = bound(type | SOCK_NONBLOCK, own, 0);
	struct sockaddr_in sin = at(peer, port);

	if (connect(fd, (void *)&sin, sizeof(sin)) < 0)
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

static inline int
accepted(int at_listener)
{
	struct pollfd p = { .fd = at_listener, .events = POLLIN };
	int fd;

	assert_int_equal(poll(&p, 1, 10000), 1);
	fd = accept4(at_listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* What a reader is told at once, 0: nothing. */
static inline int
error_of(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno != EAGAIN ? errno :
									 0;
}

static inline bool
talks(int from, int to)
{
	struct pollfd p = { .fd = to, .events = POLLIN };
	char byte = 0;

	return send(from, "x", 1, MSG_NOSIGNAL) == 1 &&
	       poll(&p, 1, 5000) == 1 && recv(to, &byte, 1, 0) == 1 &&
	       byte == 'x';
}

/* Holds a socket until its standard input ends. */
static inline pid_t
holder(int fds[2], int fd)
{
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) == 0 && fd >= 0 ? 0 : 1);
	}
	close(fds[0]);
	return pid;
}

static inline void
count(const struct nlmsghdr *h, void *arg)
{
	(void)h;
	++*(size_t *)arg;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
make_veth_namespace(void)
{
	make_namespace("ip link add u0 type veth peer name u1 && ss -Hn",
		       "no ip(8), no ss(8) or no veth devices");
}

#endif
