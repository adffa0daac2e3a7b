/* files - a directory of its own for a unit test, and the warnings it caused. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define NOBODY 65534

static char directory[64];
static char warnings[65536];

/* @name below the test's directory; good until the fourth call after. */
static inline const char *
in_directory(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	assert_true(snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX);
	return path;
}

static inline void
keep_warning(void *arg, enum bal_say what, const char *msg)
{
	size_t used = strlen(warnings);

	(void)arg;
	(void)what;
	snprintf(warnings + used, sizeof(warnings) - used, "%s\n", msg);
}

static inline int
make_directory(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(directory, sizeof(directory), "%.40s/bal-test.XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(directory))
		return -1;
	*warnings = '\0';
	bal_say_sink(keep_warning, NULL);
	return 0;
}

static inline int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline int
remove_directory(void **state)
{
	(void)state;
	return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
put_bytes(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void
put_text(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

/* The content of @path, malloc()ed. */
static inline char *
get_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
	fclose(file);
	return text;
}

static inline void
assert_text(const char *path, const char *expected)
{
	char *text = get_text(path);

	assert_string_equal(text, expected);
	free(text);
}

static inline size_t
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Root passes over permissions: be somebody else until become_root(). */
static inline void
drop_root(void)
{
	if (geteuid())
		return;
	assert_int_equal(chmod(directory, 0755), 0);
	if (seteuid(NOBODY))
		skip();
}

static inline void
become_root(void)
{
	if (!getuid())
		assert_int_equal(seteuid(0), 0);
}

#endif
