/* loop - waits for descriptors and a clock (epoll). */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LOOP_H
#define BAL_LOOP_H

#include <stdint.h>

#include "base/error.h"

#define BAL_NEVER UINT64_MAX

struct bal_loop;

/*
 * What a descriptor means.  Part of a bigger struct; its owner keeps it where
 * it is until bal_loop_del().  @ready is called with EPOLLIN, EPOLLOUT,
 * EPOLLERR... of epoll(7), level-triggered.
 */
struct bal_source {
	int fd; /* -1: not in a loop */
	void (*ready)(struct bal_source *source, uint32_t events);
};

struct bal_loop *bal_loop_open(struct bal_err *err);
void bal_loop_close(struct bal_loop *loop);

/* @source->fd, from now on, for @events (EPOLLIN...). */
int bal_loop_add(struct bal_loop *loop, struct bal_source *source,
		 uint32_t events, struct bal_err *err);
/* Other events for one that is there: 0 or the errno, nothing is changed then. */
int bal_loop_change(struct bal_loop *loop, struct bal_source *source,
		    uint32_t events);
/*
 * Out of the loop, @source->fd stays open.  Always before it is closed: epoll
 * goes on to report a descriptor that another process holds as well, and then
 * there is no way any more to take it out.  Safe from within a ready(), for
 * itself and for others: none of them is called after this.
 */
void bal_loop_del(struct bal_loop *loop, struct bal_source *source);

/*
 * Out of the loop and closed, in this order: @source->fd is -1.  One that is
 * -1 already stays so.
 */
void bal_loop_drop(struct bal_loop *loop, struct bal_source *source);

/*
 * Wait until something is ready or the clock reads @until_ns
 * (bal_clock_ns(); BAL_NEVER: no limit), and call who is ready, once.  -1
 * only when waiting itself fails: at once, so a caller that goes on has to
 * pause by another call.  A signal ends it with 0.  Never from within a ready().
 */
int bal_loop_wait(struct bal_loop *loop, uint64_t until_ns,
		  struct bal_err *err);

/*
 * CLOCK_BOOTTIME in ns: it goes on while the machine sleeps, so that what was
 * due meanwhile is due at once after it.
 */
uint64_t bal_clock_ns(void);
#define BAL_NS_PER_MS UINT64_C(1000000)
#define BAL_NS_PER_US UINT64_C(1000)

#endif
