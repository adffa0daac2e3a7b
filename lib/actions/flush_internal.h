/* flush_internal - shared by the files of flush_uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_UPLINK_INTERNAL_H
#define BAL_FLUSH_UPLINK_INTERNAL_H

#include "actions/flush_msg.h"
#include "base/arena.h"

/* One call of bal_flush_uplink(). */
struct flushing {
	const struct bal_flush_what *what;
	struct bal_nl *asking, *telling; /* a dump, and requests meanwhile */
	/*
	 * For route lookups, NULL: impossible; the answer to the last lookup.
	 */
	struct bal_nl *routing;
	bool elsewhere;
	/* For lookups of listeners, NULL: impossible, or not needed. */
	struct bal_nl *listening;
	bool came_in;
	struct bal_flush_sought sought;
	struct inet_diag_sockid *ids;
	size_t n_ids;
	bool of_sockets; /* else of entries */
	/* Requests that wait; void, as the uplink is back. */
	unsigned held;
	bool back;
	/* Requests sent, and refused; some were refused as already gone. */
	unsigned sent, refused;
	int why; /* the last errno of another cause */
	bool failed;
	struct bal_err *err;
};

/* --- flush_exchange.c ---------------------------------------------------- */

/*
 * Open both handles of @l, of netlink @protocol: 0; 1 without privilege or
 * kernel support; -1.
 */
int bal_flush_open(struct flushing *l, int protocol);
/* Close both, if open. */
void bal_flush_close(struct flushing *l);

/* Dump, each answer to @fn: 0, 1 without kernel support or privilege, -1. */
int bal_flush_ask(struct flushing *l, struct bal_nlmsg *m, bal_nl_fn *fn);

/*
 * Queue @m for the kernel; bal_flush_tell_last() reports a failure.  What is
 * queued when the uplink is back is dropped: it is not known to be older.
 */
void bal_flush_tell(struct flushing *l, struct bal_nlmsg *m);
/* Send what is queued: 0, or -1 where that, or anything before, failed. */
int bal_flush_tell_last(struct flushing *l);

/*
 * Warn that @what cannot be flushed or closed for @eno, or for @lack where the
 * kernel does not support it.  A permanent cause is reported once, which @warned
 * remembers.
 */
void bal_flush_warn(const char *what, int eno, const char *lack, bool *warned);

/* --- flush_back.c --------------------------------------------------------- */

/* Is the uplink back?  False where the kernel does not say. */
bool bal_flush_is_back(const struct flushing *l);

/* --- flush_entries.c, flush_sockets.c, flush_spare.c --------------------- */

/* Delete the entries; *@n: how many.  0, also after a warning, or -1. */
int bal_flush_entries(struct flushing *l, unsigned *n);

/* Destroy the sockets; *@n: how many.  0, also after a warning, or -1. */
int bal_flush_sockets(struct flushing *l, unsigned *n);

/*
 * Find the sockets that stay, in @arena.  False, after a warning: they are
 * unknown, and none may be destroyed.
 */
bool bal_flush_spare(struct flushing *l, struct bal_arena *arena);

#endif
