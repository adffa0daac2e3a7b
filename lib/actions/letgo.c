// SPDX-License-Identifier: GPL-2.0-or-later
/* letgo - sockets and conntrack entries of an uplink, let go. */
#include "actions/letgo.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "actions/letgo_msg.h"

typedef BAL_LIST(uint32_t) inode_list;

/*
 * So many are collected before they are destroyed: a dump knows its place by
 * counting, and would miss some if others went meanwhile.
 */
#define SOCKETS_AT_ONCE 1024

/* How often to look again where there were as many as that. */
#define ROUNDS_MAX 128

struct letting_go {
	const struct bal_letgo *what;
	struct bal_nl *asking, *telling; /* a dump goes on while we tell */
	/* Asks for routes, NULL: cannot; the answer to the last question. */
	struct bal_nl *routing;
	bool elsewhere;
	/* Asks who listens, NULL: cannot, or need not. */
	struct bal_nl *listening;
	bool came_in;
	struct bal_letgo_sought sought;
	struct inet_diag_sockid *ids;
	size_t n_ids;
	/* Of the requests sent these were refused; some because it was gone. */
	unsigned sent, refused;
	int why; /* the last errno that is not that */
	bool failed;
	struct bal_err *err;
};

static void
note_refusal(size_t number, int eno, const char *why, void *arg)
{
	struct letting_go *l = arg;

	(void)number;
	(void)why;
	l->refused++;
	if (eno != ENOENT && eno != ESTALE)
		l->why = eno;
}

static void
tell(struct letting_go *l, struct bal_nlmsg *m)
{
	if (l->failed)
		return;
	l->failed = bal_nl_queue(l->telling, m, 0, l->err) < 0;
	l->sent++;
}

static int
tell_last(struct letting_go *l)
{
	if (l->failed)
		return -1;
	return bal_nl_flush(l->telling, l->err);
}

/* That a kernel or a service's privileges do not allow it is said once. */
static void
warn_of(const char *what, int eno, const char *lack, bool *told)
{
	const bool lacking = eno == EINVAL || eno == ENOENT ||
			     eno == EOPNOTSUPP || eno == EAFNOSUPPORT ||
			     eno == EPROTONOSUPPORT;

	if (*told)
		return;
	bal_warn("%s cannot be let go: %s", what,
		 lacking ? lack : strerror(eno));
	*told = lacking || eno == EPERM || eno == EACCES;
}

static void
warn_of_entries(int eno)
{
	static bool told;

	warn_of("connections", eno,
		"the kernel has no ctnetlink (CONFIG_NF_CT_NETLINK)", &told);
}

static void
warn_of_sockets(int eno)
{
	static bool told;

	warn_of("sockets", eno,
		"the kernel cannot destroy them (CONFIG_INET_DIAG_DESTROY)",
		&told);
}

/* Is it the kernel or the privilege that is lacking?  EINVAL: no such type. */
static bool
is_lack(int eno)
{
	return eno == EPERM || eno == EACCES || eno == EPROTONOSUPPORT ||
	       eno == EINVAL;
}

/*
 * Both handles of @l, of netlink @protocol: 0; 1 without a privilege or the
 * kernel's help; -1.
 */
static int
open_both(struct letting_go *l, int protocol)
{
	l->asking = bal_nl_open_proto(protocol, l->err);
	l->telling = l->asking ? bal_nl_open_proto(protocol, l->err) : NULL;
	if (!l->telling)
		return is_lack(l->err->sys) ? 1 : -1;
	bal_nl_on_failure(l->telling, note_refusal, l);
	l->sent = l->refused = 0;
	l->why = 0;
	l->failed = false;
	return 0;
}

static void
close_both(struct letting_go *l)
{
	bal_nl_close(l->asking);
	bal_nl_close(l->telling);
	l->asking = l->telling = NULL;
}

/* Dump, each answer to @fn: 0, 1 where the kernel cannot or may not, -1. */
static int
ask(struct letting_go *l, struct bal_nlmsg *m, bal_nl_fn *fn)
{
	int rc = bal_nl_dump(l->asking, m, fn, l, &l->n_ids, l->err);

	if (rc < 0)
		return is_lack(l->err->sys) ? 1 : -1;
	if (rc == BAL_DUMP_ABSENT) {
		l->err->sys = EOPNOTSUPP;
		return 1;
	}
	return 0;
}

/* --- Conntrack ----------------------------------------------------------- */

static void
delete_entry(const struct nlmsghdr *h, void *arg)
{
	struct letting_go *l = arg;
	struct bal_nlmsg m;

	if (bal_letgo_delete_entry(&m, h, l->what->mark, l->what->mask))
		tell(l, &m);
}

/*
 * Entry by entry, however many there are: the kernel could delete them all by
 * one request with a mark, but one that does not know of that (before 4.0)
 * takes it for a flush of everything.  The dump goes on while its entries
 * vanish: the kernel finds its place again.
 *
 * The box's own flows are among them, those of an OpenVPN client over the
 * uplink for one.  It does not notice: its next packet makes a new entry.
 */
static int
let_entries_go(struct letting_go *l, unsigned *n)
{
	struct bal_nlmsg m;
	int rc = open_both(l, NETLINK_NETFILTER);

	bal_letgo_ask_entries(&m, l->what->mark, l->what->mask);
	if (rc == 0)
		rc = ask(l, &m, delete_entry);
	if (rc == 0)
		rc = tell_last(l);
	close_both(l);
	if (rc > 0)
		warn_of_entries(l->err->sys);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (l->why)
		warn_of_entries(l->why);
	*n = l->sent - l->refused;
	return 0;
}

static void
count_entry(const struct nlmsghdr *h, void *arg)
{
	struct letting_go *l = arg;
	struct bal_nlmsg unsent;

	l->n_ids += bal_letgo_delete_entry(&unsent, h, l->what->mark,
					   l->what->mask);
}

bool
bal_letgo_is_marked(uint32_t mark, uint32_t mask)
{
	const struct bal_letgo what = { .mark = mark, .mask = mask };
	struct bal_err why = { 0 };
	struct letting_go l = { .what = &what, .err = &why };
	struct bal_nlmsg m;
	int rc = 0;

	l.asking = bal_nl_open_proto(NETLINK_NETFILTER, &why);
	bal_letgo_ask_entries(&m, mark, mask);
	if (l.asking)
		rc = ask(&l, &m, count_entry);
	else
		rc = -1;
	close_both(&l);
	return rc != 0 || l.n_ids > 0;
}

/* --- Sockets ------------------------------------------------------------- */

static void
see_route(const struct nlmsghdr *h, void *arg)
{
	struct letting_go *l = arg;

	l->elsewhere = bal_letgo_is_elsewhere(h, l->what->ifindex);
}

/* Does its traffic leave by another device, though from that address? */
static bool
goes_elsewhere(struct letting_go *l, const struct nlmsghdr *h)
{
	struct bal_nlmsg m;
	struct bal_err why;
	int rc;

	l->elsewhere = false;
	if (!l->what->ifindex || !l->routing || !bal_letgo_ask_route(&m, h))
		return false;
	rc = bal_nl_get(l->routing, &m, see_route, l, &why);
	/* One of which that cannot be said stays. */
	return rc < 0 || (rc == 0 && l->elsewhere);
}

static void
see_listener(const struct nlmsghdr *h, void *arg)
{
	struct letting_go *l = arg;

	l->came_in = bal_letgo_is_listener(h);
}

/*
 * Did somebody else begin it?  Then it is answered by this uplink.  Conntrack
 * cannot tell: an entry that was lost is made anew by whoever sends first.
 */
static bool
came_in(struct letting_go *l, const struct nlmsghdr *h)
{
	struct bal_nlmsg m;
	struct bal_err why;

	l->came_in = false;
	if (!l->listening || l->sought.protocol != IPPROTO_TCP ||
	    !bal_letgo_ask_listener(&m, h))
		return false;
	(void)bal_nl_get(l->listening, &m, see_listener, l, &why);
	return l->came_in;
}

static void
collect_socket(const struct nlmsghdr *h, void *arg)
{
	struct letting_go *l = arg;

	if (l->n_ids < SOCKETS_AT_ONCE &&
	    bal_letgo_is_socket(h, &l->sought, &l->ids[l->n_ids]) &&
	    !goes_elsewhere(l, h) && !came_in(l, h))
		l->n_ids++;
}

/* One dump and what comes of it: 0, 1 where the kernel cannot, -1. */
static int
destroy_some(struct letting_go *l, int family)
{
	const int protocol = l->sought.protocol;
	struct bal_nlmsg m;
	int rc;

	l->n_ids = 0;
	bal_letgo_ask_sockets(&m, family, protocol, &l->what->source);
	rc = ask(l, &m, collect_socket);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < l->n_ids; i++) {
		bal_letgo_destroy(&m, family, protocol, &l->ids[i]);
		tell(l, &m);
	}
	return tell_last(l);
}

/* All of one family and the protocol that is sought. */
static int
destroy_all(struct letting_go *l, int family)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int rc = destroy_some(l, family);

		if (rc != 0)
			return rc;
		if (l->n_ids < SOCKETS_AT_ONCE || l->why)
			break;
	}
	return 0;
}

/* An IPv6 socket can hold an IPv4 address. */
static int
destroy_kinds(struct letting_go *l)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < 4; i++) {
		int rc;

		l->sought.protocol = protocols[i / 2];
		rc = destroy_all(l, families[i % 2]);
		if (rc < 0)
			return -1;
		/* What has no IPv6 has no such sockets. */
		if (rc > 0 && families[i % 2] == AF_INET)
			l->why = l->err->sys;
	}
	return 0;
}

/*
 * The socket that link @name in folder @fd leads to, 0 where it is something
 * else: 0, or -1 where it is secret.
 */
static int
inode_of(int fd, const char *name, uint32_t *inode)
{
	char text[64];
	ssize_t len = readlinkat(fd, name, text, sizeof(text) - 1);

	*inode = 0;
	if (len < 0)
		return errno == EACCES || errno == EPERM ? -1 : 0;
	text[len] = '\0';
	if (strncmp(text, "socket:[", 8) == 0)
		*inode = (uint32_t)strtoul(text + 8, NULL, 10);
	return 0;
}

static int
spare_folder(struct letting_go *l, DIR *dir, struct bal_arena *arena,
	     inode_list *list)
{
	struct dirent *entry;
	uint32_t inode, *v;

	while ((entry = readdir(dir))) {
		if (inode_of(dirfd(dir), entry->d_name, &inode) < 0)
			return bal_err_sys(l->err, errno,
					   "the sockets of a process that is "
					   "to keep them cannot be told");
		v = inode ? BAL_PUSH(arena, list) : NULL;
		if (v)
			*v = inode;
	}
	return arena->oom ? bal_err_nomem(l->err) : 0;
}

/*
 * The sockets of @pid, which may be gone: 0, or -1 where they are secret.
 * /proc may hide whole processes from us; kill() does not.
 */
static int
spare(struct letting_go *l, pid_t pid, struct bal_arena *arena,
      inode_list *list)
{
	char path[32];
	DIR *dir;
	int rc, eno;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir) {
		eno = errno;
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return 0;
		return bal_err_sys(l->err, eno, "cannot read %s", path);
	}
	rc = spare_folder(l, dir, arena, list);
	closedir(dir);
	return rc;
}

/* Better none is let go than one that is to stay. */
static bool
spare_all(struct letting_go *l, struct bal_arena *arena)
{
	static bool told;
	inode_list list = { 0 };

	for (size_t i = 0; i < l->what->n_spared; i++) {
		pid_t pid = l->what->spared[i];

		if (pid <= 0 || spare(l, pid, arena, &list) == 0)
			continue;
		if (!told)
			bal_warn("sockets cannot be let go: %s", l->err->msg);
		told = true;
		return false;
	}
	l->sought.inodes = list.v;
	l->sought.n_inodes = list.n;
	return true;
}

static int
let_sockets_go(struct letting_go *l, unsigned *n)
{
	int rc = open_both(l, NETLINK_SOCK_DIAG);
	struct bal_err why;

	l->routing = bal_nl_open(&why);
	if (l->what->inbound_stays)
		l->listening = bal_nl_open_proto(NETLINK_SOCK_DIAG, &why);
	l->ids = malloc(SOCKETS_AT_ONCE * sizeof(*l->ids));
	if (!l->ids && rc == 0)
		rc = bal_err_nomem(l->err);
	if (rc == 0)
		rc = destroy_kinds(l);
	free(l->ids);
	bal_nl_close(l->routing);
	bal_nl_close(l->listening);
	close_both(l);
	if (rc > 0)
		warn_of_sockets(l->err->sys);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (l->why)
		warn_of_sockets(l->why);
	*n = l->sent - l->refused;
	return 0;
}

/*
 * Sockets first: what they still send, a reset at least, would make conntrack
 * entries anew.  A connection without a mark is nobody's: mark 0 is none.
 */
int
bal_letgo(const struct bal_letgo *what, struct bal_letgone *out,
	  struct bal_err *err)
{
	struct bal_err cause = { 0 }; /* some are only warned of */
	struct letting_go l = { .what = what,
				.sought = { .what = what },
				.err = &cause };
	struct bal_letgone gone = { 0 };
	struct bal_arena arena = { 0 };
	int rc = 0;

	if (!bal_addr_none(&what->source) && spare_all(&l, &arena))
		rc = let_sockets_go(&l, &gone.sockets);
	bal_arena_fini(&arena);
	if (rc == 0 && (what->mark & what->mask))
		rc = let_entries_go(&l, &gone.connections);
	if (rc == 0)
		*out = gone;
	else
		*err = cause;
	return rc;
}
