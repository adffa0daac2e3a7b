// SPDX-License-Identifier: GPL-2.0-or-later
/* runner - programs that are run after a change: in order, each in time. */
#include "runner.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "child.h"

#define LINE_MAX_TOLD 200
#define LINES_MAX 100
#define CHUNK 4096	 /* read when there is something */
#define TOLD_BYTES 65536 /* then nothing is told any more */
#define DRAIN_NS (100 * BAL_NS_PER_MS)
#define LOOK_NS (1000 * BAL_NS_PER_MS)

struct job {
	struct job *next;
	char **argv, **envp;
	uint32_t limit_ms;
};

struct bal_runner {
	struct bal_loop *loop;
	struct job *first, *last; /* waiting */
	size_t n;

	struct job *job; /* running, or NULL */
	struct bal_child child;
	struct bal_source done, out;
	uint64_t end_ns, look_ns;
	bool throttled;
	char line[LINE_MAX_TOLD + 1];
	size_t len, bytes;
	unsigned lines;
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

static const char *
name_of(const struct job *job)
{
	const char *slash = strrchr(job->argv[0], '/');

	return slash ? slash + 1 : job->argv[0];
}

static bool
is_too_much(const struct bal_runner *r)
{
	return r->lines > LINES_MAX;
}

static void
tell_line(struct bal_runner *r)
{
	r->line[r->len] = '\0';
	r->len = 0;
	if (is_too_much(r))
		return;
	if (++r->lines > LINES_MAX || r->bytes > TOLD_BYTES) {
		r->lines = LINES_MAX + 1;
		bal_warn("%s: prints too much, the rest is dropped",
			 name_of(r->job));
		return;
	}
	bal_warn("%s: %s", name_of(r->job), r->line);
}

static void
take_output(struct bal_runner *r, const char *text, size_t len)
{
	r->bytes += len;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && r->len)
			tell_line(r);
		else if (text[i] != '\n' && r->len < LINE_MAX_TOLD)
			r->line[r->len++] = text[i];
	}
	/* One endless line is too much as well. */
	if (r->bytes > TOLD_BYTES && !is_too_much(r))
		tell_line(r);
}

/* A piece of what it printed; false when there is none now, or no more. */
static bool
read_output(struct bal_runner *r, bool *over)
{
	char buf[CHUNK];
	ssize_t got = read(r->child.out_fd, buf, sizeof(buf));

	if (got > 0)
		take_output(r, buf, (size_t)got);
	*over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	return got > 0;
}

static void
stop_listening(struct bal_runner *r)
{
	if (r->out.fd >= 0)
		bal_loop_del(r->loop, &r->out);
	r->out.fd = -1;
}

/*
 * Who prints without end gets a pipe that is emptied now and then, so that it
 * costs us nothing, and who only prints much still comes to its end.
 */
static void
throttle(struct bal_runner *r)
{
	stop_listening(r);
	r->throttled = true;
	r->look_ns = bal_clock_ns() + DRAIN_NS;
}

static void
output_ready(struct bal_source *source, uint32_t events)
{
	struct bal_runner *r =
		(struct bal_runner *)(void *)((char *)source -
					      offsetof(struct bal_runner, out));
	bool over;

	(void)events;
	read_output(r, &over);
	if (over)
		stop_listening(r);
	else if (is_too_much(r))
		throttle(r);
}

/* What is in the pipe, which holds 64 KiB. */
static void
drain(struct bal_runner *r)
{
	size_t before = r->bytes;
	bool over = false;

	while (r->bytes - before < TOLD_BYTES && read_output(r, &over))
		;
	if (over)
		r->throttled = false;
}

static void
end_output(struct bal_runner *r)
{
	stop_listening(r);
	drain(r);
	if (r->len)
		tell_line(r);
}

static void
end_job(struct bal_runner *r)
{
	stop_listening(r);
	if (r->done.fd >= 0)
		bal_loop_del(r->loop, &r->done);
	r->done.fd = -1;
	bal_child_stop(&r->child);
	free_job(r->job);
	r->job = NULL;
}

/*
 * What it left in the background stays: that may be a daemon which is about to
 * leave the process group.
 */
static bool
take_end(struct bal_runner *r)
{
	int status = bal_child_reap(&r->child);

	if (status < 0)
		return false;
	end_output(r);
	if (status)
		bal_warn("%s: ended with status %d", name_of(r->job), status);
	end_job(r);
	return true;
}

/* Without pidfd it may only have closed what it should not have. */
static void
child_ended(struct bal_source *source, uint32_t events)
{
	struct bal_runner *r =
		(struct bal_runner *)(void *)((char *)source -
					      offsetof(struct bal_runner,
						       done));

	(void)events;
	bal_loop_del(r->loop, &r->done);
	r->done.fd = -1;
	take_end(r);
}

/* Without pidfd those whom it left behind keep its end from being told. */
static void
look(struct bal_runner *r, uint64_t now)
{
	if (take_end(r))
		return;
	if (r->throttled)
		drain(r);
	r->look_ns = now + (r->throttled ? DRAIN_NS : LOOK_NS);
}

static void
give_up(struct bal_runner *r)
{
	end_output(r);
	bal_warn("%s: killed, not done after %g s", name_of(r->job),
		 r->job->limit_ms / 1000.0);
	end_job(r);
}

static int
listen_to(struct bal_runner *r, struct bal_err *err)
{
	r->done.fd = r->child.done_fd;
	if (bal_loop_add(r->loop, &r->done, EPOLLIN, err) < 0) {
		r->done.fd = -1;
		return -1;
	}
	r->out.fd = r->child.out_fd;
	if (bal_loop_add(r->loop, &r->out, EPOLLIN, err) < 0) {
		r->out.fd = -1;
		return -1;
	}
	return 0;
}

static void
start_next(struct bal_runner *r)
{
	struct bal_err err = { 0 };
	struct job *job = take_first(r);

	r->job = job;
	r->len = r->bytes = 0;
	r->lines = 0;
	r->throttled = false;
	if (bal_child_start(&r->child, job->argv, job->envp, true, &err) < 0) {
		bal_warn("%s: %s", name_of(job), err.msg);
		free_job(job);
		r->job = NULL;
		return;
	}
	r->look_ns = bal_clock_ns() + LOOK_NS;
	r->end_ns = bal_clock_ns() + job->limit_ms * BAL_NS_PER_MS;
	if (listen_to(r, &err) < 0) {
		bal_warn("%s: %s", name_of(job), err.msg);
		end_job(r);
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
	r->done = (struct bal_source){ .fd = -1, .ready = child_ended };
	r->out = (struct bal_source){ .fd = -1, .ready = output_ready };
	return r;
}

void
bal_runner_close(struct bal_runner *r)
{
	if (!r)
		return;
	if (r->job)
		end_job(r);
	while (r->first)
		free_job(take_first(r));
	free(r);
}

int
bal_runner_add(struct bal_runner *r, char *const argv[], char *const envp[],
	       uint32_t limit_ms, struct bal_err *err)
{
	struct job *job = calloc(1, sizeof(*job)), *oldest;

	if (!job)
		return bal_err_nomem(err);
	job->argv = copy_vector(argv);
	job->envp = copy_vector(envp);
	job->limit_ms = limit_ms;
	if (!job->argv || !job->envp) {
		free_job(job);
		return bal_err_nomem(err);
	}
	if (r->n == BAL_RUNNER_MAX) {
		oldest = take_first(r);
		bal_warn("%s: not run, %d programs are waiting behind it",
			 name_of(oldest), BAL_RUNNER_MAX);
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

uint64_t
bal_runner_step(struct bal_runner *r)
{
	uint64_t now = bal_clock_ns();

	if (r->job && now >= r->end_ns)
		give_up(r);
	else if (r->job && now >= r->look_ns)
		look(r, now);
	while (!r->job && r->first)
		start_next(r);
	if (!r->job)
		return BAL_NEVER;
	return r->look_ns < r->end_ns ? r->look_ns : r->end_ns;
}

bool
bal_runner_idle(const struct bal_runner *r)
{
	return !r->job && !r->first;
}
