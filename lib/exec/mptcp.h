/* mptcp - TCP sockets of a command become MPTCP ones, whatever the command is. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXEC_MPTCP_H
#define BAL_EXEC_MPTCP_H

#include <stdio.h>

#include "base/error.h"

/*
 * From now on each TCP socket that this process and its children open, also
 * behind an exec, is one of MPTCP where the kernel has that: a process beside
 * them answers their socket() calls, and ends with the last of them.  The caller
 * has one thread, and the privileges that the command will have; without
 * CAP_SYS_ADMIN no_new_privs is set for good.
 *
 * -1: BAL_EUNAVAIL where the kernel has no MPTCP or no way to do this, with the
 * reason: nothing is changed.  Else the command must not run.
 */
int bal_mptcp_enter(struct bal_err *err);

/* Print what bal_mptcp_enter() would do before it runs @argv, as lines. */
void bal_mptcp_print(char *const argv[], FILE *out);

#endif
