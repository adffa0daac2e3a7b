/* waiting - reads a request that waits, as untrusted input. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_WAITING_H
#define BAL_WAITING_H

#include <sys/stat.h>

#include "reconcile/request.h"

/* So many devices at a time: more than there are uplinks. */
#define BAL_REQUESTS_DEVICES 256

/* A request that waits.  Its content is not trusted. */
struct bal_waiting {
	char name[64];	   /* in the directory */
	uint64_t ctime_ns; /* unlike the mtime, its owner cannot set it */
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
 * Add @w, whatever the order: of one device the last one wins, which is the one
 * of the later ctime, then of the later name.  True, and the other one in
 * *@loser, where there was one already.  False where there was none; with a
 * full list nothing is added, and @w is the loser.
 */
bool bal_waiting_add(struct bal_waiting_list *list, const struct bal_waiting *w,
		     struct bal_waiting *loser);

/* May it be read at all: a plain file of a request's size, with one link? */
bool bal_waiting_is_plain(const struct stat *st);

/*
 * Read file @name of directory @dir; follows no links, never blocks.  -1 with
 * @err.
 */
int bal_waiting_read(int dir, const char *name, struct bal_waiting *out,
		      struct bal_err *err);

#endif
