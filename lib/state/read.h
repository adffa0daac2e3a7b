/* read - reads the state file, also damaged or of another version. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_READ_H
#define BAL_STATE_READ_H

#include "state/state.h"

/*
 * Read @path.  1: wholly.  0: there is none, or a part was unusable: what
 * @state lacks then must be recovered from the kernel.  Damaged lines are
 * dropped with one bal_warn(), and the file as it was is kept as "@path.bad"; a
 * file of no sane size, or a link, is renamed to that.  Unknown lines and
 * sections are no damage, and are written again as they were.  With @touch
 * false nothing is renamed.
 *
 * -1: it could not be read (any error but ENOENT), so that its content is
 * unknown, or it is a device, fifo, socket or directory: it must not be
 * replaced.
 *
 * Half-written or hostile content never crashes and never yields a name or
 * number out of range, nor two uplinks with one name, slot or table, nor a
 * table of the kernel's: a slot or table that two have is dropped from both.
 * Missing keys are as in the zero state, but for saved_sysctls, which are none,
 * and uplinks that are up.
 */
int bal_state_read(struct bal_state *state, const char *path, bool touch,
		   struct bal_err *err);

#endif
