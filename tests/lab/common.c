// SPDX-License-Identifier: GPL-2.0-or-later
/* common - sockets, clock and counting for the traffic generator. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

void
die(const char *fmt, ...)
{
	int eno = errno;
	va_list ap;

	fputs("traffic: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(eno));
	exit(1);
}

void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		die("cannot allocate memory");
	return memory;
}

int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

int
poller_new(void)
{
	int poller = epoll_create1(EPOLL_CLOEXEC);

	if (poller < 0)
		die("cannot create an epoll instance");
	return poller;
}

void
poller_add(int poller, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0)
		die("cannot poll a descriptor");
}

int
ticker_new(int64_t period_ns)
{
	struct itimerspec when = { 0 };
	int ticker = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	if (period_ns < MSEC)
		period_ns = MSEC;
	when.it_value.tv_nsec = 1;
	when.it_interval.tv_sec = period_ns / SEC;
	when.it_interval.tv_nsec = period_ns % SEC;
	if (ticker < 0 || timerfd_settime(ticker, 0, &when, NULL) < 0)
		die("cannot set a timer");
	return ticker;
}

void
ticker_drain(int ticker)
{
	uint64_t ticks;

	if (read(ticker, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
		die("cannot read a timer");
}

void
make_room(int fd)
{
	int size = 4 << 20;

	/* Beyond the system's limit where that is allowed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int
bind_as_told(const struct options *opt, int fd, in_port_t port)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr = opt->bind };
	int on = 1;

	if (opt->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &opt->mark,
				    sizeof(opt->mark)) < 0)
		return -1;
	if (opt->device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, opt->device,
		       (socklen_t)strlen(opt->device)) < 0)
		return -1;
	if (opt->bind.s_addr == INADDR_ANY && !port)
		return 0;
	if (!port)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
			   sizeof(on));
	return bind(fd, (struct sockaddr *)&own, sizeof(own));
}

int
socket_to(const struct options *opt, bool udp, uint32_t address)
{
	return socket_from(opt, udp, address, 0);
}

int
socket_unconnected(const struct options *opt, in_port_t own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("cannot create a socket");
	make_room(fd);
	if (bind_as_told(opt, fd, own) == 0)
		return fd;
	close(fd);
	return -1;
}

int
socket_from(const struct options *opt, bool udp, uint32_t address,
	    in_port_t own)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(opt->port),
				  .sin_addr.s_addr = htonl(address) };
	int type = udp ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, eno;

	if (fd < 0)
		die("cannot create a socket");
	if (udp)
		make_room(fd);
	/* An attempt that is over may leave its port behind.  Not so for UDP:
	 * datagrams for one flow would go to another. */
	if (own && !udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind_as_told(opt, fd, own) == 0 &&
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ||
	     errno == EINPROGRESS))
		return fd;
	eno = errno;
	close(fd);
	errno = eno;
	return -1;
}

in_addr_t
answer_parse(const char *line, unsigned long *seq)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr identity;

	if (sscanf(line, "%15s %*u %lu", text, seq) != 2 ||
	    inet_pton(AF_INET, text, &identity) != 1)
		return 0;
	return identity.s_addr;
}

const char *
identity_name(in_addr_t identity)
{
	struct in_addr address = { .s_addr = identity };
	static char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	return text;
}

bool
tally_add(struct tally *tally, in_addr_t identity)
{
	for (unsigned i = 0; i < tally->used; i++) {
		if (tally->rows[i].identity == identity) {
			tally->rows[i].count++;
			return false;
		}
	}
	if (tally->used == tally->size) {
		tally->size = 2 * tally->size + 16;
		tally->rows = realloc(tally->rows,
				      tally->size * sizeof(*tally->rows));
		if (!tally->rows)
			die("cannot allocate memory");
	}
	tally->rows[tally->used++] = (struct tally_row){ identity, 1 };
	return true;
}

static int
by_address(const void *a, const void *b)
{
	const struct tally_row *left = a, *right = b;
	uint32_t x = ntohl(left->identity), y = ntohl(right->identity);

	return (x > y) - (x < y);
}

void
tally_print(struct tally *tally)
{
	if (tally->used)
		qsort(tally->rows, tally->used, sizeof(*tally->rows),
		      by_address);
	for (unsigned i = 0; i < tally->used; i++)
		printf("%s %u\n", identity_name(tally->rows[i].identity),
		       tally->rows[i].count);
}

void
tally_fini(struct tally *tally)
{
	free(tally->rows);
	*tally = (struct tally){ 0 };
}
