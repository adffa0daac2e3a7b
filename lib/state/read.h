/* read - the state file, also damaged or of another version. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_READ_H
#define BAL_STATE_READ_H

#include "state/state.h"

/*
 * Read @path.  1: wholly.  0: there is none, or not all of it could be used:
 * what @state lacks then (all that the kernel can tell) must be recovered from
 * the kernel.  Lines that are damaged are dropped with one bal_warn(), and the
 * file as it was is kept as "@path.bad"; a file of no sane size, or a link, gets
 * that name itself.  Lines and sections that are not known are no damage, and
 * are written again as they were.  With @touch false nothing is renamed.
 *
 * -1: it could not be read (any error but that there is none), which says
 * nothing about what is in it, or it is a device, fifo, socket or directory:
 * nothing may be written in its place.
 *
 * Half-written or hostile content never crashes and never yields a name or
 * number out of range, nor two uplinks with one name, slot or table, nor a
 * table of the kernel's: a slot or table that two have is forgotten of both.
 * What was not said is as in the zero state, but for saved_sysctls, which are none,
 * and uplinks that are up.
 */
int bal_state_read(struct bal_state *state, const char *path, bool touch,
		   struct bal_err *err);

#endif
