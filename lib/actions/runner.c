// SPDX-License-Identifier: GPL-2.0-or-later
/* runner - runs programs after a change: in order, each with a time limit. */
#include "actions/runner.h"

#include <stdio.h>
#include <stdlib.h>

#include "actions/runner_internal.h"

static struct bal_job *
take_first(struct bal_runner *r)
{
	struct bal_job *job = r->first;

	r->first = job->next;
	if (!r->first)
		r->last = NULL;
	r->n--;
	return job;
}

static void
start_next(struct bal_runner *r)
{
	struct bal_err err = { 0 };
	struct bal_job *j = take_first(r);
	char name[64];

	snprintf(name, sizeof(name), "%s", j->name);
	if (bal_job_start(j, &err) < 0) {
		r->failed++;
		bal_warn("%s: %s", name, err.msg);
	}
}

struct bal_runner *
bal_runner_open(struct bal_loop *loop, struct bal_err *err)
{
	struct bal_runner *r = calloc(1, sizeof(*r));

	if (!r) {
		bal_err_nomem(err);
		return NULL;
	}
	r->loop = loop;
	return r;
}

void
bal_runner_close(struct bal_runner *r)
{
	if (!r)
		return;
	while (r->running)
		bal_job_end(r->running);
	while (r->first)
		bal_job_free(take_first(r));
	free(r);
}

int
bal_runner_add(struct bal_runner *r, const char *name, char *const argv[],
	       char *const envp[], uint32_t limit_ms, struct bal_err *err)
{
	struct bal_job *job = bal_job_make(r, name, argv, envp, limit_ms, err);
	struct bal_job *oldest;

	if (!job)
		return -1;
	if (r->n == BAL_RUNNER_MAX) {
		oldest = take_first(r);
		bal_warn("%s: not run, %d programs are waiting after it",
			 oldest->name, BAL_RUNNER_MAX);
		bal_job_free(oldest);
	}
	if (r->last)
		r->last->next = job;
	else
		r->first = job;
	r->last = job;
	r->n++;
	return 0;
}

int
bal_runner_start(struct bal_runner *r, char *const argv[], char *const envp[],
		 uint32_t limit_ms, bal_runner_line_fn *line_fn,
		 struct bal_err *err)
{
	struct bal_job *job = bal_job_make(r, argv[0], argv, envp, limit_ms, err);

	if (!job)
		return -1;
	job->beside = true;
	job->line_fn = line_fn;
	return bal_job_start(job, err);
}

/* Is one of those beside the queue running, or else one of the queue? */
static bool
is_running(const struct bal_runner *r, bool beside)
{
	for (const struct bal_job *j = r->running; j; j = j->next)
		if (j->beside == beside)
			return true;
	return false;
}

uint64_t
bal_runner_step(struct bal_runner *r)
{
	uint64_t now = bal_clock_ns(), next = BAL_NEVER;
	struct bal_job *after;

	for (struct bal_job *j = r->running; j; j = after) {
		after = j->next;
		if (now >= j->end_ns)
			bal_job_give_up(j);
		else if (now >= j->look_ns)
			bal_job_look(j, now);
	}
	while (r->first && !is_running(r, false))
		start_next(r);
	for (const struct bal_job *j = r->running; j; j = j->next) {
		next = j->look_ns < next ? j->look_ns : next;
		next = j->end_ns < next ? j->end_ns : next;
	}
	return next;
}

void
bal_runner_finish(struct bal_runner *r, uint64_t until_ns)
{
	struct bal_err why;

	while (is_running(r, true) && bal_clock_ns() < until_ns) {
		uint64_t next = bal_runner_step(r);

		if (is_running(r, true) &&
		    bal_loop_wait(r->loop, next < until_ns ? next : until_ns,
				  &why) < 0)
			break;
	}
}

bool
bal_runner_idle(const struct bal_runner *r)
{
	return !r->running && !r->first;
}

int
bal_runner_drain(struct bal_runner *r, unsigned *failed, struct bal_err *err)
{
	while (!bal_runner_idle(r)) {
		uint64_t until = bal_runner_step(r);

		if (!bal_runner_idle(r) &&
		    bal_loop_wait(r->loop, until, err) < 0)
			return -1;
	}
	*failed = r->failed;
	return 0;
}
