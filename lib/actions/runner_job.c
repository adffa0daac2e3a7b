// SPDX-License-Identifier: GPL-2.0-or-later
/* runner_job - one program: started, its lines reported, ended in time. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "actions/runner_internal.h"
#include "base/child.h"

#define LINES_MAX 100
#define CHUNK 4096	 /* read when there is something */
#define TOLD_BYTES 65536 /* no output beyond this is reported */
#define DRAIN_NS (100 * BAL_NS_PER_MS)
#define LOOK_NS (1000 * BAL_NS_PER_MS)

/* A copy of the pointers and their strings in one allocation. */
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

void
bal_job_free(struct bal_job *job)
{
	if (!job)
		return;
	free(job->argv);
	free(job->envp);
	free(job);
}

static bool
is_too_much(const struct bal_job *j)
{
	return j->lines > LINES_MAX;
}

static void
tell_line(struct bal_job *j)
{
	j->line[j->len] = '\0';
	j->len = 0;
	if (is_too_much(j))
		return;
	if (++j->lines > LINES_MAX || j->bytes > TOLD_BYTES) {
		j->lines = LINES_MAX + 1;
		bal_warn("%s: prints too much, the rest is dropped", j->name);
		return;
	}
	if (j->line_fn)
		j->line_fn(j->name, j->line);
	else
		bal_warn("%s: %s", j->name, j->line);
}

static void
take_output(struct bal_job *j, const char *text, size_t len)
{
	j->bytes += len;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && j->len)
			tell_line(j);
		else if (text[i] != '\n' && j->len < BAL_RUNNER_LINE)
			j->line[j->len++] = text[i];
	}
	/* A line without an end counts as too much, too. */
	if (j->bytes > TOLD_BYTES && !is_too_much(j))
		tell_line(j);
}

/* Read once from its output; false when there is nothing now, or no more. */
static bool
read_output(struct bal_job *j, bool *over)
{
	char buf[CHUNK];
	ssize_t got = read(j->child.out_fd, buf, sizeof(buf));

	if (got > 0)
		take_output(j, buf, (size_t)got);
	*over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	return got > 0;
}

static void
stop_listening(struct bal_job *j)
{
	if (j->out.fd >= 0)
		bal_loop_del(j->runner->loop, &j->out);
	j->out.fd = -1;
}

/*
 * Too much output: the pipe is emptied now and then, so that it costs us
 * nothing, and a program that prints much still comes to its end.
 */
static void
throttle(struct bal_job *j)
{
	stop_listening(j);
	j->throttled = true;
	j->look_ns = bal_clock_ns() + DRAIN_NS;
}

static void
output_ready(struct bal_source *source, uint32_t events)
{
	struct bal_job *j =
		(struct bal_job *)(void *)((char *)source -
					   offsetof(struct bal_job, out));
	bool over;

	(void)events;
	read_output(j, &over);
	if (over)
		stop_listening(j);
	else if (is_too_much(j))
		throttle(j);
}

/* Discard the content of the pipe, which holds 64 KiB. */
static void
drain(struct bal_job *j)
{
	size_t before = j->bytes;
	bool over = false;

	while (j->bytes - before < TOLD_BYTES && read_output(j, &over))
		;
	if (over)
		j->throttled = false;
}

static void
end_output(struct bal_job *j)
{
	stop_listening(j);
	drain(j);
	if (j->len)
		tell_line(j);
}

void
bal_job_end(struct bal_job *j)
{
	struct bal_job **at = &j->runner->running;

	stop_listening(j);
	if (j->done.fd >= 0)
		bal_loop_del(j->runner->loop, &j->done);
	j->done.fd = -1;
	bal_child_stop(&j->child);
	while (*at && *at != j)
		at = &(*at)->next;
	if (*at)
		*at = j->next;
	bal_job_free(j);
}

/*
 * Processes that it left in the background are not killed: one may be a daemon
 * which is about to leave the process group.
 */
static bool
take_end(struct bal_job *j)
{
	int status = bal_child_reap(&j->child);

	if (status < 0)
		return false;
	end_output(j);
	if (status) {
		j->runner->failed++;
		bal_warn("%s: ended with status %d", j->name, status);
	}
	bal_job_end(j);
	return true;
}

/* Without pidfd the program may only have closed its output. */
static void
child_ended(struct bal_source *source, uint32_t events)
{
	struct bal_job *j =
		(struct bal_job *)(void *)((char *)source -
					   offsetof(struct bal_job, done));

	(void)events;
	bal_loop_del(j->runner->loop, &j->done);
	j->done.fd = -1;
	take_end(j);
}

/* Without pidfd, background processes hide its end. */
void
bal_job_look(struct bal_job *j, uint64_t now)
{
	if (take_end(j))
		return;
	if (j->throttled)
		drain(j);
	j->look_ns = now + (j->throttled ? DRAIN_NS : LOOK_NS);
}

void
bal_job_give_up(struct bal_job *j)
{
	end_output(j);
	j->runner->failed++;
	bal_warn("%s: killed, not done after %g s", j->name,
		 j->limit_ms / 1000.0);
	bal_job_end(j);
}

static int
listen_to(struct bal_job *j, struct bal_err *err)
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

/* Takes @j; one that cannot be started is freed. */
int
bal_job_start(struct bal_job *j, struct bal_err *err)
{
	struct bal_runner *r = j->runner;

	j->done = (struct bal_source){ .fd = -1, .ready = child_ended };
	j->out = (struct bal_source){ .fd = -1, .ready = output_ready };
	if (bal_child_start(&j->child, j->argv, j->envp, true, err) < 0) {
		bal_job_free(j);
		return -1;
	}
	j->next = r->running;
	r->running = j;
	j->look_ns = bal_clock_ns() + LOOK_NS;
	j->end_ns = bal_clock_ns() + j->limit_ms * BAL_NS_PER_MS;
	if (listen_to(j, err) == 0)
		return 0;
	bal_job_end(j);
	return -1;
}

struct bal_job *
bal_job_make(struct bal_runner *r, const char *name, char *const argv[],
	     char *const envp[], uint32_t limit_ms, struct bal_err *err)
{
	struct bal_job *job = calloc(1, sizeof(*job));
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
	bal_job_free(job);
	bal_err_nomem(err);
	return NULL;
}
