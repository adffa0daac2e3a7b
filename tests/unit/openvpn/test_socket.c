// SPDX-License-Identifier: GPL-2.0-or-later
/* test_socket - the device that the sockets of a process are bound to. */
#include "../netns.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/text.h"
#include "openvpn/socket.h"

static int
setup(void **state)
{
	(void)state;
	(void)err;
	make_namespace("ip link set lo up && ip link add v1 type veth peer v2",
		       "no veth devices");
	return 0;
}

static int
bound_to(const char *dev, int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev,
				    (socklen_t)strlen(dev)),
			 0);
	return fd;
}

/* OpenVPN's has a port, as have all that sock_diag lists. */
static int
datagrams(const char *dev)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = bound_to(dev, SOCK_DGRAM);

	assert_int_equal(bind(fd, (const void *)&any, sizeof(any)), 0);
	return fd;
}

static const char *
found(const char *pid)
{
	static char dev[BAL_IFNAMSIZ];

	memset(dev, 'x', sizeof(dev));
	bal_ovpn_bound_dev(pid, dev);
	return dev;
}

static const char *
own(void)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", (int)getpid());
	return found(text);
}

static void
udp(void **state)
{
	int first, second;

	(void)state;
	NEED_NAMESPACE();
	assert_string_equal(own(), "");
	first = datagrams("v1");
	assert_string_equal(own(), "v1");
	second = datagrams("v1");
	assert_string_equal(own(), "v1");
	close(second);
	/* Which of two is meant is unknown. */
	second = datagrams("v2");
	assert_string_equal(own(), "");
	close(first);
	assert_string_equal(own(), "v2");
	close(second);
	assert_string_equal(own(), "");
}

static void
tcp(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int server, client;

	(void)state;
	NEED_NAMESPACE();
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (const void *)&to, sizeof(to)), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, (void *)&to, &len), 0);
	client = bound_to("lo", SOCK_STREAM);
	assert_string_equal(own(), "");
	assert_int_equal(connect(client, (const void *)&to, sizeof(to)), 0);
	assert_string_equal(own(), "lo");
	close(client);
	close(server);
}

static void
another_process(void **state)
{
	char text[16];
	int fd, pipe_fds[2];
	pid_t pid;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(pipe(pipe_fds), 0);
	fd = datagrams("v2");
	pid = fork();
	if (pid == 0) {
		char byte;

		close(pipe_fds[1]);
		_exit(read(pipe_fds[0], &byte, 1) != 0);
	}
	assert_true(pid > 0);
	close(fd);
	assert_string_equal(own(), "");
	snprintf(text, sizeof(text), "%d", (int)pid);
	assert_string_equal(found(text), "v2");
	close(pipe_fds[1]);
	assert_int_equal(ended(pid), 0);
	close(pipe_fds[0]);
	assert_string_equal(found(text), "");
}

static void
no_process(void **state)
{
	static const char *const pids[] = { NULL, "", "0", "-1", "self", "1/..",
					    "99999999999", "../1" };

	(void)state;
	for (size_t i = 0; i < N(pids); i++)
		assert_string_equal(found(pids[i]), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp),
		cmocka_unit_test(tcp),
		cmocka_unit_test(another_process),
		cmocka_unit_test(no_process),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
