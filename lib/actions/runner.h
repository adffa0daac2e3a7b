/* runner - programs that are run after a change: in order, each in time. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RUNNER_H
#define BAL_RUNNER_H

#include <stdbool.h>

#include "base/loop.h"

/*
 * A queue of programs, one at a time, so that events come in order.  What they
 * print goes to bal_say(BAL_SAY_WARN) line by line, "NAME: text"; so does a
 * status that is not 0 and being killed at the time limit.
 */
struct bal_runner;

struct bal_runner *bal_runner_open(struct bal_loop *loop, struct bal_err *err);
/* Kills those that run; what waits is dropped. */
void bal_runner_close(struct bal_runner *runner);

/*
 * Behind all others: @argv and @envp (both copied), called by the last part of
 * @name, killed with its whole process group after @limit_ms; what has ended by
 * then may leave a daemon behind.  At most BAL_RUNNER_MAX wait; then the oldest
 * waiting is dropped with a bal_warn().
 */
#define BAL_RUNNER_MAX 256
int bal_runner_add(struct bal_runner *runner, const char *name,
		   char *const argv[], char *const envp[], uint32_t limit_ms,
		   struct bal_err *err);

/*
 * At once, beside the queue and others started so: what must not wait for a
 * slow event program.  @line_fn gets each line that it prints (at most 200
 * bytes; what it is called by in @name), NULL: as those of the queue.  -1: it
 * could not be started.
 */
typedef void bal_runner_line_fn(const char *name, const char *line);
int bal_runner_start(struct bal_runner *runner, char *const argv[],
		     char *const envp[], uint32_t limit_ms,
		     bal_runner_line_fn *line_fn, struct bal_err *err);

/*
 * Kill what is over its time, start what is next.  Returns when it is to be
 * called again at the latest (bal_clock_ns(); BAL_NEVER: when the loop says).
 */
uint64_t bal_runner_step(struct bal_runner *runner);

/* Wait until none that was started beside the queue runs, or for @until_ns. */
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
