/* kinds - the table of all kinds of kernel objects that bal makes. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KINDS_H
#define BAL_KINDS_H

#include "kernel/kind.h"

/* All of them, NULL behind the last: for bal_snapshot_read(). */
extern const struct bal_kind *const bal_kinds[];

/* Does one of @ops change a firewall? */
bool bal_kinds_change_firewall(const bal_op_list *ops);

#endif
