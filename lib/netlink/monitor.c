// SPDX-License-Identifier: GPL-2.0-or-later
/* monitor - a netlink socket that receives the kernel's notifications. */
#include "netlink/monitor.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/monitor_internal.h"
#include "netlink/nl.h"

/* Doubled by the kernel; room for some 650 waiting messages. */
#define QUEUE_BYTES (256 * 1024)

#define READ_MAX 64 /* messages before others in the loop have their turn */

/*
 * Once one is lost, the kernel drops all others until the queue is empty, so it
 * cannot hold more than this.
 */
#define DISCARD_MAX 4096

/* A link message with its statistics has 1.5 KB, a route of 250 hops 6 KB. */
#define MESSAGE_BYTES 16384

/* The shortest message: its fixed part, and an attribute at least. */
#define NOTICE_BYTES NLMSG_LENGTH(sizeof(struct ifinfomsg))

struct bal_monitor {
	struct bal_source source; /* first: what the loop hands to ready() */
	struct bal_loop *loop;
	void (*report)(void *arg, unsigned news);
	void *arg;
	struct bal_monitor_known known;
	union {
		struct nlmsghdr h;
		char bytes[MESSAGE_BYTES];
	} buf;
};

static void
on_link(const struct nlmsghdr *h, void *arg)
{
	(void)bal_monitor_news(arg, h, h->nlmsg_len);
}

static bool
all_asked(const struct bal_monitor_known *known)
{
	for (size_t i = 0; i < known->n_devs; i++)
		if (!known->devs[i].asked)
			return false;
	return true;
}

/* Read the unknown state of devices: 0, or -1 with the rest unknown. */
static int
ask_devices(const struct bal_monitor_known *known, struct bal_err *err)
{
	struct bal_nl *nl;
	int rc = 0;

	if (all_asked(known))
		return 0;
	nl = bal_nl_open(err);
	if (!nl)
		return -1;
	for (size_t i = 0; i < known->n_devs && rc >= 0; i++) {
		struct bal_monitor_dev *dev = &known->devs[i];
		struct bal_monitor_known one = { .devs = dev, .n_devs = 1 };
		struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
		struct bal_nlmsg req;

		if (dev->asked)
			continue;
		bal_nlmsg_init(&req, RTM_GETLINK, 0, &ifi, sizeof(ifi));
		bal_nlmsg_put_str(&req, IFLA_IFNAME, dev->name);
		bal_nlmsg_put_u32(&req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		dev->ifindex = 0;
		rc = bal_nl_get(nl, &req, on_link, &one, err);
		dev->asked = rc >= 0;
	}
	bal_nl_close(nl);
	return rc < 0 ? -1 : 0;
}

/* One message into @buf: its bytes, as far as they fit, or -1 with errno. */
static ssize_t
receive(struct bal_monitor *monitor)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { &monitor->buf, sizeof(monitor->buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t got = recvmsg(monitor->source.fd, &msg, MSG_DONTWAIT);

	/* Only the kernel is trusted. */
	return got > 0 && from.nl_pid != 0 ? 0 : got;
}

/* After a loss the kernel is read anew, which covers all that waits. */
static unsigned
lose(struct bal_monitor *monitor)
{
	for (int i = 0; i < DISCARD_MAX; i++)
		if (recv(monitor->source.fd, NULL, 0, MSG_DONTWAIT) < 0 &&
		    errno != ENOBUFS)
			break;
	for (size_t i = 0; i < monitor->known.n_devs; i++)
		monitor->known.devs[i].asked = false;
	return BAL_NEWS_LOST;
}

static unsigned
read_some(struct bal_monitor *monitor)
{
	unsigned news = 0;

	for (int i = 0; i < READ_MAX; i++) {
		ssize_t got = receive(monitor);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		/* A message too short to parse counts as lost, too. */
		if (got < 0 || (got > 0 && (size_t)got < NOTICE_BYTES))
			return lose(monitor);
		/* A notification is one message. */
		news |= bal_monitor_news(&monitor->known, &monitor->buf.h,
					 (size_t)got);
	}
	return news;
}

static void
ready(struct bal_source *source, uint32_t events)
{
	struct bal_monitor *monitor = (struct bal_monitor *)source;
	struct bal_err err = { 0 };
	unsigned news = read_some(monitor);

	(void)events;
	/* Where this fails, the next message tries again. */
	(void)ask_devices(&monitor->known, &err);
	if (news)
		monitor->report(monitor->arg, news);
}

static int
open_socket(struct bal_err *err)
{
	/* A kernel without nexthop objects (before 5.3) ignores that group. */
	struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
			     RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE |
			     1u << (RTNLGRP_NEXTHOP - 1),
	};
	int size = QUEUE_BYTES, eno;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_ROUTE);

	if (fd < 0)
		return bal_err_sys(err, errno,
				   "cannot open a netlink socket to listen");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) == 0)
		return fd;
	eno = errno;
	close(fd);
	return bal_err_sys(err, eno, "cannot listen to netlink");
}

struct bal_monitor *
bal_monitor_open(struct bal_loop *loop, uint32_t self,
		 void (*report)(void *arg, unsigned news), void *arg,
		 struct bal_err *err)
{
	struct bal_monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor) {
		bal_err_nomem(err);
		return NULL;
	}
	monitor->loop = loop;
	monitor->report = report;
	monitor->arg = arg;
	monitor->source.ready = ready;
	monitor->source.fd = open_socket(err);
	if (monitor->source.fd < 0) {
		free(monitor);
		return NULL;
	}
	bal_monitor_self(monitor, self);
	if (bal_loop_add(loop, &monitor->source, EPOLLIN, err) < 0) {
		close(monitor->source.fd);
		free(monitor);
		return NULL;
	}
	return monitor;
}

void
bal_monitor_close(struct bal_monitor *monitor)
{
	if (!monitor)
		return;
	bal_loop_drop(monitor->loop, &monitor->source);
	free(monitor->known.devs);
	free(monitor->known.tables);
	free(monitor);
}

void
bal_monitor_self(struct bal_monitor *monitor, uint32_t self)
{
	monitor->known.self = self;
	bal_monitor_filter(monitor->source.fd, &monitor->known);
}

/* @dev is @name now, and keeps its known state. */
static void
carry_over(struct bal_monitor_dev *dev, const char *name,
	   const struct bal_monitor_known *before)
{
	(void)bal_copy(dev->name, sizeof(dev->name), name);
	for (size_t i = 0; i < before->n_devs; i++)
		if (strcmp(before->devs[i].name, dev->name) == 0)
			*dev = before->devs[i];
}

static bool
same_tables(const struct bal_monitor_known *a,
	    const struct bal_monitor_known *b)
{
	return a->n_tables == b->n_tables &&
	       memcmp(a->tables, b->tables, a->n_tables * sizeof(*a->tables)) ==
		       0;
}

/* The socket receives changes of @group from now on, or none of them. */
static void
join(int fd, int group, bool wanted)
{

	(void)setsockopt(fd, SOL_NETLINK,
			 wanted ? NETLINK_ADD_MEMBERSHIP :
				  NETLINK_DROP_MEMBERSHIP,
			 &group, sizeof(group));
}

int
bal_monitor_care(struct bal_monitor *monitor,
		 const struct bal_monitor_interest *interest,
		 struct bal_err *err)
{
	const struct bal_monitor_known before = monitor->known;
	struct bal_monitor_known now = {
		.self = before.self,
		.devs = calloc(interest->n_devs + 1, sizeof(*now.devs)),
		.tables = calloc(interest->n_tables + 1, sizeof(*now.tables)),
	};
	bool is_new;

	if (!now.devs || !now.tables) {
		free(now.devs);
		free(now.tables);
		return bal_err_nomem(err);
	}
	now.rules6 = interest->rules6;
	now.routes6 = interest->routes6;
	now.n_devs = interest->n_devs;
	for (size_t i = 0; i < now.n_devs; i++)
		carry_over(&now.devs[i], interest->devs[i], &before);
	now.n_tables = interest->n_tables;
	for (size_t i = 0; i < now.n_tables; i++)
		now.tables[i] = interest->tables[i];
	is_new = !all_asked(&now) || !before.tables ||
		 !same_tables(&now, &before) ||
		 (now.rules6 && !before.rules6) ||
		 (now.routes6 && !before.routes6);
	if (ask_devices(&now, err) < 0) {
		free(now.devs);
		free(now.tables);
		return -1;
	}
	monitor->known = now;
	if (now.rules6 != before.rules6)
		join(monitor->source.fd, RTNLGRP_IPV6_RULE, now.rules6);
	if (now.routes6 != before.routes6) {
		join(monitor->source.fd, RTNLGRP_IPV6_ROUTE, now.routes6);
		join(monitor->source.fd, RTNLGRP_IPV6_IFADDR, now.routes6);
	}
	if (is_new)
		bal_monitor_filter(monitor->source.fd, &now);
	free(before.devs);
	free(before.tables);
	return is_new;
}
