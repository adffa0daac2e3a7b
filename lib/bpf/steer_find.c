// SPDX-License-Identifier: GPL-2.0-or-later
/* steer_find - finds the program of steer in the kernel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/cgroup.h"
#include "bpf/object.h"
#include "bpf/steer_internal.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif

const enum bpf_attach_type bal_steer_attach_types[BAL_STEER_HOOKS] = {
	[BAL_STEER_CONNECT4] = BPF_CGROUP_INET4_CONNECT,
	[BAL_STEER_CONNECT6] = BPF_CGROUP_INET6_CONNECT,
};

void
bal_steer_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
bal_steer_finish(struct bal_steer_found *f)
{
	for (int hook = 0; hook < BAL_STEER_HOOKS; hook++) {
		bal_steer_close(&f->program[hook]);
		bal_steer_close(&f->map[hook]);
	}
	bal_steer_close(&f->cgroup);
	free(f);
}

static bool
read_cookie(uint64_t *out)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*out);
	int rc;

	if (fd < 0)
		return false;
	rc = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, out, &len);
	close(fd);
	return rc == 0;
}

/* Names below bpffs have no dots. */
const char *
bal_steer_pin_name(const struct bal_steer_found *f, const char *what, char out[48])
{
	snprintf(out, 48, BAL_STEER_NAME "_%s_%llx", what,
		 (unsigned long long)f->held.cookie);
	return out;
}

const char *const bal_steer_pins[BAL_STEER_HOOKS] = { "4", "6" };

/* By its number or, without CAP_SYS_ADMIN, by the name that it was given. */
static int
open_program(const struct bal_steer_found *f, int hook, uint32_t id)
{
	int fd = bal_bpf_program(id);
	struct bpf_prog_info info;
	char name[48];
	uint32_t map;

	if (fd >= 0 || errno != EPERM)
		return fd;
	fd = bal_bpf_pinned(bal_steer_pin_name(f, bal_steer_pins[hook], name));
	if (fd >= 0 && (bal_bpf_program_info(fd, &info, &map) < 0 ||
			info.id != id))
		bal_steer_close(&fd);
	errno = EPERM;
	return fd;
}

static int
open_map(const struct bal_steer_found *f, uint32_t id)
{
	int fd = bal_bpf_map_by_id(id);
	char name[48];

	if (fd >= 0 || errno != EPERM)
		return fd;
	fd = bal_bpf_pinned(bal_steer_pin_name(f, "map", name));
	if (fd >= 0 && bal_bpf_map_id(fd) != id)
		bal_steer_close(&fd);
	return fd;
}

/* Is program @fd ours, of this network namespace?  Then it is kept. */
static bool
take(struct bal_steer_found *f, int hook, int fd)
{
	struct bpf_prog_info info;
	union bal_steer_entry *entry;
	uint32_t id;
	int map;

	if (bal_bpf_program_info(fd, &info, &id) < 0 ||
	    strcmp(info.name, BAL_STEER_NAME) != 0 || !id)
		return false;
	map = open_map(f, id);
	entry = map < 0 ? NULL : malloc(sizeof(*entry));
	if (!entry || bal_bpf_read(map, 0, entry) < 0 ||
	    entry->header.magic != BAL_STEER_MAGIC ||
	    entry->header.cookie != f->held.cookie) {
		free(entry);
		bal_steer_close(&map);
		return false;
	}
	f->entry = *entry;
	free(entry);
	f->program[hook] = fd;
	f->map[hook] = map;
	f->map_id[hook] = id;
	return true;
}

static void
note_blocker(struct bal_steer_found *f, uint32_t id)
{
	struct bpf_prog_info info;
	int fd = bal_bpf_program(id);
	uint32_t map;

	f->held.can = BAL_STEER_EXCLUDED;
	f->held.blocker_id = id;
	if (fd >= 0 && bal_bpf_program_info(fd, &info, &map) == 0)
		memcpy(f->held.blocker, info.name, sizeof(info.name));
	bal_steer_close(&fd);
}

static void
find_at(struct bal_steer_found *f, int hook)
{
	struct bal_bpf_attached list;
	struct bal_err why = { 0 };
	bool unseen = false;

	if (bal_bpf_query(f->cgroup, bal_steer_attach_types[hook], &list, &why) < 0) {
		f->held.can = why.sys == EPERM || why.sys == EACCES ?
				      BAL_STEER_HIDDEN :
				      BAL_STEER_NO_BPF;
		return;
	}
	for (uint32_t i = 0; i < list.n && f->program[hook] < 0; i++) {
		int fd = open_program(f, hook, list.ids[i]);

		unseen |= fd < 0 && errno == EPERM;
		if (fd >= 0 && !take(f, hook, fd))
			bal_steer_close(&fd);
	}
	if (f->program[hook] >= 0)
		return;
	if (list.n && !(list.flags & BPF_F_ALLOW_MULTI))
		note_blocker(f, list.ids[0]);
	else if (unseen)
		f->held.can = BAL_STEER_HIDDEN;
}

/* Both are of one map: what its header says holds for both. */
static void
conclude(struct bal_steer_found *f)
{
	const struct bal_steer_header *h = &f->entry.header;

	f->held.there = f->program[0] >= 0 || f->program[1] >= 0;
	f->held.whole = f->program[0] >= 0 && f->program[1] >= 0 &&
			f->map_id[0] == f->map_id[1];
	if (!f->held.whole)
		return;
	f->held.text = h->text;
	memcpy(f->held.recipes, h->recipes, sizeof(h->recipes));
}

struct bal_steer_found *
bal_steer_find(void)
{
	struct bal_steer_found *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->held.can = BAL_STEER_CAN;
	f->cgroup = -1;
	for (int hook = 0; hook < BAL_STEER_HOOKS; hook++)
		f->program[hook] = f->map[hook] = -1;
	if (!read_cookie(&f->held.cookie)) {
		f->held.can = BAL_STEER_NO_BPF;
		return f;
	}
	f->cgroup = bal_cgroup_open_root();
	if (f->cgroup < 0) {
		f->held.can = BAL_STEER_NO_CGROUP;
		return f;
	}
	for (int hook = 0; hook < BAL_STEER_HOOKS &&
			   f->held.can == BAL_STEER_CAN; hook++)
		find_at(f, hook);
	conclude(f);
	return f;
}
