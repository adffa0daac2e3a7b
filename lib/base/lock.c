// SPDX-License-Identifier: GPL-2.0-or-later
/* lock - one bal at a time: to change things, and to probe. */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define LOCK_MODE 0600 /* to open it is to be able to hold it */
#define FIRST_NAP_MS 1
#define LONGEST_NAP_MS 20
#define PROC_FILE_MAX ((size_t)1 << 20)

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
nap(unsigned ms)
{
	struct timespec ts = { .tv_nsec = (long)ms * 1000000 };

	/* Woken early by a signal: the caller looks at the clock anyway. */
	nanosleep(&ts, NULL);
}

/* A lock needs no write access, which a read-only disk has not. */
static int
open_lock(const char *path)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = open(path, O_RDWR | O_CREAT | flags, LOCK_MODE);

	if (fd >= 0 || errno != EROFS)
		return fd;
	fd = open(path, O_RDONLY | flags);
	if (fd < 0)
		errno = EROFS;
	return fd;
}

/* 1: ours.  0: held by another.  -1: cannot be locked. */
static int
try_lock(const char *path, int *out, struct bal_err *err)
{
	int fd, eno;
	struct stat st;

	fd = open_lock(path);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		eno = errno;
		close(fd);
		if (eno == EWOULDBLOCK || eno == EINTR)
			return 0;
		return bal_err_sys(err, eno, "cannot lock %s", path);
	}
	/*
	 * The file was removed meanwhile: other commands would lock a new one.
	 */
	if (fstat(fd, &st) || !st.st_nlink) {
		close(fd);
		return 0;
	}
	/* In a world-writable directory: its owner could hold it for ever. */
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		close(fd);
		return bal_err(err, BAL_ECONF,
			       "%s belongs to another user, %u: remove it", path,
			       (unsigned)st.st_uid);
	}
	*out = fd;
	return 1;
}

/* --- who holds it --------------------------------------------------------- */

/*
 * The process of the flock(2) in @line of /proc/locks, if it is on the file
 * @st: "1: FLOCK  ADVISORY  WRITE 1234 00:1a:567 0 EOF"; else 0.
 */
static pid_t
holder_in(const char *line, const struct stat *st)
{
	unsigned major_no, minor_no;
	unsigned long long inode;
	int pid;

	if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%llu", &pid, &major_no,
		   &minor_no, &inode) != 4 ||
	    pid <= 0 || inode != st->st_ino ||
	    makedev(major_no, minor_no) != st->st_dev)
		return 0;
	return pid;
}

/* 0 where the holder is not visible: another PID namespace, no /proc. */
static pid_t
holder_of(const char *path)
{
	struct bal_err ignored;
	struct stat st;
	char *text, *save = NULL;
	size_t len;
	pid_t pid = 0;

	if (stat(path, &st) < 0 || bal_read_file("/proc/locks", PROC_FILE_MAX,
						 &text, &len, &ignored) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line && !pid;
	     line = strtok_r(NULL, "\n", &save))
		pid = holder_in(line, &st);
	free(text);
	return pid;
}

bool
bal_lock_holder(const char *path, struct bal_holder *out)
{
	char stat_path[48], *text = NULL, *name, *end;
	struct bal_holder h = { .pid = holder_of(path) };
	struct bal_err ignored;
	size_t len;

	if (!h.pid)
		return false;
	(void)snprintf(stat_path, sizeof(stat_path), "/proc/%d/stat",
		       (int)h.pid);
	if (bal_read_file(stat_path, PROC_FILE_MAX, &text, &len, &ignored) == 0) {
		/* "1234 (bal-up) T ...": the name may hold anything. */
		name = strchr(text, '(');
		end = strrchr(text, ')');
		if (name && end && end > name && end[1] == ' ') {
			h.stopped = end[2] == 'T' || end[2] == 't';
			*end = '\0';
			(void)snprintf(h.name, sizeof(h.name), "%s", name + 1);
		}
	}
	free(text);
	*out = h;
	return true;
}

/* " by process 1234 (bal-up), which is stopped" */
static void
describe_holder(const char *path, char *buf, size_t size)
{
	struct bal_holder h;

	if (!bal_lock_holder(path, &h))
		(void)snprintf(buf, size, " by another bal command");
	else
		(void)snprintf(buf, size, " by process %d%s%s%s%s", (int)h.pid,
			       h.name[0] ? " (" : "", h.name,
			       h.name[0] ? ")" : "",
			       h.stopped ? ", which is stopped" : "");
}

void
bal_lock_explain(const struct bal_paths *paths, uint64_t waited_ms,
		 struct bal_err *err)
{
	bool seconds = waited_ms >= 1000;
	char holder[80], span[40] = "";

	describe_holder(paths->lock, holder, sizeof(holder));
	if (waited_ms)
		(void)snprintf(span, sizeof(span), " for more than %" PRIu64 " %s",
			       seconds ? waited_ms / 1000 : waited_ms,
			       seconds ? "s" : "ms");
	(void)bal_err(err, BAL_EBUSY, "cannot lock %s: held%s%s", paths->lock,
		      span, holder);
}

/* --- to change things ----------------------------------------------------- */

/* Blocked by bal_lock(), and not blocked before. */
static sigset_t held;

static void
hold_stops(void)
{
	static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t before;

	(void)sigprocmask(SIG_BLOCK, NULL, &before);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (!sigismember(&before, stops[i]))
			sigaddset(&held, stops[i]);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}

static void
let_stops_through(void)
{
	(void)sigprocmask(SIG_UNBLOCK, &held, NULL);
	sigemptyset(&held);
}

/* To look for the holder would cost more than to try again. */
static int
give_up(const struct bal_paths *paths, unsigned waited_ms, struct bal_err *err)
{
	if (!waited_ms)
		return bal_err(err, BAL_EBUSY, "%s is held", paths->lock);
	bal_lock_explain(paths, waited_ms, err);
	return -1;
}

int
bal_lock(const struct bal_paths *paths, unsigned wait_ms, struct bal_err *err)
{
	uint64_t end = now_ms() + wait_ms, now;
	unsigned ms = FIRST_NAP_MS;
	int got, fd = -1;

	if (bal_make_run_dir(paths, err) < 0)
		return -1;
	hold_stops();
	while (!(got = try_lock(paths->lock, &fd, err))) {
		now = now_ms();
		if (now >= end) {
			got = give_up(paths, wait_ms, err);
			break;
		}
		nap(ms < end - now ? ms : (unsigned)(end - now));
		ms = ms * 2 < LONGEST_NAP_MS ? ms * 2 : LONGEST_NAP_MS;
	}
	if (got < 0)
		let_stops_through();
	return got < 0 ? -1 : fd;
}

/* A child that has just been forked may have it open for a moment longer. */
static void
release(int *fd)
{
	(void)flock(*fd, LOCK_UN);
	close(*fd);
	*fd = -1;
}

void
bal_unlock(int *fd)
{
	if (*fd < 0)
		return;
	release(fd);
	let_stops_through();
}

/* --- to probe ------------------------------------------------------------- */

#define RUN_PATH_MAX (BAL_PATH_MAX + 16)

static const char *
run_path(const struct bal_paths *paths, char *path)
{
	snprintf(path, RUN_PATH_MAX, "%s/check.pid", paths->rundir);
	return path;
}

/* "" where it cannot be read. */
static void
read_pid(const char *path, char *pid, size_t size)
{
	struct bal_err ignored;
	char *text;
	size_t len;

	*pid = '\0';
	if (bal_read_file(path, size, &text, &len, &ignored) < 0)
		return;
	snprintf(pid, size, "%.*s", (int)strspn(text, "0123456789"), text);
	free(text);
}

int
bal_lock_run(const struct bal_paths *paths, struct bal_err *err)
{
	char path[RUN_PATH_MAX], pid[16];
	struct bal_holder holder;
	int got, fd = -1, len;

	if (bal_make_run_dir(paths, err) < 0)
		return -1;
	got = try_lock(run_path(paths, path), &fd, err);
	if (got < 0)
		return -1;
	if (got == 0) {
		if (bal_lock_holder(path, &holder) && holder.stopped)
			return bal_err(err, BAL_EBUSY,
				       "another bal-check is to probe, and is "
				       "stopped: kill -CONT %d",
				       (int)holder.pid);
		read_pid(path, pid, sizeof(pid));
		return bal_err(err, BAL_EBUSY,
			       "another bal-check probes already%s%s%s",
			       pid[0] ? " (process " : "", pid,
			       pid[0] ? ")" : "");
	}
	len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) < 0 || write(fd, pid, (size_t)len) != len)
		bal_warn("cannot write %s", path);
	return fd;
}

bool
bal_lock_stopped(const struct bal_paths *paths, struct bal_stopped *out)
{
	char path[RUN_PATH_MAX];
	struct bal_stopped s = { .lock = "lock" };

	if (!bal_lock_holder(paths->lock, &s.holder) || !s.holder.stopped) {
		s.lock = "check.pid";
		if (!bal_lock_holder(run_path(paths, path), &s.holder) ||
		    !s.holder.stopped)
			return false;
	}
	*out = s;
	return true;
}

int
bal_lock_run_keep(const struct bal_paths *paths, int *fd, struct bal_err *err)
{
	char path[RUN_PATH_MAX];
	struct stat ours, there;
	int anew, rc;

	if (fstat(*fd, &ours) < 0)
		return bal_err_sys(err, errno, "cannot look at check.pid");
	rc = stat(run_path(paths, path), &there);
	/* Any other error does not show that the file was removed. */
	if (rc < 0 && errno != ENOENT)
		return bal_err_sys(err, errno, "cannot look at %s", path);
	if (rc == 0 && ours.st_dev == there.st_dev &&
	    ours.st_ino == there.st_ino)
		return 0;
	anew = bal_lock_run(paths, err);
	if (anew < 0)
		return -1;
	close(*fd);
	*fd = anew;
	return 1;
}

void
bal_lock_run_end(int *fd)
{
	if (*fd >= 0)
		release(fd);
}
