// SPDX-License-Identifier: GPL-2.0-or-later
/* cgroup_keep - cgroups are removed when nobody is in them any more. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_parts.h"

#define DEPTH_MAX 8 /* of bal-exec inside of bal-exec */
#define EVENTS_MAX 256
#define LOOK_MS 60000 /* nobody tells that somebody else removed it */
#define BUSY_TRIES 100
#define NAMES_MAX 100
#define BUSY_NAP_NS 100000000L
#define FIRST_OTHER 3 /* behind stdin, stdout and stderr */

static void remove_left(int parent_fd, int depth);

/* With those in it whom nobody keeps.  0: gone. */
static int
remove_one(int parent_fd, const char *name, int fd, int depth)
{
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY || depth <= 0)
		return -1;
	remove_left(fd, depth - 1);
	return unlinkat(parent_fd, name, AT_REMOVEDIR);
}

/*
 * Empty ones whose keeper was killed: who keeps one has it locked.  In them
 * there may be more.
 */
static void
remove_left(int parent_fd, int depth)
{
	const size_t len = strlen(BAL_CGROUP_PREFIX);
	int all = openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = all < 0 ? NULL : fdopendir(all);
	struct dirent *entry;

	if (!dir && all >= 0)
		close(all);
	while (dir && (entry = readdir(dir))) {
		int fd;

		if (strncmp(entry->d_name, BAL_CGROUP_PREFIX, len) != 0)
			continue;
		fd = openat(parent_fd, entry->d_name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			(void)remove_one(parent_fd, entry->d_name, fd, depth);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

/* Close all but what the one who waits needs: no pipe of others stays open. */
static void
close_others(const int *keep, int n)
{
	unsigned from = FIRST_OTHER;

	/* No list of them is read: for that a descriptor might be lacking. */
	for (;;) {
		unsigned next = ~0U;

		for (int i = 0; i < n; i++)
			if ((unsigned)keep[i] >= from &&
			    (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from)
			(void)close_range(from, next - (next != ~0U), 0);
		if (next == ~0U)
			break;
		from = next + 1;
	}
	for (int fd = open("/dev/null", O_RDWR), to = 0; to < FIRST_OTHER; to++)
		(void)dup2(fd, to);
}

/* "populated 0" is a line of cgroup.events; one that is gone has none. */
static bool
is_empty(int events_fd)
{
	char text[EVENTS_MAX];
	ssize_t len = pread(events_fd, text, sizeof(text) - 1, 0);

	if (len < 0)
		return true;
	text[len] = '\0';
	return strstr(text, "populated 0");
}

/* Until @hold_fd is closed, then until the last one has left. */
static void
wait_and_remove(const struct bal_cgroup *cg, int hold_fd, int events_fd)
{
	const struct timespec nap = { .tv_nsec = BUSY_NAP_NS };
	struct pollfd changed = { .fd = events_fd, .events = POLLPRI };
	char byte;

	while (read(hold_fd, &byte, 1) < 0 && errno == EINTR)
		continue;
	while (!is_empty(events_fd))
		if (poll(&changed, 1, LOOK_MS) < 0 && errno != EINTR)
			return;
	for (int i = 0; i < BUSY_TRIES; i++) {
		if (remove_one(cg->parent_fd, cg->name, cg->fd, DEPTH_MAX) == 0)
			return;
		nanosleep(&nap, NULL);
	}
}

static void
keep_house(const struct bal_cgroup *cg, int hold_fd, int events_fd)
{
	const int keep[] = { cg->parent_fd, cg->fd, hold_fd, events_fd };

	(void)prctl(PR_SET_NAME, "bal-exec-end");
	close_others(keep, sizeof(keep) / sizeof(keep[0]));
	if (chdir("/") == 0)
		wait_and_remove(cg, hold_fd, events_fd);
	_exit(0);
}

/*
 * A program that is setuid has its caller's real user, who might stop or kill
 * what has it.  So nobody's but root's, before there is one who waits.
 */
static int
leave_caller(void)
{
	return geteuid() == 0 ? setresuid(0, 0, 0) : 0;
}

/* @pid ends at once; 0: and has done it. */
static int
wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	errno = EAGAIN;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/*
 * In the background, in a session of its own and nobody's child: the command
 * must neither find a child that it did not start, nor its terminal held.
 */
static int
start_keeper(const struct bal_cgroup *cg, int hold_fd, int events_fd)
{
	/* Where it is ignored, the kernel keeps no status. */
	void (*before)(int) = signal(SIGCHLD, SIG_DFL);
	pid_t pid = fork();
	int rc = -1, eno;

	if (pid > 0)
		rc = wait_for(pid);
	if (pid != 0) {
		eno = errno;
		(void)signal(SIGCHLD, before);
		errno = eno;
		return rc;
	}
	(void)setsid();
	if (leave_caller() < 0)
		_exit(1);
	pid = fork();
	if (pid == 0)
		keep_house(cg, hold_fd, events_fd);
	_exit(pid < 0);
}

static int
keep(const struct bal_cgroup *cg, int events_fd, int *hold, struct bal_err *err)
{
	int ends[2] = { -1, -1 };
	int rc = pipe2(ends, O_CLOEXEC);
	int eno;

	if (rc == 0)
		rc = start_keeper(cg, ends[0], events_fd);
	eno = errno;
	if (ends[0] >= 0)
		close(ends[0]);
	if (rc == 0) {
		*hold = ends[1];
		return 0;
	}
	if (ends[1] >= 0)
		close(ends[1]);
	(void)unlinkat(cg->parent_fd, cg->name, AT_REMOVEDIR);
	return bal_cgroup_fail(eno, cg, "watch", err);
}

/* Somebody took it for one that was left behind, before we could lock it. */
static bool
is_swept(int eno)
{
	return eno == EWOULDBLOCK || eno == ENOENT || eno == ENODEV;
}

/*
 * Make it and lock it: a descriptor of its cgroup.events.  -1 with EEXIST for a
 * name that is taken (other PID namespaces have our number as well) or swept.
 */
static int
make_locked(struct bal_cgroup *cg)
{
	int events_fd = -1, eno;

	/* Whoever can open it can lock it: nobody else before us. */
	if (mkdirat(cg->parent_fd, cg->name, 0700) < 0)
		return -1;
	cg->fd = openat(cg->parent_fd, cg->name,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cg->fd >= 0 && flock(cg->fd, LOCK_SH | LOCK_NB) == 0 &&
	    fchmod(cg->fd, 0755) == 0)
		events_fd =
			openat(cg->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (events_fd >= 0)
		return events_fd;
	eno = errno;
	if (cg->fd >= 0)
		close(cg->fd);
	cg->fd = -1;
	(void)unlinkat(cg->parent_fd, cg->name, AT_REMOVEDIR);
	errno = is_swept(eno) ? EEXIST : eno;
	return -1;
}

int
bal_cgroup_make(struct bal_cgroup *cg, int *hold, struct bal_err *err)
{
	int events_fd, rc;

	remove_left(cg->parent_fd, DEPTH_MAX);
	events_fd = make_locked(cg);
	for (int i = 1; events_fd < 0 && errno == EEXIST && i < NAMES_MAX;
	     i++) {
		snprintf(cg->name, sizeof(cg->name), BAL_CGROUP_PREFIX "%ld-%d",
			 (long)getpid(), i);
		events_fd = make_locked(cg);
	}
	if (events_fd < 0)
		return bal_cgroup_fail(errno, cg, "make", err);
	rc = keep(cg, events_fd, hold, err);
	close(events_fd);
	return rc;
}
