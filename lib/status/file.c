// SPDX-License-Identifier: GPL-2.0-or-later
/* file - a status as the whole content of a file, for what reads it there. */
#include "status/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/paths.h"

#define FILE_MODE 0644

/* The directory of @path, locked: two writers would share a temporary file. */
static int
lock_dir(const char *path, struct bal_err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[BAL_PATH_MAX];
	int n, fd;

	if (slash && slash != path)
		n = snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path),
			     path);
	else
		n = snprintf(dir, sizeof(dir), "%s", slash ? "/" : ".");
	if (n < 0 || (size_t)n >= sizeof(dir))
		return bal_err_sys(err, ENAMETOOLONG, "cannot write %s", path);
	fd = bal_open(dir, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot write %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	n = errno;
	close(fd);
	return n == EWOULDBLOCK ?
		       bal_err(err, BAL_EBUSY,
			       "another command writes to the directory of %s",
			       path) :
		       bal_err_sys(err, n, "cannot lock the directory of %s",
				   path);
}

int
bal_status_to_file(const struct bal_status_printer *printer,
		   const struct bal_status *status, const char *path,
		   struct bal_err *err)
{
	const struct bal_status_look plain = { 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int lock, rc;

	if (!out)
		return bal_err_nomem(err);
	bal_status_print(printer, status, &plain, out);
	if (fclose(out)) {
		free(text);
		return bal_err_nomem(err);
	}
	lock = lock_dir(path, err);
	rc = lock < 0 ? -1 : bal_write_file(path, text, len, FILE_MODE, err);
	if (lock >= 0)
		close(lock);
	free(text);
	return rc;
}
