// SPDX-License-Identifier: GPL-2.0-or-later
/* watch - waits for the end of a trial, even if our session ends. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "reconcile/pass.h"
#include "base/run.h"
#include "kernel/snapshot.h"
#include "try/try.h"

#define LOOK_MS 250
#define RETRY_MS 1000
#define VARIABLES 6

/* --- waiting -------------------------------------------------------------- */

static void
sleep_ms(uint64_t ms)
{
	struct timespec ts = { (time_t)(ms / 1000),
			       (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&ts, NULL);
}

static int
reconcile(const struct bal_paths *paths, struct bal_err *err)
{
	struct bal_pass pass = { BAL_PASS_NONE, .session.conf_anyway = true };
	struct bal_intent check = { .kind = BAL_INTENT_CHECK };
	int rc = bal_pass_init(&pass, paths->conf_given ? paths->conf : NULL,
			       err);

	if (rc == 0) {
		/* From the environment or -c, as for the change. */
		pass.session.paths = *paths;
		rc = bal_pass_run(&pass, &check, err);
	}
	bal_pass_fini(&pass);
	return rc;
}

int
bal_try_revert(const struct bal_paths *paths, const char *id, const char *why,
	       struct bal_err *err)
{
	int rc = bal_try_restore(paths, id, why, BAL_LOCK_WAIT_MS, err);
	struct bal_err ignored;

	if (rc == 0)
		return 0;
	if (rc > 0)
		bal_say(BAL_SAY_EVENT, "the change is reverted: %s", why);
	/* After a failure, reconcile what was restored; report the first. */
	if (rc < 0)
		(void)reconcile(paths, &ignored);
	else if (reconcile(paths, err) < 0)
		rc = -1;
	return rc;
}

/* Why the trial is over; NULL: it is not. */
static const char *
reason_to_revert(const struct bal_try *t, struct bal_nl *diag,
		 struct bal_silence *silence)
{
	struct bal_acks acks;
	struct bal_err ignored;

	if (bal_try_expired(t))
		return "it was not confirmed in time";
	/*
	 * Without the connection only the time counts: it may have been closed.
	 */
	if (diag && t->made_ms && !bal_addr_none(&t->session.peer) &&
	    bal_session_acks(diag, &t->session, &acks, &ignored) == 0 &&
	    bal_silence_lasts(silence, &acks, bal_now_ms()))
		return "the session that made it got no answer any more";
	return NULL;
}

struct watching {
	struct bal_nl *diag;
	struct bal_silence silence;
	char id[BAL_TRY_ID]; /* of the first pending trial */
	struct bal_err warned;
};

/* A disk stays full for hours: report it once. */
static void
warn_once(struct watching *w, const struct bal_err *why)
{
	if (strcmp(w->warned.msg, why->msg) != 0)
		bal_warn("%s", why->msg);
	w->warned = *why;
}

/* Time until the next look in ms; 0: the trial is over. */
static unsigned
look(struct watching *w, const struct bal_paths *paths)
{
	struct bal_err why = { 0 };
	const char *reason;
	struct bal_try t;
	int rc = bal_try_read(paths, &t, &why);

	if (rc < 0) {
		warn_once(w, &why);
		return RETRY_MS;
	}
	if (rc == 0 || (w->id[0] && strcmp(w->id, t.id) != 0))
		return 0;
	memcpy(w->id, t.id, sizeof(w->id));
	reason = reason_to_revert(&t, w->diag, &w->silence);
	if (!reason)
		return LOOK_MS;
	if (bal_try_revert(paths, t.id, reason, &why) >= 0)
		return 0;
	warn_once(w, &why);
	return RETRY_MS;
}

void
bal_try_watch(const struct bal_paths *paths)
{
	struct bal_err ignored;
	struct watching w = {
		.diag = bal_nl_open_proto(NETLINK_SOCK_DIAG, &ignored),
	};
	unsigned wait_ms;

	while ((wait_ms = look(&w, paths)) > 0)
		sleep_ms(wait_ms);
	bal_nl_close(w.diag);
}

/* --- starting it ---------------------------------------------------------- */

static bool
is_same_namespace(const char *name)
{
	char first[32], own[32];
	struct stat a, b;

	snprintf(first, sizeof(first), "/proc/1/ns/%s", name);
	snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
	return stat(first, &a) == 0 && stat(own, &b) == 0 &&
	       a.st_ino == b.st_ino;
}

/* Would a unit use the same network namespace and files? */
static bool
has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0 &&
	       is_same_namespace("net") && is_same_namespace("mnt");
}

static int
start_unit(const struct bal_paths *paths, struct bal_err *err)
{
	static const char *const names[VARIABLES] = {
		"BAL_CONF", "BAL_RUNDIR", "BAL_LIBDIR",
		"BAL_RT_DIR", "BAL_EVENT_DIR", "BAL_LIBEXECDIR",
	};
	static char set[VARIABLES][PATH_MAX];
	char exe[BAL_PATH_MAX];
	const char *argv[24] = { "systemd-run",
				 "--quiet",
				 "--collect",
				 "--description=Revert an unconfirmed bal-try",
				 "--property=Type=exec",
				 "--property=Restart=on-failure",
				 "--property=RestartSec=1",
				 "--property=SyslogIdentifier=bal-try" };
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int n = 8, rc;

	if (len < 0)
		return bal_err_sys(err, errno, "cannot find bal-try");
	exe[len] = '\0';
	for (int i = 0; i < VARIABLES; i++) {
		const char *value = secure_getenv(names[i]);

		if (!value)
			continue;
		snprintf(set[i], sizeof(set[i]), "--setenv=%s=%s", names[i],
			 value);
		argv[n++] = set[i];
	}
	argv[n++] = exe;
	argv[n++] = "--watch";
	/* One from the environment has a last good copy: this is from -c. */
	if (paths->conf_given && !paths->last_good[0]) {
		argv[n++] = "--config";
		argv[n++] = paths->conf;
	}
	rc = bal_run_wait((char *const *)argv, err);
	return rc > 0 ? bal_err(err, BAL_ESYS, "systemd-run failed") : rc;
}

static void
to_syslog(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	syslog(what == BAL_SAY_EVENT ? LOG_NOTICE : LOG_WARNING, "%s", msg);
}

static int
start_process(const struct bal_paths *paths, struct bal_err *err)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		return bal_err_sys(err, errno, "cannot start a process");
	if (pid > 0)
		return 0;
	(void)setsid();
	(void)signal(SIGHUP, SIG_IGN);
	bal_child_close_all();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	/* If that fails, only a file system stays busy. */
	null = chdir("/");
	openlog("bal-try", LOG_PID, LOG_DAEMON);
	bal_say_sink(to_syslog, NULL);
	bal_try_watch(paths);
	_exit(0);
}

int
bal_try_start_watch(const struct bal_paths *paths, struct bal_err *err)
{
	struct bal_err why;

	if (has_systemd()) {
		if (start_unit(paths, &why) == 0)
			return 0;
		bal_warn("%s; an ordinary process watches instead", why.msg);
	}
	return start_process(paths, err);
}
