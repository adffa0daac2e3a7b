// SPDX-License-Identifier: GPL-2.0-or-later
/* files - copies of files, and their restoration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "try/internal.h"

#define COPY_MAX ((size_t)16 << 20)
#define NONE_MODE 0600

#define NONE ".none" /* there was no such file */
#define DONE ".done" /* it was restored */

/* NAME with @suffix behind it. */
static struct bal_try_path
mark_file(const struct bal_paths *paths, const char *name, const char *suffix)
{
	struct bal_try_path p = bal_try_file(paths, name);
	size_t len = strlen(p.s);

	snprintf(p.s + len, sizeof(p.s) - len, "%s", suffix);
	return p;
}

static bool
is_gone(int eno)
{
	return eno == ENOENT || eno == ENOTDIR;
}

static int
remove_file(const char *path, struct bal_err *err)
{
	if (unlink(path) && !is_gone(errno))
		return bal_err_sys(err, errno, "cannot remove %s", path);
	return 0;
}

static int
copy(const char *from, const char *to, struct bal_err *err)
{
	struct stat st;
	char *text;
	size_t len;
	int rc;

	if (stat(from, &st))
		return bal_err_sys(err, errno, "cannot read %s", from);
	if (bal_read_file(from, COPY_MAX, &text, &len, err) < 0)
		return -1;
	rc = bal_make_dir_of(to, err);
	if (rc == 0)
		rc = bal_write_file(to, text, len, st.st_mode & 07777, err);
	free(text);
	return rc;
}

bool
bal_try_has(const struct bal_paths *paths, const char *name)
{
	return access(bal_try_file(paths, name).s, F_OK) == 0 ||
	       access(mark_file(paths, name, NONE).s, F_OK) == 0;
}

void
bal_try_drop(const struct bal_paths *paths, const char *name)
{
	(void)unlink(bal_try_file(paths, name).s);
	(void)unlink(mark_file(paths, name, NONE).s);
	(void)unlink(mark_file(paths, name, DONE).s);
}

void
bal_try_rename(const struct bal_paths *paths, const char *from, const char *to)
{
	(void)rename(bal_try_file(paths, from).s, bal_try_file(paths, to).s);
	(void)rename(mark_file(paths, from, NONE).s,
		     mark_file(paths, to, NONE).s);
}

/* Has @path the content of copy @name? */
static bool
is_as(const struct bal_paths *paths, const char *name, const char *path)
{
	const struct bal_try_path kept = bal_try_file(paths, name);
	char *a = NULL, *b = NULL;
	size_t len_a, len_b;
	struct bal_err ignored;
	bool same;

	if (access(kept.s, F_OK))
		return access(path, F_OK) && is_gone(errno);
	same = bal_read_file(kept.s, COPY_MAX, &a, &len_a, &ignored) == 0 &&
	       bal_read_file(path, COPY_MAX, &b, &len_b, &ignored) == 0 &&
	       len_a == len_b && memcmp(a, b, len_a) == 0;
	free(a);
	free(b);
	return same;
}

/* By names alone, which need no space on a full disk. */
static void
mark_done(const struct bal_paths *paths, const char *name)
{
	const struct bal_try_path done = mark_file(paths, name, DONE);

	if (rename(bal_try_file(paths, name).s, done.s))
		(void)rename(mark_file(paths, name, NONE).s, done.s);
}

/* -1: there is no copy, though the change has replaced @path. */
static int
check_lost(const struct bal_paths *paths, const char *name, const char *after,
	   const char *path, struct bal_err *err)
{
	if (access(mark_file(paths, name, DONE).s, F_OK) == 0 ||
	    !bal_try_has(paths, after) || !is_as(paths, after, path))
		return 0;
	return bal_err(err, BAL_ECONF,
		       "the copy of %.90s is lost: put that back by hand, and "
		       "remove %.90s",
		       path, bal_try_file(paths, "record").s);
}

int
bal_try_save(const struct bal_paths *paths, const char *name, const char *path,
	     struct bal_err *err)
{
	struct stat st;

	bal_try_drop(paths, name);
	if (stat(path, &st) && is_gone(errno))
		return bal_write_file(mark_file(paths, name, NONE).s, "", 0,
				      NONE_MODE, err);
	return copy(path, bal_try_file(paths, name).s, err);
}

static void
leave(const char *path, struct bal_try_left *left)
{
	size_t len = strlen(left->text);

	bal_warn("%.200s was changed by others since, and stays as it is", path);
	snprintf(left->text + len, sizeof(left->text) - len,
		 "; %.180s was changed since, and stays", path);
}

int
bal_try_put_back(const struct bal_paths *paths, const char *name,
		 const char *after, const char *path,
		 struct bal_try_left *left, struct bal_err *err)
{
	const struct bal_try_path kept = bal_try_file(paths, name);
	int rc = 0;

	if (!path[0])
		return 0;
	if (!bal_try_has(paths, name))
		return check_lost(paths, name, after, path, err);
	/* On a read-only file system an unchanged file needs no writing. */
	if (!is_as(paths, name, path)) {
		if (bal_try_has(paths, after) && !is_as(paths, after, path))
			leave(path, left);
		else if (access(kept.s, F_OK) == 0)
			rc = copy(kept.s, path, err);
		else
			rc = remove_file(path, err);
	}
	/* Once: others may change it before all the rest is done. */
	if (rc == 0)
		mark_done(paths, name);
	return rc;
}
