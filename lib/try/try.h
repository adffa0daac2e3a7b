/* try - a change that is reverted unless it is confirmed in time. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_H
#define BAL_TRY_H

#include "reconcile/pass.h"
#include "try/session.h"

/*
 * A trial
 * -------
 * LIBDIR/try holds copies of what can be changed, as it was before and behind
 * the change, and a record, which has what struct bal_try has:
 *
 *	conf, conf.after	bal.conf, and what is tried as such
 *	last			the last right bal.conf
 *	mode, mode.after	the saved mode
 *	before.N, after.N	the state before and behind pass N of the change
 *	record
 *
 * NAME.none instead of NAME: there was no such file.  What has no copy is not
 * put back.
 *
 * `record` is written when bal.conf is copied, and removed before the copies: a
 * trial is pending exactly as long as it is there, whatever was killed.  It is
 * not in the run directory, as a reboot must not confirm anything.  Every step
 * is made under bal's lock, and by what belongs to the trial of that id alone.
 */
#define BAL_TRY_ID 20
/* How long the change may take, until its time to be confirmed begins. */
#define BAL_TRY_MAKING_MS 60000
/* The environment of the command that is tried: the id. */
#define BAL_TRY_VARIABLE "BAL_TRY"

struct bal_try {
	char id[BAL_TRY_ID];
	char boot[40];	   /* the kernel's boot id */
	uint64_t until_ms; /* CLOCK_BOOTTIME; to be made until then, or kept */
	uint64_t made_ms;  /* CLOCK_BOOTTIME of the change; 0: not made yet */
	char conf[BAL_PATH_MAX]; /* the file itself, no link to it */
	struct bal_session session; /* of its author; none: not known */
};

/*
 * 1: @out is pending; 0: none is; -1: it cannot be read, or is damaged
 * (BAL_ECONF), and what was copied stays.
 */
int bal_try_read(const struct bal_paths *paths, struct bal_try *out,
		 struct bal_err *err);

/* Is its time over, or the boot that it was made in? */
bool bal_try_expired(const struct bal_try *t);

/*
 * Write down that a change is made within BAL_TRY_MAKING_MS from now on, and
 * copy what @conf (NULL: a command is tried) takes the place of.  BAL_EBUSY:
 * another one is pending.
 */
int bal_try_begin(const struct bal_paths *paths, const struct bal_conf *conf,
		  struct bal_try *out, struct bal_err *err);

/* @conf is bal.conf from now on.  BAL_EBUSY: the trial @id is over. */
int bal_try_install(const struct bal_paths *paths, const char *id,
		    const struct bal_conf *conf, struct bal_err *err);

/*
 * This process is a part of trial @id; NULL: of BAL_TRY's in the environment,
 * or of none.  To be called once, before bal_try_run().
 */
void bal_try_join(const char *id);

/*
 * bal_pass_run(), as a part of the trial that this process has joined: what the
 * pass requests is written down, to be undone.  BAL_EBUSY, and nothing is
 * changed: that trial is over.
 */
int bal_try_run(struct bal_pass *pass, const struct bal_intent *intent,
		struct bal_err *err);

/*
 * The change @t is made: it has @for_ms to be confirmed, by a connection that
 * begins from now on.  BAL_EBUSY: it came too late.
 */
int bal_try_made(const struct bal_paths *paths, uint32_t for_ms,
		 struct bal_try *t, struct bal_err *err);

/*
 * Confirm the trial @id, or (NULL) that is pending: 0; 1: there is none, or its
 * time is over.  BAL_EUSAGE where session @by is no proof: of the same
 * connection or one from before, of this box itself, or of none that is known.
 */
int bal_try_keep(const struct bal_paths *paths, const char *id,
		 const struct bal_session *by, struct bal_err *err);

/*
 * Put back what the trial @id has changed and others have not since, but for
 * the kernel, which the next pass reconciles: 1; 0: it is not pending.  -1:
 * some of it could not be, and the trial stays pending for that.  @why is told
 * in the result.  Waits @wait_ms for the lock.
 */
int bal_try_restore(const struct bal_paths *paths, const char *id,
		    const char *why, unsigned wait_ms, struct bal_err *err);

/*
 * bal_try_restore() if a trial's time is over and its process did not do so:
 * true, and a bal_warn().  What cannot be done is only told.
 */
bool bal_try_expire(const struct bal_paths *paths, unsigned wait_ms);

/* Is there one that is to be reverted, and cannot be? */
bool bal_try_overdue(const struct bal_paths *paths);

/* bal_try_restore(), and a pass, also where some could not be put back. */
int bal_try_revert(const struct bal_paths *paths, const char *id,
		   const char *why, struct bal_err *err);

/* How the last one ended ("kept: ...", "reverted: ..."), or "". */
void bal_try_result(const struct bal_paths *paths, char *buf, size_t size);

/*
 * Wait for the end of the trial's time, or for silence of the session that made
 * it, and revert; returns as soon as that trial is not pending.
 */
void bal_try_watch(const struct bal_paths *paths);

/*
 * Have bal_try_watch() done by a process that outlives our session: a
 * transient unit where systemd runs us (`@argv0 --watch`), else a process of
 * its own session.
 */
int bal_try_start_watch(const struct bal_paths *paths, struct bal_err *err);

/*
 * Does the session that we are run by come by uplink @dev (NULL: any), or by a
 * tunnel over it?  Then @err says so, and what to type.  False while a trial is
 * pending, which takes care of that.  @pass is opened and looks.
 */
bool bal_try_cuts_session(struct bal_pass *pass, const char *dev,
			  struct bal_err *err);

/*
 * Pure.  What a pass of the change made of the requests in @before, seen in
 * @after, is undone in @now, field by field: uplinks, their options, the mode,
 * tunnels that were stopped or forgotten.  What is no longer as in @after was
 * requested by others in the meantime and holds, as does all that was learned
 * and probed.
 */
int bal_try_merge(const struct bal_state *before, const struct bal_state *after,
		  struct bal_state *now, struct bal_err *err);

#endif
