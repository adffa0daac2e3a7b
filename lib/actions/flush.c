// SPDX-License-Identifier: GPL-2.0-or-later
/* flush - starts bal-flush, and is its main part. */
#include "actions/flush.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actions/flush_uplink.h"
#include "base/libexec.h"
#include "base/paths.h"
#include "config/conf.h"
#include "netlink/read.h"

typedef BAL_LIST(pid_t) pid_list;

/* Fields of the argument for one release. */
enum { DEV, WHAT, MARK, MASK, IFINDEX, SHARED, INBOUND, SOURCE, WHOSE, CONF, N_FIELDS };

/* In the field WHOSE, empty for all; CONF says which groups there are. */
#define REST "-"
#define OF_GROUP "="

/* Beside enum bal_on_dead in the field WHAT. */
#define UNTIL_BACK 4
#define SIX 8

/* --- starting it ---------------------------------------------------------- */

static void
take_line(const char *name, const char *line)
{
	const size_t event = strlen(BAL_FLUSH_EVENT);

	(void)name;
	if (strncmp(line, BAL_FLUSH_EVENT, event) == 0)
		bal_say(BAL_SAY_EVENT, "%s", line + event);
	else
		bal_warn("%s", line);
}

/* NULL, which @arena records: no memory. */
static char *BAL_PRINTF(2, 3)
	text(struct bal_arena *arena, const char *fmt, ...)
{
	char *out = bal_arena_alloc(arena, BAL_ADDR_STRLEN);
	va_list ap;

	va_start(ap, fmt);
	if (out)
		vsnprintf(out, BAL_ADDR_STRLEN, fmt, ap);
	va_end(ap);
	return out;
}

static void
put_release(char **argv, const struct bal_release *r, uint32_t mask,
	    const char *conf, struct bal_arena *arena)
{
	char host[BAL_ADDR_STRLEN];

	argv[DEV] = text(arena, "%s", r->dev);
	argv[WHAT] = text(arena, "%u",
			  r->on_dead | (r->until_back ? UNTIL_BACK : 0) |
				  (r->six ? SIX : 0));
	argv[MARK] = text(arena, "%" PRIu32, r->mark);
	argv[MASK] = text(arena, "%" PRIu32, mask);
	argv[IFINDEX] = text(arena, "%d", r->ifindex);
	argv[SHARED] = text(arena, "%d", r->shared);
	argv[INBOUND] = text(arena, "%d", r->inbound_stays);
	argv[SOURCE] = text(arena, "%s",
			    bal_addr_none(&r->source) ?
				    "" :
				    bal_addr_str(&r->source, host));
	argv[WHOSE] = text(arena, "%s%s",
			   r->of == BAL_RELEASE_ALL  ? "" :
			   r->of == BAL_RELEASE_REST ? REST :
						       OF_GROUP,
			   r->group);
	argv[CONF] = (char *)(r->of == BAL_RELEASE_ALL ? "" : conf);
}

int
bal_flush_start(struct bal_runner *runner, const bal_release_list *releases,
		uint32_t mask, const char *conf, uint32_t limit_ms,
		struct bal_err *err)
{
	struct bal_arena arena = { 0 };
	char path[BAL_PATH_MAX], **argv;
	int rc;

	argv = bal_arena_alloc(&arena,
			       (releases->n * N_FIELDS + 2) * sizeof(*argv));
	for (size_t i = 0; argv && i < releases->n; i++)
		put_release(argv + 1 + i * N_FIELDS, &releases->v[i], mask,
			    conf, &arena);
	if (arena.oom) {
		bal_arena_fini(&arena);
		return bal_err_nomem(err);
	}
	bal_libexec_find("bal-flush", path);
	argv[0] = path;
	rc = bal_runner_start(runner, argv, environ, limit_ms, take_line, err);
	bal_arena_fini(&arena);
	return rc;
}

/* --- the program ---------------------------------------------------------- */

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

/*
 * Processes named openvpn, which monitor their own connections and reconnect by
 * themselves.  Of any user: most drop root, and another process with that name
 * only keeps its own sockets.  -1: unknown, so that no socket may be closed.
 */
static int
find_openvpn(struct bal_arena *arena, pid_list *pids)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return -1;
	while ((entry = readdir(proc))) {
		pid_t *pid;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !is_openvpn(dirfd(proc), entry->d_name))
			continue;
		pid = BAL_PUSH(arena, pids);
		if (pid)
			*pid = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	closedir(proc);
	return arena->oom ? -1 : 0;
}

/* Reads what tells groups apart into @arena and @conf, which it owns then. */
static int
read_whose(const struct bal_release *r, const char *path, struct bal_conf *conf,
	   struct bal_arena *arena, struct bal_whose *out, struct bal_err *err)
{
	char parts[BAL_PATH_MAX + 4];
	const struct bal_conf_files files = { .path = path,
					      .parts = parts,
					      .kept = true };
	struct bal_conf_trouble ignored;
	bal_ifaddr_list addrs = { 0 };
	struct bal_nl *nl = bal_nl_open(err);
	struct bal_addr *own;
	int rc = nl ? bal_nl_addrs_of(nl, r->six ? AF_INET6 : AF_INET, arena,
				      &addrs, err) :
		      -1;

	bal_nl_close(nl);
	own = bal_arena_alloc(arena, (addrs.n + 1) * sizeof(*own));
	if (!own)
		return bal_err_nomem(err);
	if (rc == BAL_DUMP_ABSENT)
		return bal_err(err, BAL_ESYS, "addresses cannot be read");
	snprintf(parts, sizeof(parts), "%s.d", path);
	if (rc < 0 || bal_conf_read_anyway(conf, &files, &ignored, err) < 0)
		return -1;
	for (size_t i = 0; i < addrs.n; i++)
		own[i] = bal_addr_host(&addrs.v[i].addr);
	*out = (struct bal_whose){
		.policy = &conf->policy,
		.group = r->of == BAL_RELEASE_GROUP ? r->group : NULL,
		.own = own,
		.n_own = addrs.n,
	};
	return 0;
}

/* Found once: one run is of one pass, and /proc is dear. */
struct spared {
	struct bal_arena arena;
	pid_list pids;
	int found; /* 1: yes; -1: unknown */
};

static bool
find_spared(struct spared *spared)
{
	if (!spared->found)
		spared->found =
			find_openvpn(&spared->arena, &spared->pids) ? -1 : 1;
	return spared->found > 0;
}

static void
flush_known(const struct bal_release *r, uint32_t mask,
	    const struct bal_whose *whose, struct spared *spared)
{
	struct bal_flush_what what = {
		.mark = r->mark,
		.dev = r->dev,
		.six = r->six,
		.held_mask = r->until_back ? mask : 0,
		.dev_only = r->shared,
		.ifindex = r->ifindex,
		.inbound_stays = r->inbound_stays,
		.whose = whose,
	};
	struct bal_flushed gone = { 0 };
	struct bal_err why;

	if (r->on_dead & BAL_ON_DEAD_CONNTRACK)
		what.mask = mask;
	if (r->on_dead & BAL_ON_DEAD_SOCKETS) {
		if (find_spared(spared))
			what.source = r->source;
		else
			bal_warn("sockets cannot be closed: the processes "
				 "that are to keep them are not known");
		what.spared = spared->pids.v;
		what.n_spared = spared->pids.n;
	}
	if (bal_flush_uplink(&what, &gone, &why) < 0)
		bal_warn("%s: %s", r->dev, why.msg);
	else if (gone.connections || gone.sockets)
		bal_say(BAL_SAY_EVENT,
			"%s: flushed %u connections, closed %u sockets", r->dev,
			gone.connections, gone.sockets);
}

static void
flush_one(const struct bal_release *r, uint32_t mask, const char *path,
	  struct spared *spared)
{
	struct bal_conf conf = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_whose whose;
	struct bal_err why;

	if (r->of == BAL_RELEASE_ALL)
		flush_known(r, mask, NULL, spared);
	else if (read_whose(r, path, &conf, &arena, &whose, &why) < 0)
		bal_warn("%s: connections stay: %s", r->dev, why.msg);
	else
		flush_known(r, mask, &whose, spared);
	bal_conf_fini(&conf);
	bal_arena_fini(&arena);
}

static bool
number(const char *text, uint32_t *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	*out = (uint32_t)n;
	return *text >= '0' && *text <= '9' && !*end && !errno &&
	       n <= UINT32_MAX;
}

static bool
read_of(const char *text, struct bal_release *r)
{
	if (strcmp(text, REST) == 0)
		r->of = BAL_RELEASE_REST;
	else if (*text == *OF_GROUP)
		r->of = BAL_RELEASE_GROUP;
	else if (*text)
		return false;
	return r->of != BAL_RELEASE_GROUP ||
	       bal_copy(r->group, sizeof(r->group), text + 1) == 0;
}

static bool
read_release(char *const argv[], struct bal_release *r, uint32_t *mask)
{
	uint32_t what, ifindex, shared, inbound;
	struct bal_err why;

	*r = (struct bal_release){ 0 };
	if (bal_copy(r->dev, sizeof(r->dev), argv[DEV]) < 0 ||
	    !number(argv[WHAT], &what) || !number(argv[MARK], &r->mark) ||
	    !number(argv[MASK], mask) || !number(argv[IFINDEX], &ifindex) ||
	    !read_of(argv[WHOSE], r) || !number(argv[SHARED], &shared) ||
	    !number(argv[INBOUND], &inbound))
		return false;
	r->on_dead = what & ~(uint32_t)(UNTIL_BACK | SIX);
	r->until_back = what & UNTIL_BACK;
	r->six = what & SIX;
	r->ifindex = (int)ifindex;
	r->shared = shared;
	r->inbound_stays = inbound;
	return !*argv[SOURCE] ||
	       bal_addr_parse(argv[SOURCE], &r->source, &why) == 0;
}

int
bal_flush_run(int argc, char *const argv[], struct bal_err *err)
{
	struct spared spared = { 0 };
	struct bal_release r;
	uint32_t mask;

	for (int i = 0; i < argc; i += N_FIELDS)
		if (argc % N_FIELDS || !read_release(argv + i, &r, &mask))
			return bal_err(err, BAL_EUSAGE,
				       "other commands of bal start it");
	for (int i = 0; i < argc; i += N_FIELDS)
		if (read_release(argv + i, &r, &mask))
			flush_one(&r, mask, argv[i + CONF], &spared);
	bal_arena_fini(&spared.arena);
	return 0;
}
