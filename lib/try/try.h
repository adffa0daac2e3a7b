/* try - a change that is reverted unless it is confirmed in time. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_H
#define BAL_TRY_H

#include "reconcile/pass.h"
#include "try/session.h"

/*
 * A trial
 * -------
 * LIBDIR/try holds copies of what can be changed, as it was before:
 *
 *	conf, mode, last	bal.conf, the saved mode, the last right bal.conf;
 *				no copy: there was no such file
 *	before, after		the state before the change, and behind it
 *	record			what struct bal_try has
 *
 * `record` is written last and removed last: a trial is pending exactly as long
 * as it is there, whatever was killed.  It is not in the run directory, as a
 * reboot must not confirm anything.  Every step is made under bal's lock.
 */
struct bal_try {
	char boot[40];	   /* the kernel's boot id */
	uint64_t until_ms; /* CLOCK_BOOTTIME */
	uint64_t made_ms;  /* CLOCK_BOOTTIME of the change; 0: not made yet */
	char conf[BAL_PATH_MAX]; /* the file itself, no link to it */
	struct bal_session session; /* who made it; none: not known */
};

/* 1: @out is pending; 0: none is; -1: it cannot be read. */
int bal_try_read(const struct bal_paths *paths, struct bal_try *out,
		 struct bal_err *err);

/* Is its time over, or the boot that it was made in? */
bool bal_try_expired(const struct bal_try *t);

/*
 * Write down what there is, with @for_ms from now on to confirm what is made of
 * it.  BAL_EBUSY: another one is pending.
 */
int bal_try_begin(const struct bal_paths *paths, uint32_t for_ms,
		  struct bal_try *out, struct bal_err *err);

/*
 * The configuration of the trial @t is @file from now on.  BAL_ECONF: it is
 * wrong, and nothing has been changed.
 */
int bal_try_install(const struct bal_try *t, const char *file,
		    struct bal_err *err);

/* The change is made: only a connection that begins from now on confirms it. */
int bal_try_made(const struct bal_paths *paths, struct bal_err *err);

/*
 * Confirm: 0; 1: nothing is pending, or its time is over.  BAL_EUSAGE where
 * session @by is no proof: of the same connection or one from before, of this
 * box itself, or of none that is known.
 */
int bal_try_keep(const struct bal_paths *paths, const struct bal_session *by,
		 struct bal_err *err);

/*
 * Put everything back, but for the kernel, which the next pass reconciles: 1;
 * 0: nothing is pending.  @why is told in the result.  Waits @wait_ms for the
 * lock.
 */
int bal_try_restore(const struct bal_paths *paths, const char *why,
		    unsigned wait_ms, struct bal_err *err);

/*
 * bal_try_restore() if a trial's time is over and its process did not do so:
 * true, and a bal_warn().  What cannot be done is only told.
 */
bool bal_try_expire(const struct bal_paths *paths, unsigned wait_ms);

/* bal_try_restore(), and a pass. */
int bal_try_revert(const struct bal_paths *paths, const char *why,
		   struct bal_err *err);

/* How the last one ended ("kept: ...", "reverted: ..."), or "". */
void bal_try_result(const struct bal_paths *paths, char *buf, size_t size);

/*
 * Wait for the end of the trial's time, or for silence of the session that made
 * it, and revert; returns as soon as none is pending.
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
 * Pure.  What the change made of the requests in @before, seen in @after, is
 * undone in @now: uplinks, their options, the mode, tunnels that were stopped.
 * What others have requested in the meantime holds, as does all that was
 * learned and probed.
 */
int bal_try_merge(const struct bal_state *before, const struct bal_state *after,
		  struct bal_state *now, struct bal_err *err);

#endif
