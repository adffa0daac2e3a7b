/* try - a change that is reverted unless it is confirmed in time. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_H
#define BAL_TRY_H

#include "reconcile/pass.h"
#include "try/session.h"

/*
 * A trial
 * -------
 * LIBDIR/try holds copies of what can be changed, from before and after the
 * change, and a record with the members of struct bal_try:
 *
 *	conf, conf.after	bal.conf, and its replacement on trial
 *	last			the last good bal.conf
 *	mode, mode.after	the saved mode
 *	before.N, after.N	the state before and after pass N of the change
 *	before.0, mode.0	state and saved mode before a command was run:
 *				what counts where it has recorded no pass
 *	record
 *
 * NAME.none instead of NAME: there was no such file.  What has no copy is not
 * restored.
 *
 * `record` is written when bal.conf is copied, and removed before the copies: a
 * trial is pending exactly as long as it is there, whatever is killed.  It is
 * not in the run directory, as a reboot must not confirm anything.  Every step
 * is made under bal's lock, and only for the trial of that id.
 */
#define BAL_TRY_ID 20
/*
 * The change must be made within this time, before the time to confirm begins.
 */
#define BAL_TRY_MAKING_MS 60000
/* Environment variable of the command on trial: the id. */
#define BAL_TRY_VARIABLE "BAL_TRY"

struct bal_try {
	char id[BAL_TRY_ID];
	char boot[40];	   /* the kernel's boot id */
	uint64_t until_ms; /* CLOCK_BOOTTIME; to be made or kept by then */
	uint64_t made_ms;  /* CLOCK_BOOTTIME of the change; 0: not made yet */
	char conf[BAL_PATH_MAX]; /* resolved: no symbolic link */
	struct bal_session session; /* of its author; none: unknown */
};

/*
 * 1: @out is pending; 0: none is; -1: it cannot be read, or is damaged
 * (BAL_ECONF), and its copies stay.
 */
int bal_try_read(const struct bal_paths *paths, struct bal_try *out,
		 struct bal_err *err);

/* Is its time over, or was it made in another boot? */
bool bal_try_expired(const struct bal_try *t);

/*
 * Record that a change is made within BAL_TRY_MAKING_MS from now on, and copy
 * what @conf (NULL: a command is tried) replaces.  -1: BAL_EBUSY where another
 * trial is pending.
 */
int bal_try_begin(const struct bal_paths *paths, const struct bal_conf *conf,
		  struct bal_try *out, struct bal_err *err);

/* Replace bal.conf by @conf.  -1: BAL_EBUSY where the trial @id is over. */
int bal_try_install(const struct bal_paths *paths, const char *id,
		    const struct bal_conf *conf, struct bal_err *err);

/*
 * Make this process a part of trial @id; NULL: of BAL_TRY's in the environment,
 * or of none.  To be called once, before bal_try_run().
 */
void bal_try_join(const char *id);

/*
 * bal_pass_run(), as a part of the trial that this process has joined: what the
 * pass requests is recorded, to be undone.  -1: BAL_EBUSY, and nothing is
 * changed, where that trial is over.
 */
int bal_try_run(struct bal_pass *pass, const struct bal_intent *intent,
		struct bal_err *err);

/*
 * The change @t is made: it has @for_ms to be confirmed, by a connection that
 * begins from now on.  -1: BAL_EBUSY where it came too late.
 */
int bal_try_made(const struct bal_paths *paths, uint32_t for_ms,
		 struct bal_try *t, struct bal_err *err);

/*
 * Confirm the trial @id, or (NULL) the pending one: 0; 1: there is none, or its
 * time is over.  -1: BAL_EUSAGE where session @by is no proof: of the same
 * connection or an older one, of this box itself, or unknown.
 */
int bal_try_keep(const struct bal_paths *paths, const char *id,
		 const struct bal_session *by, struct bal_err *err);

/*
 * Restore what the trial @id has changed and others have not since, but for the
 * kernel, which the next pass reconciles: 1; 0: it is not pending.  -1: some of
 * it could not be restored, and the trial stays pending.  @why is part of the
 * result.  Waits @wait_ms for the lock.
 */
int bal_try_restore(const struct bal_paths *paths, const char *id,
		    const char *why, unsigned wait_ms, struct bal_err *err);

/*
 * bal_try_restore() if a trial's time is over and its process did not do so:
 * true, and a bal_warn().  Failures are only reported.
 */
bool bal_try_expire(const struct bal_paths *paths, unsigned wait_ms);

/* Is a trial to be reverted, and could not be? */
bool bal_try_overdue(const struct bal_paths *paths);

/*
 * bal_try_restore(), and a pass, also where some could not be restored.  -1
 * with @err.
 */
int bal_try_revert(const struct bal_paths *paths, const char *id,
		   const char *why, struct bal_err *err);

/* Copy how the last trial ended ("kept: ...", "reverted: ..."), or "". */
void bal_try_result(const struct bal_paths *paths, char *buf, size_t size);

/*
 * Wait for the end of the trial's time, or for silence of the session that made
 * it, and revert; returns as soon as that trial is not pending.
 */
void bal_try_watch(const struct bal_paths *paths);

/*
 * Run bal_try_watch() in a process that outlives our session: a transient unit
 * where systemd runs us (`@argv0 --watch`), else a process of its own session.
 * -1 with @err.
 */
int bal_try_start_watch(const struct bal_paths *paths, struct bal_err *err);

/*
 * Does the session that we run in use uplink @dev (NULL: any), or a tunnel over
 * it?  Then @err says so, and which command to type.  False while a trial is
 * pending, which reverts by itself.  @pass is opened here, and looks.
 */
bool bal_try_cuts_session(struct bal_pass *pass, const char *dev,
			  struct bal_err *err);

/*
 * Pure.  Undo in @now what a pass of the change requested from @before to
 * @after, field by field: uplinks, their options, the mode, tunnels that were
 * stopped or whose record was dropped.  What differs from @after was requested
 * by others in the meantime and holds, as does all that was observed and
 * probed.  -1 with @err.
 */
int bal_try_merge(const struct bal_state *before, const struct bal_state *after,
		  struct bal_state *now, struct bal_err *err);

#endif
