/* pass_revive - which uplink is to be revived after this pass, and how. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_REVIVE_H
#define BAL_PASS_REVIVE_H

#include "reconcile/pass.h"
#include "state/revive_file.h"

/*
 * After the outcome: put the step that is due into pass->outcome, with its event,
 * and record it in the file that outlives a boot, so that a kill takes no step
 * twice.  A file that cannot be read or written is a bal_warn(), and no step is
 * taken.  -1: no memory.
 */
int bal_pass_revive(struct bal_pass *pass, struct bal_err *err);

/* What comes next for an uplink, for people. */
struct bal_revive_next {
	enum bal_revive_step step; /* BAL_REVIVE_NONE: nothing */
	uint64_t due_ms;	   /* CLOCK_BOOTTIME */
	uint32_t rounds;	   /* that failed */
};

/* Is there an uplink to be revived, should it die?  Then its records are read. */
bool bal_pass_revivals(const struct bal_pass *pass, struct bal_revivals *out);

/* What comes next for @name, by @all: nothing as long as it is not dead. */
struct bal_revive_next bal_pass_revive_next(const struct bal_pass *pass,
					    const struct bal_revivals *all,
					    const char *name);

#endif
