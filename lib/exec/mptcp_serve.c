// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp_serve - answers socket() of other processes with sockets of MPTCP. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/mptcp_internal.h"

struct server {
	int listener;
	bool root; /* the processes may have other users */
	struct stat net; /* the network namespace of this process */
};

static bool
stat_of(unsigned pid, const char *what, struct stat *out)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%u%s", pid, what);
	return stat(path, out) == 0;
}

/* One in another namespace would get a socket that leaves by this one. */
static bool
is_in_reach(const struct server *s, unsigned pid)
{
	struct stat net;

	return stat_of(pid, "/ns/net", &net) && net.st_ino == s->net.st_ino &&
	       net.st_dev == s->net.st_dev;
}

/* With the user of the process, by whom rules of routing may select. */
static int
open_for(const struct server *s, const struct seccomp_notif *req)
{
	struct stat owner;
	bool other = s->root && stat_of(req->pid, "", &owner);
	int fd;

	if (other) {
		setfsgid(owner.st_gid);
		setfsuid(owner.st_uid);
	}
	fd = socket((int)req->data.args[0],
		    (int)req->data.args[1] | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (other) {
		setfsuid(0);
		setfsgid(getegid());
	}
	return fd;
}

/* The socket is put into the process, whose call returns with its number. */
static bool
hand_over(const struct server *s, const struct seccomp_notif *req)
{
	struct seccomp_notif_addfd add = {
		.id = req->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.newfd_flags =
			req->data.args[1] & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};
	int fd = open_for(s, req);
	bool done;

	if (fd < 0)
		return false;
	add.srcfd = (uint32_t)fd;
	done = ioctl(s->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0;
	close(fd);
	return done;
}

/* Where it cannot be MPTCP the kernel carries the call out as it is. */
static void
answer(const struct server *s, const struct seccomp_notif *req)
{
	struct seccomp_notif_resp resp = {
		.id = req->id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	if (!is_in_reach(s, req->pid) || !hand_over(s, req))
		(void)ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

void
bal_mptcp_serve(int listener)
{
	struct server s = { .listener = listener, .root = geteuid() == 0 };
	struct pollfd ready = { .fd = listener, .events = POLLIN };
	struct seccomp_notif req;

	if (!stat_of((unsigned)getpid(), "/ns/net", &s.net))
		memset(&s.net, 0, sizeof(s.net));
	while (poll(&ready, 1, -1) >= 0 || errno == EINTR) {
		memset(&req, 0, sizeof(req));
		if (ready.revents & POLLIN) {
			if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) == 0)
				answer(&s, &req);
		} else if (ready.revents) {
			return;
		}
		ready.revents = 0;
	}
}
