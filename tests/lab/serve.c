// SPDX-License-Identifier: GPL-2.0-or-later
/* serve - answers each request with the sender as seen from here. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* A TCP connection and the beginning of its next request. */
struct connection {
	LIST_ENTRY(connection) link;
	int fd;
	struct sockaddr_in peer;
	size_t used;
	char request[LINE_SIZE / 2];
};

static LIST_HEAD(, connection) connections;

static int
listen_on(int type, in_port_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		die("cannot create a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (type == SOCK_DGRAM)
		make_room(fd);
	if (type == SOCK_DGRAM &&
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		die("cannot ask for the address that was written to");
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 4096) < 0))
		die("cannot listen on port %u", port);
	return fd;
}

/* "ADDRESS PORT REQUEST" in @answer; its length, 0 if it does not fit. */
static size_t
answer_to(const struct sockaddr_in *peer, const char *request, size_t len,
	  char answer[LINE_SIZE])
{
	int written = snprintf(answer, LINE_SIZE, "%s %u %.*s",
			       identity_name(peer->sin_addr.s_addr),
			       ntohs(peer->sin_port), (int)len, request);

	return written > 0 && written < LINE_SIZE ? (size_t)written : 0;
}

/* Answer from the address that was asked, whatever the route back prefers. */
static void
use_asked_address(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	struct in_pktinfo info;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != IPPROTO_IP ||
		    cmsg->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
		info.ipi_spec_dst = info.ipi_addr;
		info.ipi_ifindex = 0;
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	}
}

static void
answer_datagrams(int fd)
{
	char request[LINE_SIZE], answer[LINE_SIZE];
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control;
	struct sockaddr_in peer;
	struct iovec iov;
	struct msghdr msg;
	ssize_t len;

	for (;;) {
		iov = (struct iovec){ request, sizeof(request) };
		msg = (struct msghdr){
			.msg_name = &peer,
			.msg_namelen = sizeof(peer),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		len = recvmsg(fd, &msg, 0);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* An ICMP error for an earlier answer is told here. */
		if (len < 0)
			continue;
		iov = (struct iovec){ answer, answer_to(&peer, request,
							(size_t)len, answer) };
		use_asked_address(&msg);
		msg.msg_flags = 0;
		if (iov.iov_len)
			sendmsg(fd, &msg, 0);
	}
}

static void
accept_all(int poller, int listener)
{
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);
	struct connection *connection;
	int fd;

	while ((fd = accept4(listener, (struct sockaddr *)&peer, &size,
			     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		connection = allocate(1, sizeof(*connection));
		connection->fd = fd;
		connection->peer = peer;
		LIST_INSERT_HEAD(&connections, connection, link);
		poller_add(poller, fd, EPOLLIN, connection);
		size = sizeof(peer);
	}
}

/* False when a request or its answer is too long, or nobody reads them. */
static bool
answer_lines(struct connection *connection)
{
	char answer[LINE_SIZE], *end;
	size_t len;

	while ((end = memchr(connection->request, '\n', connection->used))) {
		len = (size_t)(end - connection->request) + 1;
		size_t out = answer_to(&connection->peer, connection->request,
				       len, answer);
		if (!out || write(connection->fd, answer, out) != (ssize_t)out)
			return false;
		connection->used -= len;
		memmove(connection->request, end + 1, connection->used);
	}
	return connection->used < sizeof(connection->request);
}

static void
hang_up(struct connection *connection)
{
	LIST_REMOVE(connection, link);
	close(connection->fd);
	free(connection);
}

static void
answer_stream(struct connection *connection)
{
	ssize_t len;

	do {
		len = read(connection->fd,
			   connection->request + connection->used,
			   sizeof(connection->request) - connection->used);
		if (len > 0)
			connection->used += (size_t)len;
	} while (len > 0 && answer_lines(connection));
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	hang_up(connection);
}

int
serve_run(const struct options *opt)
{
	struct epoll_event events[64];
	int poller = poller_new(), udp = -1, tcp = -1, ready;

	if (opt->serve_udp) {
		udp = listen_on(SOCK_DGRAM, opt->serve_udp);
		poller_add(poller, udp, EPOLLIN, &udp);
	}
	if (opt->serve_tcp) {
		tcp = listen_on(SOCK_STREAM, opt->serve_tcp);
		poller_add(poller, tcp, EPOLLIN, &tcp);
	}
	puts("ready");
	while (!stopping) {
		ready = epoll_wait(poller, events, 64, 500);
		for (int i = 0; i < ready; i++) {
			if (events[i].data.ptr == &udp)
				answer_datagrams(udp);
			else if (events[i].data.ptr == &tcp)
				accept_all(poller, tcp);
			else
				answer_stream(events[i].data.ptr);
		}
	}
	while (!LIST_EMPTY(&connections))
		hang_up(LIST_FIRST(&connections));
	return 0;
}
