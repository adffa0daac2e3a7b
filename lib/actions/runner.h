/* runner - runs programs after a change: in order, each with a time limit. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RUNNER_H
#define BAL_RUNNER_H

#include <stdbool.h>

#include "base/loop.h"

/*
 * A queue of programs, run one at a time, so that events stay in order.  Their
 * output goes to bal_say(BAL_SAY_WARN) line by line, "NAME: text"; so does a
 * status that is not 0 and being killed at the time limit.
 */
struct bal_runner;

/* An empty runner on @loop, which must outlive it.  NULL with @err. */
struct bal_runner *bal_runner_open(struct bal_loop *loop, struct bal_err *err);
/* Kill the running programs, drop the waiting ones, and free @runner. */
void bal_runner_close(struct bal_runner *runner);

#define BAL_RUNNER_MAX 256 /* programs that may wait in the queue */

/*
 * Append to the queue: @argv and @envp (both copied), called by the last part
 * of @name, killed with its whole process group after @limit_ms; a program that
 * has ended by then may leave a daemon behind.  At most BAL_RUNNER_MAX wait;
 * then the oldest waiting is dropped with a bal_warn().  -1: no memory.
 */
int bal_runner_add(struct bal_runner *runner, const char *name,
		   char *const argv[], char *const envp[], uint32_t limit_ms,
		   struct bal_err *err);

/* Gets a line of output of the program @name; both are borrowed. */
typedef void bal_runner_line_fn(const char *name, const char *line);

/*
 * Start at once, beside the queue and others started so: for what must not wait
 * for a slow event program.  @line_fn gets each line of its output (at most 200
 * bytes; the program's name in @name), NULL: reported as for the queue.  -1: it
 * could not be started.
 */
int bal_runner_start(struct bal_runner *runner, char *const argv[],
		     char *const envp[], uint32_t limit_ms,
		     bal_runner_line_fn *line_fn, struct bal_err *err);

/*
 * Kill programs that are over their time, start the next.  Returns when it is
 * to be called again at the latest (bal_clock_ns(); BAL_NEVER: on an event of
 * the loop).
 */
uint64_t bal_runner_step(struct bal_runner *runner);

/*
 * Wait for the programs beside the queue, until @until_ns (bal_clock_ns()) at
 * most.
 */
void bal_runner_finish(struct bal_runner *runner, uint64_t until_ns);

/*
 * Run the queue to its end.  @failed: of all that this runner ever started, how
 * many could not be, were killed, or ended with another status than 0.  -1:
 * waiting itself fails.
 */
int bal_runner_drain(struct bal_runner *runner, unsigned *failed,
		     struct bal_err *err);

/* Is nothing running and nothing waiting? */
bool bal_runner_idle(const struct bal_runner *runner);

#endif
