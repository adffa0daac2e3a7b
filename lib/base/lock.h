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
 * the words of bal_lock_explain() unless @wait_ms is 0.  Until bal_unlock() the terminal's stop
 * signals (SIGTSTP of ^Z, SIGTTIN, SIGTTOU) wait: a command that sleeps with
 * the lock would keep traffic on a dead uplink.
 */
int bal_lock(const struct bal_paths *paths, unsigned wait_ms,
	     struct bal_err *err);

/*
 * BAL_EBUSY into @err: the lock is held, and by which process as far as the
 * kernel tells (/proc/locks), and whether that is stopped.  @waited_ms: for how
 * long at least; 0: it is not said.
 */
void bal_lock_explain(const struct bal_paths *paths, uint64_t waited_ms,
		      struct bal_err *err);

/* A process that holds a lock. */
struct bal_holder {
	pid_t pid;
	char name[20]; /* its own word (comm); "": not to be seen */
	bool stopped;  /* by ^Z, SIGSTOP or a debugger */
};

/* Who holds the flock of @path, as /proc/locks has it; false: not to be seen. */
bool bal_lock_holder(const char *path, struct bal_holder *out);

/* One that is stopped with a lock of ours: what others would have to wait for. */
struct bal_stopped {
	struct bal_holder holder;
	const char *lock; /* "lock" or "check.pid", in the run directory */
};

/* False: there is none. */
bool bal_lock_stopped(const struct bal_paths *paths, struct bal_stopped *out);

/* Release @*fd of bal_lock(), which becomes -1; -1: nothing to release. */
void bal_unlock(int *fd);

/*
 * Be the only one that probes, as long as the descriptor is open: -1 with
 * BAL_EBUSY, naming the process that does, and whether it is stopped, at once
 * where there is one.
 */
int bal_lock_run(const struct bal_paths *paths, struct bal_err *err);

/*
 * Is @*fd of bal_lock_run() still the lock that others would find?  0: yes.
 * Somebody may have removed the file, or its directory: 1, taken anew into @*fd,
 * which is another descriptor then; -1 as bal_lock_run() where another process
 * was faster, or it cannot be made, with @*fd as it was.
 */
int bal_lock_run_keep(const struct bal_paths *paths, int *fd,
		      struct bal_err *err);

/* Give bal_lock_run()'s descriptor back, if there is one: -1 then. */
void bal_lock_run_end(int *fd);

#endif
