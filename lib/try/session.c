// SPDX-License-Identifier: GPL-2.0-or-later
/* session - finds the TCP connection of the session that we run in. */
#include "try/session.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/paths.h"

/* From netinet/tcp.h, whose tcp_info is older than that of linux/tcp.h. */
#define TCP_ESTABLISHED 1

#define SILENT_MS 5000
#define SILENT_RTOS 4
#define ABOVE_MAX 64 /* at most so many ancestors */
#define ENVIRON_MAX ((size_t)1 << 20)

/* Pseudo terminals: ssh, xterm, tmux. */
#define PTS_MAJOR_FIRST 136
#define PTS_MAJOR_LAST 143

/* --- sockets -------------------------------------------------------------- */

struct connection {
	uint32_t inode;
	struct bal_session s;
};

struct connections {
	struct bal_arena arena;
	BAL_LIST(struct connection) list;
};

static void
collect(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	struct connections *all = arg;
	struct connection *c;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || !m->idiag_inode)
		return;
	c = BAL_PUSH(&all->arena, &all->list);
	if (!c)
		return;
	c->inode = m->idiag_inode;
	c->s.own = bal_addr_of_socket(m->idiag_family, m->id.idiag_src);
	c->s.peer = bal_addr_of_socket(m->idiag_family, m->id.idiag_dst);
	c->s.own_port = ntohs(m->id.idiag_sport);
	c->s.peer_port = ntohs(m->id.idiag_dport);
}

static int
list_connections(struct connections *all, struct bal_err *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_SOCK_DIAG, err);
	int rc = nl ? 0 : -1;

	for (size_t i = 0; rc >= 0 && i < sizeof(families); i++) {
		const struct inet_diag_req_v2 req = {
			.sdiag_family = families[i],
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1u << TCP_ESTABLISHED,
		};
		struct bal_nlmsg m;

		bal_nlmsg_init(&m, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req));
		rc = bal_nl_dump(nl, &m, collect, all, &all->list.n, err);
	}
	bal_nl_close(nl);
	return rc < 0 ? -1 : 0;
}

/* --- processes ------------------------------------------------------------ */

struct process {
	pid_t pid, parent;
	int tty; /* device number; 0: none */
	uint64_t begun_ms;
};

static bool
read_process(pid_t pid, struct process *out)
{
	char path[32], line[512];
	unsigned long long start;
	const char *rest;
	FILE *f;
	bool got;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	got = fgets(line, sizeof(line), f);
	fclose(f);
	/* The name in parentheses may hold any character. */
	rest = got ? strrchr(line, ')') : NULL;
	out->pid = pid;
	if (!rest || sscanf(rest + 1,
			    " %*c %d %*d %*d %d %*d %*u %*u %*u %*u %*u %*u "
			    "%*u %*d %*d %*d %*d %*d %*d %llu",
			    &out->parent, &out->tty, &start) != 3)
		return false;
	out->begun_ms = start * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
	return true;
}

/* The connection that descriptor @name of @pid is, or NULL. */
static const struct connection *
descriptor(pid_t pid, const char *name, const struct connections *all)
{
	char path[300], target[64];
	uint32_t inode;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return NULL;
	target[len] = '\0';
	if (sscanf(target, "socket:[%" SCNu32 "]", &inode) != 1)
		return NULL;
	for (size_t i = 0; i < all->list.n; i++)
		if (all->list.v[i].inode == inode)
			return &all->list.v[i];
	return NULL;
}

/* "PEER PORT OWN PORT", as sshd sets it for its shell. */
static bool
is_ssh_connection(const struct connection *c, const char *words)
{
	char peer[BAL_ADDR_STRLEN], own[BAL_ADDR_STRLEN], text[160];

	snprintf(text, sizeof(text), "%s %u %s %u",
		 bal_addr_host_str(&c->s.peer, peer), c->s.peer_port,
		 bal_addr_host_str(&c->s.own, own), c->s.own_port);
	return words && strcmp(text, words) == 0;
}

/* The value of SSH_CONNECTION of process @pid, malloced, or NULL. */
static char *
ssh_connection_of(pid_t pid)
{
	static const char name[] = "SSH_CONNECTION=";
	char path[32], *text, *value = NULL;
	struct bal_err ignored;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (bal_read_file(path, ENVIRON_MAX, &text, &len, &ignored) < 0)
		return NULL;
	for (const char *e = text; !value && e < text + len;
	     e += strlen(e) + 1)
		if (strncmp(e, name, sizeof(name) - 1) == 0)
			value = strdup(e + sizeof(name) - 1);
	free(text);
	return value;
}

/*
 * The connection that @pid serves; NULL: none, or not @same.  Among forwarded
 * ones it is the one in the SSH_CONNECTION of its child @below, else the first
 * that it opened.
 */
static const struct connection *
held_by(pid_t pid, pid_t below, const struct connection *same,
	const struct connections *all)
{
	const struct connection *first = NULL;
	char path[32], *words = same ? NULL : ssh_connection_of(below);
	long lowest = -1;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		const struct connection *c = descriptor(pid, e->d_name, all);
		long fd = strtol(e->d_name, NULL, 10);

		if (!c || (same && c != same))
			continue;
		if (is_ssh_connection(c, words))
			fd = 0;
		if (lowest < 0 || fd < lowest) {
			first = c;
			lowest = fd;
		}
	}
	if (dir)
		closedir(dir);
	free(words);
	return first;
}

int
bal_session_find(struct bal_session *out, struct bal_err *err)
{
	struct connections all = { 0 };
	const struct connection *found = NULL, *c;
	struct process p = { .parent = getpid() };
	int tty = 0;
	pid_t below;

	memset(out, 0, sizeof(*out));
	if (list_connections(&all, err) < 0) {
		bal_arena_fini(&all.arena);
		return -1;
	}
	for (int i = 0; i < ABOVE_MAX && p.parent > 0; i++) {
		below = p.pid;
		if (!read_process(p.parent, &p))
			break;
		if (i == 0)
			tty = p.tty;
		c = held_by(p.pid, below, found, &all);
		if (!c && found)
			break;
		if (c) {
			*out = c->s;
			out->begun_ms = p.begun_ms;
			found = c;
		}
	}
	out->console = !found && tty &&
		       ((int)major((unsigned)tty) < PTS_MAJOR_FIRST ||
			(int)major((unsigned)tty) > PTS_MAJOR_LAST);
	bal_arena_fini(&all.arena);
	return 0;
}

bool
bal_session_is_remote(const struct bal_session *s)
{
	static const struct bal_addr loop = { AF_INET, 8, { 127 } };

	return !bal_addr_none(&s->peer) && !bal_addr_in(&s->peer, &loop) &&
	       !bal_addr_same_host(&s->peer, &s->own);
}

/* --- acknowledgements ----------------------------------------------------- */

struct asked {
	struct bal_acks *out;
	bool got;
};

static void
take_info(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	struct asked *asked = arg;
	struct rtattr *tb[INET_DIAG_MAX + 1];
	struct tcp_info info = { 0 };
	size_t len;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) ||
	    m->idiag_state != TCP_ESTABLISHED)
		return;
	bal_nl_parse(tb, INET_DIAG_MAX, (const void *)(m + 1),
		     h->nlmsg_len - NLMSG_LENGTH(sizeof(*m)));
	len = tb[INET_DIAG_INFO] ? RTA_PAYLOAD(tb[INET_DIAG_INFO]) : 0;
	if (len < offsetof(struct tcp_info, tcpi_bytes_received))
		return;
	memcpy(&info, RTA_DATA(tb[INET_DIAG_INFO]),
	       len < sizeof(info) ? len : sizeof(info));
	asked->out->acked = info.tcpi_bytes_acked;
	asked->out->unacked = info.tcpi_unacked;
	asked->out->rto_ms = (info.tcpi_rto / 1000) >>
			     (info.tcpi_backoff < 16 ? info.tcpi_backoff : 16);
	asked->got = true;
}

int
bal_session_acks(struct bal_nl *diag, const struct bal_session *s,
		 struct bal_acks *out, struct bal_err *err)
{
	struct inet_diag_req_v2 req = {
		.sdiag_family = s->own.family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = 1u << (INET_DIAG_INFO - 1),
		.idiag_states = ~0u,
		.id.idiag_sport = htons(s->own_port),
		.id.idiag_dport = htons(s->peer_port),
		.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};
	struct asked asked = { .out = out };
	struct bal_nlmsg m;
	int rc;

	memcpy(req.id.idiag_src, s->own.bytes, bal_addr_bits(s->own.family) / 8);
	memcpy(req.id.idiag_dst, s->peer.bytes,
	       bal_addr_bits(s->own.family) / 8);
	bal_nlmsg_init(&m, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req));
	rc = bal_nl_get(diag, &m, take_info, &asked, err);
	return rc == 0 && !asked.got ? 1 : rc;
}

bool
bal_silence_lasts(struct bal_silence *silence, const struct bal_acks *acks,
		  uint64_t now_ms)
{
	uint64_t limit = (uint64_t)SILENT_RTOS * acks->rto_ms;

	if (!silence->since_ms || !acks->unacked ||
	    acks->acked != silence->acked) {
		silence->acked = acks->acked;
		silence->since_ms = now_ms;
		return false;
	}
	return now_ms - silence->since_ms >=
	       (limit > SILENT_MS ? limit : SILENT_MS);
}
