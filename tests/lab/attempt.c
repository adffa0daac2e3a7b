// SPDX-License-Identifier: GPL-2.0-or-later
/* attempt - new connections: many at a time (spread), or one each tick. */
#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

struct attempt {
	TAILQ_ENTRY(attempt) link;
	int fd;
	bool asked;
	int64_t deadline;
	unsigned number;
	size_t used;
	char answer[LINE_SIZE];
};

/* One timeout for all, so the list is in order of deadline. */
TAILQ_HEAD(attempts, attempt);

#define PORTS_MAX 64

struct run {
	const struct options *opt;
	bool udp;
	/* To come from, one after the other; none: from any. */
	in_port_t ports[PORTS_MAX];
	unsigned n_ports;
	int poller;
	struct attempts active;
	unsigned started, in_flight, answered, failed;
	int64_t last_good, longest_gap;
	struct tally tally;
};

static void
run_init(struct run *run, const struct options *opt)
{
	*run = (struct run){ .opt = opt,
			     .udp = opt->udp,
			     .poller = poller_new() };
	TAILQ_INIT(&run->active);
	run->last_good = now();
}

static void
note_gap(struct run *run)
{
	int64_t time = now();

	if (time - run->last_good > run->longest_gap)
		run->longest_gap = time - run->last_good;
	run->last_good = time;
}

static void
start(struct run *run)
{
	const struct options *opt = run->opt;
	unsigned addresses = opt->last - opt->first + 1;
	unsigned number = run->started++;
	struct attempt *attempt;
	in_port_t own = run->n_ports ? run->ports[number % run->n_ports] : 0;
	int fd = socket_from(opt, run->udp, opt->first + number % addresses,
			     own);

	if (fd < 0) {
		run->failed++;
		return;
	}
	attempt = allocate(1, sizeof(*attempt));
	attempt->fd = fd;
	attempt->number = number;
	attempt->deadline = now() + opt->timeout_ms * MSEC;
	poller_add(run->poller, fd, EPOLLOUT, attempt);
	TAILQ_INSERT_TAIL(&run->active, attempt, link);
	run->in_flight++;
}

/* @identity 0: it failed. */
static void
finish(struct run *run, struct attempt *attempt, in_addr_t identity)
{
	struct linger reset = { .l_onoff = 1 };

	if (identity) {
		run->answered++;
		if (tally_add(&run->tally, identity) && run->opt->verbose)
			printf("by %s\n", identity_name(identity));
		note_gap(run);
	} else {
		run->failed++;
	}
	/* Thousands of ports in TIME_WAIT would starve the next run. */
	if (!run->udp)
		setsockopt(attempt->fd, SOL_SOCKET, SO_LINGER, &reset,
			   sizeof(reset));
	close(attempt->fd);
	TAILQ_REMOVE(&run->active, attempt, link);
	free(attempt);
	run->in_flight--;
}

static void
ask(struct run *run, struct attempt *attempt)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = attempt };
	char request[24];
	int len = snprintf(request, sizeof(request), "%u\n", attempt->number);

	if (write(attempt->fd, request, (size_t)len) != len) {
		finish(run, attempt, 0);
		return;
	}
	attempt->asked = true;
	if (epoll_ctl(run->poller, EPOLL_CTL_MOD, attempt->fd, &event) < 0)
		die("cannot poll a socket");
}

static void
hear(struct run *run, struct attempt *attempt)
{
	unsigned long seq;
	in_addr_t identity = 0;
	ssize_t len = read(attempt->fd, attempt->answer + attempt->used,
			   sizeof(attempt->answer) - 1 - attempt->used);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0) {
		attempt->used += (size_t)len;
		if (!memchr(attempt->answer, '\n', attempt->used))
			return;
		identity = answer_parse(attempt->answer, &seq);
		if (identity && seq != attempt->number)
			identity = 0;
	}
	finish(run, attempt, identity);
}

static void
run_fini(struct run *run)
{
	while (!TAILQ_EMPTY(&run->active))
		finish(run, TAILQ_FIRST(&run->active), 0);
	tally_fini(&run->tally);
	close(run->poller);
}

static void
expire(struct run *run)
{
	struct attempt *oldest;
	int64_t time = now();

	while ((oldest = TAILQ_FIRST(&run->active)) && oldest->deadline <= time)
		finish(run, oldest, 0);
}

/* Wait for something to happen, @limit_ms at most, and see to it. */
static void
handle_events(struct run *run, int limit_ms, int ticker)
{
	struct epoll_event events[64];
	struct attempt *attempt;
	int ready = epoll_wait(run->poller, events, 64, limit_ms);

	for (int i = 0; i < ready; i++) {
		attempt = events[i].data.ptr;
		if (!attempt)
			ticker_drain(ticker);
		else if (attempt->asked)
			hear(run, attempt);
		else
			ask(run, attempt);
	}
	expire(run);
}

int
spread_run(const struct options *opt)
{
	struct run run;

	run_init(&run, opt);
	while (!stopping && run.answered + run.failed < opt->count) {
		while (run.started < opt->count &&
		       run.in_flight < opt->parallel)
			start(&run);
		if (run.in_flight)
			handle_events(&run, 10, -1);
	}
	tally_print(&run.tally);
	printf("none %u\n", run.started - run.answered);
	run_fini(&run);
	return 0;
}

/* Each port comes back only when its last attempt is over for sure. */
static void
connect_choose(struct run *run)
{
	unsigned want = run->opt->timeout_ms / run->opt->every_ms + 2;

	if (want > PORTS_MAX)
		want = PORTS_MAX;
	run->n_ports = choose_ports(run->opt, run->udp, run->ports, want);
	if (run->n_ports < want) {
		errno = EHOSTUNREACH;
		die("no way via %s", identity_name(run->opt->via.s_addr));
	}
	puts("ready");
}

int
connect_run(const struct options *opt)
{
	int64_t period = opt->every_ms * MSEC, begin, limit;
	int ticker = ticker_new(period);
	struct run run;

	run_init(&run, opt);
	if (opt->via.s_addr)
		connect_choose(&run);
	begin = run.last_good = now();
	limit = opt->seconds > 0 ? (int64_t)(opt->seconds * SEC) : INT64_MAX;
	poller_add(run.poller, ticker, EPOLLIN, NULL);
	while (!stopping && now() - begin < limit) {
		while (run.started <= (now() - begin) / period &&
		       run.started < limit / period)
			start(&run);
		handle_events(&run, 100, ticker);
	}
	while (run.in_flight)
		handle_events(&run, 10, ticker);
	/* What is unanswered at the end is a gap as well. */
	if (run.failed)
		note_gap(&run);
	printf("attempts=%u ok=%u failed=%u longest_gap_ms=%lld\n", run.started,
	       run.answered, run.failed, (long long)(run.longest_gap / MSEC));
	tally_print(&run.tally);
	run_fini(&run);
	close(ticker);
	return 0;
}
