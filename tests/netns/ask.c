// SPDX-License-Identifier: GPL-2.0-or-later
/* ask - asks a server who we are, by every way that a program has to send. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 20000
#define SILENCE_MS 1500

static const char usage[] =
	"usage: ask [-d DEV] [-f ADDR] [-s] [-n COUNT] HOW ADDR PORT\n"
	"  HOW: tcp, udp (connected), sendto\n"
	"  COUNT questions on one socket; for each a line: the first word of\n"
	"  the answer, none, or the error.  ADDR: IPv4 or IPv6.\n"
	"  -d, -f  bind to a device, an address; -s  do not wait long\n";

struct ask {
	const char *dev, *from, *how;
	int count, wait_ms;
	struct sockaddr_storage to;
	socklen_t to_len;
};

/* As the tests name them. */
static int
fail(void)
{
	static const struct {
		int eno;
		const char *name;
	} names[] = { { EPERM, "EPERM" },
		      { ENETUNREACH, "ENETUNREACH" },
		      { EHOSTUNREACH, "EHOSTUNREACH" },
		      { ECONNREFUSED, "ECONNREFUSED" } };
	const char *name = strerror(errno);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].eno == errno)
			name = names[i].name;
	printf("%s\n", name);
	return 1;
}

static int
read_address(struct ask *a, const char *addr, const char *port)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&a->to;
	struct sockaddr_in *four = (struct sockaddr_in *)&a->to;
	in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (inet_pton(AF_INET, addr, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = number;
		a->to_len = sizeof(*four);
	} else if (inet_pton(AF_INET6, addr, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = number;
		a->to_len = sizeof(*six);
	} else {
		return -1;
	}
	return 0;
}

static int
bind_as_told(int fd, const struct ask *a)
{
	struct sockaddr_in from = { .sin_family = AF_INET };

	if (a->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, a->dev,
				 (socklen_t)strlen(a->dev)) < 0)
		return -1;
	if (!a->from)
		return 0;
	inet_pton(AF_INET, a->from, &from.sin_addr);
	return bind(fd, (struct sockaddr *)&from, sizeof(from));
}

/* One question, one line. */
static int
question(int fd, const struct ask *a)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	const struct sockaddr *to = (const struct sockaddr *)&a->to;
	char text[512];
	ssize_t len;

	if (strcmp(a->how, "sendto") == 0)
		len = sendto(fd, "who\n", 4, 0, to, a->to_len);
	else
		len = send(fd, "who\n", 4, MSG_NOSIGNAL);
	if (len < 0)
		return fail();
	if (poll(&answer, 1, a->wait_ms) <= 0) {
		printf("none\n");
		return 1;
	}
	len = recv(fd, text, sizeof(text) - 1, 0);
	if (len < 0)
		return fail();
	text[len] = '\0';
	printf("%.*s\n", (int)strcspn(text, " \n"), text);
	return 0;
}

static int
ask(const struct ask *a)
{
	int type = strcmp(a->how, "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(a->to.ss_family, type | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = a->wait_ms / 1000 + 1 };
	int rc = 0;

	if (fd < 0)
		return fail();
	/* It bounds connect(2), too. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (bind_as_told(fd, a) < 0)
		return fail();
	if (strcmp(a->how, "sendto") != 0 &&
	    connect(fd, (const struct sockaddr *)&a->to, a->to_len) < 0)
		return fail();
	for (int i = 0; i < a->count; i++)
		rc |= question(fd, a);
	close(fd);
	return rc;
}

int
main(int argc, char **argv)
{
	struct ask a = { .count = 1, .wait_ms = WAIT_MS };
	int c;

	while ((c = getopt(argc, argv, "d:f:n:s")) != -1) {
		if (c == 'd')
			a.dev = optarg;
		else if (c == 'f')
			a.from = optarg;
		else if (c == 'n')
			a.count = (int)strtol(optarg, NULL, 10);
		else if (c == 's')
			a.wait_ms = SILENCE_MS;
		else
			return 64;
	}
	if (argc - optind != 3 ||
	    read_address(&a, argv[optind + 1], argv[optind + 2]) < 0) {
		fputs(usage, stderr);
		return 64;
	}
	a.how = argv[optind];
	return ask(&a);
}
