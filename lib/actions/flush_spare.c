// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_spare - sockets that stay, by the processes that own them. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/flush_internal.h"

typedef BAL_LIST(uint32_t) inode_list;

/*
 * The inode of the socket that link @name in directory @fd leads to, 0 where it
 * is another kind of file: 0, or -1 where it may not be read.
 */
static int
inode_of(int fd, const char *name, uint32_t *inode)
{
	char text[64];
	ssize_t len = readlinkat(fd, name, text, sizeof(text) - 1);

	*inode = 0;
	if (len < 0)
		return errno == EACCES || errno == EPERM ? -1 : 0;
	text[len] = '\0';
	if (strncmp(text, "socket:[", 8) == 0)
		*inode = (uint32_t)strtoul(text + 8, NULL, 10);
	return 0;
}

static int
spare_directory(struct flushing *l, DIR *dir, struct bal_arena *arena,
	     inode_list *list)
{
	struct dirent *entry;
	uint32_t inode, *v;

	while ((entry = readdir(dir))) {
		if (inode_of(dirfd(dir), entry->d_name, &inode) < 0)
			return bal_err_sys(l->err, errno,
					   "the sockets of a process that is "
					   "to keep them cannot be found");
		v = inode ? BAL_PUSH(arena, list) : NULL;
		if (v)
			*v = inode;
	}
	return arena->oom ? bal_err_nomem(l->err) : 0;
}

/*
 * Add the sockets of @pid, which may have exited: 0, or -1 where they may not
 * be read.  /proc may hide whole processes from us; kill() does not.
 */
static int
spare(struct flushing *l, pid_t pid, struct bal_arena *arena,
      inode_list *list)
{
	char path[32];
	DIR *dir;
	int rc, eno;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir) {
		eno = errno;
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return 0;
		return bal_err_sys(l->err, eno, "cannot read %s", path);
	}
	rc = spare_directory(l, dir, arena, list);
	closedir(dir);
	return rc;
}

/* Better none is closed than one that is to stay. */
bool
bal_flush_spare(struct flushing *l, struct bal_arena *arena)
{
	static bool warned;
	inode_list list = { 0 };

	for (size_t i = 0; i < l->what->n_spared; i++) {
		pid_t pid = l->what->spared[i];

		if (pid <= 0 || spare(l, pid, arena, &list) == 0)
			continue;
		if (!warned)
			bal_warn("sockets cannot be closed: %s", l->err->msg);
		warned = true;
		return false;
	}
	l->sought.inodes = list.v;
	l->sought.n_inodes = list.n;
	return true;
}
