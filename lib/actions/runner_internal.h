/* runner_internal - shared by the queue and its programs. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RUNNER_INTERNAL_H
#define BAL_RUNNER_INTERNAL_H

#include "actions/runner.h"
#include "base/child.h"

#define BAL_RUNNER_LINE 200 /* bytes of an output line that are reported */

struct bal_job {
	struct bal_job *next;
	struct bal_runner *runner;
	char **argv, **envp;
	char name[64];
	uint32_t limit_ms;
	bool beside;		     /* runs beside the queue */
	bal_runner_line_fn *line_fn; /* NULL: lines are warnings */

	/* Of a running program. */
	struct bal_child child;
	struct bal_source done, out;
	uint64_t end_ns, look_ns;
	bool throttled;
	char line[BAL_RUNNER_LINE + 1];
	size_t len, bytes;
	unsigned lines;
};

struct bal_runner {
	struct bal_loop *loop;
	struct bal_job *first, *last; /* waiting */
	size_t n;
	struct bal_job
		*running; /* one of the queue at most, and those beside it */
	unsigned failed;
};

/* A job for @runner, everything copied; NULL: no memory. */
struct bal_job *bal_job_make(struct bal_runner *runner, const char *name,
			     char *const argv[], char *const envp[],
			     uint32_t limit_ms, struct bal_err *err);
/* Free a job that does not run; NULL is allowed. */
void bal_job_free(struct bal_job *job);

/*
 * Start @job, and add it to the running ones.  -1: it cannot be started, and is
 * freed.
 */
int bal_job_start(struct bal_job *job, struct bal_err *err);
/*
 * Read its output and its end, at @now_ns (bal_clock_ns()); an ended job is
 * freed.
 */
void bal_job_look(struct bal_job *job, uint64_t now_ns);
/* It is over its time: kill it, count it as failed, report it, free it. */
void bal_job_give_up(struct bal_job *job);
/* Kill it without a report, and free it. */
void bal_job_end(struct bal_job *job);

#endif
