// SPDX-License-Identifier: GPL-2.0-or-later
/* try - what is written down for a change, and put back. */
#include "try/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lock.h"
#include "kernel/snapshot.h"

#define RESULT_MAX 4096
#define COPY_MAX ((size_t)16 << 20)
#define TRY_LOCK_MS 10000

static struct bal_try_path
result_path(const struct bal_paths *paths)
{
	struct bal_try_path p;

	snprintf(p.s, sizeof(p.s), "%s/tried", paths->rundir);
	return p;
}

/* --- copies ------------------------------------------------------------------- */

/* Make @to what @from is; where there is no such file, remove it. */
static int
copy(const char *from, const char *to, struct bal_err *err)
{
	struct stat st;
	char *text;
	size_t len;
	int rc;

	if (stat(from, &st) && (errno == ENOENT || errno == ENOTDIR)) {
		if (unlink(to) && errno != ENOENT && errno != ENOTDIR)
			return bal_err_sys(err, errno, "cannot remove %s", to);
		return 0;
	}
	if (bal_read_file(from, COPY_MAX, &text, &len, err) < 0)
		return -1;
	rc = bal_make_dir_of(to, err);
	if (rc == 0)
		rc = bal_write_file(to, text, len, st.st_mode & 07777, err);
	free(text);
	return rc;
}

static bool
is_same_file(const char *a, const char *b)
{
	char *text_a = NULL, *text_b = NULL;
	size_t len_a, len_b;
	struct bal_err ignored;
	bool same = bal_read_file(a, COPY_MAX, &text_a, &len_a, &ignored) == 0 &&
		    bal_read_file(b, COPY_MAX, &text_b, &len_b, &ignored) == 0 &&
		    len_a == len_b && memcmp(text_a, text_b, len_a) == 0;

	free(text_a);
	free(text_b);
	return same;
}

struct kept {
	const char *name; /* in the trial's directory */
	const char *path;
};

enum { KEPT = 3 };

static void
list_kept(const struct bal_paths *paths, const struct bal_try *t,
	  struct kept out[KEPT])
{
	out[0] = (struct kept){ "last", paths->last_right };
	out[1] = (struct kept){ "mode", paths->saved_mode };
	out[2] = (struct kept){ "conf", t->conf };
}

static int
save_all(const struct bal_paths *paths, const struct bal_try *t,
	 struct bal_err *err)
{
	struct kept kept[KEPT];

	list_kept(paths, t, kept);
	for (int i = 0; i < KEPT; i++)
		if (kept[i].path[0] &&
		    copy(kept[i].path, bal_try_file(paths, kept[i].name).s, err) < 0)
			return -1;
	(void)unlink(bal_try_file(paths, "after").s);
	return copy(paths->state, bal_try_file(paths, "before").s, err);
}

static int
put_back_files(const struct bal_paths *paths, const struct bal_try *t,
	       struct bal_err *err)
{
	struct kept kept[KEPT];

	list_kept(paths, t, kept);
	for (int i = 0; i < KEPT; i++) {
		const struct bal_try_path from = bal_try_file(paths, kept[i].name);

		/* A file system that is read-only has nothing to put back. */
		if (kept[i].path[0] && !is_same_file(from.s, kept[i].path) &&
		    copy(from.s, kept[i].path, err) < 0)
			return -1;
	}
	return 0;
}

static int
put_back_state(const struct bal_paths *paths, struct bal_err *err)
{
	const struct bal_try_path before = bal_try_file(paths, "before");
	const struct bal_try_path after = bal_try_file(paths, "after");
	struct bal_state b = { 0 }, a = { 0 }, now = { 0 };
	/* Killed before it was written: all that differs is the change's. */
	const bool known = access(after.s, F_OK) == 0;
	int rc = bal_state_read(&b, before.s, false, err);

	if (rc >= 0)
		rc = bal_state_read(&a, known ? after.s : paths->state, false,
				    err);
	if (rc >= 0)
		rc = bal_state_read(&now, paths->state, false, err);
	if (rc >= 0)
		rc = bal_try_merge(&b, &a, &now, err);
	if (rc >= 0)
		rc = bal_state_write(&now, paths->state, err);
	bal_state_fini(&b);
	bal_state_fini(&a);
	bal_state_fini(&now);
	return rc < 0 ? -1 : 0;
}

/* --- begin, made, keep, restore ----------------------------------------------- */

static void
write_result(const struct bal_paths *paths, const char *how, const char *why)
{
	char text[160];
	struct bal_err ignored;
	int len = snprintf(text, sizeof(text), "%s: %s\n", how, why);

	if (len > 0 && (size_t)len < sizeof(text))
		(void)bal_write_file(result_path(paths).s, text, (size_t)len,
				     0644, &ignored);
}

void
bal_try_result(const struct bal_paths *paths, char *buf, size_t size)
{
	struct bal_err ignored;
	char *text;
	size_t len;

	buf[0] = '\0';
	if (bal_read_file(result_path(paths).s, RESULT_MAX, &text, &len,
			  &ignored) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	(void)bal_copy(buf, size, text);
	free(text);
}

static int
end(const struct bal_paths *paths, const char *how, const char *why,
    struct bal_err *err)
{
	static const char *const names[] = { "before", "after", "conf", "mode",
					     "last" };

	write_result(paths, how, why);
	if (unlink(bal_try_file(paths, "record").s) && errno != ENOENT)
		return bal_err_sys(err, errno, "cannot remove %s",
				   bal_try_file(paths, "record").s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(bal_try_file(paths, names[i]).s);
	return 0;
}

static int
begin_locked(const struct bal_paths *paths, uint32_t for_ms,
	     struct bal_try *out, struct bal_err *err)
{
	struct bal_try t = { 0 };
	char real[PATH_MAX];
	int rc = bal_try_read(paths, &t, err);

	if (rc > 0)
		return bal_err(err, BAL_EBUSY,
			       "another change is being tried: bal-try --keep "
			       "from a new connection keeps it, and it is "
			       "reverted in %" PRIu64 " s otherwise",
			       t.until_ms > bal_now_ms() ?
				       (t.until_ms - bal_now_ms()) / 1000 :
				       0);
	if (rc < 0 || bal_session_find(&t.session, err) < 0)
		return -1;
	if (bal_copy(t.conf, sizeof(t.conf),
		     realpath(paths->conf, real) ? real : paths->conf) < 0)
		return bal_err_sys(err, ENAMETOOLONG, "%s", paths->conf);
	bal_try_boot_id(t.boot, sizeof(t.boot));
	t.until_ms = bal_now_ms() + for_ms;
	if (bal_make_dir(paths->trial, err) < 0 ||
	    bal_check_private(paths->trial, err) < 0 ||
	    save_all(paths, &t, err) < 0 || bal_try_write(paths, &t, err) < 0)
		return -1;
	(void)unlink(result_path(paths).s);
	*out = t;
	return 0;
}

int
bal_try_begin(const struct bal_paths *paths, uint32_t for_ms,
	      struct bal_try *out, struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err);
	int rc;

	if (lock < 0)
		return -1;
	rc = begin_locked(paths, for_ms, out, err);
	bal_unlock(&lock);
	return rc;
}

int
bal_try_install(const struct bal_try *t, const char *file, struct bal_err *err)
{
	struct bal_conf conf;
	struct stat st;
	int rc;

	if (bal_conf_read(&conf, file, true, err) < 0)
		return -1;
	rc = bal_write_file(t->conf, conf.text ? conf.text : "", conf.len,
			    stat(t->conf, &st) ? 0644 : st.st_mode & 07777,
			    err);
	bal_conf_fini(&conf);
	return rc;
}

int
bal_try_made(const struct bal_paths *paths, struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err), rc;
	struct bal_try t;

	if (lock < 0)
		return -1;
	rc = bal_try_read(paths, &t, err);
	if (rc > 0) {
		t.made_ms = bal_now_ms();
		rc = copy(paths->state, bal_try_file(paths, "after").s, err);
		if (rc == 0)
			rc = bal_try_write(paths, &t, err);
	}
	bal_unlock(&lock);
	return rc;
}

/* -1: @by proves nothing about new connections. */
static int
check_proof(const struct bal_try *t, const struct bal_session *by,
	    struct bal_err *err)
{
	if (!t->made_ms)
		return bal_err(err, BAL_EUSAGE, "the change is not made yet");
	if (by->console)
		return 0;
	if (bal_addr_none(&by->peer))
		return bal_err(err, BAL_EUSAGE,
			       "it is not known by which connection this comes: "
			       "log in anew, outside of tmux or screen, or at "
			       "the console");
	if (!bal_session_is_remote(by))
		return bal_err(err, BAL_EUSAGE,
			       "a connection from this box to itself proves "
			       "nothing");
	if (by->begun_ms < t->made_ms)
		return bal_err(err, BAL_EUSAGE,
			       "this connection is from before the change and "
			       "proves nothing: log in anew (without ssh's "
			       "ControlMaster)");
	return 0;
}

static int
keep_locked(const struct bal_paths *paths, const struct bal_session *by,
	    struct bal_err *err)
{
	char how[BAL_ADDR_STRLEN + 32], peer[BAL_ADDR_STRLEN];
	struct bal_try t;
	int rc = bal_try_read(paths, &t, err);

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (bal_try_expired(&t))
		return 1;
	if (check_proof(&t, by, err) < 0)
		return -1;
	if (by->console)
		snprintf(how, sizeof(how), "confirmed at the console");
	else
		snprintf(how, sizeof(how), "confirmed from %s port %u",
			 bal_addr_host_str(&by->peer, peer), by->peer_port);
	return end(paths, "kept", how, err);
}

int
bal_try_keep(const struct bal_paths *paths, const struct bal_session *by,
	     struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err), rc;

	if (lock < 0)
		return -1;
	rc = keep_locked(paths, by, err);
	bal_unlock(&lock);
	return rc;
}

static int
restore_locked(const struct bal_paths *paths, const char *why,
	       struct bal_err *err)
{
	struct bal_try t;
	int rc = bal_try_read(paths, &t, err);

	if (rc <= 0)
		return rc;
	if (put_back_files(paths, &t, err) < 0 ||
	    (bal_try_of_this_boot(&t) && put_back_state(paths, err) < 0) ||
	    end(paths, "reverted", why, err) < 0)
		return -1;
	return 1;
}

int
bal_try_restore(const struct bal_paths *paths, const char *why,
		unsigned wait_ms, struct bal_err *err)
{
	int lock = bal_lock(paths, wait_ms, err), rc;

	if (lock < 0)
		return -1;
	rc = restore_locked(paths, why, err);
	bal_unlock(&lock);
	return rc;
}

bool
bal_try_expire(const struct bal_paths *paths, unsigned wait_ms)
{
	struct bal_try t;
	struct bal_err why;
	int rc = bal_try_read(paths, &t, &why);

	/* Hooks without privilege cannot, and another command will. */
	if (rc == 0 || (rc < 0 && why.kind == BAL_EPERM) ||
	    (rc > 0 && !bal_try_expired(&t)))
		return false;
	if (rc > 0)
		rc = bal_try_restore(paths, "it was not confirmed in time",
				     wait_ms, &why);
	if (rc < 0 && why.kind != BAL_EBUSY)
		bal_warn("a change that was not confirmed cannot be reverted: "
			 "%.200s", why.msg);
	if (rc > 0)
		bal_warn("a change by bal-try was not confirmed in time, and is "
			 "reverted");
	return rc > 0;
}
