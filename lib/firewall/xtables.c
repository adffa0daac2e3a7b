// SPDX-License-Identifier: GPL-2.0-or-later
/* xtables - what goes with iptables' legacy tables: lock, module, revision. */
#include "firewall/xtables.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOCK_POLL_MS 10
#define LOAD_AGAIN_MS 600000

int
bal_xtables_lock(unsigned wait_ms, struct bal_err *err)
{
	const struct timespec nap = { .tv_nsec = LOCK_POLL_MS * 1000000L };
	const char *path = secure_getenv("XTABLES_LOCKFILE");
	int fd, eno;

	if (!path || !*path)
		path = "/run/xtables.lock";
	/* O_NONBLOCK: a fifo in its place must not hold us up. */
	fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot open %s", path);
	for (unsigned waited = 0;; waited += LOCK_POLL_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		eno = errno;
		if (eno != EWOULDBLOCK && eno != EINTR) {
			close(fd);
			return bal_err_sys(err, eno, "cannot lock %s", path);
		}
		if (waited >= wait_ms)
			break;
		nanosleep(&nap, NULL);
	}
	close(fd);
	return bal_err(err, BAL_EBUSY,
		       "%s is held by another program", path);
}

/* The program that the kernel itself calls to load a module; "" for none. */
static void
find_modprobe(char *path, size_t size)
{
	int fd = open("/proc/sys/kernel/modprobe", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, path, size - 1);

	if (fd >= 0)
		close(fd);
	path[len < 0 ? 0 : len] = '\0';
	path[strcspn(path, "\n")] = '\0';
}

static uint64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

bool
bal_xtables_load(void)
{
	static uint64_t tried_ms;
	char path[256], name[] = "ip_tables", quiet[] = "-q";
	char env_path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *argv[] = { path, quiet, name, NULL };
	char *envp[] = { env_path, NULL };
	posix_spawn_file_actions_t silent;
	int status, rc;
	pid_t pid;

	if (tried_ms && now_ms() - tried_ms < LOAD_AGAIN_MS)
		return false;
	tried_ms = now_ms();
	find_modprobe(path, sizeof(path));
	if (!path[0] || posix_spawn_file_actions_init(&silent) != 0)
		return false;
	rc = posix_spawn_file_actions_addopen(&silent, 0, "/dev/null", O_RDWR,
					      0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&silent, 0, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&silent, 0, 2);
	if (rc == 0)
		rc = posix_spawn(&pid, path, &silent, NULL, argv, envp);
	posix_spawn_file_actions_destroy(&silent);
	if (rc != 0)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

int
bal_xtables_connmark(void)
{
	struct xt_get_revision rev = { .name = "CONNMARK", .revision = 2 };
	socklen_t len = sizeof(rev);
	static int known;
	int fd, rc;

	if (known)
		return known;
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return 1;
	rc = getsockopt(fd, IPPROTO_IP, IPT_SO_GET_REVISION_TARGET, &rev, &len);
	/* The kernel's words for a revision that it lacks; others pass. */
	if (rc == 0)
		known = 2;
	else if (errno == EPROTONOSUPPORT || errno == ENOENT)
		known = 1;
	close(fd);
	return known ? known : 1;
}
