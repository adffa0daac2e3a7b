// SPDX-License-Identifier: GPL-2.0-or-later
/* countdown - waits beside a trial, and prints the time that is left. */
#include "countdown.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "kernel/snapshot.h"

#define SECOND_MS 1000

static uint64_t
left_s(const struct bal_try *t)
{
	uint64_t now = bal_now_ms();

	return now < t->until_ms ? (t->until_ms - now + 999) / 1000 : 0;
}

/* Sleep for a second; true when a "y" was typed meanwhile. */
static bool
is_yes_typed(bool listens)
{
	struct pollfd in = { .fd = listens ? STDIN_FILENO : -1,
			     .events = POLLIN };
	char line[64];
	ssize_t len;

	if (poll(&in, 1, SECOND_MS) <= 0)
		return false;
	len = read(STDIN_FILENO, line, sizeof(line));
	return len > 0 && (line[0] == 'y' || line[0] == 'Y');
}

static void
confirm(const struct bal_paths *paths, const struct bal_try *t,
	const struct bal_session *by)
{
	struct bal_err why = { 0 };

	if (bal_try_keep(paths, t->id, by, &why) < 0)
		bal_warn("%s", why.msg);
}

static int
tell_result(const struct bal_paths *paths)
{
	char result[160];

	bal_try_result(paths, result, sizeof(result));
	fprintf(stderr, "\r\033[K");
	bal_say(BAL_SAY_FAULT, "%s", result[0] ? result : "it is over");
	return strncmp(result, "kept", 4) == 0 ? CMD_DONE : CMD_NO;
}

int
countdown(const struct bal_paths *paths, const struct bal_try *t, bool quiet,
	  struct bal_err *err)
{
	const bool waits = isatty(STDERR_FILENO);
	struct bal_session session;
	struct bal_try now;
	bool console;
	int rc;

	if (bal_session_find(&session, err) < 0)
		return -1;
	console = waits && session.console && isatty(STDIN_FILENO);
	bal_say(BAL_SAY_EVENT, "the change is made, and reverted in %" PRIu64
			       " s unless it is confirmed: %s",
		left_s(t), console ? "type y, or bal-try --keep elsewhere" :
				     "type bal-try --keep in a new session");
	while (waits) {
		rc = bal_try_read(paths, &now, err);
		if (rc < 0)
			return -1;
		if (rc == 0 || strcmp(now.id, t->id) != 0)
			return tell_result(paths);
		/* The process that reverts may have been killed. */
		if (bal_now_ms() > now.until_ms + 2 * SECOND_MS &&
		    bal_try_revert(paths, t->id, "it was not confirmed in time",
				   err) < 0)
			return -1;
		if (!quiet)
			fprintf(stderr, "\rreverted in %" PRIu64 " s \033[K",
				left_s(t));
		if (is_yes_typed(console))
			confirm(paths, t, &session);
	}
	return CMD_DONE;
}
