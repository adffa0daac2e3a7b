/* absolute - paths for a process that has another working directory. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ABSOLUTE_H
#define BAL_ABSOLUTE_H

#include "base/error.h"

/* @path from the root on, into @buf of PATH_MAX bytes.  0, or -1 with @err. */
int bal_absolute(const char *path, char *buf, struct bal_err *err);

/*
 * The same for the environment's variables that bal_paths_init() reads.  0, or
 * -1 with @err.
 */
int bal_absolute_environment(struct bal_err *err);

#endif
