// SPDX-License-Identifier: GPL-2.0-or-later
/* aftermath - connections let go, event programs run, clients started. */
#include "aftermath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "letgo.h"
#include "tunnel.h"

#define PIDS_MAX 256

/* Of a process that lets go, when its command ends. */
#define RELEASE_LIMIT_MS 5000

/* Of its command that is to say first why: the disk may be slow. */
#define TELL_LIMIT_MS 3000

/* `service openvpn restart` waits for the old one to go. */
#define START_LIMIT_MS 60000
#define START_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* --- what is bound to a dead uplink --------------------------------------- */

static bool
is_openvpn(int proc, const char *pid)
{
	char path[64], comm[16] = "";
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%.20s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, comm, sizeof(comm) - 1);
	close(fd);
	return len > 0 && strcmp(comm, "openvpn\n") == 0;
}

/* They watch over their own connections, and come back by themselves. */
static size_t
find_openvpn(pid_t *pids, size_t max)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;

	while (proc && n < max && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_openvpn(dirfd(proc), entry->d_name))
			pids[n++] = (pid_t)strtol(entry->d_name, NULL, 10);
	if (proc)
		closedir(proc);
	return n;
}

static struct bal_letgone
let_go(const struct bal_release *r, uint32_t mask)
{
	pid_t spared[PIDS_MAX];
	struct bal_letgo what = {
		.mark = r->mark,
		.spared = spared,
		.dev_only = r->shared,
		.ifindex = r->ifindex,
	};
	struct bal_letgone gone = { 0 };
	struct bal_err why;

	if (r->on_dead & BAL_ON_DEAD_CONNTRACK)
		what.mask = mask;
	if (r->on_dead & BAL_ON_DEAD_SOCKETS) {
		what.source = r->source;
		what.n_spared = find_openvpn(spared, PIDS_MAX);
	}
	if (bal_letgo(&what, &gone, &why) < 0)
		bal_warn("%s: %s", r->dev, why.msg);
	return gone;
}

static void
tell_gone(const char *dev, const struct bal_letgone *gone)
{
	if (gone->connections || gone->sockets)
		bal_say(BAL_SAY_EVENT,
			"%s: let go of %u connections and %u sockets", dev,
			gone->connections, gone->sockets);
}

/* All of it at once; it is told when @cause, if there is one, has an end. */
static void
let_all_go(const struct bal_pass *pass, int cause)
{
	const bal_release_list *releases = &pass->outcome.releases;
	struct pollfd told = { .fd = cause };
	struct bal_letgone *gone = calloc(releases->n, sizeof(*gone));

	for (size_t i = 0; i < releases->n; i++) {
		const struct bal_release *r = &releases->v[i];
		struct bal_letgone now =
			let_go(r, pass->conf.globals.mark_mask);

		if (gone)
			gone[i] = now;
		else
			tell_gone(r->dev, &now);
	}
	if (cause >= 0)
		(void)poll(&told, 1, TELL_LIMIT_MS);
	for (size_t i = 0; gone && i < releases->n; i++)
		tell_gone(releases->v[i].dev, &gone[i]);
	free(gone);
}

/* A process that outlives us must not keep the next command away. */
static void
leave_locks(const struct bal_pass *pass)
{
	if (pass->run_lock >= 0)
		close(pass->run_lock);
	if (pass->lock >= 0)
		close(pass->lock);
}

/* In the process that lets go: @held ends with it, and tells who waits. */
static void
release_apart(const struct bal_pass *pass, int held, int cause)
{
	pid_t pid;

	leave_locks(pass);
	if (pass->telling >= 0)
		close(pass->telling);
	pid = fork();
	/* Where there is no room for another one, the command waits for us. */
	if (pid <= 0)
		let_all_go(pass, pid < 0 ? -1 : cause);
	if (held >= 0)
		close(held);
	_exit(0);
}

/* A pipe, or no ends at all. */
static void
open_pipe(int *ends)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		ends[0] = ends[1] = -1;
}

/*
 * To look through conntrack takes tens of milliseconds for each uplink, in
 * which --watch would see no answer and others would wait for the lock: a
 * process of its own does it, reaped by init.
 */
void
bal_aftermath_release(struct bal_pass *pass)
{
	int ends[2] = { -1, -1 }, cause[2];
	pid_t pid;

	if (!pass->outcome.releases.n)
		return;
	bal_aftermath_wait(pass);
	if (!pass->runner)
		open_pipe(ends);
	open_pipe(cause);
	pass->telling = cause[1];
	pid = fork();
	if (pid == 0)
		release_apart(pass, ends[1], cause[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (cause[0] >= 0)
		close(cause[0]);
	pass->releasing = ends[0];
	if (pid < 0)
		let_all_go(pass, -1);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void
bal_aftermath_told(struct bal_pass *pass)
{
	if (pass->telling >= 0)
		close(pass->telling);
	pass->telling = -1;
}

void
bal_aftermath_wait(struct bal_pass *pass)
{
	struct pollfd end = { .fd = pass->releasing };

	if (pass->releasing < 0)
		return;
	(void)poll(&end, 1, RELEASE_LIMIT_MS);
	close(pass->releasing);
	pass->releasing = -1;
}

/* --- event programs -------------------------------------------------------- */

static void
queue_events(const struct bal_pass *pass, struct bal_runner *runner)
{
	const bal_event_list *events = &pass->outcome.events;
	struct bal_err why;

	for (size_t i = 0; i < events->n; i++)
		if (bal_event_run(&events->v[i], pass->paths.event_dir,
				  pass->conf.globals.event_timeout_ms, runner,
				  &why) < 0)
			bal_warn("%s", why.msg);
}

static void
to_syslog(void *arg, enum bal_say what, const char *msg)
{
	(void)arg;
	syslog(what == BAL_SAY_EVENT ? LOG_NOTICE : LOG_WARNING, "%s", msg);
}

/* Of several commands' programs those of the first come first. */
static void
take_turn(const struct bal_pass *pass)
{
	char path[BAL_PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/events.lock", pass->paths.rundir);
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

/* --- clients of tunnels ----------------------------------------------------- */

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
	if (bal_tunnel_argv(pass->conf.globals.openvpn_command, s->openvpn,
			    &arena, &argv, &why) < 0 ||
	    bal_runner_add(runner, argv, envp, START_LIMIT_MS, &why) < 0)
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
run_all(const struct bal_pass *pass)
{
	struct bal_err why;
	struct bal_loop *loop = bal_loop_open(&why);
	struct bal_runner *runner = loop ? bal_runner_open(loop, &why) : NULL;

	if (!runner) {
		bal_warn("%s", why.msg);
		return;
	}
	queue_all(pass, runner);
	while (!bal_runner_idle(runner)) {
		uint64_t until = bal_runner_step(runner);

		if (!bal_runner_idle(runner) &&
		    bal_loop_wait(loop, until, &why) < 0)
			break;
	}
}

/* Whoever called us waits neither for it nor for its output. */
static void
run_in_background(const struct bal_pass *pass)
{
	pid_t pid = fork();
	int null;

	if (pid != 0) {
		if (pid < 0)
			bal_warn("cannot run the event programs");
		return;
	}
	leave_locks(pass);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	(void)setsid();
	openlog("bal-event", LOG_PID, LOG_DAEMON);
	bal_say_sink(to_syslog, NULL);
	take_turn(pass);
	run_all(pass);
	_exit(0);
}

void
bal_aftermath(const struct bal_pass *pass)
{
	if (!pass->outcome.events.n && !pass->outcome.starts.n)
		return;
	if (pass->runner)
		queue_all(pass, pass->runner);
	else if (pass->outcome.starts.n || has_programs(pass->paths.event_dir))
		run_in_background(pass);
}
