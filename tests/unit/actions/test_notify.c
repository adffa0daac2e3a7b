// SPDX-License-Identifier: GPL-2.0-or-later
/* test_notify - a socket that stands for systemd, and a watchdog's settings. */
#include "../files.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "actions/notify.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static int manager = -1;
static char received[8192];

/* Bind a manager to @name as NOTIFY_SOCKET has it. */
static void
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	assert_true(len < sizeof(at.sun_path));
	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(manager >= 0);
	assert_int_equal(
		bind(manager, (struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
}

/* The next that was sent, NULL: nothing. */
static const char *
next_text(void)
{
	ssize_t got = recv(manager, received, sizeof(received) - 1, 0);

	if (got < 0)
		return NULL;
	received[got] = '\0';
	return received;
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int
begin(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return make_directory(state);
}

static int
end(void **state)
{
	if (manager >= 0)
		close(manager);
	manager = -1;
	return remove_directory(state);
}

static void
by_path(void **state)
{
	(void)state;
	listen_at(in_directory("notify"));
	errno = 42;
	bal_notify("READY=1\nSTATUS=%d uplinks", 3);
	assert_int_equal(errno, 42);
	assert_string_equal(next_text(), "READY=1\nSTATUS=3 uplinks");
	bal_notify("WATCHDOG=1");
	assert_string_equal(next_text(), "WATCHDOG=1");
	assert_null(next_text());
}

static void
by_abstract_name(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "@bal/test/%d", (int)getpid());
	listen_at(name);
	bal_notify("READY=1");
	assert_string_equal(next_text(), "READY=1");
}

static void
nobody_listens(void **state)
{
	char too_long[200];
	const char *const names[] = { "",
				      "/",
				      "@",
				      "relative",
				      "vsock:2:1",
				      "/nonexistent/notify",
				      "@nobody/at/all",
				      too_long };
	int before = open_descriptors();

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[0] = '/';
	too_long[sizeof(too_long) - 1] = '\0';
	bal_notify("READY=1");
	for (size_t i = 0; i < N(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		errno = 42;
		bal_notify("READY=1");
		assert_int_equal(errno, 42);
	}
	assert_int_equal(open_descriptors(), before);
}

/* Only a path from the root: where we stand is nobody's business. */
static void
relative_path(void **state)
{
	(void)state;
	listen_at(in_directory("notify"));
	assert_int_equal(chdir(directory), 0);
	setenv("NOTIFY_SOCKET", "notify", 1);
	bal_notify("READY=1");
	assert_int_equal(chdir("/"), 0);
	assert_null(next_text());
}

/* The longest path there is, and one more, which must not be cut to it. */
static void
long_paths(void **state)
{
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];
	size_t len = (size_t)snprintf(name, sizeof(name), "%s/", in_directory(""));

	(void)state;
	memset(name + len, 'x', sizeof(name) - len);
	name[sizeof(name) - 2] = '\0';
	listen_at(name);
	bal_notify("READY=1");
	assert_string_equal(next_text(), "READY=1");
	name[sizeof(name) - 2] = 'x';
	name[sizeof(name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	bal_notify("READY=1");
	assert_null(next_text());
}

static void
long_texts(void **state)
{
	static char text[4098];

	(void)state;
	listen_at(in_directory("notify"));
	memset(text, 'x', 4096);
	bal_notify("%s", text);
	assert_string_equal(next_text(), text);
	text[4096] = 'x';
	bal_notify("%s", text);
	assert_null(next_text());
	bal_notify("%s", "");
	assert_null(next_text());
}

/* A manager that does not read delays us a little, and not for good. */
static void
full_queue(void **state)
{
	int before = open_descriptors() + 1, n = 0;
	struct timespec from, to;

	(void)state;
	listen_at(in_directory("notify"));
	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		bal_notify("WATCHDOG=1");
		clock_gettime(CLOCK_MONOTONIC, &to);
	} while (++n < 5000 &&
		 to.tv_sec * 10 + to.tv_nsec / 100000000 <
			 from.tv_sec * 10 + from.tv_nsec / 100000000 + 1);
	assert_true(n < 5000);
	assert_int_equal(open_descriptors(), before);
	assert_string_equal(next_text(), "WATCHDOG=1");
	while (next_text())
		;
	bal_notify("STOPPING=1");
	assert_string_equal(next_text(), "STOPPING=1");
}

static void
watchdog(void **state)
{
	char own[32], other[32];
	const struct {
		const char *usec, *pid;
		uint64_t ns;
	} cases[] = {
		{ NULL, NULL, 0 },
		{ "30000000", NULL, UINT64_C(15000000000) },
		{ "30000000", own, UINT64_C(15000000000) },
		{ "30000000", other, 0 },
		{ "30000000", "", 0 },
		{ "30000000", "1x", 0 },
		{ NULL, own, 0 },
		{ "1", own, 500 },
		{ "0", own, 0 },
		{ "", own, 0 },
		{ "-1", own, 0 },
		{ " 5", own, 0 },
		{ "5s", own, 0 },
		/* Two hours are more than 32 bits. */
		{ "7200000000", own, UINT64_C(3600000000000) },
		{ "18446744073709551", own, UINT64_C(9223372036854775500) },
		{ "36893488147419103", own, UINT64_C(18446744073709551500) },
		{ "36893488147419104", own, 0 },
		{ "99999999999999999999999", own, 0 },
	};

	(void)state;
	snprintf(own, sizeof(own), "%d", (int)getpid());
	snprintf(other, sizeof(other), "%d", (int)getppid());
	for (size_t i = 0; i < N(cases); i++) {
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].usec)
			setenv("WATCHDOG_USEC", cases[i].usec, 1);
		if (cases[i].pid)
			setenv("WATCHDOG_PID", cases[i].pid, 1);
		if (bal_notify_watchdog_ns() != cases[i].ns)
			fail_msg("case %zu", i);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(by_path),	      TEST(by_abstract_name),
		TEST(nobody_listens), TEST(relative_path),
		TEST(long_paths),     TEST(long_texts),
		TEST(full_queue),     TEST(watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
