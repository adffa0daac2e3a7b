/* netns - a network namespace of its own for a unit test, and a shell in it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_NETNS_H
#define TEST_NETNS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

extern char **environ;

static struct bal_err err;
static char output[1 << 19]; /* of the last command */
static const char *refused;  /* why there is no namespace for us */

/* First in every test that cannot do without. */
#define NEED_NAMESPACE()                                           \
	do {                                                       \
		if (refused) {                                     \
			print_message("# skipped: %s\n", refused); \
			skip();                                    \
		}                                                  \
	} while (0)

static inline bool
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_CREAT, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Start @command in a shell that writes to @out. */
static inline pid_t
start(const char *command, int out)
{
	char sh[] = "sh", c[] = "-c", *text = strdup(command);
	char *argv[] = { sh, c, text, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, out, 2);
	if (posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ) != 0)
		abort();
	posix_spawn_file_actions_destroy(&actions);
	free(text);
	return pid;
}

static inline int
ended(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Run @command; its output, stderr too, goes to @output. */
static inline int
run(const char *command)
{
	size_t len = 0;
	int fds[2];
	ssize_t got;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		abort();
	pid = start(command, fds[1]);
	close(fds[1]);
	while ((got = read(fds[0], output + len, sizeof(output) - 1 - len)) > 0)
		len += (size_t)got;
	close(fds[0]);
	output[len] = '\0';
	return ended(pid);
}

static inline void BAL_PRINTF(1, 2) must(const char *fmt, ...)
{
	char command[2048];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_in_range(len, 0, sizeof(command) - 1);
	if (run(command) != 0)
		fail_msg("%s: %s", command, output);
}

/* Leave the system's network, mounts and /run; @needed must then work. */
static inline void
make_namespace(const char *needed, const char *otherwise)
{
	const uid_t uid = getuid();
	const gid_t gid = getgid();
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", gid);
	if (uid != 0 && (unshare(CLONE_NEWUSER) < 0 ||
			 !write_text("/proc/self/uid_map", uids) ||
			 !write_text("/proc/self/setgroups", "deny") ||
			 !write_text("/proc/self/gid_map", gids)))
		refused = "no user namespace";
	else if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
		 mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
		 mount("none", "/run", "tmpfs", 0, NULL) < 0)
		refused = "no network and mount namespace";
	else if (run(needed) != 0)
		refused = otherwise;
}

/*
 * Wait until veth devices, whose names are the shell's words @names, send what
 * they are given: both ends are up, but the kernel goes on to throw all away
 * until it comes to look at the carrier.  It does so under the lock that "ip link
 * set" takes, too.  @in goes before "ip".
 */
static inline void
must_send(const char *in, const char *names)
{
	must("for dev in %s; do i=0\n"
	     "until %s ip -o link show dev $dev | grep -q 'state UP'; do\n"
	     "	[ $((i += 1)) -lt 1500 ] || exit 1\n"
	     "	sleep 0.01\n"
	     "done\n"
	     "%s ip link set $dev up || exit 1\n"
	     "done",
	     names, in, in);
}

static inline double
seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The exit status of @fn in a process of its own. */
static inline int
apart(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn(arg));
	return ended(pid);
}

#endif
