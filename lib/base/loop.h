/* loop - waits for descriptors and a clock (epoll). */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LOOP_H
#define BAL_LOOP_H

#include <stdint.h>

#include "base/error.h"

#define BAL_NEVER UINT64_MAX

struct bal_loop;

/*
 * A descriptor and its callback.  Part of a bigger struct, which must not move
 * until bal_loop_del().  @ready is called with EPOLLIN, EPOLLOUT, EPOLLERR...
 * of epoll(7), level-triggered.
 */
struct bal_source {
	int fd; /* -1: not in a loop */
	void (*ready)(struct bal_source *source, uint32_t events);
};

/* A loop for bal_loop_close(); NULL with @err. */
struct bal_loop *bal_loop_open(struct bal_err *err);
/* Close the loop, which may be NULL; its sources are left to their owners. */
void bal_loop_close(struct bal_loop *loop);

/* Watch @source->fd for @events (EPOLLIN...). */
int bal_loop_add(struct bal_loop *loop, struct bal_source *source,
		 uint32_t events, struct bal_err *err);
/*
 * Change the events of a source in the loop: 0, or the errno with nothing
 * changed.
 */
int bal_loop_change(struct bal_loop *loop, struct bal_source *source,
		    uint32_t events);
/*
 * Take @source out of the loop; @source->fd stays open.  Always before it is
 * closed: epoll goes on to report a descriptor that another process holds as
 * well, and then it cannot be removed any more.  Safe from within a ready(),
 * for itself and for others: none of them is called after this.
 */
void bal_loop_del(struct bal_loop *loop, struct bal_source *source);

/*
 * Take @source out of the loop and close it, in this order: @source->fd is -1.
 * One that is -1 already stays so.
 */
void bal_loop_drop(struct bal_loop *loop, struct bal_source *source);

/*
 * Wait until a source is ready or the clock reads @until_ns (bal_clock_ns();
 * BAL_NEVER: no limit), and call each ready source once.  -1 only when waiting
 * itself fails: at once, so a caller that goes on has to pause by another call.
 * A signal ends it with 0.  Never from within a ready().
 */
int bal_loop_wait(struct bal_loop *loop, uint64_t until_ns,
		  struct bal_err *err);

/*
 * CLOCK_BOOTTIME in ns: it includes the time that the machine sleeps, so that
 * what was due meanwhile is due at once afterwards.
 */
uint64_t bal_clock_ns(void);
#define BAL_NS_PER_MS UINT64_C(1000000)
#define BAL_NS_PER_US UINT64_C(1000)

#endif
