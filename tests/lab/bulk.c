// SPDX-License-Identifier: GPL-2.0-or-later
/* bulk - as many octets as the line takes, and the service at their end. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* With the headers of UDP and IP 1250 octets: 1000 a second are 10 Mbit/s. */
#define DATAGRAM_SIZE 1222
#define CHUNK_SIZE 65536

static char chunk[CHUNK_SIZE];

/* One TCP connection, either side. */
struct stream {
	int fd;
	bool sends;
};

/* --- The service --------------------------------------------------------- */

static int
sink_listen(int type, in_port_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		die("cannot create a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) < 0))
		die("cannot listen on port %u", port);
	return fd;
}

static void
sink_accept(int poller, int listener)
{
	struct stream *stream;
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		stream = allocate(1, sizeof(*stream));
		stream->fd = fd;
		poller_add(poller, fd, EPOLLIN, stream);
	}
}

/* Moves what can be moved now: the octets, or -1 when it is over. */
static ssize_t
stream_move(const struct stream *stream)
{
	ssize_t len = stream->sends ? write(stream->fd, chunk, CHUNK_SIZE) :
				      read(stream->fd, chunk, CHUNK_SIZE);

	if (len > 0)
		return len;
	return len < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* The first octet says who sends. */
static void
sink_serve(int poller, struct stream *stream)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = stream };
	ssize_t len = stream_move(stream);

	if (len < 0) {
		close(stream->fd);
		free(stream);
		return;
	}
	if (len == 0 || stream->sends || chunk[0] != 'd')
		return;
	chunk[0] = '\0';
	stream->sends = true;
	if (epoll_ctl(poller, EPOLL_CTL_MOD, stream->fd, &event) < 0)
		die("cannot poll a socket");
}

int
sink_run(const struct options *opt)
{
	struct epoll_event events[64];
	int poller = poller_new(), udp = -1, tcp = -1, ready;

	if (opt->serve_udp) {
		udp = sink_listen(SOCK_DGRAM, opt->serve_udp);
		poller_add(poller, udp, EPOLLIN, &udp);
	}
	if (opt->serve_tcp) {
		tcp = sink_listen(SOCK_STREAM, opt->serve_tcp);
		poller_add(poller, tcp, EPOLLIN, &tcp);
	}
	puts("ready");
	while (!stopping) {
		ready = epoll_wait(poller, events, 64, 500);
		for (int i = 0; i < ready; i++) {
			if (events[i].data.ptr == &udp)
				while (read(udp, chunk, CHUNK_SIZE) >= 0)
					;
			else if (events[i].data.ptr == &tcp)
				sink_accept(poller, tcp);
			else
				sink_serve(poller, events[i].data.ptr);
		}
	}
	return 0;
}

/* --- The client ---------------------------------------------------------- */

static void
print_amount(uint64_t octets, int64_t took)
{
	printf("octets=%llu mbit=%.2f\n", (unsigned long long)octets,
	       took > 0 ? (double)octets * 8000 / (double)took : 0);
}

static bool
goes_on(const struct options *opt, int64_t begin)
{
	return !stopping && (opt->seconds <= 0 ||
			     now() - begin < (int64_t)(opt->seconds * SEC));
}

/* One way, whatever becomes of them. */
static uint64_t
send_datagrams(const struct options *opt, int64_t begin)
{
	int fd = socket_to(opt, true, opt->first);
	int ticker = ticker_new(SEC / opt->rate), poller = poller_new();
	struct epoll_event event;
	uint64_t sent = 0, due, octets = 0;

	if (fd < 0)
		die("cannot send");
	poller_add(poller, ticker, EPOLLIN, NULL);
	while (goes_on(opt, begin)) {
		due = (uint64_t)((double)(now() - begin) / SEC * opt->rate);
		for (; sent < due; sent++)
			if (write(fd, chunk, DATAGRAM_SIZE) > 0)
				octets += DATAGRAM_SIZE;
		if (epoll_wait(poller, &event, 1, 100) == 1)
			ticker_drain(ticker);
	}
	close(fd);
	close(ticker);
	close(poller);
	return octets;
}

/* The octets that went or came; a download is asked for first. */
static uint64_t
client_move(const struct options *opt, int poller, struct stream *stream)
{
	struct epoll_event in = { .events = EPOLLIN, .data.ptr = stream };
	ssize_t len;

	if (opt->down && stream->sends) {
		if (write(stream->fd, "d", 1) != 1 ||
		    epoll_ctl(poller, EPOLL_CTL_MOD, stream->fd, &in) < 0)
			die("cannot ask");
		stream->sends = false;
		return 0;
	}
	len = stream_move(stream);
	if (len < 0)
		die("a connection ended");
	return (uint64_t)len;
}

static uint64_t
move_streams(const struct options *opt, int64_t begin)
{
	struct stream *streams = allocate(opt->flows, sizeof(*streams));
	int poller = poller_new(), ready, waiting;
	struct epoll_event events[16];
	uint64_t octets = 0;

	for (unsigned i = 0; i < opt->flows; i++) {
		streams[i].fd = socket_to(opt, false, opt->first);
		if (streams[i].fd < 0)
			die("cannot connect");
		streams[i].sends = true;
		poller_add(poller, streams[i].fd, EPOLLOUT, &streams[i]);
	}
	while (goes_on(opt, begin)) {
		ready = epoll_wait(poller, events, 16, 100);
		for (int i = 0; i < ready; i++)
			octets += client_move(opt, poller, events[i].data.ptr);
	}
	for (unsigned i = 0; i < opt->flows; i++) {
		/* What waits in the socket has not been sent. */
		if (!opt->down && ioctl(streams[i].fd, SIOCOUTQ, &waiting) == 0)
			octets -= (uint64_t)waiting;
		close(streams[i].fd);
	}
	free(streams);
	close(poller);
	return octets;
}

int
bulk_run(const struct options *opt)
{
	int64_t begin = now();
	uint64_t octets = opt->udp ? send_datagrams(opt, begin) :
				     move_streams(opt, begin);

	print_amount(octets, now() - begin);
	return 0;
}
