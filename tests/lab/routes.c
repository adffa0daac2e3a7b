// SPDX-License-Identifier: GPL-2.0-or-later
/* routes - where the kernel would send datagrams to, asked at each tick. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 20000
#define PORTS_TRIED 4000

struct routes {
	const struct options *opt;
	int *fd;
	unsigned n;
	unsigned left, back;
	bool away;
};

/*
 * The source address of a datagram sent now, or 0: it would be refused.
 * Connecting a UDP socket is a look-up and sends nothing.
 */
static in_addr_t
look_up(const struct options *opt, int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(opt->port),
				  .sin_addr.s_addr = htonl(opt->first) };
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC }, *peer = &nowhere;
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof(own);

	connect(fd, peer, sizeof(nowhere));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &size) < 0)
		return 0;
	return own.sin_addr.s_addr;
}

/* Sockets on ports whose datagrams would go out as --via. */
static void
choose(struct routes *routes)
{
	const struct options *opt = routes->opt;
	in_port_t port = FIRST_PORT;
	int fd;

	routes->fd = allocate(opt->flows, sizeof(*routes->fd));
	for (unsigned i = 0; i < PORTS_TRIED && routes->n < opt->flows; i++) {
		fd = socket_unconnected(opt, port++);
		if (fd < 0)
			continue;
		if (look_up(opt, fd) == opt->via.s_addr)
			routes->fd[routes->n++] = fd;
		else
			close(fd);
	}
	if (routes->n < opt->flows) {
		errno = EHOSTUNREACH;
		die("no way via %s", identity_name(opt->via.s_addr));
	}
}

/* Wall clock, which a shell can read, too. */
static void
print_moment(const char *what)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	printf("%s %lld.%06ld\n", what, (long long)ts.tv_sec,
	       ts.tv_nsec / 1000);
}

static void
tick(struct routes *routes)
{
	unsigned here = 0, elsewhere = 0;
	in_addr_t source;

	for (unsigned i = 0; i < routes->n; i++) {
		source = look_up(routes->opt, routes->fd[i]);
		here += source == routes->opt->via.s_addr;
		elsewhere += source && source != routes->opt->via.s_addr;
	}
	if (!routes->away && elsewhere == routes->n) {
		routes->away = true;
		routes->left++;
		print_moment("left");
	} else if (routes->away && here == routes->n) {
		routes->away = false;
		routes->back++;
		print_moment("back");
	}
}

int
routes_run(const struct options *opt)
{
	struct routes routes = { .opt = opt };
	int64_t end = INT64_MAX;
	int ticker = ticker_new(opt->every_ms * MSEC), poller = poller_new();
	struct epoll_event event;

	choose(&routes);
	puts("ready");
	if (opt->seconds > 0)
		end = now() + (int64_t)(opt->seconds * SEC);
	poller_add(poller, ticker, EPOLLIN, NULL);
	while (!stopping && now() < end) {
		if (epoll_wait(poller, &event, 1, 100) != 1)
			continue;
		ticker_drain(ticker);
		tick(&routes);
	}
	printf("left=%u back=%u\n", routes.left, routes.back);
	for (unsigned i = 0; i < routes.n; i++)
		close(routes.fd[i]);
	free(routes.fd);
	close(poller);
	close(ticker);
	return 0;
}
