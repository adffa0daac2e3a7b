// SPDX-License-Identifier: GPL-2.0-or-later
/* paths - where files are, and how they are read and written. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv */
#endif

#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#ifndef BAL_SYSCONFDIR
#define BAL_SYSCONFDIR "/etc"
#endif
#ifndef BAL_LOCALSTATEDIR
#define BAL_LOCALSTATEDIR "/var"
#endif

#define DIR_MODE 0755
#define FIRST_CHUNK 16384
/* No name that people or package managers choose beside a file of theirs. */
#define TMP_PREFIX "."
#define TMP_SUFFIX ".bal-tmp"

/* @dir, @between and @name into @out of BAL_PATH_MAX. */
static int
join_path(char *out, const char *dir, const char *between, const char *name,
	  struct bal_err *err)
{
	if (!*dir)
		return bal_err(err, BAL_EUSAGE, "a path is empty");
	if (strlen(dir) + strlen(between) + strlen(name) >= BAL_PATH_MAX)
		return bal_err(err, BAL_EUSAGE,
			       "path longer than %d characters: %.60s...",
			       BAL_PATH_MAX - 1, dir);
	stpcpy(stpcpy(stpcpy(out, dir), between), name);
	return 0;
}

/* @dir, or @dir "/" @name. */
static int
set_path(char *out, const char *dir, const char *name, struct bal_err *err)
{
	return join_path(out, dir, name ? "/" : "", name ? name : "", err);
}

/* The variable @name; set and empty is as if it were not set. */
static const char *
from_env(const char *name, const char *otherwise)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : otherwise;
}

int
bal_paths_init(struct bal_paths *paths, const char *conf_option,
	       struct bal_err *err)
{
	const char *conf =
		conf_option ? conf_option : from_env("BAL_CONF", NULL);
	const char *rundir = from_env("BAL_RUNDIR", "/run/bal");
	const char *libdir =
		from_env("BAL_LIBDIR", BAL_LOCALSTATEDIR "/lib/bal");
	const char *event_dir =
		from_env("BAL_EVENT_DIR", BAL_SYSCONFDIR "/bal/event.d");
	struct bal_paths p = { .conf_given = conf };

	if (!conf)
		conf = BAL_SYSCONFDIR "/bal/bal.conf";
	if (set_path(p.conf, conf, NULL, err) < 0 ||
	    join_path(p.conf_parts, conf, "", ".d", err) < 0 ||
	    set_path(p.rundir, rundir, NULL, err) < 0 ||
	    set_path(p.state, rundir, "state", err) < 0 ||
	    set_path(p.reported, rundir, "reported", err) < 0 ||
	    set_path(p.lock, rundir, "lock", err) < 0 ||
	    set_path(p.requests, rundir, "requests", err) < 0 ||
	    set_path(p.saved_mode, libdir, "mode", err) < 0 ||
	    set_path(p.saved_balance, libdir, "balance", err) < 0 ||
	    set_path(p.seed, libdir, "seed", err) < 0 ||
	    set_path(p.spent, libdir, "spent", err) < 0 ||
	    set_path(p.usage, libdir, "usage", err) < 0 ||
	    set_path(p.capacity, libdir, "capacity", err) < 0 ||
	    set_path(p.revive, libdir, "revive", err) < 0 ||
	    set_path(p.revive_order, rundir, "revive", err) < 0 ||
	    set_path(p.trial, libdir, "try", err) < 0 ||
	    set_path(p.last_good, libdir, "bal.conf", err) < 0 ||
	    set_path(p.journal, rundir, "journal", err) < 0 ||
	    set_path(p.event_dir, event_dir, NULL, err) < 0 ||
	    set_path(p.rt_dir, from_env("BAL_RT_DIR", "/etc/iproute2"), NULL,
		     err) < 0)
		return -1;
	if (conf_option || (p.conf_given && !from_env("BAL_LIBDIR", NULL)))
		p.last_good[0] = '\0';
	*paths = p;
	return 0;
}

static int
make_one_dir(const char *path, struct bal_err *err)
{
	/* Another command may make it at the same time. */
	if (!mkdir(path, DIR_MODE)) {
		if (chmod(path, DIR_MODE))
			return bal_err_sys(err, errno, "cannot chmod %s", path);
	} else if (errno != EEXIST) {
		return bal_err_sys(err, errno, "cannot make directory %s", path);
	}
	return 0;
}

int
bal_make_dir(const char *path, struct bal_err *err)
{
	char above[BAL_PATH_MAX];
	size_t len = strlen(path), i;
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return 0;
	if (len >= sizeof(above))
		return bal_err_sys(err, ENAMETOOLONG, "cannot make directory %s",
				   path);
	for (i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		memcpy(above, path, i);
		above[i] = '\0';
		/*
		 * On a read-only file system mkdir() fails even for a directory
		 * that exists.
		 */
		if (access(above, F_OK) && make_one_dir(above, err) < 0)
			return -1;
	}
	if (make_one_dir(path, err) < 0)
		return -1;
	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return bal_err_sys(err, ENOTDIR, "cannot make directory %s", path);
	return 0;
}

int
bal_check_private(const char *path, struct bal_err *err)
{
	struct stat st;

	if (stat(path, &st))
		return 0; /* reading it tells why */
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return bal_err(err, BAL_ECONF,
			       "%s belongs to another user, %u, and is not "
			       "used: chown root %s",
			       path, (unsigned)st.st_uid, path);
	/*
	 * In a sticky directory, as a tmpfs is, others cannot replace our
	 * files.
	 */
	if (st.st_mode & (S_IWGRP | S_IWOTH) &&
	    !(S_ISDIR(st.st_mode) && st.st_mode & S_ISVTX))
		return bal_err(err, BAL_ECONF,
			       "%s can be written by others, and is not used: "
			       "chmod go-w %s",
			       path, path);
	return 0;
}

int
bal_make_run_dir(const struct bal_paths *paths, struct bal_err *err)
{
	if (bal_make_dir(paths->rundir, err) < 0)
		return -1;
	return bal_check_private(paths->rundir, err);
}

int
bal_make_dir_of(const char *path, struct bal_err *err)
{
	char dir[BAL_PATH_MAX];
	char *slash;

	if (bal_copy(dir, sizeof(dir), path) < 0)
		return bal_err_sys(err, ENAMETOOLONG, "cannot make directory of %s",
				   path);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return bal_make_dir(dir, err);
}

/* Everything that @fd has; -1 with errno, EFBIG over @max bytes. */
static int
read_all(int fd, size_t size, size_t max, char **text, size_t *len)
{
	char *buf = NULL, *more;
	size_t used = 0, room = 0;
	ssize_t got;

	for (;;) {
		if (used + 1 >= room) {
			room = room ? room * 2 : size + 2;
			more = realloc(buf, room);
			if (!more)
				break;
			buf = more;
		}
		got = read(fd, buf + used, room - used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (!got) {
			buf[used] = '\0';
			*text = buf;
			*len = used;
			return 0;
		}
		used += (size_t)got;
		if (used > max) {
			errno = EFBIG;
			break;
		}
	}
	room = (size_t)errno;
	free(buf);
	errno = (int)room;
	return -1;
}

int
bal_open(const char *path, int flags, unsigned mode)
{
	int fd;

	do {
		fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

int
bal_read_file(const char *path, size_t max, char **text, size_t *len,
	      struct bal_err *err)
{
	struct stat st;
	size_t guess = FIRST_CHUNK;
	int fd, eno, ret;

	/* O_NONBLOCK: opening a fifo in its place must not block. */
	fd = bal_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0 || fstat(fd, &st)) {
		eno = errno;
		if (fd >= 0)
			close(fd);
		return bal_err_sys(err, eno, "cannot read %s", path);
	}
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)) {
		close(fd);
		return bal_err(err, BAL_ECONF, "%s is not a regular file",
			       path);
	}
	if (S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uintmax_t)st.st_size <= max)
		guess = (size_t)st.st_size;
	ret = read_all(fd, guess, max, text, len);
	eno = errno;
	close(fd);
	if (!ret)
		return 0;
	if (eno == EFBIG)
		return bal_err(err, BAL_ECONF, "%s is larger than %zu bytes",
			       path, max);
	return bal_err_sys(err, eno, "cannot read %s", path);
}

int
bal_read_kept(const char *path, size_t max, char **text, struct bal_err *err)
{
	struct bal_err why = { 0 };
	size_t len;

	if (bal_read_file(path, max, text, &len, &why) == 0)
		return 1;
	if (why.sys == ENOENT || why.sys == ENOTDIR)
		return 0;
	*err = why;
	return why.kind == BAL_ECONF ? 0 : -1;
}

int
bal_write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		text += done;
		len -= (size_t)done;
	}
	return 0;
}

/* Fill the new file @fd that is to become @path; -1 with errno. */
static int
fill(int fd, const char *path, const char *text, size_t len, unsigned mode)
{
	struct stat old;

	if (!lstat(path, &old) && S_ISREG(old.st_mode) &&
	    (old.st_uid != geteuid() || old.st_gid != getegid()) &&
	    fchown(fd, old.st_uid, old.st_gid) && errno != EPERM &&
	    errno != EINVAL)
		return -1;
	/* After fchown(), which clears some bits; and without the umask. */
	if (fchmod(fd, mode) || bal_write_all(fd, text, len))
		return -1;
	while (fsync(fd))
		if (errno != EINTR)
			return -1;
	return 0;
}

int
bal_check_replaceable(const char *path, struct bal_err *err)
{
	struct stat st;

	/* A link itself is replaced, whatever its target is. */
	if (lstat(path, &st) || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	return bal_err(err, BAL_ECONF, "%s is no regular file: left as it is",
		       path);
}

int
bal_write_file(const char *path, const char *text, size_t len, unsigned mode,
	       struct bal_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char tmp[PATH_MAX];
	int n = snprintf(tmp, sizeof(tmp), "%.*s" TMP_PREFIX "%s" TMP_SUFFIX,
			 (int)(name - path), path, name);
	int fd, eno = 0;

	if (n < 0 || (size_t)n >= sizeof(tmp))
		return bal_err_sys(err, ENAMETOOLONG, "cannot write %s", path);
	if (bal_check_replaceable(path, err) < 0)
		return -1;
	/*
	 * One name, so that a kill leaves one file at most: writers lock.  What
	 * exists there may be a fifo or another user's file, and is not reused.
	 */
	(void)unlink(tmp);
	fd = bal_open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot write %s", path);
	if (fill(fd, path, text, len, mode))
		eno = errno;
	/* EINTR neither leaves it open nor undoes the fsync(). */
	if (close(fd) && errno != EINTR && !eno)
		eno = errno;
	if (!eno && rename(tmp, path))
		eno = errno;
	if (!eno)
		return 0;
	unlink(tmp);
	return bal_err_sys(err, eno, "cannot write %s", path);
}
