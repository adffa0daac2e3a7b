/* write - writes the state file in one canonical form. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_WRITE_H
#define BAL_STATE_WRITE_H

#include "state/state.h"

/*
 * Write @state to @path: temporary file beside it, fsync, rename.  Nothing is
 * written if the file is the same already; uplinks are sorted by name.
 */
int bal_state_write(const struct bal_state *state, const char *path,
		    struct bal_err *err);

#endif
