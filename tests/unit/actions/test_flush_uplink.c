// SPDX-License-Identifier: GPL-2.0-or-later
/* test_flush_uplink - real sockets are destroyed, and whose programs notice. */
#include "../flush_scene.h"

#include <net/if.h>
#include <sys/resource.h>

#include "actions/flush_msg.h"

static void
tcp_of_that_address_only(void **state)
{
	int server, own_listener, dead, alive, far_dead, far_alive;

	(void)state;
	NEED_NAMESPACE();
	server = listener(SERVER, 80);
	own_listener = listener(DEAD, 81);
	dead = client(SOCK_STREAM, DEAD, SERVER, 80);
	far_dead = accepted(server);
	alive = client(SOCK_STREAM, ALIVE, SERVER, 80);
	far_alive = accepted(server);
	assert_true(talks(dead, far_dead) && talks(alive, far_alive));
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(gone.connections, 0);
	assert_int_equal(error_of(dead), ECONNABORTED);
	assert_true(talks(alive, far_alive) && talks(far_alive, alive));
	close(dead);
	dead = client(SOCK_STREAM, SERVER, DEAD, 81);
	close(accepted(own_listener));
	let_go();
	assert_int_equal(gone.sockets, 0);
	assert_int_equal(warnings, 0);
	close(dead);
	close(far_dead);
	close(alive);
	close(far_alive);
	close(server);
	close(own_listener);
}

/* Rules as for d0, which is alive, with @table. */
static void
hold(int table)
{
	must("ip rule del protocol 214 fwmark 0x1000000/0xff000000 2>/dev/null;"
	     "ip rule add fwmark 0x1000000/0xff000000 lookup %d protocol 214",
	     table);
}

/* Its sockets go on, as far as it has their address. */
static void
not_of_one_that_is_back(void **state)
{
	int server, dead, far_dead;

	(void)state;
	NEED_NAMESPACE();
	what.mark = 0x1000000;
	what.held_mask = MASK;
	what.dev = "d0";
	server = listener(SERVER, 80);
	dead = client(SOCK_STREAM, DEAD, SERVER, 80);
	far_dead = accepted(server);
	must("ip rule add oif d0 lookup 77 protocol 214");
	hold(77);
	let_go();
	assert_int_equal(gone.sockets, 0);
	assert_true(talks(dead, far_dead));
	/* Its mark is another one's. */
	hold(78);
	let_go();
	assert_int_equal(gone.sockets, 1);
	close(dead);
	close(far_dead);
	dead = client(SOCK_STREAM, DEAD, SERVER, 80);
	far_dead = accepted(server);
	hold(77);
	must("ip address del " DEAD "/24 dev d0;"
	     "ip address add " DEAD "/32 dev lo");
	let_go();
	assert_int_equal(gone.sockets, 1);
	close(dead);
	close(far_dead);
	close(server);
}

/* Only what concerns us comes out of the kernel. */
static void
the_kernel_filters(void **state)
{
	struct bal_nl *diag;
	struct bal_nlmsg m;
	size_t n = 0;
	int fd[6];

	(void)state;
	NEED_NAMESPACE();
	for (int i = 0; i < 6; i++)
		fd[i] = client(SOCK_DGRAM, i < 2 ? DEAD : ALIVE, SERVER, 53);
	diag = bal_nl_open_proto(NETLINK_SOCK_DIAG, &err);
	assert_non_null(diag);
	bal_flush_ask_sockets(&m, AF_INET, IPPROTO_UDP, &what.source);
	assert_int_equal(bal_nl_dump(diag, &m, count, &n, &n, &err),
			 BAL_DUMP_DONE);
	assert_int_equal(n, 2);
	bal_nl_close(diag);
	for (int i = 0; i < 6; i++)
		close(fd[i]);
}

/* Blocked in connect(), 'c', or read(): how that ended. */
static int
blocked(void *arg)
{
	const char kind = *(char *)arg;
	int fd = kind == 'u' ? bound(SOCK_DGRAM, DEAD, 0) :
			       bound(SOCK_STREAM, DEAD, 0);
	struct sockaddr_in sin =
		at(kind == 'c' ? NOWHERE : SERVER, kind == 'u' ? 53 : 80);
	char byte;

	alarm(20);
	if (connect(fd, (void *)&sin, sizeof(sin)) < 0)
		return kind == 'c' && errno == ECONNABORTED ? 0 : 1;
	return recv(fd, &byte, 1, 0) < 0 && errno == ECONNABORTED ? 0 : 2;
}

/* Is a socket of ours there, in this state of ss? */
static bool
ss_shows(const char *filter)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "ss -Hn4 %s src " DEAD " | grep -q .", filter);
	return run(command) == 0;
}

static void
whoever_is_blocked_wakes_up(void **state)
{
	static const struct {
		char kind;
		const char *filter;
	} cases[] = { { 'c', "-t state syn-sent" },
		      { 'r', "-t state established" },
		      { 'u', "-u state established" } };
	int server;

	(void)state;
	NEED_NAMESPACE();
	server = listener(SERVER, 80);
	for (size_t i = 0; i < N(cases); i++) {
		double end = seconds(CLOCK_MONOTONIC) + 10;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(blocked((char[]){ cases[i].kind }));
		while (!ss_shows(cases[i].filter)) {
			assert_true(seconds(CLOCK_MONOTONIC) < end);
			usleep(10000);
		}
		let_go();
		assert_int_equal(gone.sockets, 1);
		assert_int_equal(ended(pid), 0);
	}
	close(server);
}

static void
udp_that_is_connected(void **state)
{
	struct sockaddr_in sin = at(SERVER, 53);
	int server, dead, alive, unconnected;

	(void)state;
	NEED_NAMESPACE();
	server = bound(SOCK_DGRAM, SERVER, 53);
	dead = client(SOCK_DGRAM, DEAD, SERVER, 53);
	alive = client(SOCK_DGRAM, ALIVE, SERVER, 53);
	unconnected = bound(SOCK_DGRAM, DEAD, 5353);
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(error_of(dead), ECONNABORTED);
	/* The error is told once, then it is not connected any more. */
	assert_int_equal(error_of(dead), 0);
	assert_int_equal(send(dead, "x", 1, 0), -1);
	assert_int_equal(errno, EDESTADDRREQ);
	assert_true(talks(alive, server));
	assert_int_equal(connect(unconnected, (void *)&sin, sizeof(sin)), 0);
	assert_true(talks(unconnected, server));
	close(server);
	close(dead);
	close(alive);
	close(unconnected);
}

static void
ipv4_inside_ipv6(void **state)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 }, peer = own;
	int type[] = { SOCK_STREAM, SOCK_DGRAM }, fd[2], server, other;

	(void)state;
	NEED_NAMESPACE();
	if (access("/proc/net/if_inet6", F_OK) != 0)
		skip();
	server = listener(SERVER, 80);
	peer.sin6_port = htons(80);
	inet_pton(AF_INET6, "::ffff:" SERVER, &peer.sin6_addr);
	for (int i = 0; i < 2; i++) {
		inet_pton(AF_INET6, "::ffff:" DEAD, &own.sin6_addr);
		fd[i] = socket(AF_INET6, type[i] | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(fd[i], (void *)&own, sizeof(own)), 0);
		assert_int_equal(connect(fd[i], (void *)&peer, sizeof(peer)),
				 0);
	}
	inet_pton(AF_INET6, "::ffff:" ALIVE, &own.sin6_addr);
	other = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(other, (void *)&own, sizeof(own)), 0);
	assert_int_equal(connect(other, (void *)&peer, sizeof(peer)), 0);
	let_go();
	assert_int_equal(gone.sockets, 2);
	assert_int_equal(error_of(fd[0]), ECONNABORTED);
	assert_int_equal(error_of(fd[1]), ECONNABORTED);
	assert_int_equal(error_of(other), 0);
	close(fd[0]);
	close(fd[1]);
	close(other);
	close(server);
}

static void
of_one_device_only(void **state)
{
	int fd[3];

	(void)state;
	NEED_NAMESPACE();
	for (int i = 0; i < 3; i++) {
		struct sockaddr_in sin = at(NOWHERE, 53);

		fd[i] = bound(SOCK_DGRAM, DEAD, 0);
		if (i > 0)
			assert_int_equal(setsockopt(fd[i], SOL_SOCKET,
						    SO_BINDTODEVICE,
						    i == 1 ? "d0" : "d1", 3),
					 0);
		if (i == 2)
			must("ip route add 203.0.113.1 dev d1");
		assert_int_equal(connect(fd[i], (void *)&sin, sizeof(sin)), 0);
	}
	what.dev_only = true;
	what.ifindex = (int)if_nametoindex("d0");
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(error_of(fd[0]), 0);
	assert_int_equal(error_of(fd[1]), ECONNABORTED);
	assert_int_equal(error_of(fd[2]), 0);
	what.dev_only = false;
	let_go();
	assert_int_equal(gone.sockets, 1);
	/* Its peer has a route of its own by d1. */
	assert_int_equal(error_of(fd[0]), 0);
	what.ifindex = 0;
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(error_of(fd[0]), ECONNABORTED);
	for (int i = 0; i < 3; i++)
		close(fd[i]);
}

static void
the_modem_s_own_page(void **state)
{
	int server, page, far;

	(void)state;
	NEED_NAMESPACE();
	server = listener("192.168.1.1", 80);
	page = client(SOCK_STREAM, DEAD, "192.168.1.1", 80);
	far = accepted(server);
	let_go();
	assert_int_equal(gone.sockets, 0);
	assert_true(talks(page, far));
	what.source = addr(DEAD);
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(error_of(page), ECONNABORTED);
	close(page);
	close(far);
	close(server);
}

static void
processes_that_are_spared(void **state)
{
	int theirs, ours, server, far, fds[2];
	pid_t pid[3] = { -1, 0, 0x3fffffff };

	(void)state;
	NEED_NAMESPACE();
	server = listener(SERVER, 80);
	theirs = client(SOCK_STREAM, DEAD, SERVER, 80);
	far = accepted(server);
	pid[1] = holder(fds, theirs);
	ours = client(SOCK_DGRAM, DEAD, SERVER, 53);
	what.spared = pid;
	what.n_spared = 3;
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_true(talks(theirs, far));
	assert_int_equal(error_of(ours), ECONNABORTED);
	close(fds[1]);
	assert_int_equal(ended(pid[1]), 0);
	let_go();
	assert_int_equal(gone.sockets, 1);
	assert_int_equal(error_of(theirs), ECONNABORTED);
	assert_int_equal(warnings, 0);
	close(theirs);
	close(ours);
	close(far);
	close(server);
}

#define MANY 2500

static void
more_than_fit_at_once(void **state)
{
	struct rlimit files = { 8192, 8192 };
	static int fd[MANY];

	(void)state;
	NEED_NAMESPACE();
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		skip();
	for (int i = 0; i < MANY; i++)
		fd[i] = client(SOCK_DGRAM, i % 2 ? DEAD : ALIVE, SERVER, 53);
	let_go();
	assert_int_equal(gone.sockets, MANY / 2);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(error_of(fd[i]), i % 2 ? ECONNABORTED : 0);
		close(fd[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tcp_of_that_address_only),
		TEST(not_of_one_that_is_back),
		TEST(the_kernel_filters),
		TEST(whoever_is_blocked_wakes_up),
		TEST(udp_that_is_connected),
		TEST(ipv4_inside_ipv6),
		TEST(of_one_device_only),
		TEST(the_modem_s_own_page),
		TEST(processes_that_are_spared),
		TEST(more_than_fit_at_once),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
