// SPDX-License-Identifier: GPL-2.0-or-later
/* child - posix_spawn in a process group of its own, with a pidfd. */
#include "base/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* Linux 5.3, one number everywhere */
#endif
#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9, one number everywhere */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U /* Linux 5.11 */
#endif

#define FIRST_OTHER 3 /* behind stdin, stdout and stderr */
#define LATE_MAX 16
#define DEATH_MS 100

/*
 * Killed, but not dead yet: in an uninterruptible system call, or traced.
 * Reaped when the next child is started or stopped.
 */
static pid_t late[LATE_MAX];

/* What the child gets, and what the parent keeps. */
struct ends {
	int out[2];  /* a pipe for what it prints, or -1 */
	int held[2]; /* a pipe that it only holds, without pidfd; or -1 */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_ends(struct ends *ends)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&ends->out[i]);
		close_fd(&ends->held[i]);
	}
}

/* Every descriptor above stderr, at once or at the next exec. */
static void
close_others(bool on_exec)
{
	struct dirent *entry;
	DIR *dir;

	if (syscall(SYS_close_range, FIRST_OTHER, UINT_MAX,
		    on_exec ? CLOSE_RANGE_CLOEXEC : 0) == 0)
		return;
	dir = opendir("/proc/self/fd");
	while (dir && (entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd < FIRST_OTHER || fd == dirfd(dir))
			continue;
		if (on_exec)
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			close(fd);
	}
	if (dir)
		closedir(dir);
}

void
bal_child_close_all(void)
{
	close_others(false);
}

/* stdin last: if ours is closed, a pipe may have its number. */
static int
prepare_files(posix_spawn_file_actions_t *files, const struct ends *ends)
{
	int eno = 0;

	for (int fd = 1; !eno && fd <= 2; fd++)
		eno = ends->out[1] < 0 ?
			      posix_spawn_file_actions_addopen(
				      files, fd, "/dev/null", O_WRONLY, 0) :
			      posix_spawn_file_actions_adddup2(
				      files, ends->out[1], fd);
	if (!eno && ends->held[1] >= 0)
		eno = posix_spawn_file_actions_adddup2(files, ends->held[1],
						       FIRST_OTHER);
	if (!eno)
		eno = posix_spawn_file_actions_addopen(files, 0, "/dev/null",
						       O_RDONLY, 0);
	return eno;
}

static int
prepare_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int eno;

	sigemptyset(&none);
	sigfillset(&all);
	eno = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP |
						     POSIX_SPAWN_SETSIGMASK |
						     POSIX_SPAWN_SETSIGDEF);
	if (!eno)
		eno = posix_spawnattr_setpgroup(attr, 0);
	if (!eno)
		eno = posix_spawnattr_setsigmask(attr, &none);
	if (!eno)
		eno = posix_spawnattr_setsigdefault(attr, &all);
	return eno;
}

/* 0 or the errno. */
static int
spawn(pid_t *pid, char *const argv[], char *const envp[],
      const struct ends *ends)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int eno = posix_spawn_file_actions_init(&files);

	if (eno)
		return eno;
	eno = posix_spawnattr_init(&attr);
	if (!eno) {
		eno = prepare_files(&files, ends);
		if (!eno)
			eno = prepare_attributes(&attr);
		if (!eno)
			eno = posix_spawnp(pid, argv[0], &files, &attr, argv,
					   envp);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return eno;
}

static int
explain(int eno, const char *name, struct bal_err *err)
{
	bal_err_sys(err, eno, "cannot run %s", name);
	if (eno == ENOENT || eno == EACCES || eno == ENOEXEC)
		err->kind = BAL_EUNAVAIL;
	return -1;
}

static int
pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool
is_dead(pid_t pid, int *status)
{
	pid_t got;

	do {
		got = waitpid(pid, status, WNOHANG);
	} while (got < 0 && errno == EINTR);
	return got != 0;
}

/*
 * Is the child dead, or does @done_fd say that it will be?  A pipe is closed a
 * little before its holder is dead.
 */
static bool
is_dying(const struct bal_child *child, int patience_ms, int *status)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct pollfd done = { .fd = child->done_fd, .events = POLLIN };

	if (poll(&done, 1, patience_ms) <= 0)
		return is_dead(child->pid, status);
	for (int ms = 0; ms < DEATH_MS; ms++) {
		if (is_dead(child->pid, status))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void
reap_late(void)
{
	int status;

	for (size_t i = 0; i < LATE_MAX; i++)
		if (late[i] && is_dead(late[i], &status))
			late[i] = 0;
}

/* A pipe in place of pidfd, where the kernel has none. */
static int
open_ends(struct ends *ends, bool output)
{
	int probe = pidfd_open(getpid());

	if (probe < 0 && pipe2(ends->held, O_CLOEXEC) < 0)
		return -1;
	close_fd(&probe);
	if (!output)
		return 0;
	if (pipe2(ends->out, O_CLOEXEC) < 0)
		return -1;
	return fcntl(ends->out[0], F_SETFL, O_NONBLOCK);
}

/* The descriptor that reports the end of @pid, or -1. */
static int
take_done_fd(struct ends *ends, pid_t pid)
{
	int fd = ends->held[0];

	if (fd < 0)
		return pidfd_open(pid);
	ends->held[0] = -1;
	return fd;
}

int
bal_child_start(struct bal_child *child, char *const argv[], char *const envp[],
		bool output, struct bal_err *err)
{
	struct ends ends = { { -1, -1 }, { -1, -1 } };
	struct bal_child c = { 0 };
	int eno;

	reap_late();
	if (open_ends(&ends, output) < 0) {
		eno = errno;
		close_ends(&ends);
		return bal_err_sys(err, eno, "cannot make a pipe");
	}
	/* Descriptors that libraries opened may lack O_CLOEXEC. */
	close_others(true);
	eno = spawn(&c.pid, argv, envp, &ends);
	if (eno) {
		close_ends(&ends);
		return explain(eno, argv[0], err);
	}
	c.out_fd = ends.out[0];
	ends.out[0] = -1;
	c.done_fd = take_done_fd(&ends, c.pid);
	eno = errno;
	close_ends(&ends);
	if (c.done_fd < 0) {
		bal_child_stop(&c);
		return bal_err_sys(err, eno, "cannot watch %s", argv[0]);
	}
	*child = c;
	return 0;
}

static int
status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

int
bal_child_reap(struct bal_child *child)
{
	int status = SIGKILL; /* if it was reaped elsewhere */

	if (!child->pid || !is_dying(child, 0, &status))
		return -1;
	child->pid = 0;
	return status_of(status);
}

static void
bury(const struct bal_child *child)
{
	int status;

	if (is_dying(child, DEATH_MS, &status))
		return;
	reap_late();
	for (size_t i = 0; i < LATE_MAX; i++)
		if (!late[i]) {
			late[i] = child->pid;
			return;
		}
}

void
bal_child_stop(struct bal_child *child)
{
	if (child->pid) {
		/*
		 * Kill the group first: before the reap its number cannot be
		 * reused.
		 */
		(void)kill(-child->pid, SIGKILL);
		(void)kill(child->pid, SIGKILL);
		bury(child);
	}
	if (child->done_fd > 0)
		close(child->done_fd);
	if (child->out_fd > 0)
		close(child->out_fd);
	*child = (struct bal_child){ 0 };
}
