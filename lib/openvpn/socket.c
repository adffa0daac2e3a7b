// SPDX-License-Identifier: GPL-2.0-or-later
/* socket - finds the device of a process's sockets by sock_diag. */
#include "openvpn/socket.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "netlink/nl.h"

#define TCP_ESTABLISHED 1 /* netinet/tcp.h */
#define ALL_STATES UINT32_MAX

struct bound {
	uint32_t inode, ifindex;
};

struct bound_list {
	struct bal_arena arena;
	BAL_LIST(struct bound) list;
};

static void
collect(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	struct bound_list *all = arg;
	struct bound *slot;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || !m->id.idiag_if)
		return;
	slot = BAL_PUSH(&all->arena, &all->list);
	if (slot)
		*slot = (struct bound){ m->idiag_inode, m->id.idiag_if };
}

/* All that are bound to a device; a kernel without sock_diag has none. */
static void
list_bound(uint8_t protocol, struct bound_list *all)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct bal_err ignored;
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_SOCK_DIAG, &ignored);

	for (size_t i = 0; nl && i < sizeof(families); i++) {
		const struct inet_diag_req_v2 req = {
			.sdiag_family = families[i],
			.sdiag_protocol = protocol,
			.idiag_states = protocol == IPPROTO_TCP ?
						1u << TCP_ESTABLISHED :
						ALL_STATES,
		};
		struct bal_nlmsg m;

		bal_nlmsg_init(&m, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req));
		(void)bal_nl_dump(nl, &m, collect, all, &all->list.n, &ignored);
	}
	bal_nl_close(nl);
}

/* The device of descriptor @name of @dir; 0: it is no such socket. */
static uint32_t
device_of(int dir, const char *name, const struct bound_list *all)
{
	char target[64];
	uint32_t inode;
	ssize_t len = readlinkat(dir, name, target, sizeof(target) - 1);

	if (len < 0)
		return 0;
	target[len] = '\0';
	if (sscanf(target, "socket:[%" SCNu32 "]", &inode) != 1)
		return 0;
	for (size_t i = 0; i < all->list.n; i++)
		if (all->list.v[i].inode == inode)
			return all->list.v[i].ifindex;
	return 0;
}

/* The one device of all sockets of @pid; 0: none, or several. */
static uint32_t
one_device(uint32_t pid, const struct bound_list *all)
{
	const struct dirent *entry;
	uint32_t found = 0, next;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd", pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		next = device_of(dirfd(dir), entry->d_name, all);
		if (next && found && next != found) {
			found = 0;
			break;
		}
		if (next)
			found = next;
	}
	closedir(dir);
	return found;
}

static uint32_t
bound_by(uint32_t pid, uint8_t protocol)
{
	struct bound_list all = { 0 };
	uint32_t found = 0;

	list_bound(protocol, &all);
	if (all.list.n && !all.arena.oom)
		found = one_device(pid, &all);
	bal_arena_fini(&all.arena);
	return found;
}

void
bal_ovpn_bound_dev(const char *pid, char *dev)
{
	char name[IF_NAMESIZE];
	struct bal_err ignored;
	uint32_t number, ifindex;

	dev[0] = '\0';
	if (!pid || bal_parse_u32(pid, 1, INT32_MAX, &number, &ignored) < 0)
		return;
	ifindex = bound_by(number, IPPROTO_UDP);
	if (!ifindex)
		ifindex = bound_by(number, IPPROTO_TCP);
	if (ifindex && if_indextoname(ifindex, name))
		(void)bal_copy(dev, BAL_IFNAMSIZ, name);
}
