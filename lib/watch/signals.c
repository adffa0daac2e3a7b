// SPDX-License-Identifier: GPL-2.0-or-later
/* signals - signals as events of the loop. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "watch/internal.h"

struct bal_watch_signals {
	struct bal_source source; /* first member */
	struct bal_loop *loop;
	sigset_t before;
	enum bal_watch_signal came;
};

static void
on_ready(struct bal_source *source, uint32_t events)
{
	struct bal_watch_signals *s = (struct bal_watch_signals *)source;
	struct signalfd_siginfo info;

	(void)events;
	while (read(source->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			s->came = BAL_WATCH_STOP;
		else if (s->came == BAL_WATCH_NOTHING)
			s->came = BAL_WATCH_RELOAD;
	}
}

struct bal_watch_signals *
bal_watch_signals_open(struct bal_loop *loop, struct bal_err *err)
{
	struct bal_watch_signals *s = calloc(1, sizeof(*s));
	sigset_t set;

	if (!s) {
		bal_err_nomem(err);
		return NULL;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, &s->before);
	s->loop = loop;
	s->source.ready = on_ready;
	s->source.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->source.fd < 0)
		bal_err_sys(err, errno, "cannot listen for signals");
	else if (bal_loop_add(loop, &s->source, EPOLLIN, err) == 0)
		return s;
	if (s->source.fd >= 0)
		close(s->source.fd);
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	free(s);
	return NULL;
}

void
bal_watch_signals_close(struct bal_watch_signals *s)
{
	if (!s)
		return;
	bal_loop_del(s->loop, &s->source);
	close(s->source.fd);
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	free(s);
}

/* poll(2), or sleep where that fails as well: never a busy loop. */
void
bal_watch_signals_wait(struct bal_watch_signals *s, unsigned ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000,
					.tv_nsec = ms % 1000 * 1000000L };
	struct pollfd fd = { .fd = s->source.fd, .events = POLLIN };

	if (poll(&fd, 1, (int)ms) < 0)
		(void)nanosleep(&pause, NULL);
	on_ready(&s->source, 0);
}

enum bal_watch_signal
bal_watch_signals_take(struct bal_watch_signals *s)
{
	enum bal_watch_signal came = s->came;

	s->came = BAL_WATCH_NOTHING;
	return came;
}
