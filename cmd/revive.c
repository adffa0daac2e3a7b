// SPDX-License-Identifier: GPL-2.0-or-later
/* revive - bal-revive: a step with an uplink that stays dead, for bal-check. */
#include <stdio.h>
#include <stdlib.h>

#include "actions/reviver.h"
#include "cmd.h"

/* ifup is not in the PATH of cron. */
#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void
print_line(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	(void)what;
	printf("%s\n", msg);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct bal_err err = { 0 };
	struct bal_paths paths;

	(void)argv;
	bal_say_sink(print_line, NULL);
	if (argc > 1) {
		fputs("bal-revive: other commands of bal start it\n", stderr);
		return CMD_USAGE;
	}
	if (bal_paths_init(&paths, NULL, &err) < 0) {
		bal_warn("%s", err.msg);
		return CMD_USAGE;
	}
	if (setenv("PATH", PATH, 1) < 0 || bal_revive_run(&paths) < 0)
		return CMD_NO;
	return CMD_DONE;
}
