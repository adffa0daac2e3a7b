// SPDX-License-Identifier: GPL-2.0-or-later
/* echoes - an echo by each device now and then, and nothing else: a floor. */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define DEVICES 64
#define MARK(k) ((uint32_t)(k) << 24)

/* As long as bal-check's. */
struct echo {
	struct icmphdr head;
	uint8_t token[16];
};

static int loop, timer, devices, fds[DEVICES];
static struct sockaddr_in to = { .sin_family = AF_INET };

static void
fail(const char *what)
{
	perror(what);
	exit(71);
}

static void
wait_for(int fd, int number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = number };

	if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
		fail("epoll_ctl");
}

/* A raw socket, as bal-check has it where ping_group_range is closed. */
static void
open_device(const char *dev)
{
	const struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };
	const uint32_t mark = MARK(devices + 1);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_RAW, ICMP_FILTER, &filter, sizeof(filter)) <
		    0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev,
		       (socklen_t)strlen(dev)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		fail(dev);
	wait_for(fd, devices);
	fds[devices++] = fd;
}

static uint16_t
checksum(const struct echo *echo)
{
	uint16_t words[sizeof(*echo) / 2];
	uint32_t sum = 0;

	memcpy(words, echo, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

static void
ask_all(void)
{
	struct echo echo = { .head.type = ICMP_ECHO };
	uint64_t times;

	if (read(timer, &times, sizeof(times)) < 0)
		return;
	echo.head.checksum = checksum(&echo);
	for (int i = 0; i < devices; i++)
		(void)sendto(fds[i], &echo, sizeof(echo), 0,
			     (const struct sockaddr *)&to, sizeof(to));
}

static void
start_timer(long ms)
{
	const struct timespec every = { ms / 1000, ms % 1000 * 1000000 };
	const struct itimerspec when = { every, every };

	timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK);
	if (timer < 0 || timerfd_settime(timer, 0, &when, NULL) < 0)
		fail("timerfd");
	wait_for(timer, -1);
}

int
main(int argc, char **argv)
{
	long ms = argc > 3 ? strtol(argv[1], NULL, 10) : 0;

	if (ms < 1 || argc > 3 + DEVICES ||
	    inet_pton(AF_INET, argv[2], &to.sin_addr) != 1) {
		fputs("usage: echoes MS ADDRESS DEVICE...\n", stderr);
		return 64;
	}
	loop = epoll_create1(0);
	for (int i = 3; i < argc; i++)
		open_device(argv[i]);
	start_timer(ms);
	for (;;) {
		struct epoll_event ready[DEVICES];
		int n = epoll_wait(loop, ready, DEVICES, -1);

		for (int i = 0; i < n; i++) {
			const int number = ready[i].data.fd;
			char answer[128];

			if (number < 0)
				ask_all();
			else
				(void)!recv(fds[number], answer, sizeof(answer),
					    0);
		}
	}
}
