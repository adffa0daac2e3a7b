// SPDX-License-Identifier: GPL-2.0-or-later
/* reviver - orders a step with an uplink that stays dead, and starts bal-revive. */
#include "actions/reviver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "actions/unit.h"
#include "base/libexec.h"

static const char *
name_or_none(const char *name)
{
	return *name ? name : "-";
}

int
bal_revive_order(const char *path, const struct bal_revive_order *order,
		 struct bal_err *err)
{
	char text[BAL_REVIVE_ORDER_MAX];
	int len = snprintf(text, sizeof(text), "%s %s %s %s\n",
			   bal_revive_name(order->step), order->dev,
			   name_or_none(order->stanza), name_or_none(order->usb));

	return bal_write_file(path, text, (size_t)len, 0644, err);
}

enum bal_revive_going
bal_revive_going(const char *path)
{
	int fd = bal_open(path, O_RDONLY | O_NOFOLLOW, 0);
	bool locked;

	if (fd < 0)
		return BAL_REVIVE_IDLE;
	locked = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return locked ? BAL_REVIVE_RUNNING : BAL_REVIVE_LEFT;
}

static void
take_line(const char *name, const char *line)
{
	(void)name;
	bal_warn("%s", line);
}

int
bal_revive_start(struct bal_runner *runner, const struct bal_paths *paths,
		 bool as_unit, struct bal_err *err)
{
	char rundir[BAL_PATH_MAX + sizeof("BAL_RUNDIR=")], path[BAL_PATH_MAX];
	char *alone[] = { path, NULL }, **argv = alone;
	char *envp[] = { rundir, NULL };
	struct bal_arena arena = { 0 };
	int rc = 0;

	snprintf(rundir, sizeof(rundir), "BAL_RUNDIR=%s", paths->rundir);
	bal_libexec_find("bal-revive", path);
	if (as_unit)
		rc = bal_unit_argv(path, "revive", envp, BAL_REVIVE_LIMIT_MS,
				   &arena, &argv, err);
	if (rc == 0)
		rc = bal_runner_start(runner, argv, environ, BAL_REVIVE_LIMIT_MS,
				      take_line, err);
	bal_arena_fini(&arena);
	return rc;
}
