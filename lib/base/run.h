/* run - runs another program and waits for it, without a shell. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RUN_H
#define BAL_RUN_H

#include "base/error.h"

/*
 * Run @argv[0], found in PATH, with our stdout and stderr: its exit status,
 * 128 + signal when a signal ended it, or -1: BAL_EUNAVAIL where there is no
 * such program.
 */
int bal_run_wait(char *const argv[], struct bal_err *err);

#endif
