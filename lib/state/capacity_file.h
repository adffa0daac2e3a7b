/* capacity_file - capacities of uplinks outlive a boot. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CAPACITY_FILE_H
#define BAL_CAPACITY_FILE_H

#include "state/state.h"

/*
 * Read the rates of the uplinks that have none from the file @path, "DEV BYTES"
 * in each line.  No file: nothing.  -1 where it cannot be read.
 */
int bal_capacity_load(const char *path, struct bal_state *state,
		      struct bal_err *err);

/*
 * Write those that are known, and the lines of devices that are no uplinks now.
 */
int bal_capacity_save(const char *path, struct bal_state *state,
		      struct bal_err *err);

#endif
