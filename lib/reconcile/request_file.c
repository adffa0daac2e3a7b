// SPDX-License-Identifier: GPL-2.0-or-later
/* request_file - leaves a request in the directory, whole or not at all. */
#include "reconcile/request_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Root can read it; the others of the group need not. */
#define FILE_MODE 0600

/* Sorting by name sorts files of one ctime by time. */
static void
name_file(char *name, size_t size)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, size, "%011lld.%09ld-%ld", (long long)now.tv_sec,
		 now.tv_nsec, (long)getpid());
}

/* -1 with errno. */
static int
write_whole(int fd, const char *text, size_t len)
{
	ssize_t done = write(fd, text, len);

	if (done >= 0 && (size_t)done < len)
		errno = ENOSPC;
	return done == (ssize_t)len ? 0 : -1;
}

/* Under a hidden name first, which is ignored.  -1 with errno. */
static int
put(int dir, const char *text, size_t len)
{
	char hidden[64] = ".", *name = hidden + 1;
	int fd, eno = 0;

	name_file(name, sizeof(hidden) - 1);
	fd = openat(dir, hidden,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    FILE_MODE);
	if (fd < 0)
		return -1;
	if (write_whole(fd, text, len) < 0)
		eno = errno;
	if (close(fd) < 0 && !eno)
		eno = errno;
	if (!eno && renameat2(dir, hidden, dir, name, RENAME_NOREPLACE) < 0)
		eno = errno;
	if (!eno)
		return 0;
	(void)unlinkat(dir, hidden, 0);
	errno = eno;
	return -1;
}

int
bal_request_leave(const struct bal_paths *paths,
		  const struct bal_request *request, struct bal_err *err)
{
	char text[BAL_REQUEST_FILE_MAX];
	size_t len = bal_request_print(request, text);
	int dir, eno = 0;

	dir = open(paths->requests,
		   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The directory's writers can read it, too. */
	if (dir < 0 || put(dir, text, len) < 0)
		eno = errno;
	if (dir >= 0)
		close(dir);
	if (!eno)
		return 0;
	return bal_err_sys(err, eno,
			   "no root, and group " BAL_REQUEST_GROUP
			   " may not leave a request in %s",
			   paths->requests);
}
