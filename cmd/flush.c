// SPDX-License-Identifier: GPL-2.0-or-later
/* flush - bal-flush: flushes what is bound to uplinks, for other commands. */
#include <stdio.h>

#include "cmd.h"
#include "actions/flush.h"

static void
print_line(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	printf("%s%s\n", what == BAL_SAY_EVENT ? BAL_FLUSH_EVENT : "", msg);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct bal_err err = { 0 };

	bal_say_sink(print_line, NULL);
	if (bal_flush_run(argc - 1, argv + 1, &err) == 0)
		return CMD_DONE;
	fprintf(stderr, "bal-flush: %s\n", err.msg);
	return CMD_USAGE;
}
