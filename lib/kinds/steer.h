/* steer - a BPF program at connect() that marks what has no mark yet. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KIND_STEER_H
#define BAL_KIND_STEER_H

#include "kernel/snapshot.h"

/*
 * Was the program of steer @there when @snap was read?  Where a plan @wanted one
 * and it was not read, it is read now: 13 system calls, which a pass without such a
 * program does not pay.  -1: no memory.
 */
int bal_kind_steer_see(struct bal_snapshot *snap, bool wanted, bool *there,
		       struct bal_arena *arena, struct bal_err *err);

#endif
