/* waiting - a request that lies there is read as an enemy's. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WAITING_H
#define BAL_WAITING_H

#include <sys/stat.h>

#include "reconcile/request.h"

/* Of so many devices at a time: more than there are uplinks. */
#define BAL_REQUESTS_DEVICES 256

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
 * Add @w, whatever the order: of one device the last one wins, which is the
 * one of the later ctime, then of the later name.  True, and the one that is
 * not wanted any more in *@loser, where there was one already.  False where
 * there was none; with a full list nothing is added, and @w is the loser.
 */
bool bal_waiting_add(struct bal_waiting_list *list, const struct bal_waiting *w,
		     struct bal_waiting *loser);

/* May it be read at all: a file of a request's size, of one name? */
bool bal_waiting_is_plain(const struct stat *st);

/* Read one of directory @dir.  Links are not followed, nothing is waited for. */
int bal_waiting_read(int dir, const char *name, struct bal_waiting *out,
		      struct bal_err *err);

#endif
