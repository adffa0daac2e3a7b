/* steer_internal - what is found of the program, and open. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STEER_INTERNAL_H
#define BAL_STEER_INTERNAL_H

#include "bpf/steer_held.h"

#define BAL_STEER_NAME "bal_steer"
/* Of the layout of the tables, and of what the program does. */
#define BAL_STEER_MAGIC 0x31766c62u

extern const enum bpf_attach_type bal_steer_attach_types[BAL_STEER_HOOKS];

/* Names of its programs below bpffs; that of the map is "map". */
extern const char *const bal_steer_pins[BAL_STEER_HOOKS];

/* Entry 0 of the map: what the other ones, and the program, are. */
union bal_steer_entry {
	struct bal_steer_header {
		uint64_t magic, cookie, text;
		uint64_t recipes[BAL_STEER_GROUPS_MAX];
	} header;
	uint8_t bytes[BAL_STEER_ENTRIES];
};

/* Descriptors, -1: none. */
struct bal_steer_found {
	int cgroup;
	int program[BAL_STEER_HOOKS];
	int map[BAL_STEER_HOOKS];
	uint32_t map_id[BAL_STEER_HOOKS];
	union bal_steer_entry entry; /* entry 0 of the last one's map */
	struct bal_steer_held held;
};

/* All that there is; NULL: no memory.  bal_steer_finish() frees it. */
struct bal_steer_found *bal_steer_find(void);
void bal_steer_finish(struct bal_steer_found *f);

/* Close @fd, unless it is -1, which it is then. */
void bal_steer_close(int *fd);

/* The name of @what, of this network namespace, below bpffs; in @out. */
const char *bal_steer_pin_name(const struct bal_steer_found *f,
			       const char *what, char out[48]);

#endif
