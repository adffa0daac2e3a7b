/* requests - root finds what was left for it, and carries it out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_H
#define BAL_REQUESTS_H

#include "reconcile/pass.h"
#include "reconcile/request.h"

/* Of so many devices at a time: more than there are uplinks. */
#define BAL_REQUESTS_DEVICES 256

/* Of a command that has something else to do, in ms. */
#define BAL_REQUESTS_MS 1000

/* One that waits.  What it says is believed as little as a hook. */
struct bal_waiting {
	char name[64];	   /* in the directory */
	uint64_t ctime_ns; /* its owner can set the mtime, but not this */
	uint64_t ino;
	unsigned uid;
	struct bal_request request;
};

/* The last request of each device, the oldest first. */
struct bal_waiting_list {
	struct bal_waiting v[BAL_REQUESTS_DEVICES];
	size_t n;
};

/*
 * Make the folder, root:bal and 03770, where there is such a group (as
 * /etc/group has it) and the folder is not there.
 */
int bal_requests_folder(const struct bal_paths *paths, struct bal_err *err);

/*
 * The folder's descriptor, for the caller to close: -1 where there is none
 * (BAL_EUNAVAIL) or it is not ours alone to decide (a link, another owner,
 * writable for all; BAL_ECONF).
 */
int bal_requests_open(const struct bal_paths *paths, struct bal_err *err);

/*
 * Add @w, whatever the order: of one device the last one wins, which is the
 * one of the later ctime, then of the later name.  True, and the one that is
 * not wanted any more in *@loser, where there was one already.  False where
 * there was none; with a full list nothing is added, and @w is the loser.
 */
bool bal_waiting_add(struct bal_waiting_list *list, const struct bal_waiting *w,
		     struct bal_waiting *loser);

/* Read one.  Links are not followed, nothing is waited for. */
int bal_requests_read(int dir, const char *name, struct bal_waiting *out,
		      struct bal_err *err);

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
 * pass->dry_run, without the directory, and for others than root.
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
