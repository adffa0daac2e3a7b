// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_monitor - a socket that hears what changes in our nftables tables. */
#include "firewall/nft_monitor.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firewall/nft.h"

#define READ_MAX 4096 /* messages before others in the loop have their turn */

struct bal_nft_monitor {
	struct bal_source source; /* first: what the loop hands to ready() */
	struct bal_loop *loop;
	void (*report)(void *arg, unsigned news);
	void *arg;
};

/*
 * Every message of nftables begins with the family and has the table's name as
 * its first attribute: what others do to theirs does not wake us.
 */
static int
filter(int fd)
{
	enum {
		FAMILY = NLMSG_HDRLEN + offsetof(struct nfgenmsg, nfgen_family),
		NAME = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg)) +
		       NLA_HDRLEN,
		BAL = 'b' << 24 | 'a' << 16 | 'l' << 8, /* and its end */
		BAL_ = 'b' << 24 | 'a' << 16 | 'l' << 8 | '_', /* of bal_smooth */
	};
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FAMILY),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NFPROTO_IPV4, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NAME),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BAL_, 3, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NFPROTO_INET, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NAME),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BAL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

/* What waits is read for who sent it, and for nothing else. */
static bool
read_some(int fd)
{
	struct nlmsghdr h;
	bool news = false;

	for (int i = 0; i < READ_MAX; i++) {
		ssize_t got = recv(fd, &h, sizeof(h), MSG_DONTWAIT);

		if (got < 0 && errno != ENOBUFS)
			break;
		news |= got < (ssize_t)sizeof(h) ||
			h.nlmsg_pid != bal_nft_port();
	}
	return news;
}

static void
ready(struct bal_source *source, uint32_t events)
{
	struct bal_nft_monitor *monitor = (struct bal_nft_monitor *)source;

	(void)events;
	if (read_some(source->fd))
		monitor->report(monitor->arg, 0);
}

static int
open_socket(struct bal_err *err)
{
	const struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1u << (NFNLGRP_NFTABLES - 1),
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_NETFILTER);
	int eno;

	if (fd >= 0 && filter(fd) == 0 &&
	    bind(fd, (const struct sockaddr *)&local, sizeof(local)) == 0)
		return fd;
	eno = errno;
	if (fd >= 0)
		close(fd);
	return bal_err_sys(err, eno, "cannot listen to nftables");
}

static struct bal_nft_monitor *
open_monitor(struct bal_loop *loop, void (*report)(void *arg, unsigned news),
	     void *arg, struct bal_err *err)
{
	struct bal_nft_monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor) {
		bal_err_nomem(err);
		return NULL;
	}
	monitor->loop = loop;
	monitor->report = report;
	monitor->arg = arg;
	monitor->source.ready = ready;
	monitor->source.fd = open_socket(err);
	if (monitor->source.fd >= 0 &&
	    bal_loop_add(loop, &monitor->source, EPOLLIN, err) == 0)
		return monitor;
	if (monitor->source.fd >= 0)
		close(monitor->source.fd);
	free(monitor);
	return NULL;
}

int
bal_nft_monitor_keep(struct bal_nft_monitor **monitor,
		     bool wanted, struct bal_loop *loop,
		     void (*report)(void *arg, unsigned news), void *arg,
		     struct bal_err *err)
{
	if (!wanted) {
		bal_nft_monitor_close(*monitor);
		*monitor = NULL;
		return 0;
	}
	if (!*monitor)
		*monitor = open_monitor(loop, report, arg, err);
	return *monitor ? 0 : -1;
}

void
bal_nft_monitor_close(struct bal_nft_monitor *monitor)
{
	if (!monitor)
		return;
	bal_loop_drop(monitor->loop, &monitor->source);
	free(monitor);
}
