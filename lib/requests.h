/* requests - root finds what was left for it, and carries it out. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_H
#define BAL_REQUESTS_H

#include "pass.h"
#include "request.h"

/* So many are carried out at a time: root has other things to do. */
#define BAL_REQUESTS_AT_ONCE 64

/* One that waits.  What it says is believed as little as a hook. */
struct bal_waiting {
	char name[64];	   /* in the folder */
	uint64_t ctime_ns; /* its owner can set the mtime, but not this */
	unsigned uid;
	unsigned turn; /* so many older ones of that owner are listed */
};

/* What a look into the folder found: the oldest first. */
struct bal_waiting_list {
	struct bal_waiting v[BAL_REQUESTS_AT_ONCE + 1]; /* one may come */
	size_t n;
	bool more;	  /* there are others behind these */
	unsigned removed; /* what nobody leaves there by the rules */
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
 * Put @w (its turn is not looked at) into its place.  Where that is one too
 * many, the youngest of the owner with the most has to go: nobody's flood
 * makes another's single request wait.  It does not matter in which order they
 * are added.
 */
void bal_waiting_add(struct bal_waiting_list *list,
		     const struct bal_waiting *w);

/*
 * Look into @dir, at some thousand entries at most.  What is no plain file of
 * one name and a request's size is removed, unread; so is what was begun and
 * not finished for a minute.  A folder that is not empty stays and counts for
 * nothing.
 */
int bal_requests_look(int dir, struct bal_waiting_list *out,
		      struct bal_err *err);

/* Read one; @uid: who left it.  Links are not followed, nothing is waited for. */
int bal_requests_read(int dir, const char *name, struct bal_request *out,
		      unsigned *uid, struct bal_err *err);

/*
 * Carry out what waits, BAL_REQUESTS_AT_ONCE at most, each by bal_pass_run().
 * What fails is told and dropped, but for a lock that is held: then the rest
 * waits for the next time.  True: there is more to do right now.  Does nothing
 * with pass->dry_run, without the folder, and for others than root.
 */
bool bal_requests_run(struct bal_pass *pass);

#endif
