// SPDX-License-Identifier: GPL-2.0-or-later
/* runner - programs that are run after a change: in order, each in time. */
#include "actions/runner.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/child.h"

#define LINE_MAX_TOLD 200
#define LINES_MAX 100
#define CHUNK 4096	 /* read when there is something */
#define TOLD_BYTES 65536 /* then nothing is told any more */
#define DRAIN_NS (100 * BAL_NS_PER_MS)
#define LOOK_NS (1000 * BAL_NS_PER_MS)

struct job {
	struct job *next;
	struct bal_runner *runner;
	char **argv, **envp;
	char name[64];
	uint32_t limit_ms;
	bool beside;		     /* the queue, and not in it */
	bal_runner_line_fn *line_fn; /* NULL: lines are warnings */

	/* Of one that runs. */
	struct bal_child child;
	struct bal_source done, out;
	uint64_t end_ns, look_ns;
	bool throttled;
	char line[LINE_MAX_TOLD + 1];
	size_t len, bytes;
	unsigned lines;
};

struct bal_runner {
	struct bal_loop *loop;
	struct job *first, *last; /* waiting */
	size_t n;
	struct job *running; /* one of the queue at most, others beside it */
	unsigned failed;
};

/* Pointers and what they point to in one piece. */
static char **
copy_vector(char *const from[])
{
	size_t n, size;
	char **copy, *text;

	for (n = 0, size = sizeof(*copy); from[n]; n++)
		size += sizeof(*copy) + strlen(from[n]) + 1;
	copy = malloc(size);
	if (!copy)
		return NULL;
	text = (char *)(copy + n + 1);
	for (size_t i = 0; i < n; i++) {
		size = strlen(from[i]) + 1;
		copy[i] = memcpy(text, from[i], size);
		text += size;
	}
	copy[n] = NULL;
	return copy;
}

static void
free_job(struct job *job)
{
	if (!job)
		return;
	free(job->argv);
	free(job->envp);
	free(job);
}

static struct job *
take_first(struct bal_runner *r)
{
	struct job *job = r->first;

	r->first = job->next;
	if (!r->first)
		r->last = NULL;
	r->n--;
	return job;
}

static bool
is_too_much(const struct job *j)
{
	return j->lines > LINES_MAX;
}

static void
tell_line(struct job *j)
{
	j->line[j->len] = '\0';
	j->len = 0;
	if (is_too_much(j))
		return;
	if (++j->lines > LINES_MAX || j->bytes > TOLD_BYTES) {
		j->lines = LINES_MAX + 1;
		bal_warn("%s: prints too much, the rest is dropped",
			 j->name);
		return;
	}
	if (j->line_fn)
		j->line_fn(j->name, j->line);
	else
		bal_warn("%s: %s", j->name, j->line);
}

static void
take_output(struct job *j, const char *text, size_t len)
{
	j->bytes += len;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && j->len)
			tell_line(j);
		else if (text[i] != '\n' && j->len < LINE_MAX_TOLD)
			j->line[j->len++] = text[i];
	}
	/* One endless line is too much as well. */
	if (j->bytes > TOLD_BYTES && !is_too_much(j))
		tell_line(j);
}

/* A piece of what it printed; false when there is none now, or no more. */
static bool
read_output(struct job *j, bool *over)
{
	char buf[CHUNK];
	ssize_t got = read(j->child.out_fd, buf, sizeof(buf));

	if (got > 0)
		take_output(j, buf, (size_t)got);
	*over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	return got > 0;
}

static void
stop_listening(struct job *j)
{
	if (j->out.fd >= 0)
		bal_loop_del(j->runner->loop, &j->out);
	j->out.fd = -1;
}

/*
 * Who prints without end gets a pipe that is emptied now and then, so that it
 * costs us nothing, and who only prints much still comes to its end.
 */
static void
throttle(struct job *j)
{
	stop_listening(j);
	j->throttled = true;
	j->look_ns = bal_clock_ns() + DRAIN_NS;
}

static void
output_ready(struct bal_source *source, uint32_t events)
{
	struct job *j = (struct job *)(void *)((char *)source -
					       offsetof(struct job, out));
	bool over;

	(void)events;
	read_output(j, &over);
	if (over)
		stop_listening(j);
	else if (is_too_much(j))
		throttle(j);
}

/* What is in the pipe, which holds 64 KiB. */
static void
drain(struct job *j)
{
	size_t before = j->bytes;
	bool over = false;

	while (j->bytes - before < TOLD_BYTES && read_output(j, &over))
		;
	if (over)
		j->throttled = false;
}

static void
end_output(struct job *j)
{
	stop_listening(j);
	drain(j);
	if (j->len)
		tell_line(j);
}

static void
end_job(struct job *j)
{
	struct job **at = &j->runner->running;

	stop_listening(j);
	if (j->done.fd >= 0)
		bal_loop_del(j->runner->loop, &j->done);
	j->done.fd = -1;
	bal_child_stop(&j->child);
	while (*at && *at != j)
		at = &(*at)->next;
	if (*at)
		*at = j->next;
	free_job(j);
}

/*
 * What it left in the background stays: that may be a daemon which is about to
 * leave the process group.
 */
static bool
take_end(struct job *j)
{
	int status = bal_child_reap(&j->child);

	if (status < 0)
		return false;
	end_output(j);
	if (status) {
		j->runner->failed++;
		bal_warn("%s: ended with status %d", j->name, status);
	}
	end_job(j);
	return true;
}

/* Without pidfd it may only have closed what it should not have. */
static void
child_ended(struct bal_source *source, uint32_t events)
{
	struct job *j = (struct job *)(void *)((char *)source -
					       offsetof(struct job, done));

	(void)events;
	bal_loop_del(j->runner->loop, &j->done);
	j->done.fd = -1;
	take_end(j);
}

/* Without pidfd those whom it left behind keep its end from being told. */
static void
look(struct job *j, uint64_t now)
{
	if (take_end(j))
		return;
	if (j->throttled)
		drain(j);
	j->look_ns = now + (j->throttled ? DRAIN_NS : LOOK_NS);
}

static void
give_up(struct job *j)
{
	end_output(j);
	j->runner->failed++;
	bal_warn("%s: killed, not done after %g s", j->name,
		 j->limit_ms / 1000.0);
	end_job(j);
}

static int
listen_to(struct job *j, struct bal_err *err)
{
	j->done.fd = j->child.done_fd;
	if (bal_loop_add(j->runner->loop, &j->done, EPOLLIN, err) < 0) {
		j->done.fd = -1;
		return -1;
	}
	j->out.fd = j->child.out_fd;
	if (bal_loop_add(j->runner->loop, &j->out, EPOLLIN, err) < 0) {
		j->out.fd = -1;
		return -1;
	}
	return 0;
}

/* @j is ours then; of one that cannot be started nothing is left. */
static int
start(struct job *j, struct bal_err *err)
{
	struct bal_runner *r = j->runner;

	j->done = (struct bal_source){ .fd = -1, .ready = child_ended };
	j->out = (struct bal_source){ .fd = -1, .ready = output_ready };
	if (bal_child_start(&j->child, j->argv, j->envp, true, err) < 0) {
		free_job(j);
		return -1;
	}
	j->next = r->running;
	r->running = j;
	j->look_ns = bal_clock_ns() + LOOK_NS;
	j->end_ns = bal_clock_ns() + j->limit_ms * BAL_NS_PER_MS;
	if (listen_to(j, err) == 0)
		return 0;
	end_job(j);
	return -1;
}

static void
start_next(struct bal_runner *r)
{
	struct bal_err err = { 0 };
	struct job *j = take_first(r);
	char name[64];

	snprintf(name, sizeof(name), "%s", j->name);
	if (start(j, &err) < 0) {
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
		end_job(r->running);
	while (r->first)
		free_job(take_first(r));
	free(r);
}

static struct job *
make_job(struct bal_runner *r, const char *name, char *const argv[],
	 char *const envp[], uint32_t limit_ms, struct bal_err *err)
{
	struct job *job = calloc(1, sizeof(*job));
	const char *slash = strrchr(name, '/');

	if (job) {
		job->runner = r;
		snprintf(job->name, sizeof(job->name), "%s",
			 slash ? slash + 1 : name);
		job->argv = copy_vector(argv);
		job->envp = copy_vector(envp);
		job->limit_ms = limit_ms;
		if (job->argv && job->envp)
			return job;
	}
	free_job(job);
	bal_err_nomem(err);
	return NULL;
}

int
bal_runner_add(struct bal_runner *r, const char *name, char *const argv[],
	       char *const envp[], uint32_t limit_ms, struct bal_err *err)
{
	struct job *job = make_job(r, name, argv, envp, limit_ms, err);
	struct job *oldest;

	if (!job)
		return -1;
	if (r->n == BAL_RUNNER_MAX) {
		oldest = take_first(r);
		bal_warn("%s: not run, %d programs are waiting behind it",
			 oldest->name, BAL_RUNNER_MAX);
		free_job(oldest);
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
	struct job *job = make_job(r, argv[0], argv, envp, limit_ms, err);

	if (!job)
		return -1;
	job->beside = true;
	job->line_fn = line_fn;
	return start(job, err);
}

/* Is one running of those beside the queue, or else of the queue? */
static bool
is_running(const struct bal_runner *r, bool beside)
{
	for (const struct job *j = r->running; j; j = j->next)
		if (j->beside == beside)
			return true;
	return false;
}

uint64_t
bal_runner_step(struct bal_runner *r)
{
	uint64_t now = bal_clock_ns(), next = BAL_NEVER;
	struct job *after;

	for (struct job *j = r->running; j; j = after) {
		after = j->next;
		if (now >= j->end_ns)
			give_up(j);
		else if (now >= j->look_ns)
			look(j, now);
	}
	while (r->first && !is_running(r, false))
		start_next(r);
	for (const struct job *j = r->running; j; j = j->next) {
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
