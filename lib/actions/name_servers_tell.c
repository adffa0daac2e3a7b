// SPDX-License-Identifier: GPL-2.0-or-later
/* name_servers_tell - tells dnsmasq or systemd-resolved. */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/name_servers.h"
#include "base/child.h"
#include "base/lines.h"
#include "base/paths.h"

#define RECORD "name_servers"
#define DNSMASQ_FILE "dnsmasq.servers"
#define DNSMASQ_PID "/run/dnsmasq/dnsmasq.pid"
#define RESOLVED_RUNS "/run/systemd/resolve"
#define PROGRAM_MS 2000
#define PROGRAM_PATH "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
#define FILE_MODE 0644
#define WORDS_MAX (4 + BAL_SERVERS_MAX)

static const char *const resolvers[] = {
	[BAL_NAME_SERVERS_NO] = "",
	[BAL_NAME_SERVERS_RESOLVED] = "resolved",
	[BAL_NAME_SERVERS_DNSMASQ] = "dnsmasq",
};

struct sent {
	enum bal_name_servers key;
	bal_asked_list asked;
};

/* --- what was sent last --------------------------------------------------- */

/* "DEV IFINDEX SERVER..." */
static void
read_line(char *line, struct sent *sent, struct bal_arena *arena)
{
	struct bal_asked *asked = BAL_PUSH(arena, &sent->asked);
	int at = 0;

	if (asked && sscanf(line, "%15s %d %n", asked->dev, &asked->ifindex,
			    &at) == 2 && at)
		snprintf(asked->servers, sizeof(asked->servers), "%s",
			 line + at);
}

/* What is unreadable was not sent: it is sent anew. */
static void
read_record(const char *path, struct sent *sent, struct bal_arena *arena)
{
	struct bal_err ignored;
	char *text, *rest, *line;

	if (bal_read_kept(path, BAL_INI_MAX, &text, &ignored) <= 0)
		return;
	rest = text;
	line = strsep(&rest, "\n");
	for (int i = 0; i <= BAL_NAME_SERVERS_DNSMASQ; i++)
		if (strcmp(line, resolvers[i]) == 0)
			sent->key = (enum bal_name_servers)i;
	while (sent->key && (line = strsep(&rest, "\n")) && *line)
		read_line(line, sent, arena);
	free(text);
}

static const struct bal_asked *
find(const bal_asked_list *list, const char *dev)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].dev, dev) == 0)
			return &list->v[i];
	return NULL;
}

static bool
is_same(const struct bal_asked *a, const struct bal_asked *b)
{
	return a && b && a->ifindex == b->ifindex &&
	       strcmp(a->servers, b->servers) == 0;
}

static bool
all_sent(const struct sent *sent, const struct sent *want)
{
	bool same = sent->key == want->key && sent->asked.n == want->asked.n;

	for (size_t i = 0; same && i < want->asked.n; i++)
		same = is_same(&want->asked.v[i],
			       find(&sent->asked, want->asked.v[i].dev));
	return same;
}

/* --- files ---------------------------------------------------------------- */

typedef void print_fn(FILE *out, const struct sent *want);

static void
print_record(FILE *out, const struct sent *want)
{
	fprintf(out, "%s\n", resolvers[want->key]);
	for (size_t i = 0; i < want->asked.n; i++)
		fprintf(out, "%s %d %s\n", want->asked.v[i].dev,
			want->asked.v[i].ifindex, want->asked.v[i].servers);
}

static void
print_for_dnsmasq(FILE *out, const struct sent *want)
{
	char word[BAL_ADDR_STRLEN];

	fputs("# Kept by bal: name_servers in bal.conf(5).\n", out);
	for (size_t i = 0; i < want->asked.n; i++) {
		const char *list = want->asked.v[i].servers;

		while (bal_next_word(&list, word, sizeof(word)) > 0)
			fprintf(out, "server=%s@%s\n", word,
				want->asked.v[i].dev);
	}
}

static int
write_file(const char *path, print_fn *print, const struct sent *want,
	   struct bal_err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return bal_err_nomem(err);
	print(out, want);
	rc = fclose(out) ? bal_err_nomem(err) :
			   bal_write_file(path, text, len, FILE_MODE, err);
	free(text);
	return rc;
}

/* --- programs ------------------------------------------------------------- */

/* Its status, 0 where it is done; -1: it could not be run, or took too long. */
static int
run(char *const argv[], struct bal_err *err)
{
	char *envp[] = { (char *)PROGRAM_PATH, NULL };
	struct bal_child child = { 0 };
	struct pollfd ended = { .events = POLLIN };
	int status = -1;

	if (bal_child_start(&child, argv, envp, false, err) < 0)
		return -1;
	ended.fd = child.done_fd;
	if (poll(&ended, 1, PROGRAM_MS) > 0)
		status = bal_child_reap(&child);
	bal_child_stop(&child);
	return status < 0 ? bal_err(err, BAL_EUNAVAIL, "%s is too slow", argv[0]) :
			    status;
}

/* --- dnsmasq -------------------------------------------------------------- */

/* 0: there is none.  A pid file may outlive its process. */
static pid_t
dnsmasq_pid(void)
{
	struct bal_err ignored;
	char path[64], *text;
	size_t len;
	long pid;
	bool is_it;

	if (bal_read_kept(DNSMASQ_PID, sizeof(path), &text, &ignored) <= 0)
		return 0;
	pid = strtol(text, NULL, 10);
	free(text);
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	if (pid <= 1 || bal_read_file(path, sizeof(path), &text, &len, &ignored) < 0)
		return 0;
	is_it = strcmp(text, "dnsmasq\n") == 0;
	free(text);
	return is_it ? (pid_t)pid : 0;
}

/*
 * When it starts, it reads the file of itself.  One that is missing later does
 * not make it forget what it has read: so the file stays, without servers.  It has a
 * user of its own: bal-check.service may not signal it, but ask systemd to.
 */
static int
tell_dnsmasq(const char *rundir, const struct sent *want, struct bal_err *err)
{
	char path[BAL_PATH_MAX + sizeof(DNSMASQ_FILE)];
	char *reload[] = { (char *)"systemctl", (char *)"--no-block",
			   (char *)"reload", (char *)"dnsmasq", NULL };
	struct bal_err ignored;
	pid_t pid;
	int eno;

	snprintf(path, sizeof(path), "%s/" DNSMASQ_FILE, rundir);
	if (write_file(path, print_for_dnsmasq, want, err) < 0)
		return -1;
	pid = dnsmasq_pid();
	if (!pid || kill(pid, SIGHUP) == 0 || errno == ESRCH)
		return 0;
	eno = errno;
	if (eno == EPERM && run(reload, &ignored) == 0)
		return 0;
	return bal_err_sys(err, eno,
			   "dnsmasq does not read its name servers anew");
}

/* --- systemd-resolved ----------------------------------------------------- */

/* With servers "" the link has none.  A device that is gone took its along. */
static int
tell_link(const struct bal_asked *asked, const char *servers,
	  struct bal_err *err)
{
	char text[BAL_SERVERS_STRLEN], *rest = text, *word;
	char *argv[WORDS_MAX] = { (char *)"resolvectl", (char *)"dns",
				  (char *)asked->dev };
	size_t n = 3;
	int status;

	if ((int)if_nametoindex(asked->dev) != asked->ifindex)
		return 0;
	(void)bal_copy(text, sizeof(text), servers);
	while (n < WORDS_MAX - 1 && (word = strsep(&rest, " ")))
		argv[n++] = word;
	status = run(argv, err);
	if (status > 0)
		bal_err(err, BAL_EUNAVAIL,
			"systemd-resolved does not take the name servers of %s: "
			"resolvectl ended with %d",
			asked->dev, status);
	return status ? -1 : 0;
}

static int
tell_resolved(const struct sent *sent, const struct sent *want,
	      struct bal_err *err)
{
	for (size_t i = 0; i < want->asked.n; i++) {
		const struct bal_asked *asked = &want->asked.v[i];

		if (!is_same(asked, find(&sent->asked, asked->dev)) &&
		    tell_link(asked, asked->servers, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < sent->asked.n; i++) {
		const struct bal_asked *asked = &sent->asked.v[i];

		if (!find(&want->asked, asked->dev) &&
		    tell_link(asked, "", err) < 0)
			return -1;
	}
	return 0;
}

/* --- either --------------------------------------------------------------- */

/* From @sent to @want, which is of the same resolver, or one of them of none. */
static int
tell(const char *rundir, enum bal_name_servers key, const struct sent *sent,
     const struct sent *want, struct bal_err *err)
{
	if (key == BAL_NAME_SERVERS_DNSMASQ)
		return tell_dnsmasq(rundir, want, err);
	if (key == BAL_NAME_SERVERS_RESOLVED)
		return tell_resolved(sent, want, err);
	return 0;
}

static int
tell_all(const char *rundir, const struct sent *sent, const struct sent *want,
	 struct bal_err *err)
{
	static const struct sent nothing;

	if (sent->key == want->key)
		return tell(rundir, want->key, sent, want, err);
	if (tell(rundir, sent->key, sent, &nothing, err) < 0)
		return -1;
	return tell(rundir, want->key, &nothing, want, err);
}

int
bal_name_servers_tell(const char *rundir, enum bal_name_servers key,
		      const bal_asked_list *asked, struct bal_arena *arena,
		      struct bal_err *err)
{
	char record[BAL_PATH_MAX + sizeof(RECORD)];
	struct sent sent = { 0 }, want = { .key = key };

	if (!asked)
		want.key = BAL_NAME_SERVERS_NO;
	else
		want.asked = *asked;
	snprintf(record, sizeof(record), "%s/" RECORD, rundir);
	if (!want.key && access(record, F_OK) < 0)
		return 0;
	read_record(record, &sent, arena);
	if (want.key && all_sent(&sent, &want))
		return 0;
	if (want.key == BAL_NAME_SERVERS_RESOLVED &&
	    access(RESOLVED_RUNS, F_OK) < 0)
		return 0;
	if (tell_all(rundir, &sent, &want, err) < 0)
		return -1;
	if (want.key)
		return write_file(record, print_record, &want, err);
	(void)unlink(record);
	return 0;
}
