// SPDX-License-Identifier: GPL-2.0-or-later
/* six - flows over IPv6: an echo service, many of them, or one that lasts. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOWS_MAX 600
#define WAIT_MS 1500

struct flow {
	int fd;
	char own[INET6_ADDRSTRLEN];
	int answered;
};

static int
fail(const char *what)
{
	fprintf(stderr, "six: %s: %s\n", what, strerror(errno));
	return 1;
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static struct sockaddr_in6
address(const char *host, int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET6, host, &a.sin6_addr) != 1) {
		fprintf(stderr, "six: %s is no address\n", host);
		exit(2);
	}
	return a;
}

/* Each datagram is sent back from the address that it was sent to. */
static int
serve(const char *host, int port)
{
	struct sockaddr_in6 here = address(host, port), from;
	int udp = socket(AF_INET6, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET6, SOCK_STREAM, 0);
	struct pollfd p[2] = { { udp, POLLIN, 0 }, { tcp, POLLIN, 0 } };
	const int yes = 1;
	char buf[64];

	setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(udp, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    bind(tcp, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    listen(tcp, 500) < 0)
		return fail("serve");
	puts("ready");
	fflush(stdout);
	while (poll(p, 2, -1) >= 0) {
		socklen_t len = sizeof(from);
		ssize_t n;
		int fd;

		if (p[1].revents) {
			fd = accept(tcp, NULL, NULL);
			if (fd >= 0)
				close(fd);
		}
		if (!p[0].revents)
			continue;
		n = recvfrom(udp, buf, sizeof(buf), 0,
			     (struct sockaddr *)&from, &len);
		if (n > 0)
			(void)sendto(udp, buf, (size_t)n, 0,
				     (struct sockaddr *)&from, len);
	}
	return 0;
}

struct how {
	int type;
	const char *bind, *dev;
	struct sockaddr_in6 to;
};

/* 0, or the errno. */
static int
begin(struct flow *f, const struct how *how)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(own);

	f->fd = socket(AF_INET6, how->type | SOCK_NONBLOCK, 0);
	if (f->fd < 0)
		return errno;
	if (how->dev && setsockopt(f->fd, SOL_SOCKET, SO_BINDTODEVICE,
				   how->dev, (socklen_t)strlen(how->dev)) < 0)
		return errno;
	if (how->bind) {
		own = address(how->bind, 0);
		if (bind(f->fd, (struct sockaddr *)&own, sizeof(own)) < 0)
			return errno;
	}
	if (connect(f->fd, (const struct sockaddr *)&how->to,
		    sizeof(how->to)) < 0 &&
	    errno != EINPROGRESS)
		return errno;
	getsockname(f->fd, (struct sockaddr *)&own, &len);
	inet_ntop(AF_INET6, &own.sin6_addr, f->own, sizeof(f->own));
	if (how->type == SOCK_DGRAM && send(f->fd, "x", 1, 0) < 0)
		return errno;
	return 0;
}

static void
see(struct flow *f, int type)
{
	socklen_t len = sizeof(int);
	int error = 0;
	char c;

	if (type == SOCK_DGRAM) {
		f->answered = recv(f->fd, &c, 1, MSG_DONTWAIT) == 1;
		return;
	}
	getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	f->answered = error == 0;
}

static void
wait_for_all(struct flow *v, size_t n, int type)
{
	const uint64_t end = now_ms() + WAIT_MS;
	struct pollfd p[FLOWS_MAX];

	for (size_t left = n; left && now_ms() < end;) {
		left = 0;
		for (size_t i = 0; i < n; i++) {
			p[i] = (struct pollfd){
				.fd = v[i].answered || v[i].fd < 0 ? -1 :
								     v[i].fd,
				.events = type == SOCK_DGRAM ? POLLIN : POLLOUT
			};
			left += p[i].fd >= 0;
		}
		if (!left || poll(p, n, 50) < 0)
			break;
		for (size_t i = 0; i < n; i++)
			if (p[i].fd >= 0 && p[i].revents)
				see(&v[i], type);
	}
}

/* "answered N silent N refused N", then "ADDRESS N" for each own address. */
static int
many(const struct how *how, size_t n)
{
	static struct flow v[FLOWS_MAX];
	size_t answered = 0, refused = 0;

	for (size_t i = 0; i < n; i++) {
		/* No queue on the way has room for all at once. */
		if (i % 10 == 9)
			poll(NULL, 0, 10);
		if (begin(&v[i], how) == 0)
			continue;
		close(v[i].fd);
		v[i].fd = -1;
		refused++;
	}
	wait_for_all(v, n, how->type);
	for (size_t i = 0; i < n; i++)
		answered += (size_t)v[i].answered;
	printf("answered %zu silent %zu refused %zu\n", answered,
	       n - answered - refused, refused);
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;

		if (v[i].fd < 0)
			continue;
		for (size_t k = i; k < n; k++) {
			if (v[k].fd < 0 || strcmp(v[k].own, v[i].own) != 0)
				continue;
			same++;
			if (k > i) {
				close(v[k].fd);
				v[k].fd = -1;
			}
		}
		printf("%s %zu\n", v[i].own, same);
	}
	return 0;
}

/* One datagram flow: a number each 10 ms until killed; prints what came back. */
static int
last(const struct how *how)
{
	struct flow f = { 0 };
	char buf[32];
	int error = begin(&f, how);

	if (error) {
		errno = error;
		return fail("last");
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned i = 0;; i++) {
		int len = snprintf(buf, sizeof(buf), "%u", i);

		(void)send(f.fd, buf, (size_t)len, MSG_DONTWAIT);
		poll(NULL, 0, 10);
		while ((len = (int)recv(f.fd, buf, sizeof(buf) - 1,
					MSG_DONTWAIT)) > 0) {
			buf[len] = '\0';
			printf("%s\n", buf);
		}
	}
}

static int
number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

/* six serve ADDRESS PORT | six udp|tcp|last ADDRESS PORT N [-s ADDR] [-d DEV] */
int
main(int argc, char **argv)
{
	struct how how = { .type = SOCK_DGRAM };
	size_t n;
	int c;

	if (argc == 4 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], number(argv[3]));
	if (argc < 5)
		return 2;
	how.to = address(argv[2], number(argv[3]));
	n = (size_t)number(argv[4]);
	if (n > FLOWS_MAX)
		return 2;
	optind = 5;
	while ((c = getopt(argc, argv, "s:d:")) >= 0) {
		if (c == 's')
			how.bind = optarg;
		else if (c == 'd')
			how.dev = optarg;
		else
			return 2;
	}
	if (strcmp(argv[1], "tcp") == 0)
		how.type = SOCK_STREAM;
	return strcmp(argv[1], "last") == 0 ? last(&how) : many(&how, n);
}
