// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp - starts the process that answers, and puts this one under its filter. */
#include "exec/mptcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/show.h"
#include "exec/mptcp_internal.h"
#include "netlink/sysctl.h"

#define RELEASE 5014 /* SECCOMP_ADDFD_FLAG_SEND */

static int
check_kernel(struct bal_err *err)
{
	const unsigned release = bal_kernel_release();
	int fd;

	if ((release && release < RELEASE) || !bal_mptcp_filter_known())
		return bal_err(err, BAL_EUNAVAIL,
			       "sockets of a command become MPTCP from Linux "
			       "5.14 on, on few processors");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (fd < 0) {
		bal_err_sys(err, errno, "this kernel has no MPTCP");
		err->kind = BAL_EUNAVAIL;
		return -1;
	}
	close(fd);
	return 0;
}

/* One descriptor as the whole of a message.  0 or -1. */
static int
pass_descriptor(int by, int fd)
{
	char room[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(by, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* The descriptor that comes by @by; -1: none will. */
static int
take_descriptor(int by)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	const struct cmsghdr *c;
	ssize_t got;
	int fd;

	do {
		got = recvmsg(by, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	c = got == 1 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* Nothing of the command's stays open, so that a pipe of its ends with it. */
static void
close_all_but(int fd)
{
	if (fd > 0)
		(void)syscall(SYS_close_range, 0, fd - 1, 0);
	(void)syscall(SYS_close_range, fd + 1, ~0U, 0);
}

/*
 * As long as the command: what ends the command's session or unit asks this
 * process to end as well, while the command may still need it to close down.
 */
static void
serve(int by)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	int listener;

	close_all_but(by);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "bal-mptcp");
	if (chdir("/") < 0)
		_exit(1);
	listener = take_descriptor(by);
	if (listener < 0 || send(by, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	close_all_but(listener);
	bal_mptcp_serve(listener);
	_exit(0);
}

/* No child of the command's: it need not expect one.  0 or -1 with errno. */
static int
start_server(int mine, int its)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return -1;
	if (pid == 0) {
		close(mine);
		pid = fork();
		if (pid == 0)
			serve(its);
		_exit(pid < 0 ? errno : 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

static int
put_filter(int server, struct bal_err *err)
{
	int listener = bal_mptcp_filter(), rc;
	char ready;

	if (listener < 0) {
		bal_err_sys(err, errno,
			    "socket() cannot be answered for a command here");
		err->kind = BAL_EUNAVAIL;
		return -1;
	}
	rc = pass_descriptor(server, listener);
	close(listener);
	if (rc < 0 || read(server, &ready, 1) != 1)
		return bal_err(err, BAL_ESYS,
			       "the process that makes sockets has ended");
	return 0;
}

int
bal_mptcp_enter(struct bal_err *err)
{
	int pair[2], rc;

	if (check_kernel(err) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return bal_err_sys(err, errno, "cannot make a pair of sockets");
	rc = start_server(pair[0], pair[1]);
	close(pair[1]);
	if (rc < 0)
		bal_err_sys(err, errno, "cannot start a process");
	else
		rc = put_filter(pair[0], err);
	close(pair[0]);
	return rc;
}

void
bal_mptcp_print(char *const argv[], FILE *out)
{
	fputs("# seccomp: TCP sockets of what follows are made as MPTCP\nexec",
	      out);
	for (; *argv; argv++) {
		fputc(' ', out);
		bal_put_word(out, *argv);
	}
	fputc('\n', out);
}
