/* child - another program, without a shell, never waited for. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CHILD_H
#define BAL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Zero state: none.  @done_fd is a pidfd.  Before Linux 5.3 it is a pipe that
 * the program and its children hold open as descriptor 3: it is readable only
 * when the last of them has ended, or closed it.
 */
struct bal_child {
	pid_t pid;	/* 0: none; it leads a process group of its own */
	int done_fd;	/* readable when it has ended */
	int out_fd;	/* stdout and stderr, non-blocking; -1: not wanted */
};

/*
 * Start @argv[0] (found in PATH where it has no slash) with the environment
 * @envp, stdin from /dev/null, default signals, no descriptor of ours, in a
 * process group of its own.  With @output its output goes to a pipe (@out_fd),
 * else to /dev/null.  -1: BAL_EUNAVAIL where it does not exist or is not
 * executable.
 */
int bal_child_start(struct bal_child *child, char *const argv[],
		    char *const envp[], bool output, struct bal_err *err);

/*
 * Reap the child when @done_fd is readable.  Its exit status, or 128 + signal;
 * -1 as long as it runs.  The descriptors stay open until bal_child_stop(), so
 * that they can be taken out of a loop first.
 */
int bal_child_reap(struct bal_child *child);

/*
 * Kill the child and its process group, reap it, close the descriptors, which
 * must be in no loop any more: zero state again.  A child that SIGKILL does not
 * end at once is reaped later, when another is started or stopped.  Processes
 * that a reaped child left behind are not killed.
 */
void bal_child_stop(struct bal_child *child);

/*
 * Close every descriptor above stderr: for a fork of ours that goes on by
 * itself and must hold nothing open for us.
 */
void bal_child_close_all(void);

#endif
