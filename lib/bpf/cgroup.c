// SPDX-License-Identifier: GPL-2.0-or-later
/* cgroup - finds the own cgroup v2, makes and enters one below it. */
#include "bpf/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/paths.h"

#define CGROUP2_MAGIC 0x63677270 /* CGROUP2_SUPER_MAGIC, linux/magic.h */
#define PROC_MAX 1048576
#define DEPTH_MAX 8 /* of bal-exec inside of bal-exec */
#define NAMES_MAX 100

/* A word of a text: not ended by a NUL. */
struct word {
	const char *at;
	size_t len;
};

static bool
next_line(const char **text, struct word *line)
{
	if (!**text)
		return false;
	line->at = *text;
	line->len = strcspn(*text, "\n");
	*text += line->len;
	*text += **text == '\n';
	return true;
}

static struct word
next_word(struct word *line)
{
	const char *blank = memchr(line->at, ' ', line->len);
	struct word w = { line->at, line->len };
	size_t skip = line->len;

	if (blank) {
		w.len = (size_t)(blank - line->at);
		skip = w.len + 1;
	}
	line->at += skip;
	line->len -= skip;
	return w;
}

static bool
is(struct word w, const char *text)
{
	return w.len == strlen(text) && memcmp(w.at, text, w.len) == 0;
}

/* The entry of cgroup v2 is "0::PATH". */
static bool
own_path(const char *cgroup, struct word *path)
{
	struct word line;

	while (next_line(&cgroup, &line))
		if (line.len > 3 && memcmp(line.at, "0::/", 4) == 0) {
			*path = (struct word){ line.at + 3, line.len - 3 };
			return true;
		}
	return false;
}

/*
 * "ID PARENT DEVICE ROOT MOUNTPOINT OPTIONS... - TYPE SOURCE OPTIONS".  A blank
 * in a name is \040, which no cgroup mount point is expected to have.
 */
static bool
read_mount(struct word line, struct word *root, struct word *point)
{
	for (int i = 0; i < 3; i++)
		next_word(&line);
	*root = next_word(&line);
	*point = next_word(&line);
	while (line.len)
		if (is(next_word(&line), "-"))
			return is(next_word(&line), "cgroup2") &&
			       !memchr(point->at, '\\', point->len);
	return false;
}

/* @path relative to @root, the part that a mount shows; false: not below it. */
static bool
strip_root(struct word *path, struct word root)
{
	if (root.len == 1)
		return true;
	if (path->len < root.len || memcmp(path->at, root.at, root.len) != 0 ||
	    (path->len > root.len && path->at[root.len] != '/'))
		return false;
	path->at += root.len;
	path->len -= root.len;
	return true;
}

int
bal_cgroup_place(const char *cgroup, const char *mountinfo, unsigned nth,
		 char *out, size_t size)
{
	struct word own, line, root, point;

	/* Outside of the cgroup namespace. */
	if (!own_path(cgroup, &own) ||
	    (own.len >= 3 && memcmp(own.at, "/..", 3) == 0))
		return 0;
	while (next_line(&mountinfo, &line)) {
		struct word path = own;

		if (!read_mount(line, &root, &point) ||
		    !strip_root(&path, root) ||
		    point.len + path.len + 1 > size || nth-- > 0)
			continue;
		if (path.len == 1) /* "/" alone */
			path.len = 0;
		snprintf(out, size, "%.*s%.*s", (int)point.len, point.at,
			 (int)path.len, path.at);
		return 1;
	}
	return 0;
}

static int
open_place(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd >= 0 && (fstatfs(fd, &fs) < 0 || fs.f_type != CGROUP2_MAGIC)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int
bal_cgroup_root_place(const char *mountinfo, unsigned nth, char *out,
		      size_t size)
{
	struct word line, root, point;

	while (next_line(&mountinfo, &line)) {
		if (!read_mount(line, &root, &point) || root.len != 1 ||
		    point.len + 1 > size || nth-- > 0)
			continue;
		snprintf(out, size, "%.*s", (int)point.len, point.at);
		return 1;
	}
	return 0;
}

int
bal_cgroup_open_root(void)
{
	char path[BAL_CGROUP_PATH_MAX], *mounts;
	struct bal_err ignored = { 0 };
	size_t len;
	int fd = -1;

	if (bal_read_file("/proc/self/mountinfo", PROC_MAX, &mounts, &len,
			  &ignored) < 0)
		return -1;
	for (unsigned nth = 0;
	     fd < 0 && bal_cgroup_root_place(mounts, nth, path, sizeof(path));
	     nth++)
		fd = open_place(path);
	free(mounts);
	return fd;
}

int
bal_cgroup_find(struct bal_cgroup *cg, struct bal_err *err)
{
	char *own = NULL, *mounts = NULL;
	struct bal_err why = { 0 };
	size_t len;

	cg->parent_fd = cg->fd = -1;
	if (bal_read_file("/proc/self/cgroup", PROC_MAX, &own, &len, &why) ==
		    0 &&
	    bal_read_file("/proc/self/mountinfo", PROC_MAX, &mounts, &len,
			  &why) == 0)
		for (unsigned nth = 0;
		     cg->parent_fd < 0 &&
		     bal_cgroup_place(own, mounts, nth, cg->parent,
				      sizeof(cg->parent));
		     nth++)
			cg->parent_fd = open_place(cg->parent);
	free(own);
	free(mounts);
	snprintf(cg->name, sizeof(cg->name), BAL_CGROUP_PREFIX "%ld",
		 (long)getpid());
	if (cg->parent_fd >= 0)
		return 0;
	return bal_err(err, BAL_EUNAVAIL,
		       "there is no cgroup v2 to be seen from here");
}

/*
 * "cannot @what cgroup NAME: @eno", BAL_EUNAVAIL where cgroups are not
 * available here; returns -1.
 */
static int
fail(int eno, const struct bal_cgroup *cg, const char *what,
     struct bal_err *err)
{
	bal_err_sys(err, eno, "cannot %s cgroup %s/%s", what, cg->parent,
		    cg->name);
	/* Read-only, at its limit, or a threaded cgroup: as in a container. */
	if (eno == EROFS || eno == EAGAIN || eno == EOPNOTSUPP ||
	    ((eno == EACCES || eno == EPERM) && geteuid() == 0))
		err->kind = BAL_EUNAVAIL;
	return -1;
}

static void remove_left(int parent_fd, int depth);

/* With its empty children.  0: removed. */
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
 * Remove empty cgroups of commands that have ended; a locked one is being made.
 * They may have children.
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

/* Another command swept it before it could be locked. */
static bool
is_swept(int eno)
{
	return eno == EWOULDBLOCK || eno == ENOENT || eno == ENODEV;
}

/*
 * Make it and lock it, as long as @cg->fd is open: 0.  -1 with EEXIST for a
 * name that is taken (by the same number in another PID namespace) or swept.
 */
static int
make_locked(struct bal_cgroup *cg)
{
	int eno;

	/* Mode 0700: a process that can open it could lock it first. */
	if (mkdirat(cg->parent_fd, cg->name, 0700) < 0)
		return -1;
	cg->fd = openat(cg->parent_fd, cg->name,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cg->fd >= 0 && flock(cg->fd, LOCK_SH | LOCK_NB) == 0 &&
	    fchmod(cg->fd, 0755) == 0)
		return 0;
	eno = errno;
	if (cg->fd >= 0)
		close(cg->fd);
	cg->fd = -1;
	(void)unlinkat(cg->parent_fd, cg->name, AT_REMOVEDIR);
	errno = is_swept(eno) ? EEXIST : eno;
	return -1;
}

int
bal_cgroup_make(struct bal_cgroup *cg, struct bal_err *err)
{
	int rc;

	remove_left(cg->parent_fd, DEPTH_MAX);
	rc = make_locked(cg);
	for (int i = 1; rc < 0 && errno == EEXIST && i < NAMES_MAX; i++) {
		snprintf(cg->name, sizeof(cg->name), BAL_CGROUP_PREFIX "%ld-%d",
			 (long)getpid(), i);
		rc = make_locked(cg);
	}
	return rc < 0 ? fail(errno, cg, "make", err) : 0;
}

int
bal_cgroup_join(const struct bal_cgroup *cg, struct bal_err *err)
{
	int fd = openat(cg->fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	int eno;

	if (fd < 0 || write(fd, "0", 1) != 1) {
		eno = errno;
		if (fd >= 0)
			close(fd);
		return fail(eno, cg, "enter", err);
	}
	close(fd);
	return 0;
}

void
bal_cgroup_close(struct bal_cgroup *cg)
{
	if (cg->fd >= 0)
		close(cg->fd);
	if (cg->parent_fd >= 0)
		close(cg->parent_fd);
	cg->fd = cg->parent_fd = -1;
}
