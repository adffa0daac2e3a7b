/* requests - root reads untrusted requests, and carries them out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_H
#define BAL_REQUESTS_H

#include "reconcile/pass.h"
#include "reconcile/waiting.h"

/* The budget of a command with work of its own, in ms. */
#define BAL_REQUESTS_MS 1000

/*
 * Carry out the last request of each device, the oldest first, each by
 * bal_pass_run(), and drop those before it.  No pass is begun after @budget_ms,
 * and 2000 entries are read, at most: however many there are, it takes that,
 * one pass and some 50 ms.  Returns the number of passes; *@more: there is more
 * to do, now or when the lock is free.
 *
 * Files that are no requests are removed, unread unless they are plain files of
 * a request's size; so are unfinished ones after a minute.  A directory that is
 * not empty gets a hidden name.  Refusals and removals are reported once a
 * minute, with their number.  Does nothing with dry_run, without the directory,
 * and for others than root.
 */
unsigned bal_requests_run(struct bal_pass *pass, unsigned budget_ms,
			  bool *more);

/* Requests under --watch.  Zero state: none waits. */
struct bal_requests_due {
	bool waiting;	  /* some may wait: set when a file is left */
	uint64_t next_ns; /* bal_clock_ns(); no step before */
};

/*
 * bal_requests_run() where some may wait and it is time: 20 ms, one pass and 50
 * ms at most, and three times what it took, 100 ms at least, until the next.
 * True: a pass was run.
 */
bool bal_requests_step(struct bal_requests_due *due, struct bal_pass *pass);

#endif
