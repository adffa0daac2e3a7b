/* child - another program, without a shell, never waited for. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CHILD_H
#define BAL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Zero state: none.  @done_fd is a pidfd.  Before Linux 5.3 it is a pipe that
 * the program and whoever it starts hold open as descriptor 3: it is readable
 * only when the last of them has ended, or closed it.
 */
struct bal_child {
	pid_t pid;	/* 0: none; it leads a process group of its own */
	int done_fd;	/* readable when it has ended */
	int out_fd;	/* its stdout and stderr, non-blocking; -1: not wanted */
};

/*
 * Start @argv[0] (found in PATH where it has no slash) with the environment
 * @envp, stdin from /dev/null, signals as by default, no descriptor of ours,
 * in a process group of its own.  With @output a pipe brings what it prints,
 * else that goes to /dev/null.  -1: BAL_EUNAVAIL where it is not there or
 * not executable.
 */
int bal_child_start(struct bal_child *child, char *const argv[],
		    char *const envp[], bool output, struct bal_err *err);

/*
 * When @done_fd is readable: reap it.  Its exit status, or 128 + signal; -1 as
 * long as it runs.  The descriptors stay open until bal_child_stop(), so that
 * they can be taken out of a loop before.
 */
int bal_child_reap(struct bal_child *child);

/*
 * Kill it and everything in its process group, reap it, close the descriptors,
 * which are in no loop any more: zero state again.  One that even SIGKILL does
 * not end at once is reaped later, when another is started or stopped.  What an
 * ended and reaped program left behind is not killed.
 */
void bal_child_stop(struct bal_child *child);

/*
 * Close every descriptor behind stderr: in a copy of us (fork()) that goes on
 * by itself and must hold nothing open for us.
 */
void bal_child_close_all(void);

#endif
