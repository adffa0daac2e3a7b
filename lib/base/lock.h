/* lock - one bal at a time: to change things, and to probe. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LOCK_H
#define BAL_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/paths.h"

/*
 * Make the run directory and take the lock (flock), waiting @wait_ms at most:
 * the descriptor for bal_unlock(); or -1, BAL_EBUSY when the time is over, with
 * the message of bal_lock_explain() unless @wait_ms is 0.  Until bal_unlock()
 * the terminal's stop signals (SIGTSTP of ^Z, SIGTTIN, SIGTTOU) are blocked: a
 * command stopped with the lock would keep traffic on a dead uplink.
 */
int bal_lock(const struct bal_paths *paths, unsigned wait_ms,
	     struct bal_err *err);

/*
 * BAL_EBUSY into @err: the lock is held, by which process as far as /proc/locks
 * shows it, and whether that is stopped.  @waited_ms: how long this command has
 * waited; 0: left out.
 */
void bal_lock_explain(const struct bal_paths *paths, uint64_t waited_ms,
		      struct bal_err *err);

/* A process that holds a lock. */
struct bal_holder {
	pid_t pid;
	char name[20]; /* its comm; "": not visible */
	bool stopped;  /* by ^Z, SIGSTOP or a debugger */
};

/*
 * The process that holds the flock of @path, from /proc/locks; false: not
 * visible.
 */
bool bal_lock_holder(const char *path, struct bal_holder *out);

/* A stopped process that holds a lock of ours, which others would wait for. */
struct bal_stopped {
	struct bal_holder holder;
	const char *lock; /* "lock" or "check.pid", in the run directory */
};

/* False: there is none. */
bool bal_lock_stopped(const struct bal_paths *paths, struct bal_stopped *out);

/* Release @*fd of bal_lock(), which becomes -1; -1: nothing to release. */
void bal_unlock(int *fd);

/*
 * Become the only prober, as long as the descriptor is open: -1 with BAL_EBUSY
 * at once where another process probes, with its name and whether it is
 * stopped.
 */
int bal_lock_run(const struct bal_paths *paths, struct bal_err *err);

/*
 * Is @*fd of bal_lock_run() still the lock that other commands would find?  0:
 * yes.  1: the file or its directory was removed, and the lock is taken anew
 * into @*fd, which is another descriptor then.  -1: as bal_lock_run() where
 * another process was faster, or the file cannot be made; @*fd is as it was.
 */
int bal_lock_run_keep(const struct bal_paths *paths, int *fd,
		      struct bal_err *err);

/* Close bal_lock_run()'s descriptor, if there is one, and set it to -1. */
void bal_lock_run_end(int *fd);

#endif
