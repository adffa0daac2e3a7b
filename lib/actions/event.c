// SPDX-License-Identifier: GPL-2.0-or-later
/* event - reports a change of an uplink: to people, programs, the journal. */
#include "actions/event.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "health/health.h"
#include "base/show.h"
#include "actions/unit.h"

#define N_VARIABLES 9
#define VARIABLE_STRLEN 96
#define MS_PER_S 1000

/* Fixed: programs must not depend on the PATH of cron or a hook. */
static const char program_path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *const names[] = {
	[BAL_EVENT_UP] = "up",
	[BAL_EVENT_DOWN] = "down",
	[BAL_EVENT_ALIVE] = "alive",
	[BAL_EVENT_DEGRADED] = "degraded",
	[BAL_EVENT_DEAD] = "dead",
	[BAL_EVENT_CAP_75] = "cap_75",
	[BAL_EVENT_CAP_95] = "cap_95",
	[BAL_EVENT_CAP_100] = "cap_100",
	[BAL_EVENT_IPV6_DEAD] = "ipv6_dead",
	[BAL_EVENT_IPV6_ALIVE] = "ipv6_alive",
	[BAL_EVENT_REVIVE] = "revive",
	[BAL_EVENT_TUNNEL_RESTARTED] = "tunnel_restarted",
	[BAL_EVENT_MODE] = "mode",
	[BAL_EVENT_ALL_DEAD] = "all-dead",
	[BAL_EVENT_LAST_RESORT] = "last_resort",
	[BAL_EVENT_BALANCE] = "balance",
	[BAL_EVENT_ONLINE] = "online",
	[BAL_EVENT_CONF_WRONG] = "conf_wrong",
	[BAL_EVENT_CONF_RIGHT] = "conf_right",
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

const char *
bal_event_name(enum bal_event_kind kind)
{
	return names[kind];
}

bool
bal_event_parse(const char *name, enum bal_event_kind *out)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum bal_event_kind)i;
			return true;
		}
	}
	return false;
}

bool
bal_event_is_of_all(enum bal_event_kind kind)
{
	return kind >= BAL_EVENT_MODE;
}

bool
bal_event_keeps_health(enum bal_event_kind kind)
{
	return kind >= BAL_EVENT_CAP_75 && kind <= BAL_EVENT_TUNNEL_RESTARTED;
}

void
bal_event_clean(struct bal_event *e)
{
	bal_clean(e->reason);
	bal_clean(e->before);
	bal_clean(e->mode);
}

static const char *
headline(const struct bal_event *e, char *buf, size_t size)
{
	switch (e->kind) {
	case BAL_EVENT_MODE:
		snprintf(buf, size, "mode %s", e->mode);
		break;
	case BAL_EVENT_CAP_75:
	case BAL_EVENT_CAP_95:
	case BAL_EVENT_CAP_100:
		snprintf(buf, size, "%s: %s %% of its cap are used", e->uplink,
			 names[e->kind] + sizeof("cap_") - 1);
		break;
	case BAL_EVENT_IPV6_DEAD:
		snprintf(buf, size, "%s: IPv6 is dead", e->uplink);
		break;
	case BAL_EVENT_IPV6_ALIVE:
		snprintf(buf, size, "%s: IPv6 is in use", e->uplink);
		break;
	case BAL_EVENT_TUNNEL_RESTARTED:
		snprintf(buf, size, "%s: restarted", e->uplink);
		break;
	case BAL_EVENT_ONLINE:
		snprintf(buf, size, "online again");
		break;
	case BAL_EVENT_CONF_WRONG:
		snprintf(buf, size, "the configuration has become wrong");
		break;
	case BAL_EVENT_CONF_RIGHT:
		snprintf(buf, size, "the configuration is right again");
		break;
	case BAL_EVENT_ALL_DEAD:
		snprintf(buf, size, "all uplinks are dead");
		break;
	case BAL_EVENT_LAST_RESORT:
		snprintf(buf, size, "no uplink that has a share is alive");
		break;
	case BAL_EVENT_BALANCE:
		snprintf(buf, size, "balance");
		break;
	default:
		snprintf(buf, size, "%s: %s", e->uplink, names[e->kind]);
	}
	return buf;
}

const char *
bal_event_str(const struct bal_event *e, char *buf, size_t size)
{
	char head[48], lasted[40] = "";

	/* How long its health was unknown is no news of the uplink. */
	if (e->lasted_ms &&
	    strcmp(e->before, bal_health_name(BAL_HEALTH_UNKNOWN)) != 0)
		snprintf(lasted, sizeof(lasted), " for %" PRIu64 " s",
			 e->lasted_ms / MS_PER_S);
	snprintf(buf, size, "%s%s%s%s%s%s", headline(e, head, sizeof(head)),
		 e->reason[0] ? ", " : "", e->reason,
		 e->before[0] ? ", was " : "", e->before,
		 e->before[0] ? lasted : "");
	return buf;
}

static int
is_not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Bytewise: alphasort() would sort by the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Root must not run what others can write. */
static const char *
why_distrusted(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "it belongs to another user";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "others than its owner can write it";
	return NULL;
}

/* The names that run-parts(8) accepts: no backups, no leftovers of dpkg. */
static bool
is_program_name(const char *name)
{
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")];
}

static const char *
why_no_program(const char *path, const char *name, struct stat *st)
{
	if (!is_program_name(name))
		return "its name has more than letters, digits, _ and -";
	if (stat(path, st) != 0 || !S_ISREG(st->st_mode))
		return "it is no file";
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
		return "it is not executable";
	return NULL;
}

static bool
is_run(const char *path, const char *name, bool tell_all)
{
	struct stat st;
	const char *why = why_no_program(path, name, &st);

	if (why && !tell_all)
		return false;
	if (!why)
		why = why_distrusted(&st);
	if (why)
		bal_warn("%s is not run: %s", path, why);
	return !why;
}

struct variables {
	char text[N_VARIABLES][VARIABLE_STRLEN];
	char *envp[N_VARIABLES + 1];
	size_t n;
};

static void say(struct variables *v, const char *fmt, ...) BAL_PRINTF(2, 3);

static void
say(struct variables *v, const char *fmt, ...)
{
	char *text = v->text[v->n];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, VARIABLE_STRLEN, fmt, ap);
	va_end(ap);
	v->envp[v->n++] = text;
	v->envp[v->n] = NULL;
}

static void
set_variables(struct variables *v, const struct bal_event *given)
{
	struct bal_event e = *given;
	char seconds[24] = "";

	bal_event_clean(&e);
	if (e.lasted_ms)
		snprintf(seconds, sizeof(seconds), "%" PRIu64,
			 e.lasted_ms / MS_PER_S);
	v->n = 0;
	say(v, "BAL_EVENT=%s", names[e.kind]);
	say(v, "BAL_UPLINK=%s", e.uplink);
	say(v, "BAL_REASON=%s", e.reason);
	say(v, "BAL_PREVIOUS=%s", e.before);
	say(v, "BAL_DURATION=%s", seconds);
	say(v, "BAL_MODE=%s", e.mode);
	say(v, "%s", program_path);
	say(v, "HOME=/");
	say(v, "LANG=C");
}

/* 1: it is to be run; 0: it is not; -1. */
static int
queue(const struct bal_event_how *how, const char *name,
      const struct variables *v, struct bal_runner *runner, struct bal_err *err)
{
	char path[BAL_PATH_MAX + sizeof(((struct dirent *)0)->d_name) + 1];
	char *alone[] = { path, NULL }, **argv = alone;
	struct bal_arena arena = { 0 };
	int rc = 0;

	snprintf(path, sizeof(path), "%.*s/%s", BAL_PATH_MAX, how->dir, name);
	if (!is_run(path, name, how->tell_all))
		return 0;
	if (how->as_units)
		rc = bal_unit_argv(path, name, v->envp, how->limit_ms, &arena,
				   &argv, err);
	if (rc == 0)
		rc = bal_runner_add(runner, name, argv, v->envp, how->limit_ms,
				    err);
	bal_arena_fini(&arena);
	return rc < 0 ? -1 : 1;
}

int
bal_event_run(const struct bal_event *e, const struct bal_event_how *how,
	      struct bal_runner *runner, struct bal_err *err)
{
	const char *why = NULL;
	struct dirent **found;
	struct variables v;
	struct stat st;
	int n, rc = 0, queued = 0;

	if (stat(how->dir, &st) == 0)
		why = why_distrusted(&st);
	if (why) {
		bal_warn("%s is not run: %s", how->dir, why);
		return 0;
	}
	n = scandir(how->dir, &found, is_not_hidden, by_name);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return bal_err_sys(err, errno, "cannot read %s", how->dir);
	set_variables(&v, e);
	for (int i = 0; i < n; i++) {
		if (rc >= 0)
			rc = queue(how, found[i]->d_name, &v, runner, err);
		queued += rc > 0;
		free(found[i]);
	}
	free(found);
	return rc < 0 ? -1 : queued;
}
