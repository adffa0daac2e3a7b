// SPDX-License-Identifier: GPL-2.0-or-later
/* revert - restores what a trial has changed. */
#include <stdio.h>

#include "base/lock.h"
#include "reconcile/pass_mode.h"
#include "state/read.h"
#include "try/internal.h"

struct putting {
	const struct bal_paths *paths;
	struct bal_err *err; /* of the first failure */
	struct bal_try_left left;
	int failed;
};

static void
note(struct putting *p, int rc, const struct bal_err *why)
{
	if (rc < 0 && p->failed++ == 0)
		*p->err = *why;
}

static void
put_back_file(struct putting *p, const char *name, const char *after,
	      const char *path)
{
	struct bal_err why;

	note(p, bal_try_put_back(p->paths, name, after, path, &p->left, &why),
	     &why);
}

/* By the files as the trial has left them. */
static enum bal_mode
mode_in_force(const struct bal_paths *paths)
{
	struct bal_conf_files files = bal_conf_files(paths);
	struct bal_pass_inputs in = { 0 };
	enum bal_mode mode = BAL_MODE_MULTI;
	struct bal_err ignored;

	files.must_exist = false;
	if (bal_state_read(&in.state, paths->state, false, &ignored) >= 0 &&
	    bal_conf_read_anyway(&in.conf, &files, &in.trouble, &ignored) ==
		    0) {
		bal_pass_load_mode(&in, paths);
		mode = bal_pass_mode(&in);
		bal_conf_fini(&in.conf);
	}
	bal_state_fini(&in.state);
	return mode;
}

/*
 * Each as far as possible: a full disk must not keep the rest from it.  A part
 * that was restored is not restored again when another needs a retry.
 */
static int
put_back(const struct bal_paths *paths, const struct bal_try *t,
	 struct bal_try_left *left, struct bal_err *err)
{
	const enum bal_mode mode = mode_in_force(paths);
	struct putting p = { .paths = paths, .err = err };
	struct bal_err why;

	put_back_file(&p, "conf", "conf.after", t->conf);
	if (bal_try_of_this_boot(t))
		note(&p, bal_try_undo_steps(paths, mode, &why), &why);
	put_back_file(&p, "mode", "mode.after", paths->saved_mode);
	/* Written during the trial, if at all. */
	put_back_file(&p, "last", "conf.after", paths->last_good);
	*left = p.left;
	return p.failed ? -1 : 0;
}

static int
restore_locked(const struct bal_paths *paths, const char *id, const char *why,
	       struct bal_err *err)
{
	struct bal_try_left left;
	struct bal_try t;
	char text[sizeof(left.text) + 96];
	int rc = bal_try_read_own(paths, id, &t, err);

	if (rc <= 0)
		return rc;
	if (put_back(paths, &t, &left, err) < 0)
		return -1;
	snprintf(text, sizeof(text), "%s%s", why, left.text);
	return bal_try_end(paths, "reverted", text, err) < 0 ? -1 : 1;
}

int
bal_try_restore(const struct bal_paths *paths, const char *id, const char *why,
		unsigned wait_ms, struct bal_err *err)
{
	int lock = bal_lock(paths, wait_ms, err), rc;

	if (lock < 0)
		return -1;
	rc = restore_locked(paths, id, why, err);
	bal_unlock(&lock);
	return rc;
}

bool
bal_try_overdue(const struct bal_paths *paths)
{
	struct bal_err why;
	struct bal_try t;
	int rc = bal_try_read(paths, &t, &why);

	return rc > 0 ? bal_try_expired(&t) :
			rc < 0 && why.kind != BAL_EPERM;
}

bool
bal_try_expire(const struct bal_paths *paths, unsigned wait_ms)
{
	struct bal_try t;
	struct bal_err why;
	int rc = bal_try_read(paths, &t, &why);

	/* Hooks without privilege cannot, and a later command will. */
	if (rc == 0 || (rc < 0 && why.kind == BAL_EPERM) ||
	    (rc > 0 && !bal_try_expired(&t)))
		return false;
	if (rc > 0)
		rc = bal_try_restore(paths, t.id, "it was not confirmed in time",
				     wait_ms, &why);
	if (rc < 0 && why.kind != BAL_EBUSY)
		bal_warn("a change that was not confirmed cannot be reverted: "
			 "%.230s", why.msg);
	if (rc > 0)
		bal_warn("a change by bal-try was not confirmed in time, and is "
			 "reverted");
	return rc > 0;
}
