// SPDX-License-Identifier: GPL-2.0-or-later
/* requests - root reads untrusted requests, and carries them out. */
#include "reconcile/requests.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "state/read.h"
#include "reconcile/requests_dir.h"

#define LOOK_MAX 2000	/* entries, at about 20 us each */
#define HIDDEN_MAX 500	/* and hidden files */
#define ENTRIES_MAX 50000 /* hidden directories, too: these cost little */
#define UNFINISHED_S 60
#define NEWS_NS (60000 * BAL_NS_PER_MS) /* between reports of refusals */

/*
 * Of a step: at most so long at a time, then a pause of at least three times
 * that.  A flood takes a fourth of the time, and delays a change of health no
 * longer.
 */
#define STEP_MS 20
#define REST_TIMES 3
#define REST_LEAST_NS (100 * BAL_NS_PER_MS)

/*
 * Between two passes, so that other commands get the lock, which they try every
 * 20 ms.
 */
#define LOCK_REST_MS 25

/* --- the directory's entries ---------------------------------------------- */

/*
 * A directory that is not empty cannot be removed, nor moved elsewhere without
 * write permission: it gets a hidden name.
 */
static bool
remove_entry(int dir, const char *name, const struct stat *st)
{
	char hidden[64];

	if (!S_ISDIR(st->st_mode))
		return unlinkat(dir, name, 0) == 0;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return true;
	snprintf(hidden, sizeof(hidden), ".refused-%llu",
		 (unsigned long long)st->st_ino);
	if (name[0] != '.')
		(void)renameat2(dir, name, dir, hidden, RENAME_NOREPLACE);
	return false;
}

/* Its owner may set any mtime: one in the future proves nothing. */
static bool
is_unfinished(const char *name, const struct stat *st, time_t now)
{
	return name[0] == '.' && bal_waiting_is_plain(st) &&
	       st->st_mtim.tv_sec > now - UNFINISHED_S &&
	       st->st_mtim.tv_sec < now + UNFINISHED_S;
}

/* --- reporting ------------------------------------------------------------ */

/* A flood of requests must not flood the log. */
static struct {
	uint64_t next_ns; /* not before */
	unsigned refused, removed;
	struct bal_err first, busy;
} news;

static void
note_refused(const struct bal_waiting *w, const struct bal_err *why)
{
	const char *dev = w->request.dev;

	if (news.refused++ == 0)
		bal_err(&news.first, why->kind,
			"request by uid %u%s%s is refused: %s", w->uid,
			dev[0] ? " for " : "", dev, why->msg);
}

static void
tell_news(const struct bal_pass *pass)
{
	uint64_t now = bal_clock_ns();

	if ((!news.refused && !news.removed && !news.busy.kind) ||
	    now < news.next_ns)
		return;
	if (news.busy.kind)
		bal_warn("%s", news.busy.msg);
	if (news.refused)
		bal_warn("%s", news.first.msg);
	if (news.refused > 1)
		bal_warn("%u more requests are refused", news.refused - 1);
	if (news.removed)
		bal_warn("%u things in %s that are no requests are removed",
			 news.removed, pass->session.paths.requests);
	news.refused = news.removed = 0;
	news.busy.kind = BAL_EOK;
	news.next_ns = now + NEWS_NS;
}

/* --- carrying out --------------------------------------------------------- */

struct run {
	struct bal_pass *pass;
	int dir;
	time_t now;
	bool more;
	bool loaded;
	struct bal_state state; /* where the pass has none yet */
	struct bal_waiting_list list;
};

/* Not another one that was left under the same name meanwhile. */
static bool
is_there(int dir, const struct bal_waiting *w, struct stat *st)
{
	return fstatat(dir, w->name, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st->st_ino == w->ino;
}

static void
drop(int dir, const struct bal_waiting *w)
{
	struct stat st;

	if (is_there(dir, w, &st))
		(void)remove_entry(dir, w->name, &st);
}

struct left {
	int dir;
	const struct bal_waiting *w;
};

/*
 * While we waited for the lock another command may have carried out this one,
 * and a later one.
 */
static bool
is_left(const void *arg)
{
	const struct left *left = arg;
	struct stat st;

	return is_there(left->dir, left->w, &st);
}

/*
 * Unknown devices are refused without reading the kernel: they must not delay
 * known ones.  Without a state the pass decides.
 */
static bool
is_known(struct run *r, const char *dev, struct bal_err *err)
{
	const struct bal_state *state = &r->pass->in.state;
	struct bal_err ignored;

	if (!state->n_uplinks) {
		if (!r->loaded)
			(void)bal_state_read(&r->state, r->pass->session.paths.state,
					     false, &ignored);
		r->loaded = true;
		state = &r->state;
	}
	return !state->n_uplinks ||
	       bal_intent_known(dev, &r->pass->in.conf, state, err) == 0;
}

static void
take(struct run *r, const char *name)
{
	struct bal_waiting w = { 0 }, loser = { 0 };
	struct bal_err why = { 0 };

	if (bal_waiting_read(r->dir, name, &w, &why) < 0 ||
	    !is_known(r, w.request.dev, &why)) {
		if (w.name[0]) {
			note_refused(&w, &why);
			drop(r->dir, &w);
		}
		return;
	}
	if (bal_waiting_add(&r->list, &w, &loser))
		drop(r->dir, &loser);
	else
		r->more |= loser.name[0] != '\0';
}

static void
look_at(struct run *r, const char *name)
{
	struct stat st;

	if (fstatat(r->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    is_unfinished(name, &st, r->now))
		return;
	if (name[0] != '.' && bal_waiting_is_plain(&st) &&
	    strlen(name) < sizeof(r->list.v[0].name))
		take(r, name);
	else
		news.removed += remove_entry(r->dir, name, &st);
}

/* Hidden files must not delay requests. */
static void
look_at_all(struct run *r, DIR *entries)
{
	struct dirent *entry;
	int n = 0, n_hidden = 0;

	for (int i = 0; i < ENTRIES_MAX && (entry = readdir(entries)); i++) {
		if (entry->d_name[0] == '.') {
			if (entry->d_type != DT_DIR && n_hidden++ < HIDDEN_MAX)
				look_at(r, entry->d_name);
		} else if (n++ < LOOK_MAX) {
			look_at(r, entry->d_name);
		} else {
			r->more = true;
			break;
		}
	}
}

static int
look(struct run *r, struct bal_err *err)
{
	int again = openat(r->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = again < 0 ? NULL : fdopendir(again);
	struct timespec now;

	if (!entries) {
		bal_err_sys(err, errno, "cannot look for requests");
		if (again >= 0)
			close(again);
		return -1;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	r->now = now.tv_sec;
	look_at_all(r, entries);
	closedir(entries);
	return 0;
}

/* Gives other commands time to lock; --watch rests between its steps. */
static void
let_others_lock(const struct bal_pass *pass)
{
	struct timespec rest = { .tv_nsec = LOCK_REST_MS * BAL_NS_PER_MS };

	if (!pass->session.runner)
		nanosleep(&rest, NULL);
}

/* Returns the number of passes; what exceeds the budget has to wait. */
static unsigned
carry_out(struct run *r, uint64_t end_ns)
{
	size_t i;

	for (i = 0; i < r->list.n && (i == 0 || bal_clock_ns() < end_ns); i++) {
		const struct bal_waiting *w = &r->list.v[i];
		struct bal_intent intent = bal_request_intent(&w->request);
		const struct left left = { r->dir, w };
		struct bal_err why = { 0 };

		intent.is_left = is_left;
		intent.left = &left;
		if (bal_pass_run(r->pass, &intent, &why) < 0) {
			if (why.kind == BAL_EBUSY) {
				news.busy = why;
				break;
			}
			note_refused(w, &why);
		}
		drop(r->dir, w);
		if (i + 1 < r->list.n)
			let_others_lock(r->pass);
	}
	r->more |= i < r->list.n;
	return (unsigned)i;
}

static int
open_dir(struct bal_pass *pass)
{
	struct bal_err why = { 0 };
	int dir;

	if (bal_requests_directory(&pass->session.paths, &why) < 0)
		bal_warn("%s", why.msg);
	dir = bal_requests_open(&pass->session.paths, &why);
	if (dir < 0 && why.kind != BAL_EUNAVAIL)
		bal_warn("%s", why.msg);
	return dir;
}

unsigned
bal_requests_run(struct bal_pass *pass, unsigned budget_ms, bool *more)
{
	const uint64_t end_ns = bal_clock_ns() + budget_ms * BAL_NS_PER_MS;
	struct bal_err why = { 0 };
	struct run *r;
	unsigned n = 0;
	int dir;

	*more = false;
	if (pass->session.dry_run || geteuid() != 0 || (dir = open_dir(pass)) < 0)
		return 0;
	r = calloc(1, sizeof(*r));
	if (r) {
		r->pass = pass;
		r->dir = dir;
	}
	if (!r || look(r, &why) < 0)
		bal_warn("%s", r ? why.msg : "no memory for requests");
	else
		n = carry_out(r, end_ns);
	if (r) {
		*more = r->more;
		bal_state_fini(&r->state);
	}
	free(r);
	close(dir);
	tell_news(pass);
	return n;
}

bool
bal_requests_step(struct bal_requests_due *due, struct bal_pass *pass)
{
	uint64_t began = bal_clock_ns(), end, rest;
	unsigned n;

	if (!due->waiting || began < due->next_ns)
		return false;
	n = bal_requests_run(pass, STEP_MS, &due->waiting);
	end = bal_clock_ns();
	rest = (end - began) * REST_TIMES;
	due->next_ns = end + (rest > REST_LEAST_NS ? rest : REST_LEAST_NS);
	return n > 0;
}
