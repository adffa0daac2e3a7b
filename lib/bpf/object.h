/* object - BPF maps, attached programs, and their names below bpffs. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BPF_OBJECT_H
#define BAL_BPF_OBJECT_H

#include <stdint.h>

#include <linux/bpf.h>

#include "base/error.h"

#define BAL_BPF_PROGRAMS_MAX 64 /* of one cgroup and hook: the kernel's limit */

/* The programs of one hook of a cgroup itself, in order. */
struct bal_bpf_attached {
	uint32_t ids[BAL_BPF_PROGRAMS_MAX];
	uint32_t n;
	uint32_t flags; /* BPF_F_ALLOW_MULTI: there is room for others */
};

/* -1 with the errno in @err->sys: EPERM without CAP_NET_ADMIN. */
int bal_bpf_query(int cgroup_fd, enum bpf_attach_type attach,
		  struct bal_bpf_attached *out, struct bal_err *err);

/* Take program @fd off a cgroup. */
int bal_bpf_detach(int fd, int cgroup_fd, enum bpf_attach_type attach,
		   struct bal_err *err);

/*
 * Descriptors, the caller's, by number; -1 with errno: EPERM without
 * CAP_SYS_ADMIN.
 */
int bal_bpf_program(uint32_t id);
int bal_bpf_map_by_id(uint32_t id);

/* Number, name and first map of program @fd.  -1 with errno. */
int bal_bpf_program_info(int fd, struct bpf_prog_info *out, uint32_t *map);

/* The number of map @fd, or 0. */
uint32_t bal_bpf_map_id(int fd);

/* A new map of @n entries of @size bytes, numbered from 0 on: its descriptor. */
int bal_bpf_array(const char *name, uint32_t n, uint32_t size,
		  struct bal_err *err);

/* Read or write one entry. -1 with errno. */
int bal_bpf_read(int map_fd, uint32_t key, void *value);
int bal_bpf_write(int map_fd, uint32_t key, const void *value);

/*
 * @fd by a name below /sys/fs/bpf, where that is mounted, instead of another
 * that had the name; or open it by that name: -1 with errno.
 */
int bal_bpf_pin(int fd, const char *name);
int bal_bpf_pinned(const char *name);
void bal_bpf_unpin(const char *name);

#endif
