/* flush_internal - what the files of letgo share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_UPLINK_INTERNAL_H
#define BAL_FLUSH_UPLINK_INTERNAL_H

#include "actions/flush_msg.h"
#include "base/arena.h"

/* One call of bal_flush_uplink(). */
struct flushing {
	const struct bal_flush_what *what;
	struct bal_nl *asking, *telling; /* a dump goes on while we tell */
	/* Asks for routes, NULL: cannot; the answer to the last question. */
	struct bal_nl *routing;
	bool elsewhere;
	/* Asks who listens, NULL: cannot, or need not. */
	struct bal_nl *listening;
	bool came_in;
	struct bal_flush_sought sought;
	struct inet_diag_sockid *ids;
	size_t n_ids;
	/* Of the requests sent these were refused; some because it was gone. */
	unsigned sent, refused;
	int why; /* the last errno that is not that */
	bool failed;
	struct bal_err *err;
};

/* --- letgo_exchange.c ---------------------------------------------------- */

/*
 * Both handles of @l, of netlink @protocol: 0; 1 without a privilege or the
 * kernel's help; -1.
 */
int bal_flush_open(struct flushing *l, int protocol);
void bal_flush_close(struct flushing *l);

/* Dump, each answer to @fn: 0, 1 where the kernel cannot or may not, -1. */
int bal_flush_ask(struct flushing *l, struct bal_nlmsg *m, bal_nl_fn *fn);

/* Queue @m for the kernel; a failure is kept for bal_flush_tell_last(). */
void bal_flush_tell(struct flushing *l, struct bal_nlmsg *m);
/* Send what is queued: 0, or -1 where that, or anything before, failed. */
int bal_flush_tell_last(struct flushing *l);

/*
 * Warn that @what cannot be let go for @eno, which is @lack where it is the
 * kernel's.  What will not change is reported once, which @told remembers.
 */
void bal_flush_warn(const char *what, int eno, const char *lack, bool *told);

/* --- letgo_entries.c, letgo_sockets.c, letgo_spare.c ---------------------- */

/* Delete the entries; *@n: how many.  0, also after a warning, or -1. */
int bal_flush_entries(struct flushing *l, unsigned *n);

/* Destroy the sockets, likewise. */
int bal_flush_sockets(struct flushing *l, unsigned *n);

/*
 * Find the sockets that stay, in @arena.  False, after a warning: they cannot
 * be known, and better none is destroyed than one that is to stay.
 */
bool bal_flush_spare(struct flushing *l, struct bal_arena *arena);

#endif
