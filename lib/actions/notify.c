// SPDX-License-Identifier: GPL-2.0-or-later
/* notify - sd_notify(3): ready, alive, stopping. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv */
#endif
#include "actions/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_MAX 4096
#define PATIENCE_US 100000

/* Fill @to from NOTIFY_SOCKET: its length, 0 where it is not usable. */
static socklen_t
receiver(struct sockaddr_un *to)
{
	const char *name = secure_getenv("NOTIFY_SOCKET");
	size_t len = name ? strlen(name) : 0;

	if (len < 2 || len >= sizeof(to->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return 0;
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	memcpy(to->sun_path, name, len);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void
send_text(const char *text, size_t len)
{
	const struct timeval patience = { .tv_usec = PATIENCE_US };
	struct sockaddr_un to;
	socklen_t to_len = receiver(&to);
	int fd;

	if (to_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof(patience));
	(void)sendto(fd, text, len, MSG_NOSIGNAL, (struct sockaddr *)&to,
		     to_len);
	close(fd);
}

void
bal_notify(const char *fmt, ...)
{
	const int eno = errno;
	char text[TEXT_MAX + 1];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof(text))
		send_text(text, (size_t)len);
	errno = eno;
}

/* A decimal number, ULLONG_MAX where it is longer; 0 for anything else. */
static uint64_t
number_of(const char *text)
{
	char *end;
	unsigned long long n;

	if (!text || *text < '0' || *text > '9')
		return 0;
	n = strtoull(text, &end, 10);
	return *end ? 0 : n;
}

uint64_t
bal_notify_watchdog_ns(void)
{
	const char *pid = secure_getenv("WATCHDOG_PID");
	uint64_t us = number_of(secure_getenv("WATCHDOG_USEC"));

	if ((pid && number_of(pid) != (uint64_t)getpid()) ||
	    us > UINT64_MAX / 500)
		return 0;
	return us * 500;
}
