// SPDX-License-Identifier: GPL-2.0-or-later
/* ask - asks a server who we are, by every way that a program has to send. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAIT_MS 20000
#define SILENCE_MS 1500

static const char usage[] =
	"usage: ask [OPTIONS] [-n COUNT] HOW ADDR PORT\n"
	"  HOW: tcp, fastopen, mptcp, uring; udp (connected), sendto, sendmmsg;\n"
	"  kind, owner: sends nothing, prints what socket(2) gave\n"
	"  COUNT questions on one socket; for each a line: the first word of\n"
	"  the answer, none, or the error.  ADDR: IPv4 or IPv6.\n"
	"  -d, -f  bind to a device, an address; -s  do not wait long\n"
	"  -l ADDR  connected there before; -u DEV  by IP_UNICAST_IF\n";

struct place {
	struct sockaddr_storage addr;
	socklen_t len;
};

struct ask {
	const char *dev, *from, *how, *unicast, *before;
	int count, wait_ms;
	struct place to, first;
};

static bool
is(const struct ask *a, const char *how)
{
	return strcmp(a->how, how) == 0;
}

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
		      { ENOPROTOOPT, "unknown" },
		      { EPROTONOSUPPORT, "unknown" },
		      { ECONNREFUSED, "ECONNREFUSED" } };
	const char *name = strerror(errno);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].eno == errno)
			name = names[i].name;
	printf("%s\n", name);
	return 1;
}

static int
read_address(struct place *to, const char *addr, const char *port)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&to->addr;
	struct sockaddr_in *four = (struct sockaddr_in *)&to->addr;
	in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (inet_pton(AF_INET, addr, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = number;
		to->len = sizeof(*four);
	} else if (inet_pton(AF_INET6, addr, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = number;
		to->len = sizeof(*six);
	} else {
		return -1;
	}
	return 0;
}

static int
bind_as_told(int fd, const struct ask *a)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	uint32_t index = a->unicast ? htonl(if_nametoindex(a->unicast)) : 0;

	if (a->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, a->dev,
				 (socklen_t)strlen(a->dev)) < 0)
		return -1;
	if (index && setsockopt(fd, IPPROTO_IP, IP_UNICAST_IF, &index,
				sizeof(index)) < 0)
		return -1;
	if (!a->from)
		return 0;
	inet_pton(AF_INET, a->from, &from.sin_addr);
	return bind(fd, (struct sockaddr *)&from, sizeof(from));
}

static ssize_t
send_many(int fd, const struct ask *a)
{
	struct iovec words = { .iov_base = (char *)"who\n", .iov_len = 4 };
	struct mmsghdr one = { .msg_hdr = {
				       .msg_name = (void *)&a->to.addr,
				       .msg_namelen = a->to.len,
				       .msg_iov = &words,
				       .msg_iovlen = 1,
			       } };

	return sendmmsg(fd, &one, 1, 0);
}

static ssize_t
send_words(int fd, const struct ask *a, int nth)
{
	const struct sockaddr *to = (const struct sockaddr *)&a->to.addr;

	if (is(a, "sendmmsg"))
		return send_many(fd, a);
	if (is(a, "fastopen") && nth == 0)
		return sendto(fd, "who\n", 4, MSG_FASTOPEN, to, a->to.len);
	if (is(a, "sendto"))
		return sendto(fd, "who\n", 4, 0, to, a->to.len);
	return send(fd, "who\n", 4, MSG_NOSIGNAL);
}

/* One question, one line. */
static int
question(int fd, const struct ask *a, int nth)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	ssize_t len = send_words(fd, a, nth);
	char text[512];

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
open_socket(const struct ask *a)
{
	bool stream = is(a, "tcp") || is(a, "fastopen") || is(a, "mptcp") ||
		      is(a, "uring") || is(a, "kind") || is(a, "owner");
	int fd = socket(a->to.addr.ss_family,
			(stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC,
			is(a, "mptcp") ? IPPROTO_MPTCP : 0);
	struct timeval limit = { .tv_sec = a->wait_ms / 1000 + 1 };

	/* It bounds connect(2), too. */
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
				 sizeof(limit));
	return fd;
}

static int
connect_to(int fd, const struct place *to)
{
	return connect(fd, (const struct sockaddr *)&to->addr, to->len);
}

/* Of the first and only request of a ring. */
static int
ring_result(int ring, const struct io_uring_params *p)
{
	size_t size = p->cq_off.cqes +
		      p->cq_entries * sizeof(struct io_uring_cqe);
	const char *cq = mmap(NULL, size, PROT_READ, MAP_SHARED, ring,
			      (off_t)IORING_OFF_CQ_RING);
	const struct io_uring_cqe *done;

	if (cq == MAP_FAILED)
		return -1;
	done = (const struct io_uring_cqe *)(cq + p->cq_off.cqes);
	errno = -done->res;
	return done->res < 0 ? -1 : 0;
}

/* connect(2) by io_uring(7). */
static int
connect_by_ring(int fd, const struct place *to)
{
	struct io_uring_params p = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &p);
	size_t size = p.sq_off.array + p.sq_entries * sizeof(uint32_t);
	struct io_uring_sqe *sqe;
	char *sq;

	if (ring < 0)
		return -1;
	sq = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		  (off_t)IORING_OFF_SQ_RING);
	sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		   (off_t)IORING_OFF_SQES);
	if (sq == MAP_FAILED || sqe == MAP_FAILED)
		return -1;
	*sqe = (struct io_uring_sqe){ .opcode = IORING_OP_CONNECT };
	sqe->fd = fd;
	sqe->addr = (uintptr_t)&to->addr;
	sqe->off = to->len;
	*(uint32_t *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) < 0)
		return -1;
	return ring_result(ring, &p);
}

/* The protocol of a socket that was asked for as TCP, or its user. */
static int
describe(int fd, const struct ask *a)
{
	struct stat owner = { 0 };
	socklen_t len = sizeof(int);
	int protocol = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) < 0 ||
	    fstat(fd, &owner) < 0)
		return fail();
	if (is(a, "owner"))
		printf("%u\n", owner.st_uid);
	else
		printf("%s\n", protocol == IPPROTO_MPTCP ? "MPTCP" : "TCP");
	return 0;
}

static int
ask(const struct ask *a)
{
	bool connects = is(a, "tcp") || is(a, "mptcp") || is(a, "udp");
	int fd = open_socket(a);
	int rc = 0;

	if (fd < 0 || bind_as_told(fd, a) < 0)
		return fail();
	if (is(a, "kind") || is(a, "owner"))
		return describe(fd, a);
	if (a->before && connect_to(fd, &a->first) < 0)
		return fail();
	if (connects && connect_to(fd, &a->to) < 0)
		return fail();
	if (is(a, "uring") && connect_by_ring(fd, &a->to) < 0)
		return fail();
	for (int i = 0; i < a->count; i++)
		rc |= question(fd, a, i);
	close(fd);
	return rc;
}

int
main(int argc, char **argv)
{
	struct ask a = { .count = 1, .wait_ms = WAIT_MS };
	int c;

	while ((c = getopt(argc, argv, "d:f:l:n:su:")) != -1) {
		if (c == 'd')
			a.dev = optarg;
		else if (c == 'f')
			a.from = optarg;
		else if (c == 'l')
			a.before = optarg;
		else if (c == 'u')
			a.unicast = optarg;
		else if (c == 'n')
			a.count = (int)strtol(optarg, NULL, 10);
		else if (c == 's')
			a.wait_ms = SILENCE_MS;
		else
			return 64;
	}
	if (argc - optind != 3 ||
	    read_address(&a.to, argv[optind + 1], argv[optind + 2]) < 0 ||
	    (a.before &&
	     read_address(&a.first, a.before, argv[optind + 2]) < 0)) {
		fputs(usage, stderr);
		return 64;
	}
	a.how = argv[optind];
	return ask(&a);
}
