// SPDX-License-Identifier: GPL-2.0-or-later
/* requests_dir - makes and opens the directory of requests. */
#include "reconcile/requests_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reconcile/request.h"

#define DIRECTORY_MODE 03770
#define GROUP_MAX ((size_t)16 << 20)

/* For a line of group(5): NAME:PASSWORD:GID:MEMBERS. */
static bool
is_our_group(const char *line, gid_t *gid)
{
	static const char name[] = BAL_REQUEST_GROUP ":";
	const size_t len = sizeof(name) - 1;
	const char *id;
	unsigned long value;
	char *end;

	if (strncmp(line, name, len) != 0 || !(id = strchr(line + len, ':')))
		return false;
	value = strtoul(++id, &end, 10);
	if (end == id || *end != ':' || value >= UINT32_MAX)
		return false;
	*gid = (gid_t)value;
	return true;
}

/*
 * From the file: no library of a directory service is loaded for that. (glibc's
 * fgetgrent() would do, but seeks twice a line: a hundred system calls in each
 * pass.)
 */
static bool
find_group(gid_t *gid)
{
	struct bal_err ignored;
	char *text, *line, *rest;
	bool found = false;
	size_t len;

	if (bal_read_file("/etc/group", GROUP_MAX, &text, &len, &ignored) < 0)
		return false;
	for (rest = text; !found && (line = strsep(&rest, "\n"));)
		found = is_our_group(line, gid);
	free(text);
	return found;
}

/*
 * Another mode may be the administrator's; ours is 0700 until it is complete.
 */
static bool
is_made(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 &&
	       (!S_ISDIR(st.st_mode) || (st.st_mode & 07777) != 0700);
}

int
bal_requests_directory(const struct bal_paths *paths, struct bal_err *err)
{
	gid_t gid;
	int dir, eno = 0;

	if (is_made(paths->requests) || !find_group(&gid))
		return 0;
	if (bal_make_run_dir(paths, err) < 0)
		return -1;
	if (mkdir(paths->requests, 0700) < 0 && errno != EEXIST)
		return bal_err_sys(err, errno, "cannot make directory %s",
				   paths->requests);
	dir = open(paths->requests,
		   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The mode comes last: until it is set, this is repeated. */
	if (dir < 0 || fchown(dir, (uid_t)-1, gid) < 0 ||
	    fchmod(dir, DIRECTORY_MODE) < 0)
		eno = errno;
	if (dir >= 0)
		close(dir);
	if (!eno)
		return 0;
	(void)rmdir(paths->requests);
	/* A sandboxed service, or a namespace without that group. */
	if (eno == EPERM || eno == EINVAL)
		return 0;
	return bal_err_sys(err, eno,
			   "cannot give %s to group " BAL_REQUEST_GROUP,
			   paths->requests);
}

int
bal_requests_open(const struct bal_paths *paths, struct bal_err *err)
{
	struct stat st;
	int dir = open(paths->requests,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0 && errno == ENOENT)
		return bal_err(err, BAL_EUNAVAIL, "there is no %s",
			       paths->requests);
	if (dir < 0)
		return bal_err_sys(err, errno, "cannot look into %s",
				   paths->requests);
	if (fstat(dir, &st) == 0 && st.st_uid == geteuid() &&
	    !(st.st_mode & S_IWOTH))
		return dir;
	close(dir);
	return bal_err(err, BAL_ECONF,
		       "%s is another's, or open to all: nothing in it is read",
		       paths->requests);
}
