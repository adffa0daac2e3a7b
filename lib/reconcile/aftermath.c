// SPDX-License-Identifier: GPL-2.0-or-later
/* aftermath - runs bal-flush and event programs, starts clients. */
#include "reconcile/aftermath.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#include "base/child.h"
#include "actions/flush.h"
#include "actions/reviver.h"
#include "openvpn/tunnel.h"
#include "actions/unit.h"

/* Time limit of bal-flush: people and hooks wait for a command; and --watch. */
#define COMMAND_LIMIT_MS 5000
#define WATCH_LIMIT_MS 60000

/* `service openvpn restart` waits for the old client to end. */
#define START_LIMIT_MS 60000
#define START_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* --- what is bound to a dead uplink --------------------------------------- */

/* For a command, which ends soon: a runner with a loop of its own. */
static struct bal_runner *
own_runner(struct bal_pass_session *session, struct bal_err *err)
{
	if (!session->flush_loop)
		session->flush_loop = bal_loop_open(err);
	if (session->flush_loop && !session->flush_runner)
		session->flush_runner = bal_runner_open(session->flush_loop, err);
	return session->flush_runner;
}

/* While bal.conf has a mistake, groups are those of the one before it. */
static const char *
conf_in_use(const struct bal_pass *pass)
{
	return pass->in.trouble.instead == BAL_INSTEAD_LAST_GOOD ?
		       pass->session.paths.last_good :
		       pass->session.paths.conf;
}

void
bal_aftermath_release(struct bal_pass *pass)
{
	struct bal_runner *runner = pass->session.runner;
	struct bal_err why;

	if (!pass->outcome.releases.n)
		return;
	if (!runner)
		runner = own_runner(&pass->session, &why);
	if (!runner ||
	    bal_flush_start(runner, &pass->outcome.releases,
			    pass->in.conf.globals.mark_mask,
			    conf_in_use(pass),
			    pass->session.runner ? WATCH_LIMIT_MS : COMMAND_LIMIT_MS,
			    &why) < 0)
		bal_warn("%s", why.msg);
}

void
bal_aftermath_wait(struct bal_pass_session *session)
{
	if (session->flush_runner)
		bal_runner_finish(session->flush_runner, BAL_NEVER);
	bal_runner_close(session->flush_runner);
	bal_loop_close(session->flush_loop);
	session->flush_runner = NULL;
	session->flush_loop = NULL;
}

/* --- event programs ------------------------------------------------------- */

static void
queue_events(const struct bal_pass *pass, struct bal_runner *runner)
{
	const bal_event_list *events = &pass->outcome.events;
	const struct bal_event_how how = {
		.dir = pass->session.paths.event_dir,
		.limit_ms = pass->in.conf.globals.event_timeout_ms,
		.as_units = bal_unit_needed(),
	};
	struct bal_err why;

	for (size_t i = 0; i < events->n; i++)
		if (bal_event_run(&events->v[i], &how, runner, &why) < 0)
			bal_warn("%s", why.msg);
}

static void
to_syslog(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	syslog(what == BAL_SAY_EVENT ? LOG_NOTICE : LOG_WARNING, "%s", msg);
}

/* The programs of several commands run in the order of the commands. */
static void
take_turn(const struct bal_pass *pass)
{
	char path[BAL_PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/events.lock", pass->session.paths.rundir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
}

static bool
has_programs(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool any = false;

	while (dir && !any && (entry = readdir(dir)))
		any = entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return any;
}

/* --- clients of tunnels --------------------------------------------------- */

static void
start_client(const struct bal_pass *pass, const struct bal_start *s,
	     struct bal_runner *runner)
{
	char *envp[] = { (char *)"PATH=" START_PATH, NULL };
	struct bal_arena arena = { 0 };
	struct bal_err why;
	char **argv;

	bal_say(BAL_SAY_EVENT, "%s: OpenVPN client %s is started, try %u",
		s->dev, s->openvpn, s->tries);
	if (bal_tunnel_argv(pass->in.conf.globals.openvpn_command, s->openvpn,
			    &arena, &argv, &why) < 0 ||
	    bal_runner_add(runner, argv[0], argv, envp, START_LIMIT_MS, &why) < 0)
		bal_warn("%s: %s", s->dev, why.msg);
	bal_arena_fini(&arena);
}

static void
queue_all(const struct bal_pass *pass, struct bal_runner *runner)
{
	const bal_start_list *starts = &pass->outcome.starts;

	for (size_t i = 0; i < starts->n; i++)
		start_client(pass, &starts->v[i], runner);
	queue_events(pass, runner);
}

static void
start_reviver(const struct bal_pass *pass, struct bal_runner *runner)
{
	struct bal_err why;

	if (bal_revive_start(runner, &pass->session.paths, bal_unit_needed(),
			     &why) < 0)
		bal_warn("nothing is revived: %s", why.msg);
}

/* Run what @queue adds to a runner, to its end. */
static void
run_all(const struct bal_pass *pass,
	void (*queue)(const struct bal_pass *pass, struct bal_runner *runner))
{
	struct bal_err why;
	struct bal_loop *loop = bal_loop_open(&why);
	struct bal_runner *runner = loop ? bal_runner_open(loop, &why) : NULL;
	unsigned failed;

	if (!runner) {
		bal_warn("%s", why.msg);
		return;
	}
	queue(pass, runner);
	(void)bal_runner_drain(runner, &failed, &why);
}

/* Our caller waits neither for it nor for its output. */
static void
run_in_background(const struct bal_pass *pass,
		  void (*queue)(const struct bal_pass *pass,
				struct bal_runner *runner))
{
	pid_t pid = fork();
	int null;

	if (pid != 0) {
		if (pid < 0)
			bal_warn("cannot run programs in the background");
		return;
	}
	bal_child_close_all();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	(void)setsid();
	/* Under the name that --watch logs with. */
	openlog("bal-check", LOG_PID, LOG_DAEMON);
	bal_say_sink(to_syslog, NULL);
	/* What revives an uplink takes minutes, and leads to events itself. */
	if (queue == queue_all)
		take_turn(pass);
	run_all(pass, queue);
	_exit(0);
}

void
bal_aftermath(struct bal_pass *pass)
{
	struct bal_runner *runner = pass->session.runner;

	if (pass->outcome.revives) {
		pass->session.revived_ms = pass->snap.now_ms;
		if (runner)
			start_reviver(pass, runner);
		else
			run_in_background(pass, start_reviver);
	}
	if (!pass->outcome.events.n && !pass->outcome.starts.n)
		return;
	if (runner)
		queue_all(pass, runner);
	else if (pass->outcome.starts.n || has_programs(pass->session.paths.event_dir))
		run_in_background(pass, queue_all);
}
