// SPDX-License-Identifier: GPL-2.0-or-later
/* object - BPF maps, attached programs, and their names below bpffs. */
#include "bpf/object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "bpf/bpf.h"

#define DIRECTORY "/sys/fs/bpf/"
#define PATH_LEN 64

int
bal_bpf_query(int cgroup_fd, enum bpf_attach_type attach,
	      struct bal_bpf_attached *out, struct bal_err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)cgroup_fd;
	attr.query.attach_type = attach;
	attr.query.prog_ids = (uintptr_t)out->ids;
	attr.query.prog_cnt = BAL_BPF_PROGRAMS_MAX;
	if (bal_bpf_call_kernel(BPF_PROG_QUERY, &attr) < 0)
		return bal_err_sys(err, errno,
				   "cannot list the BPF programs of a cgroup");
	out->n = attr.query.prog_cnt;
	out->flags = attr.query.attach_flags;
	return 0;
}

int
bal_bpf_detach(int fd, int cgroup_fd, enum bpf_attach_type attach,
	       struct bal_err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup_fd;
	attr.attach_bpf_fd = (uint32_t)fd;
	attr.attach_type = attach;
	if (bal_bpf_call_kernel(BPF_PROG_DETACH, &attr) < 0)
		return bal_err_sys(err, errno,
				   "cannot take a BPF program off a cgroup");
	return 0;
}

/* By @cmd, BPF_PROG_GET_FD_BY_ID or BPF_MAP_GET_FD_BY_ID. */
static int
by_id(enum bpf_cmd cmd, uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id; /* map_id lies in the same place */
	return bal_bpf_call_kernel(cmd, &attr);
}

int
bal_bpf_program(uint32_t id)
{
	return by_id(BPF_PROG_GET_FD_BY_ID, id);
}

int
bal_bpf_map_by_id(uint32_t id)
{
	return by_id(BPF_MAP_GET_FD_BY_ID, id);
}

static int
info_of(int fd, void *out, uint32_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = size;
	attr.info.info = (uintptr_t)out;
	return bal_bpf_call_kernel(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

int
bal_bpf_program_info(int fd, struct bpf_prog_info *out, uint32_t *map)
{
	memset(out, 0, sizeof(*out));
	*map = 0;
	out->nr_map_ids = 1;
	out->map_ids = (uintptr_t)map;
	return info_of(fd, out, sizeof(*out));
}

uint32_t
bal_bpf_map_id(int fd)
{
	struct bpf_map_info info;

	memset(&info, 0, sizeof(info));
	return info_of(fd, &info, sizeof(info)) < 0 ? 0 : info.id;
}

int
bal_bpf_array(const char *name, uint32_t n, uint32_t size, struct bal_err *err)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = size;
	attr.max_entries = n;
	(void)bal_copy(attr.map_name, sizeof(attr.map_name), name);
	fd = bal_bpf_call_kernel(BPF_MAP_CREATE, &attr);
	return fd < 0 ? bal_err_sys(err, errno, "cannot make a BPF map") : fd;
}

static int
element(enum bpf_cmd cmd, int map_fd, uint32_t key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map_fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)value;
	return bal_bpf_call_kernel(cmd, &attr);
}

int
bal_bpf_read(int map_fd, uint32_t key, void *value)
{
	return element(BPF_MAP_LOOKUP_ELEM, map_fd, key, value);
}

int
bal_bpf_write(int map_fd, uint32_t key, const void *value)
{
	return element(BPF_MAP_UPDATE_ELEM, map_fd, key, value);
}

/* By @cmd, BPF_OBJ_PIN or BPF_OBJ_GET. */
static int
by_path(enum bpf_cmd cmd, const char *path, int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = (uint32_t)fd;
	return bal_bpf_call_kernel(cmd, &attr);
}

int
bal_bpf_pin(int fd, const char *name)
{
	char path[PATH_LEN], fresh[PATH_LEN];

	snprintf(path, sizeof(path), DIRECTORY "%s", name);
	snprintf(fresh, sizeof(fresh), DIRECTORY "%s_new", name);
	(void)unlink(fresh);
	if (by_path(BPF_OBJ_PIN, fresh, fd) < 0)
		return -1;
	return rename(fresh, path);
}

int
bal_bpf_pinned(const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), DIRECTORY "%s", name);
	return by_path(BPF_OBJ_GET, path, 0);
}

void
bal_bpf_unpin(const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), DIRECTORY "%s", name);
	(void)unlink(path);
}
