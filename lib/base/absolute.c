// SPDX-License-Identifier: GPL-2.0-or-later
/* absolute - paths from the root on, those of the environment too. */
#include "base/absolute.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

int
bal_absolute(const char *path, char *buf, struct bal_err *err)
{
	char dir[PATH_MAX];
	int len;

	if (path[0] == '/')
		return bal_copy(buf, PATH_MAX, path);
	if (!getcwd(dir, sizeof(dir)))
		return bal_err_sys(err, errno, "cannot find the path of %s",
				   path);
	len = snprintf(buf, PATH_MAX, "%s/%s", dir, path);
	if (len < 0 || len >= PATH_MAX)
		return bal_err_sys(err, ENAMETOOLONG, "%s", path);
	return 0;
}

int
bal_absolute_environment(struct bal_err *err)
{
	static const char *const names[] = { "BAL_CONF",       "BAL_RUNDIR",
					     "BAL_LIBDIR",     "BAL_RT_DIR",
					     "BAL_EVENT_DIR",
					     "BAL_LIBEXECDIR" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!value || !*value || *value == '/')
			continue;
		if (bal_absolute(value, path, err) < 0)
			return -1;
		if (setenv(names[i], path, 1))
			return bal_err_nomem(err);
	}
	return 0;
}
