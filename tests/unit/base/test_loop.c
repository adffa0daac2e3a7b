// SPDX-License-Identifier: GPL-2.0-or-later
/* test_loop - who is called, when, and who is not any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/loop.h"

#define MS BAL_NS_PER_MS
#define FEW 4
#define MANY 40 /* more than are fetched at once */

/* A pipe, and how often it was said to be ready. */
struct end {
	struct bal_source source;
	int far; /* the other end of the pipe */
	unsigned calls;
	uint32_t events;
	struct end *deletes; /* when called, that one leaves the loop */
};

static struct bal_loop *loop;
static struct bal_err err;

static void
called(struct bal_source *source, uint32_t events)
{
	struct end *end = (struct end *)source;

	end->calls++;
	end->events = events;
	if (end->deletes)
		bal_loop_del(loop, &end->deletes->source);
}

static void
make_end(struct end *end, uint32_t events)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	*end = (struct end){ .source = { fds[0], called }, .far = fds[1] };
	assert_int_equal(bal_loop_add(loop, &end->source, events, &err), 0);
}

static void
close_end(struct end *end)
{
	bal_loop_del(loop, &end->source);
	close(end->source.fd);
	if (end->far >= 0)
		close(end->far);
}

static void
make_ready(struct end *end)
{
	assert_int_equal(write(end->far, "x", 1), 1);
}

/* Wait for no longer than @ms, once. */
static void
wait_for(unsigned ms)
{
	assert_int_equal(bal_loop_wait(loop, bal_clock_ns() + ms * MS, &err),
			 0);
}

static int
open_loop(void **state)
{
	(void)state;
	loop = bal_loop_open(&err);
	return loop ? 0 : -1;
}

static int
close_loop(void **state)
{
	(void)state;
	bal_loop_close(loop);
	return 0;
}

/* --- who ---------------------------------------------------------------- */

static void
the_ready_one_is_called(void **state)
{
	struct end a, b;

	(void)state;
	make_end(&a, EPOLLIN);
	make_end(&b, EPOLLIN);
	wait_for(0);
	assert_int_equal(a.calls + b.calls, 0);
	make_ready(&b);
	wait_for(10000);
	assert_int_equal(a.calls, 0);
	assert_int_equal(b.calls, 1);
	assert_int_equal(b.events, EPOLLIN);
	/* It stays ready until somebody reads; a wait calls once. */
	wait_for(10000);
	assert_int_equal(b.calls, 2);
	close(a.far);
	a.far = -1;
	wait_for(10000);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.events, EPOLLHUP);
	close_end(&a);
	close_end(&b);
}

static void
other_events_can_be_asked_for(void **state)
{
	struct end a;

	(void)state;
	make_end(&a, 0);
	make_ready(&a);
	wait_for(0);
	assert_int_equal(a.calls, 0);
	bal_loop_change(loop, &a.source, EPOLLIN);
	wait_for(0);
	assert_int_equal(a.calls, 1);
	bal_loop_change(loop, &a.source, 0);
	wait_for(0);
	assert_int_equal(a.calls, 1);
	close_end(&a);
}

static void
more_than_fit_at_once_all_get_their_turn(void **state)
{
	struct end ends[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		make_end(&ends[i], EPOLLIN);
		make_ready(&ends[i]);
	}
	for (int i = 0; i < 4; i++)
		wait_for(0);
	for (int i = 0; i < MANY; i++) {
		assert_in_range(ends[i].calls, 1, 4);
		close_end(&ends[i]);
	}
}

/* --- deletion ----------------------------------------------------------- */

static void
one_that_left_is_not_called(void **state)
{
	struct end a;

	(void)state;
	make_end(&a, EPOLLIN);
	make_ready(&a);
	bal_loop_del(loop, &a.source);
	assert_in_range(a.source.fd, 3, 1024);
	wait_for(0);
	assert_int_equal(a.calls, 0);
	/* It may come back, with another meaning. */
	assert_int_equal(bal_loop_add(loop, &a.source, EPOLLIN, &err), 0);
	wait_for(0);
	assert_int_equal(a.calls, 1);
	close_end(&a);
}

static void
each_may_delete_itself(void **state)
{
	struct end ends[FEW];

	(void)state;
	for (int i = 0; i < FEW; i++) {
		make_end(&ends[i], EPOLLIN);
		make_ready(&ends[i]);
		ends[i].deletes = &ends[i];
	}
	wait_for(0);
	wait_for(0);
	for (int i = 0; i < FEW; i++) {
		assert_int_equal(ends[i].calls, 1);
		close_end(&ends[i]);
	}
}

static void
the_first_deletes_the_others(void **state)
{
	struct end a, b;

	(void)state;
	make_end(&a, EPOLLIN);
	make_end(&b, EPOLLIN);
	make_ready(&a);
	make_ready(&b);
	a.deletes = &b;
	b.deletes = &a;
	wait_for(0);
	assert_int_equal(a.calls + b.calls, 1);
	wait_for(0);
	assert_int_equal(a.calls + b.calls, 2);
	close_end(&a);
	close_end(&b);
}

static void
free_itself_and_another(struct bal_source *source, uint32_t events)
{
	struct end *end = (struct end *)source, *other = end->deletes;

	(void)events;
	close_end(other);
	close_end(end);
	free(other);
	free(end);
}

static void
what_was_deleted_may_be_freed_at_once(void **state)
{
	struct end *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));

	(void)state;
	assert_true(a && b);
	make_end(a, EPOLLIN);
	make_end(b, EPOLLIN);
	make_ready(a);
	make_ready(b);
	a->deletes = b;
	b->deletes = a;
	a->source.ready = b->source.ready = free_itself_and_another;
	wait_for(0);
	wait_for(0);
}

/* epoll reports what another descriptor still holds open. */
static void
one_that_was_dropped_is_not_called_for_its_copy(void **state)
{
	struct end a;
	int copy;

	(void)state;
	make_end(&a, EPOLLIN);
	copy = dup(a.source.fd);
	make_ready(&a);
	bal_loop_drop(loop, &a.source);
	assert_int_equal(a.source.fd, -1);
	wait_for(0);
	assert_int_equal(a.calls, 0);
	bal_loop_drop(loop, &a.source);
	close(copy);
	close(a.far);
}

/* --- when --------------------------------------------------------------- */

static void
a_wait_ends_when_the_clock_says_so(void **state)
{
	static const uint64_t waits[] = { 1, 300, 999999, 1000001, 20 * MS };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		const uint64_t until = bal_clock_ns() + waits[i];
		unsigned turns = 0;

		while (bal_clock_ns() < until) {
			assert_int_equal(bal_loop_wait(loop, until, &err), 0);
			turns++;
		}
		/* Neither early, again and again, nor by whole ms. */
		assert_in_range(turns, 0, 1);
		assert_in_range(bal_clock_ns(), until, until + 60000 * MS);
	}
}

/* The best of many: a noisy machine delays some, rounding up delays all. */
static void
a_wait_is_finer_than_a_millisecond(void **state)
{
	uint64_t best = BAL_NEVER;

	(void)state;
	for (int i = 0; i < 200 || (best >= MS && i < 20000); i++) {
		const uint64_t before = bal_clock_ns();

		assert_int_equal(bal_loop_wait(loop, before + MS / 5, &err), 0);
		if (bal_clock_ns() - before < best)
			best = bal_clock_ns() - before;
	}
	assert_in_range(best, MS / 5, MS - 1);
}

static void
what_is_due_is_not_waited_for(void **state)
{
	const uint64_t before = bal_clock_ns();

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(bal_loop_wait(loop, before, &err), 0);
	assert_true(bal_clock_ns() - before < 100 * 300 * MS);
}

static void
what_is_due_does_not_keep_others_from_being_called(void **state)
{
	struct end a;

	(void)state;
	make_end(&a, EPOLLIN);
	make_ready(&a);
	assert_int_equal(bal_loop_wait(loop, 0, &err), 0);
	assert_int_equal(a.calls, 1);
	close_end(&a);
}

static void
ring(int signo)
{
	(void)signo;
}

static void
a_signal_ends_a_wait_without_end(void **state)
{
	const struct sigaction action = { .sa_handler = ring };
	const struct itimerval soon = { { 0, 20000 }, { 0, 20000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	for (int i = 0; i < 3; i++) {
		const uint64_t before = bal_clock_ns();

		assert_int_equal(bal_loop_wait(loop, BAL_NEVER, &err), 0);
		assert_true(bal_clock_ns() > before);
	}
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void
a_timer_that_went_off_does_not_make_it_spin(void **state)
{
	struct end a;
	const struct sigaction action = { .sa_handler = ring };
	const struct itimerval soon = { { 0, 50000 }, { 0, 50000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	uint64_t before;

	(void)state;
	make_end(&a, EPOLLIN);
	wait_for(1);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	before = bal_clock_ns();
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(bal_loop_wait(loop, BAL_NEVER, &err), 0);
	assert_true(bal_clock_ns() - before > 30 * MS);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	close_end(&a);
}

/* The descriptor of a loop made anew; its timer has the next one. */
static int
loop_fd(void)
{
	int fd;

	bal_loop_close(loop);
	fd = dup(0);
	close(fd);
	loop = bal_loop_open(&err);
	assert_non_null(loop);
	return fd;
}

static void
a_broken_timer_is_made_anew(void **state)
{
	const int timer = loop_fd() + 1;
	uint64_t until;

	(void)state;
	for (int i = 0; i < 3; i++) {
		close(timer);
		until = bal_clock_ns() + 20 * MS;
		while (bal_clock_ns() < until)
			assert_int_equal(bal_loop_wait(loop, until, &err), 0);
	}
}

static void
a_broken_loop_fails_at_once_and_is_told(void **state)
{
	const uint64_t before = bal_clock_ns();
	const int fd = loop_fd();

	(void)state;
	close(fd);
	assert_int_equal(bal_loop_wait(loop, before + 60000 * MS, &err), -1);
	assert_int_equal(err.sys, EBADF);
	assert_true(bal_clock_ns() < before + 30000 * MS);
}

static void
what_cannot_be_waited_for_is_refused(void **state)
{
	struct bal_source source = { .fd = 1000000, .ready = called };

	(void)state;
	assert_int_equal(bal_loop_add(loop, &source, EPOLLIN, &err), -1);
	assert_int_equal(err.sys, EBADF);
	assert_string_equal(err.msg, "cannot wait for descriptor 1000000: "
				     "Bad file descriptor");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_ready_one_is_called),
		TEST(other_events_can_be_asked_for),
		TEST(more_than_fit_at_once_all_get_their_turn),
		TEST(one_that_left_is_not_called),
		TEST(each_may_delete_itself),
		TEST(the_first_deletes_the_others),
		TEST(what_was_deleted_may_be_freed_at_once),
		TEST(a_wait_ends_when_the_clock_says_so),
		TEST(a_wait_is_finer_than_a_millisecond),
		TEST(what_is_due_is_not_waited_for),
		TEST(what_is_due_does_not_keep_others_from_being_called),
		TEST(a_signal_ends_a_wait_without_end),
		TEST(a_timer_that_went_off_does_not_make_it_spin),
		TEST(one_that_was_dropped_is_not_called_for_its_copy),
		TEST(a_broken_timer_is_made_anew),
		TEST(a_broken_loop_fails_at_once_and_is_told),
		TEST(what_cannot_be_waited_for_is_refused),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
