// SPDX-License-Identifier: GPL-2.0-or-later
/* choose - source ports that the kernel sends through a certain uplink. */
#include "traffic.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Below the ports that the kernel gives by itself. */
#define FIRST_PORT 20000
#define PORTS_TRIED 2048
#define BATCH 32
#define PATIENCE_MS 500

static bool
is_ready(int fd, short events)
{
	struct pollfd wait = { .fd = fd, .events = events };

	return poll(&wait, 1, PATIENCE_MS) == 1 && (wait.revents & events);
}

/* Who the server takes us for on @fd; 0: it does not answer. */
static in_addr_t
hear(int fd)
{
	char answer[LINE_SIZE];
	unsigned long seq;
	ssize_t len;

	if (!is_ready(fd, POLLIN))
		return 0;
	len = read(fd, answer, sizeof(answer) - 1);
	if (len <= 0)
		return 0;
	answer[len] = '\0';
	return answer_parse(answer, &seq);
}

/* All of a batch at the same time: lines may be slow. */
static void
ask_batch(const struct options *opt, bool udp, in_port_t first,
	  in_addr_t identity[BATCH])
{
	struct linger reset = { .l_onoff = 1 };
	int fd[BATCH];

	for (unsigned i = 0; i < BATCH; i++)
		fd[i] = socket_from(opt, udp, opt->first,
				    (in_port_t)(first + i));
	for (unsigned i = 0; i < BATCH; i++)
		if (fd[i] >= 0 && (!is_ready(fd[i], POLLOUT) ||
				   write(fd[i], "0\n", 2) != 2)) {
			close(fd[i]);
			fd[i] = -1;
		}
	for (unsigned i = 0; i < BATCH; i++) {
		identity[i] = 0;
		if (fd[i] < 0)
			continue;
		identity[i] = hear(fd[i]);
		/* No TIME_WAIT: the port is wanted again. */
		if (!udp)
			setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &reset,
				   sizeof(reset));
		close(fd[i]);
	}
}

unsigned
choose_ports(const struct options *opt, bool udp, in_port_t *ports,
	     unsigned want)
{
	in_addr_t identity[BATCH];
	unsigned found = 0;

	for (unsigned tried = 0; tried < PORTS_TRIED && found < want;
	     tried += BATCH) {
		in_port_t first = (in_port_t)(FIRST_PORT + tried);

		ask_batch(opt, udp, first, identity);
		for (unsigned i = 0; i < BATCH && found < want; i++)
			if (identity[i] == opt->via.s_addr)
				ports[found++] = (in_port_t)(first + i);
	}
	return found;
}
