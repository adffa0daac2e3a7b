// SPDX-License-Identifier: GPL-2.0-or-later
/* libexec - where the programs are that only we start. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv */
#endif
#include "base/libexec.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"

#ifndef BAL_LIBEXECDIR
#define BAL_LIBEXECDIR "/usr/local/libexec/bal"
#endif

static bool
is_there(const char *dir, size_t len, const char *program, char *path)
{
	return snprintf(path, BAL_PATH_MAX, "%.*s/%s", (int)len, dir, program) <
		       BAL_PATH_MAX &&
	       access(path, X_OK) == 0;
}

void
bal_libexec_find(const char *program, char *path)
{
	const char *given = secure_getenv("BAL_LIBEXECDIR");
	char exe[BAL_PATH_MAX];
	ssize_t len;

	if (given && is_there(given, strlen(given), program, path))
		return;
	len = readlink("/proc/self/exe", exe, sizeof(exe));
	while (len > 0 && exe[len - 1] != '/')
		len--;
	if (len > 1 && is_there(exe, (size_t)len - 1, program, path))
		return;
	snprintf(path, BAL_PATH_MAX, "%s/%s", BAL_LIBEXECDIR, program);
}
