/* steer_held - the program of steer as the kernel has it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STEER_HELD_H
#define BAL_STEER_HELD_H

#include "bpf/steer.h"

/* May this process steer, and what is in the way? */
enum bal_steer_can {
	BAL_STEER_HIDDEN,     /* no privilege to look */
	BAL_STEER_NO_CGROUP,  /* cgroup v2 is not mounted */
	BAL_STEER_NO_BPF,     /* the kernel lacks it, or forbids it */
	BAL_STEER_EXCLUDED,   /* a foreign program allows none beside it */
	BAL_STEER_CAN,
};

/* Zero state: hidden. */
struct bal_steer_held {
	enum bal_steer_can can;
	uint32_t blocker_id; /* of the foreign program, and its name */
	char blocker[BPF_OBJ_NAME_LEN];
	uint64_t cookie;	 /* of this network namespace */
	bool there;		 /* by a hook at least */
	bool whole;		 /* by both, with one map */
	uint64_t text;		 /* bal_steer_text(), of a whole one */
	uint64_t recipes[BAL_STEER_GROUPS_MAX]; /* of its tables; 0: none */
};

/* Look at the root cgroup.  What cannot be looked at is a fact, no failure. */
void bal_steer_look(struct bal_steer_held *out);

/* Does @held do what @s says? */
bool bal_steer_same(const struct bal_steer *s,
		    const struct bal_steer_held *held);

/*
 * Make it so: the tables that differ are written, and programs that differ take
 * the place of the old ones at once, with tables of their own.  @s NULL: there
 * are none afterwards.  -1 with @err; BAL_EUNAVAIL where the kernel lacks it.
 */
int bal_steer_commit(const struct bal_steer *s, struct bal_err *err);

#endif
