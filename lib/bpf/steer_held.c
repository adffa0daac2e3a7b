// SPDX-License-Identifier: GPL-2.0-or-later
/* steer_held - makes, changes and removes the program of steer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/object.h"
#include "bpf/steer_internal.h"

bool
bal_steer_same(const struct bal_steer *s, const struct bal_steer_held *held)
{
	struct bal_err ignored = { 0 };
	uint64_t text;

	if (!held->whole ||
	    bal_steer_text(s, held->cookie, &text, &ignored) < 0 ||
	    text != held->text)
		return false;
	for (size_t i = 0; i < s->n_groups; i++)
		if (bal_steer_recipe(s, i) != held->recipes[i])
			return false;
	return true;
}

/*
 * A table that is being written has no recipe: killed then, the next command writes
 * it anew.  Each of its bytes is right by itself, old or new.
 */
static int
write_table(const struct bal_steer *s, size_t group, int map,
	    union bal_steer_entry *header)
{
	union bal_steer_entry *table = malloc(sizeof(*table));
	int rc = -1;

	if (!table)
		return -1;
	bal_steer_fill(s, group, table->bytes);
	header->header.recipes[group] = 0;
	if (bal_bpf_write(map, 0, header) == 0 &&
	    bal_bpf_write(map, 1 + (uint32_t)group, table) == 0) {
		header->header.recipes[group] = bal_steer_recipe(s, group);
		rc = bal_bpf_write(map, 0, header);
	}
	free(table);
	return rc;
}

static int
write_tables(const struct bal_steer *s, int map, union bal_steer_entry *header,
	     struct bal_err *err)
{
	for (size_t i = 0; i < s->n_groups; i++)
		if (header->header.recipes[i] != bal_steer_recipe(s, i) &&
		    write_table(s, i, map, header) < 0)
			return bal_err_sys(err, errno, "cannot write a BPF map");
	return 0;
}

static int
new_map(const struct bal_steer_found *f, const struct bal_steer *s, uint64_t text,
	struct bal_err *err)
{
	int map = bal_bpf_array(BAL_STEER_NAME, 1 + (uint32_t)s->n_groups,
				BAL_STEER_ENTRIES, err);
	union bal_steer_entry *header = map < 0 ? NULL : calloc(1, sizeof(*header));
	int rc = -1;

	if (header) {
		header->header.magic = BAL_STEER_MAGIC;
		header->header.cookie = f->held.cookie;
		header->header.text = text;
		rc = write_tables(s, map, header, err);
		free(header);
	}
	if (rc < 0)
		bal_steer_close(&map);
	return map;
}

static int
load(const struct bal_steer_found *f, const struct bal_steer *s, int hook, int map,
     struct bal_err *err)
{
	struct bal_bpf *code = calloc(1, sizeof(*code));
	int fd = -1;

	if (!code)
		return bal_err_nomem(err);
	if (bal_steer_code(s, hook, f->held.cookie, map, code, err) == 0)
		fd = bal_bpf_load(code, bal_steer_attach_types[hook], BAL_STEER_NAME, err);
	free(code);
	return fd;
}

/*
 * Pinned first, where there is a bpffs: a process without CAP_SYS_ADMIN finds it by
 * that alone.
 */
static int
put(struct bal_steer_found *f, const struct bal_steer *s, int hook, int map,
    struct bal_err *err)
{
	int fd = load(f, s, hook, map, err);
	char name[48];
	int rc;

	if (fd < 0)
		return -1;
	(void)bal_bpf_pin(fd, bal_steer_pin_name(f, bal_steer_pins[hook], name));
	rc = bal_bpf_attach(fd, f->cgroup, bal_steer_attach_types[hook],
			    f->program[hook], err);
	close(fd);
	return rc;
}

static int
replace(struct bal_steer_found *f, const struct bal_steer *s, uint64_t text,
	struct bal_err *err)
{
	int map = new_map(f, s, text, err), rc = 0;
	char name[48];

	if (map < 0)
		return -1;
	(void)bal_bpf_pin(map, bal_steer_pin_name(f, "map", name));
	for (int hook = 0; hook < BAL_STEER_HOOKS && rc == 0; hook++)
		rc = put(f, s, hook, map, err);
	close(map);
	return rc;
}

static int
renew(struct bal_steer_found *f, const struct bal_steer *s, struct bal_err *err)
{
	uint64_t text;

	if (bal_steer_text(s, f->held.cookie, &text, err) < 0)
		return -1;
	if (f->held.whole && f->held.text == text)
		return write_tables(s, f->map[0], &f->entry, err);
	return replace(f, s, text, err);
}

static int
take_off(struct bal_steer_found *f, struct bal_err *err)
{
	char name[48];
	int rc = 0;

	for (int hook = 0; hook < BAL_STEER_HOOKS; hook++) {
		if (f->program[hook] >= 0 &&
		    bal_bpf_detach(f->program[hook], f->cgroup,
				   bal_steer_attach_types[hook], err) < 0)
			rc = -1;
		bal_bpf_unpin(bal_steer_pin_name(f, bal_steer_pins[hook], name));
	}
	bal_bpf_unpin(bal_steer_pin_name(f, "map", name));
	return rc;
}

/* EPERM for root: a container, or a foreign program that came meanwhile. */
static int
explain(struct bal_err *err)
{
	if (err->sys == EINVAL || err->sys == EACCES || err->sys == ENOSYS ||
	    err->sys == EPERM || err->sys == E2BIG || err->sys == EOPNOTSUPP)
		err->kind = BAL_EUNAVAIL;
	return -1;
}

int
bal_steer_commit(const struct bal_steer *s, struct bal_err *err)
{
	struct bal_steer_found *f = bal_steer_find();
	int rc = 0;

	if (!f)
		return bal_err_nomem(err);
	if (f->held.can == BAL_STEER_CAN || f->held.there)
		rc = s ? renew(f, s, err) : take_off(f, err);
	bal_steer_finish(f);
	return rc < 0 ? explain(err) : 0;
}

void
bal_steer_look(struct bal_steer_held *out)
{
	struct bal_steer_found *f = bal_steer_find();

	*out = (struct bal_steer_held){ 0 };
	if (!f)
		return;
	*out = f->held;
	bal_steer_finish(f);
}
