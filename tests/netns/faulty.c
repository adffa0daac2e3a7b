// SPDX-License-Identifier: GPL-2.0-or-later
/* faulty - preloaded: makes a netlink call of a program that runs go wrong. */

/*
 * $FAULTY_DIR/order has "NUMBER KIND N": from when its NUMBER is a new one, the
 * Nth netlink call that KIND can happen to goes wrong.  KIND is the name of an
 * errno or, for receiving:
 *	short		8 bytes of the answer are there
 *	truncated	half of it is, and MSG_TRUNC says so
 *	changed		NLM_F_DUMP_INTR is set
 *	refused		the kernel's answer is ENOMEM
 *	dropped		all that wait are lost without a word
 * (these three not to a socket that listens)
 *	overrun		all that wait are lost, and ENOBUFS says so
 * $FAULTY_DIR/count is "NUMBER CALLS" after each of these calls.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *dir;
static pid_t self;

static struct {
	int number;
	char kind[16];
	int n, calls;
} order;

/* What is started from here is left alone. */
static void __attribute__((constructor)) begin(void)
{
	dir = getenv("FAULTY_DIR");
	self = getpid();
	unsetenv("LD_PRELOAD");
}

static const struct {
	const char *name;
	int eno;
} errors[] = {
	{ "ENOBUFS", ENOBUFS }, { "ENOMEM", ENOMEM }, { "EAGAIN", EAGAIN },
	{ "EINTR", EINTR },	{ "EIO", EIO },
};

/* The errno that the kind of fault is, or 0. */
static int
kind_errno(void)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(order.kind, errors[i].name) == 0)
			return errors[i].eno;
	return 0;
}

static bool
is(const char *kind)
{
	return strcmp(order.kind, kind) == 0;
}

/* The text of $FAULTY_DIR/@name, written if @text is not empty, else read. */
static void
exchange(const char *name, char *text, size_t size)
{
	const bool writes = *text;
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, (writes ? O_WRONLY | O_CREAT : O_RDONLY) | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return;
	len = writes ? pwrite(fd, text, strlen(text), 0) :
		       read(fd, text, size - 1);
	if (!writes)
		text[len < 0 ? 0 : len] = '\0';
	close(fd);
}

/*
 * Does it hear of changes?  A message of those is never lost but by ENOBUFS, and
 * nothing that the kernel refuses.
 */
static bool
listens(int fd)
{
	struct sockaddr_nl local = { 0 };
	socklen_t len = sizeof(local);

	return getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
	       local.nl_groups;
}

/* Is the call on @fd, which sends or receives, the one that goes wrong? */
static bool
is_due(int fd, bool sends)
{
	int domain = 0, number, n;
	socklen_t len = sizeof(domain);
	char text[64] = "", kind[16];

	if (!dir || getpid() != self ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 ||
	    domain != AF_NETLINK)
		return false;
	exchange("order", text, sizeof(text));
	if (sscanf(text, "%d %15s %d", &number, kind, &n) != 3)
		return false;
	if (number != order.number) {
		order.number = number;
		order.n = n;
		order.calls = 0;
		memcpy(order.kind, kind, sizeof(kind));
	}
	if (sends && !kind_errno())
		return false;
	if ((is("changed") || is("refused") || is("dropped")) && listens(fd))
		return false;
	snprintf(text, sizeof(text), "%d %-9d\n", number, ++order.calls);
	exchange("count", text, sizeof(text));
	return order.calls == order.n;
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	const int saved = errno;

	if (is_due(fd, true)) {
		errno = kind_errno();
		return -1;
	}
	errno = saved;
	return REAL(send)(fd, buf, len, flags);
}

static void
mark_changed(char *bytes, size_t len)
{
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= len;) {
		struct nlmsghdr *h = (void *)(bytes + at);

		if (h->nlmsg_len < sizeof(*h))
			return;
		h->nlmsg_flags |= NLM_F_DUMP_INTR;
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
}

/* The answer of @len bytes becomes one that says ENOMEM. */
static ssize_t
refuse(char *bytes, size_t len)
{
	struct nlmsghdr *h = (void *)bytes;
	struct nlmsgerr *e = NLMSG_DATA(h);

	if (len < sizeof(*h))
		return (ssize_t)len;
	*e = (struct nlmsgerr){ .error = -ENOMEM, .msg = *h };
	h->nlmsg_type = NLMSG_ERROR;
	h->nlmsg_flags = 0;
	h->nlmsg_len = NLMSG_LENGTH(sizeof(*e));
	return NLMSG_LENGTH(sizeof(*e));
}

/* What was received goes wrong: how much of its @len bytes there is. */
static ssize_t
spoil(struct msghdr *msg, ssize_t len)
{
	char *bytes = msg->msg_iov[0].iov_base;

	if (is("changed"))
		mark_changed(bytes, (size_t)len);
	if (is("refused"))
		return refuse(bytes, (size_t)len);
	if (is("truncated")) {
		msg->msg_flags |= MSG_TRUNC;
		return len / 2;
	}
	return is("short") && len > 8 ? 8 : len;
}

static void
drop(int fd)
{
	for (int i = 0; i < 1000; i++)
		if (REAL(recv)(fd, NULL, 0, MSG_DONTWAIT) < 0)
			return;
}

/* Everything but what spoils an answer: false, or with errno. */
static bool
fails(int fd)
{
	const int eno = is("overrun") ? ENOBUFS : kind_errno();

	if (is("dropped") || is("overrun"))
		drop(fd);
	errno = eno;
	return eno != 0;
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	const int saved = errno;

	if (is_due(fd, false) && fails(fd))
		return -1;
	errno = saved;
	return REAL(recv)(fd, buf, len, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	const int saved = errno;
	const bool due = is_due(fd, false);
	ssize_t got;

	if (due && fails(fd))
		return -1;
	errno = saved;
	got = REAL(recvmsg)(fd, msg, flags);
	return due && got > 0 ? spoil(msg, got) : got;
}

int
recvmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags,
	 struct timespec *timeout)
{
	const int saved = errno;
	const bool due = is_due(fd, false);
	int got;

	if (due && fails(fd))
		return -1;
	errno = saved;
	got = REAL(recvmmsg)(fd, msgs, n, flags, timeout);
	if (due && got > 0)
		msgs[0].msg_len = (unsigned)spoil(&msgs[0].msg_hdr,
						  (ssize_t)msgs[0].msg_len);
	return got;
}
