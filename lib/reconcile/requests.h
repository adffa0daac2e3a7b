/* requests - root finds what was left for it, and carries it out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_H
#define BAL_REQUESTS_H

#include "reconcile/pass.h"
#include "reconcile/waiting.h"

/* Of a command that has something else to do, in ms. */
#define BAL_REQUESTS_MS 1000

/*
 * Carry out the last request of each device, the oldest first, each by
 * bal_pass_run(), and drop those before it.  No pass is begun after @budget_ms,
 * and 2000 entries are looked at, at most: however many there are, it takes
 * that, one pass and 50 ms or so.  How many passes were run; *@more: there is
 * more to do, now or when the lock is free.
 *
 * What is no request is removed, unread where it is no plain file of a
 * request's size; so is what was begun and not finished for a minute.  A
 * directory that is not empty gets a hidden name.  What is refused or removed is
 * told once a minute, with how many there were.  Does nothing with
 * dry_run, without the directory, and for others than root.
 */
unsigned bal_requests_run(struct bal_pass *pass, unsigned budget_ms,
			  bool *more);

/* Requests under --watch.  Zero state: none waits. */
struct bal_requests_due {
	bool waiting;	  /* some may wait: set when one is left */
	uint64_t next_ns; /* bal_clock_ns(); no step before that does anything */
};

/*
 * bal_requests_run() where some may wait and it is time: 20 ms, one pass and
 * 50 ms at most, and three times what it took, 100 ms at least, until the next.
 * True: a pass was run.
 */
bool bal_requests_step(struct bal_requests_due *due, struct bal_pass *pass);

#endif
