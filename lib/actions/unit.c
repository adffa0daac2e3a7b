// SPDX-License-Identifier: GPL-2.0-or-later
/* unit - runs a program by systemd-run(1). */
#include "actions/unit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/loop.h"

#define WORD_SIZE 128

/*
 * exec: a program that cannot be run counts as failed.  process: a mailer
 * delivers in the background, after sendmail(8) has ended.
 */
static const char *const how[] = {
	"systemd-run",
	"--quiet",
	"--collect",
	"--wait",
	"--pipe",
	"--service-type=exec",
	"--property=KillMode=process",
	"--property=IgnoreSIGPIPE=no",
};

bool
bal_unit_possible(void)
{
	return geteuid() == 0 && access("/run/systemd/system", F_OK) == 0 &&
	       access("/run/dbus/system_bus_socket", F_OK) == 0;
}

bool
bal_unit_needed(void)
{
	int cap = 0, has;

	do {
		has = prctl(PR_CAPBSET_READ, cap++, 0, 0, 0);
	} while (has > 0);
	/* -1: this kernel has no more capabilities. */
	return has == 0 && bal_unit_possible();
}

struct words {
	BAL_LIST(char *) list;
	struct bal_arena *arena;
};

static void
add(struct words *words, const char *text)
{
	char **word = BAL_PUSH(words->arena, &words->list);

	if (word)
		*word = (char *)text;
}

static void addf(struct words *words, const char *fmt, ...) BAL_PRINTF(2, 3);

static void
addf(struct words *words, const char *fmt, ...)
{
	char *text = bal_arena_alloc(words->arena, WORD_SIZE);
	va_list ap;

	va_start(ap, fmt);
	if (text)
		vsnprintf(text, WORD_SIZE, fmt, ap);
	va_end(ap);
	add(words, text);
}

int
bal_unit_argv(const char *path, const char *name, char *const envp[],
	      uint32_t limit_ms, struct bal_arena *arena, char ***argv,
	      struct bal_err *err)
{
	struct words words = { .arena = arena };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++)
		add(&words, how[i]);
	/* Two may have the same name: one is waiting, or has just ended. */
	addf(&words, "--unit=bal-event-%.64s-%" PRIu64, name, bal_clock_ns());
	for (; *envp; envp++) {
		add(&words, "--setenv");
		add(&words, *envp);
	}
	/*
	 * With this KillMode RuntimeMaxSec= would kill the main process only.
	 */
	add(&words, "timeout");
	add(&words, "--signal=KILL");
	addf(&words, "%" PRIu32 ".%03" PRIu32, limit_ms / 1000,
	     limit_ms % 1000);
	add(&words, path);
	(void)BAL_PUSH(arena, &words.list);
	if (arena->oom)
		return bal_err_nomem(err);
	*argv = words.list.v;
	return 0;
}
