// SPDX-License-Identifier: GPL-2.0-or-later
/* flow - long-lived flows: what each loses, for how long, and if it moves. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct flow {
	int fd;	       /* -1: none now */
	in_port_t own; /* source port; 0: any */
	unsigned long sent, received, errors, resets;
	int64_t last_answer, longest_gap;
	in_addr_t first, identity; /* as whom the server saw us */
	bool moved, stalled;
	bool ended; /* UDP: the last question is answered */
	/* TCP only */
	bool answered; /* on this connection */
	bool waiting;  /* for an answer */
	int64_t retry; /* when to connect again */
	size_t used;
	char line[LINE_SIZE];
};

struct flows {
	const struct options *opt;
	int poller, ticker;
	int64_t begin, end; /* end: INT64_MAX while a signal shall end it */
	bool ready;	    /* all were answered, and that was told */
	struct flow *flow;
};

/* How long an answer may take on a machine that does not come to it. */
#define PATIENCE (10 * SEC)

static void
flows_init(struct flows *flows, const struct options *opt, int64_t tick)
{
	*flows = (struct flows){ .opt = opt,
				 .poller = poller_new(),
				 .ticker = ticker_new(tick),
				 .begin = now(),
				 .end = INT64_MAX };
	if (opt->seconds > 0)
		flows->end = flows->begin + (int64_t)(opt->seconds * SEC);
	flows->flow = allocate(opt->flows, sizeof(*flows->flow));
	for (unsigned i = 0; i < opt->flows; i++) {
		flows->flow[i].fd = -1;
		flows->flow[i].last_answer = flows->begin;
	}
	poller_add(flows->poller, flows->ticker, EPOLLIN, NULL);
}

static void
flows_fini(struct flows *flows)
{
	for (unsigned i = 0; i < flows->opt->flows; i++) {
		if (flows->flow[i].fd >= 0)
			close(flows->flow[i].fd);
	}
	free(flows->flow);
	close(flows->ticker);
	close(flows->poller);
}

static void
note_gap(struct flow *flow, int64_t time)
{
	if (time - flow->last_answer > flow->longest_gap)
		flow->longest_gap = time - flow->last_answer;
}

static void
note_identity(struct flow *flow, in_addr_t identity)
{
	if (flow->identity && flow->identity != identity)
		flow->moved = true;
	flow->identity = identity;
	if (!flow->first)
		flow->first = identity;
}

static void
note_answer(struct flow *flow, in_addr_t identity)
{
	int64_t time = now();

	flow->received++;
	note_gap(flow, time);
	flow->last_answer = time;
	note_identity(flow, identity);
}

/* Tell when each of them has had its first answer. */
static void
tell_ready(struct flows *flows)
{
	for (unsigned i = 0; !flows->ready && i < flows->opt->flows; i++) {
		if (!flows->flow[i].received)
			return;
	}
	if (!flows->ready)
		puts("ready");
	flows->ready = true;
}

/* The sums in @sum; there "moved" and the like are of any flow. */
static unsigned
add_up(const struct flows *flows, struct flow *sum, unsigned *stalled)
{
	unsigned moved = 0;

	*sum = (struct flow){ 0 };
	*stalled = 0;
	for (unsigned i = 0; i < flows->opt->flows; i++) {
		const struct flow *flow = &flows->flow[i];

		sum->sent += flow->sent;
		sum->received += flow->received;
		sum->errors += flow->errors;
		sum->resets += flow->resets;
		if (flow->longest_gap > sum->longest_gap)
			sum->longest_gap = flow->longest_gap;
		moved += flow->moved;
		*stalled += flow->stalled;
	}
	return moved;
}

static void
print_each(const struct flows *flows)
{
	for (unsigned i = 0; flows->opt->verbose && i < flows->opt->flows;
	     i++) {
		const struct flow *flow = &flows->flow[i];

		printf("flow=%u sent=%lu received=%lu errors=%lu resets=%lu "
		       "longest_gap_ms=%lld moved=%d identity=%s",
		       i + 1, flow->sent, flow->received, flow->errors,
		       flow->resets, (long long)(flow->longest_gap / MSEC),
		       flow->moved,
		       flow->identity ? identity_name(flow->identity) : "none");
		/* A call of its own: identity_name() has one buffer. */
		printf(" first=%s\n",
		       flow->first ? identity_name(flow->first) : "none");
	}
}

/* --- UDP ----------------------------------------------------------------- */

static void
udp_open(struct flows *flows, struct flow *flow)
{
	const struct options *opt = flows->opt;

	flow->fd = opt->unconnected ? socket_unconnected(opt, flow->own) :
				      socket_to(opt, true, opt->first);
	if (flow->fd >= 0)
		poller_add(flows->poller, flow->fd, EPOLLIN, flow);
}

/* The question with that number; false: the kernel refuses. */
static bool
udp_ask(struct flows *flows, struct flow *flow, unsigned long seq)
{
	const struct options *opt = flows->opt;
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(opt->port),
				  .sin_addr.s_addr = htonl(opt->first) };
	socklen_t size = opt->unconnected ? sizeof(to) : 0;
	char request[24];
	int len = snprintf(request, sizeof(request), "%lu\n", seq);

	if (flow->fd < 0)
		udp_open(flows, flow);
	return flow->fd >= 0 &&
	       sendto(flow->fd, request, (size_t)len, 0,
		      size ? (struct sockaddr *)&to : NULL, size) == len;
}

static void
udp_send(struct flows *flows, struct flow *flow)
{
	if (!udp_ask(flows, flow, flow->sent++))
		flow->errors++;
}

/* Each of the flows from a port that is answered as --via. */
static void
udp_choose(struct flows *flows)
{
	unsigned n = flows->opt->flows;
	in_port_t *ports = allocate(n, sizeof(*ports));

	if (choose_ports(flows->opt, true, ports, n) < n) {
		errno = EHOSTUNREACH;
		die("no way via %s", identity_name(flows->opt->via.s_addr));
	}
	for (unsigned i = 0; i < n; i++)
		flows->flow[i].own = ports[i];
	free(ports);
}

/* From here on, however long the preparations took. */
static void
flows_begin(struct flows *flows)
{
	int64_t late = now() - flows->begin;

	flows->begin += late;
	if (flows->end != INT64_MAX)
		flows->end += late;
	for (unsigned i = 0; i < flows->opt->flows; i++)
		flows->flow[i].last_answer = flows->begin;
}

static void
udp_receive(struct flow *flow)
{
	char answer[LINE_SIZE];
	unsigned long seq;
	in_addr_t identity;
	ssize_t len;

	for (;;) {
		len = read(flow->fd, answer, sizeof(answer) - 1);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* An ICMP error for an earlier request is told here. */
		if (len < 0) {
			flow->errors++;
			continue;
		}
		answer[len] = '\0';
		identity = answer_parse(answer, &seq);
		if (identity && seq < flow->sent) {
			note_answer(flow, identity);
		} else if (identity && seq == flow->sent) {
			flow->ended = true;
			note_identity(flow, identity);
		}
	}
}

static void
udp_events(struct flows *flows, int limit_ms)
{
	struct epoll_event events[64];
	int ready = epoll_wait(flows->poller, events, 64, limit_ms);

	for (int i = 0; i < ready; i++) {
		if (events[i].data.ptr)
			udp_receive(events[i].data.ptr);
		else
			ticker_drain(flows->ticker);
	}
}

/* Of each flow the last question was answered, and with @all all others. */
static bool
udp_ended(const struct flows *flows, bool all)
{
	for (unsigned i = 0; i < flows->opt->flows; i++) {
		const struct flow *flow = &flows->flow[i];

		if (!flow->ended || (all && flow->received < flow->sent))
			return false;
	}
	return true;
}

/*
 * Each flow asks one more question, which is not counted: when that is answered,
 * only what went another way can still be on its own.
 */
static void
udp_finish(struct flows *flows)
{
	int64_t end = now() + PATIENCE, again = 0, time;
	bool ended = false;

	while (!udp_ended(flows, true) && (time = now()) < end) {
		if (!ended && udp_ended(flows, false)) {
			ended = true;
			if (end > time + SEC / 2)
				end = time + SEC / 2;
		}
		for (unsigned i = 0; time >= again && i < flows->opt->flows;
		     i++) {
			struct flow *flow = &flows->flow[i];

			if (!flow->ended)
				(void)udp_ask(flows, flow, flow->sent);
		}
		if (time >= again)
			again = time + SEC / 10;
		udp_events(flows, 10);
	}
}

/* How many are to be sent until @time. */
static uint64_t
udp_due(const struct flows *flows, int64_t time)
{
	if (time >= flows->end)
		time = flows->end - 1;
	return (uint64_t)((double)(time - flows->begin) / SEC *
			  flows->opt->rate) +
	       1;
}

int
udp_run(const struct options *opt)
{
	struct flows flows;
	struct flow sum;
	uint64_t sent = 0, due, all;
	unsigned moved, stalled;
	int64_t time;

	flows_init(&flows, opt, SEC / opt->rate);
	if (opt->via.s_addr)
		udp_choose(&flows);
	flows_begin(&flows);
	/* All of them, be it late. */
	all = flows.end == INT64_MAX ? UINT64_MAX : udp_due(&flows, flows.end);
	while (!stopping && sent < all) {
		due = udp_due(&flows, now());
		for (; sent < due; sent++)
			udp_send(&flows, &flows.flow[sent % opt->flows]);
		udp_events(&flows, 100);
		tell_ready(&flows);
	}
	time = now();
	for (unsigned i = 0; i < opt->flows; i++)
		note_gap(&flows.flow[i], time);
	udp_finish(&flows);
	moved = add_up(&flows, &sum, &stalled);
	printf("sent=%lu received=%lu lost=%lu errors=%lu "
	       "longest_gap_ms=%lld moved=%u\n",
	       sum.sent, sum.received, sum.sent - sum.received, sum.errors,
	       (long long)(sum.longest_gap / MSEC), moved);
	print_each(&flows);
	flows_fini(&flows);
	return 0;
}

/* --- TCP ----------------------------------------------------------------- */

static void
tcp_close(struct flow *flow)
{
	if (flow->answered)
		flow->resets++;
	else
		flow->errors++;
	if (flow->fd >= 0)
		close(flow->fd);
	flow->fd = -1;
	flow->retry = now() + SEC / 10;
	flow->answered = flow->waiting = false;
	flow->used = 0;
}

static void
tcp_tick(struct flows *flows, struct flow *flow)
{
	char request[24];
	int len;

	note_gap(flow, now());
	if (flow->fd < 0) {
		if (now() < flow->retry)
			return;
		flow->fd = socket_to(flows->opt, false, flows->opt->first);
		if (flow->fd < 0) {
			tcp_close(flow);
			return;
		}
		poller_add(flows->poller, flow->fd, EPOLLIN, flow);
	}
	if (flow->waiting)
		return;
	len = snprintf(request, sizeof(request), "%lu\n", flow->sent);
	if (write(flow->fd, request, (size_t)len) == len) {
		flow->waiting = true;
		flow->sent++;
	} else if (errno != EAGAIN) {
		tcp_close(flow);
	}
}

static void
tcp_receive(struct flow *flow)
{
	unsigned long seq;
	in_addr_t identity;
	ssize_t len;

	/* Closed by the tick in this round of events. */
	if (flow->fd < 0)
		return;
	len = read(flow->fd, flow->line + flow->used,
		   sizeof(flow->line) - 1 - flow->used);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		tcp_close(flow);
		return;
	}
	flow->used += (size_t)len;
	if (!memchr(flow->line, '\n', flow->used))
		return;
	flow->line[flow->used] = '\0';
	flow->used = 0;
	identity = answer_parse(flow->line, &seq);
	if (!identity || seq != flow->sent - 1) {
		tcp_close(flow);
		return;
	}
	note_answer(flow, identity);
	flow->answered = true;
	flow->waiting = false;
}

static void
tcp_events(struct flows *flows, bool ask)
{
	struct epoll_event events[64];
	int ready = epoll_wait(flows->poller, events, 64, 100);

	for (int i = 0; i < ready; i++) {
		if (events[i].data.ptr) {
			tcp_receive(events[i].data.ptr);
			continue;
		}
		ticker_drain(flows->ticker);
		for (unsigned f = 0; ask && f < flows->opt->flows; f++)
			tcp_tick(flows, &flows->flow[f]);
	}
}

/* How many still wait for an answer. */
static unsigned
tcp_note_stalled(struct flows *flows)
{
	unsigned n = 0;

	for (unsigned i = 0; i < flows->opt->flows; i++) {
		flows->flow[i].stalled = flows->flow[i].waiting;
		n += flows->flow[i].waiting;
	}
	return n;
}

int
tcp_run(const struct options *opt)
{
	struct flows flows;
	struct flow sum;
	unsigned moved, stalled;
	int64_t time;

	flows_init(&flows, opt, opt->every_ms * MSEC);
	while (!stopping && now() < flows.end) {
		tcp_events(&flows, true);
		tell_ready(&flows);
	}
	time = now();
	for (unsigned i = 0; i < opt->flows; i++)
		note_gap(&flows.flow[i], time);
	while (tcp_note_stalled(&flows) > 0 && now() < time + 2 * PATIENCE)
		tcp_events(&flows, false);
	moved = add_up(&flows, &sum, &stalled);
	printf("flows=%u exchanged=%lu resets=%lu stalled=%u "
	       "longest_gap_ms=%lld moved=%u\n",
	       opt->flows, sum.received, sum.resets, stalled,
	       (long long)(sum.longest_gap / MSEC), moved);
	print_each(&flows);
	flows_fini(&flows);
	return 0;
}
