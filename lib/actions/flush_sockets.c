// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_sockets - sockets with the address of an uplink. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "actions/flush_internal.h"

/*
 * So many are collected before they are destroyed: a dump keeps its place by
 * counting, and would skip some if others vanished meanwhile.
 */
#define SOCKETS_AT_ONCE 1024

/* How often to repeat the dump where the list was full. */
#define ROUNDS_MAX 128

static void
warn_of_sockets(int eno)
{
	static bool warned;

	bal_flush_warn(
		"sockets cannot be closed", eno,
		"the kernel cannot destroy them (CONFIG_INET_DIAG_DESTROY)",
		&warned);
}

static void
see_route(const struct nlmsghdr *h, void *arg)
{
	struct flushing *l = arg;

	l->elsewhere = bal_flush_is_elsewhere(h, l->what->ifindex);
}

/* Does its traffic leave by another device, though from that address? */
static bool
goes_elsewhere(struct flushing *l, const struct nlmsghdr *h)
{
	struct bal_nlmsg m;
	struct bal_err why;
	int rc;

	l->elsewhere = false;
	if (!l->what->ifindex || !l->routing || !bal_flush_ask_route(&m, h))
		return false;
	rc = bal_nl_get(l->routing, &m, see_route, l, &why);
	/* A socket whose route is unknown stays. */
	return rc < 0 || (rc == 0 && l->elsewhere);
}

static void
see_listener(const struct nlmsghdr *h, void *arg)
{
	struct flushing *l = arg;

	l->came_in = bal_flush_is_listener(h);
}

/*
 * Is it an inbound connection?  Then it is answered by this uplink.  Conntrack
 * does not show that: a lost entry is made anew by the next packet of either
 * side.
 */
static bool
came_in(struct flushing *l, const struct nlmsghdr *h)
{
	struct bal_nlmsg m;
	struct bal_err why;

	l->came_in = false;
	if (!l->listening || l->sought.protocol != IPPROTO_TCP ||
	    !bal_flush_ask_listener(&m, h))
		return false;
	(void)bal_nl_get(l->listening, &m, see_listener, l, &why);
	return l->came_in;
}

/* Nor what is of another group. */
static bool
is_sought(const struct flushing *l, const struct nlmsghdr *h)
{
	struct bal_flow flow;

	if (!l->what->whose)
		return true;
	bal_flush_socket_flow(h, l->sought.protocol, &flow);
	return bal_whose_has(l->what->whose, &flow);
}

static void
collect_socket(const struct nlmsghdr *h, void *arg)
{
	struct flushing *l = arg;

	if (l->n_ids < SOCKETS_AT_ONCE &&
	    bal_flush_is_socket(h, &l->sought, &l->ids[l->n_ids]) &&
	    is_sought(l, h) && !goes_elsewhere(l, h) && !came_in(l, h))
		l->n_ids++;
}

/* One dump, and its sockets destroyed: 0, 1 without kernel support, -1. */
static int
destroy_some(struct flushing *l, int family)
{
	const int protocol = l->sought.protocol;
	struct bal_nlmsg m;
	int rc;

	l->n_ids = 0;
	bal_flush_ask_sockets(&m, family, protocol, &l->what->source);
	rc = bal_flush_ask(l, &m, collect_socket);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < l->n_ids; i++) {
		bal_flush_destroy(&m, family, protocol, &l->ids[i]);
		bal_flush_tell(l, &m);
	}
	return bal_flush_tell_last(l);
}

/* All sockets of one family and the requested protocol. */
static int
destroy_all(struct flushing *l, int family)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int rc = destroy_some(l, family);

		if (rc != 0)
			return rc;
		if (l->n_ids < SOCKETS_AT_ONCE || l->why || l->back)
			break;
	}
	return 0;
}

/* An IPv6 socket can hold an IPv4 address. */
static int
destroy_kinds(struct flushing *l)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < 4; i++) {
		int rc;

		if (l->what->six && families[i % 2] == AF_INET)
			continue;

		l->sought.protocol = protocols[i / 2];
		rc = destroy_all(l, families[i % 2]);
		if (rc < 0)
			return -1;
		/* A kernel without IPv6 has no such sockets. */
		if (rc > 0 && families[i % 2] == AF_INET)
			l->why = l->err->sys;
	}
	return 0;
}

int
bal_flush_sockets(struct flushing *l, unsigned *n)
{
	int rc = bal_flush_open(l, NETLINK_SOCK_DIAG);
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
	bal_flush_close(l);
	if (rc > 0)
		warn_of_sockets(l->err->sys);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (l->why)
		warn_of_sockets(l->why);
	*n = l->sent - l->refused;
	return 0;
}
