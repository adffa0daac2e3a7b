// SPDX-License-Identifier: GPL-2.0-or-later
/* step - one pass of a change on trial: records what it requested. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv */
#endif

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lock.h"
#include "try/internal.h"
#include "state/read.h"
#include "state/write.h"

#define STEPS_MAX 16
#define MODE_COPY "mode"
#define MODE_AFTER "mode.after"
#define MODE_START "mode.0"

struct step_name {
	char s[24]; /* any number fits */
};

/* "before.1", "after.1": the state before and after the first step. */
static struct step_name
name_of(const char *when, int n)
{
	struct step_name name;

	snprintf(name.s, sizeof(name.s), "%s.%d", when, n);
	return name;
}

static bool
has(const struct bal_paths *paths, const char *when, int n)
{
	return access(bal_try_file(paths, name_of(when, n).s).s, F_OK) == 0;
}

static void
drop(const struct bal_paths *paths, int n)
{
	(void)unlink(bal_try_file(paths, name_of("before", n).s).s);
	(void)unlink(bal_try_file(paths, name_of("after", n).s).s);
}

void
bal_try_drop_steps(const struct bal_paths *paths)
{
	for (int n = STEPS_MAX; n >= 0; n--)
		drop(paths, n);
}

/* --- making one ----------------------------------------------------------- */

/* The trial that this process is a part of; "": none. */
static char joined[BAL_TRY_ID];

void
bal_try_join(const char *id)
{
	const char *value = id ? id : secure_getenv(BAL_TRY_VARIABLE);

	if (!value || bal_copy(joined, sizeof(joined), value) < 0)
		joined[0] = '\0';
	/* Not passed on to programs that run as an effect of the change. */
	(void)unsetenv(BAL_TRY_VARIABLE);
}

struct step {
	const struct bal_pass *pass;
	bool saves_mode;
	int n; /* 0: it was not begun */
	struct bal_err why;
};

/* Returned by the pass unchanged. */
struct step_ref {
	struct step *step;
};

static int
write_state(const struct bal_paths *paths, const struct bal_state *state,
	    const char *name, struct bal_err *err)
{
	struct bal_state plain = *state;

	/* Lines of other versions are no part of what was requested. */
	plain.kept = NULL;
	plain.kept_len = 0;
	return bal_state_write(&plain, bal_try_file(paths, name).s, err);
}

static int
begin(struct step *step, struct bal_err *err)
{
	const struct bal_paths *paths = &step->pass->session.paths;
	struct bal_try t;
	int n = 1, rc = bal_try_read(paths, &t, err);

	if (rc < 0)
		return -1;
	if (rc == 0 || strcmp(t.id, joined) != 0 || bal_try_expired(&t))
		return bal_err(err, BAL_EBUSY,
			       "it is too late for what bal-try has begun: "
			       "nothing is changed");
	while (n <= STEPS_MAX && has(paths, "before", n))
		n++;
	if (n > STEPS_MAX)
		return bal_err(err, BAL_EBUSY,
			       "more than %d changes in one bal-try", STEPS_MAX);
	if (step->saves_mode && !bal_try_has(paths, MODE_COPY) &&
	    bal_try_save(paths, MODE_COPY, paths->saved_mode, err) < 0)
		return -1;
	if (write_state(paths, &step->pass->in.state, name_of("before", n).s,
			err) < 0)
		return -1;
	step->n = n;
	return 0;
}

/* --- a command that has recorded no step ----------------------------------- */

int
bal_try_save_start(const struct bal_paths *paths, struct bal_err *err)
{
	struct bal_state now = { 0 };
	int rc = bal_try_save(paths, MODE_START, paths->saved_mode, err);

	if (rc == 0)
		rc = bal_state_read(&now, paths->state, false, err);
	if (rc >= 0)
		rc = write_state(paths, &now, name_of("before", 0).s, err);
	bal_state_fini(&now);
	return rc < 0 ? -1 : 0;
}

int
bal_try_adopt(const struct bal_paths *paths, struct bal_err *err)
{
	const struct bal_try_path start =
		bal_try_file(paths, name_of("before", 0).s);
	struct bal_state now = { 0 };
	int rc;

	if (!has(paths, "before", 0) || has(paths, "before", 1))
		return 0;
	rc = bal_state_read(&now, paths->state, false, err);
	if (rc >= 0)
		rc = write_state(paths, &now, name_of("after", 1).s, err);
	bal_state_fini(&now);
	if (rc < 0 || bal_try_save(paths, MODE_AFTER, paths->saved_mode, err) < 0)
		return -1;
	bal_try_rename(paths, MODE_START, MODE_COPY);
	if (rename(start.s, bal_try_file(paths, name_of("before", 1).s).s))
		return bal_err_sys(err, errno, "cannot write %s", start.s);
	return 0;
}

/* Called by the pass, under the lock and before anything is changed. */
static bool
may_begin(const void *arg)
{
	struct step *step = ((const struct step_ref *)arg)->step;

	return begin(step, &step->why) == 0;
}

/*
 * A kill, or a lock that another command holds, may keep this from being
 * written: every difference is then attributed to the change.
 */
static int
end(const struct step *step, struct bal_err *err)
{
	const struct bal_paths *paths = &step->pass->session.paths;
	int lock = bal_lock(paths, BAL_LOCK_WAIT_MS, err);
	struct bal_try t;
	int rc = lock < 0 ? -1 : bal_try_read(paths, &t, err);

	/* It may have been reverted by now. */
	if (rc > 0 && strcmp(t.id, joined) == 0) {
		rc = step->saves_mode ? bal_try_save(paths, MODE_AFTER,
						     paths->saved_mode, err) :
					0;
		if (rc == 0)
			rc = write_state(paths, &step->pass->in.state,
					 name_of("after", step->n).s, err);
	}
	if (lock >= 0)
		bal_unlock(&lock);
	return rc < 0 ? -1 : 0;
}

int
bal_try_run(struct bal_pass *pass, const struct bal_intent *intent,
	    struct bal_err *err)
{
	struct step step = { .pass = pass, .saves_mode = intent->save_mode };
	const struct step_ref ref = { &step };
	struct bal_intent mine = *intent;
	struct bal_err why;
	int rc;

	if (!joined[0] || pass->session.dry_run)
		return bal_pass_run(pass, intent, err);
	mine.is_left = may_begin;
	mine.left = &ref;
	rc = bal_pass_run(pass, &mine, err);
	if (step.why.kind != BAL_EOK) {
		*err = step.why;
		return -1;
	}
	if (step.n && end(&step, &why) < 0 && rc == 0) {
		*err = why;
		rc = -1;
	}
	return rc;
}

/* --- undoing them --------------------------------------------------------- */

static int
undo(const struct bal_paths *paths, int n, struct bal_state *now,
     struct bal_err *err)
{
	const bool known = has(paths, "after", n);
	struct bal_state before = { 0 }, after = { 0 };
	int rc = bal_state_read(
		&before, bal_try_file(paths, name_of("before", n).s).s, false,
		err);

	if (rc >= 0)
		rc = bal_state_read(
			&after,
			known ? bal_try_file(paths, name_of("after", n).s).s :
				paths->state,
			false, err);
	if (rc >= 0)
		rc = bal_try_merge(&before, &after, now, err);
	bal_state_fini(&before);
	bal_state_fini(&after);
	return rc < 0 ? -1 : 0;
}

int
bal_try_undo_steps(const struct bal_paths *paths, enum bal_mode mode,
		   struct bal_err *err)
{
	struct bal_state was = { 0 }, now = { 0 };
	int rc;

	if (!has(paths, "before", 1))
		return 0;
	rc = bal_state_read(&was, paths->state, false, err);
	if (rc >= 0)
		rc = bal_state_read(&now, paths->state, false, err);
	for (int n = STEPS_MAX; rc >= 0 && n > 0; n--)
		if (has(paths, "before", n))
			rc = undo(paths, n, &now, err);
	if (rc >= 0)
		rc = bal_pass_put_state(paths, &was, mode, &now, err);
	/* Once: requests of others before all the rest is done hold. */
	if (rc >= 0)
		bal_try_drop_steps(paths);
	bal_state_fini(&was);
	bal_state_fini(&now);
	return rc < 0 ? -1 : 0;
}
