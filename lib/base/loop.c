// SPDX-License-Identifier: GPL-2.0-or-later
/* loop - epoll, and a timer that goes on while the machine sleeps. */
#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 16
#define NS_PER_S UINT64_C(1000000000)

/*
 * The time-out of epoll_wait() stands still while the machine sleeps
 * (CLOCK_MONOTONIC), and has only milliseconds.
 */
struct bal_loop {
	int fd, timer_fd;
	uint64_t armed_ns; /* what the timer is set to; BAL_NEVER: off */
	struct epoll_event ready[AT_ONCE];
	int n_ready; /* those of the last wait, not yet called */
};

static clockid_t
clock_id(void)
{
	static clockid_t id = -1;
	struct timespec ts;

	if (id < 0)
		id = clock_gettime(CLOCK_BOOTTIME, &ts) == 0 ? CLOCK_BOOTTIME :
							       CLOCK_MONOTONIC;
	return id;
}

uint64_t
bal_clock_ns(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(clock_id(), &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static int
open_timer(struct bal_loop *loop)
{
	struct epoll_event event = { .events = EPOLLIN }; /* of no source */

	loop->armed_ns = BAL_NEVER;
	loop->timer_fd = timerfd_create(clock_id(), TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer_fd < 0)
		return -1;
	return epoll_ctl(loop->fd, EPOLL_CTL_ADD, loop->timer_fd, &event);
}

static void
close_timer(struct bal_loop *loop)
{
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	loop->timer_fd = -1;
}

struct bal_loop *
bal_loop_open(struct bal_err *err)
{
	struct bal_loop *loop = calloc(1, sizeof(*loop));
	int eno;

	if (!loop) {
		bal_err_nomem(err);
		return NULL;
	}
	loop->timer_fd = -1;
	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->fd >= 0 && open_timer(loop) == 0)
		return loop;
	eno = errno;
	bal_loop_close(loop);
	bal_err_sys(err, eno, "cannot make an event loop");
	return NULL;
}

void
bal_loop_close(struct bal_loop *loop)
{
	if (!loop)
		return;
	close_timer(loop);
	if (loop->fd >= 0)
		close(loop->fd);
	free(loop);
}

int
bal_loop_add(struct bal_loop *loop, struct bal_source *source, uint32_t events,
	     struct bal_err *err)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, source->fd, &event) < 0)
		return bal_err_sys(err, errno, "cannot wait for descriptor %d",
				   source->fd);
	return 0;
}

int
bal_loop_change(struct bal_loop *loop, struct bal_source *source,
		uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(loop->fd, EPOLL_CTL_MOD, source->fd, &event) < 0 ?
		       errno :
		       0;
}

void
bal_loop_del(struct bal_loop *loop, struct bal_source *source)
{
	/* A failed removal is tried once more. */
	if (epoll_ctl(loop->fd, EPOLL_CTL_DEL, source->fd, NULL) < 0 &&
	    errno != ENOENT && errno != EBADF)
		(void)epoll_ctl(loop->fd, EPOLL_CTL_DEL, source->fd, NULL);
	/* It may be among those that are about to be called. */
	for (int i = 0; i < loop->n_ready; i++)
		if (loop->ready[i].data.ptr == source)
			loop->ready[i].data.ptr = NULL;
}

void
bal_loop_drop(struct bal_loop *loop, struct bal_source *source)
{
	if (source->fd < 0)
		return;
	bal_loop_del(loop, source);
	close(source->fd);
	source->fd = -1;
}

/*
 * Setting the timer also clears its expiry.  A timer that cannot be set would
 * wake the loop all the time: it is replaced, now or next time.
 */
static int
arm(struct bal_loop *loop, uint64_t until_ns)
{
	struct itimerspec when = { 0 };

	if (loop->timer_fd < 0 && open_timer(loop) < 0) {
		close_timer(loop);
		return -1;
	}
	if (until_ns == loop->armed_ns)
		return 0;
	if (until_ns != BAL_NEVER) {
		when.it_value.tv_sec = (time_t)(until_ns / NS_PER_S);
		when.it_value.tv_nsec = (long)(until_ns % NS_PER_S);
	}
	if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) <
	    0) {
		close_timer(loop);
		return -1;
	}
	loop->armed_ns = until_ns;
	return 0;
}

/* In ms, rounded up: for epoll_wait() where there is no timer. */
static int
ms_until(uint64_t until_ns)
{
	const uint64_t now = bal_clock_ns();
	const uint64_t ms =
		until_ns > now ? (until_ns - now) / BAL_NS_PER_MS + 1 : 0;

	return ms < INT_MAX ? (int)ms : INT_MAX;
}

static int
wait_any(struct bal_loop *loop, uint64_t until_ns)
{
	const bool due = until_ns != BAL_NEVER && until_ns <= bal_clock_ns();
	int ms = due ? 0 : -1;

	/* Coarser without the timer, but no failure. */
	if (!due && arm(loop, until_ns) < 0)
		ms = ms_until(until_ns);
	return epoll_wait(loop->fd, loop->ready, AT_ONCE, ms);
}

int
bal_loop_wait(struct bal_loop *loop, uint64_t until_ns, struct bal_err *err)
{
	int n = wait_any(loop, until_ns);

	if (n < 0 && errno != EINTR)
		return bal_err_sys(err, errno, "cannot wait for events");
	loop->n_ready = n;
	for (int i = 0; i < n; i++) {
		struct bal_source *source = loop->ready[i].data.ptr;

		if (source)
			source->ready(source, loop->ready[i].events);
	}
	loop->n_ready = 0;
	return 0;
}
