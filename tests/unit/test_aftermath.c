// SPDX-License-Identifier: GPL-2.0-or-later
/* test_aftermath - a command ends behind the process that lets go, in time. */
#include "letgo_scene.h"

#include <signal.h>

#include "aftermath.h"

#define LIMIT_MS 5000 /* as the header says */
#define PATIENCE_S 30
#define TRIES 5 /* where a busy machine may hold up what is measured */

/* Between us and the process that lets go, which asks before it says a word. */
static int asked[2], answer[2];

static void
say_when_told(void *arg, enum bal_say kind, const char *msg)
{
	char byte;

	(void)arg;
	(void)kind;
	(void)msg;
	close(answer[1]); /* so that it ends with the test, if that fails */
	if (write(asked[1], "?", 1) == 1)
		(void)!read(answer[0], &byte, 1);
}

/* Something is bound to @dev: a socket, whatever of it the kernel lets go. */
static struct bal_release
release_of(const char *own)
{
	return (struct bal_release){
		.dev = "d0",
		.on_dead = BAL_ON_DEAD_SOCKETS,
		.source = addr(own),
	};
}

static int server, held; /* a listener; the socket that is let go */

/* Let go of a socket of ours by a process that is to tell of it. */
static void
begin_untold(struct bal_pass *pass, struct bal_release *release)
{
	server = listener(SERVER, 80);
	held = client(SOCK_STREAM, DEAD, SERVER, 80);
	*release = release_of(DEAD "/24");
	*pass = (struct bal_pass){ BAL_PASS_NONE };
	pass->outcome.releases.v = release;
	pass->outcome.releases.n = 1;
	assert_int_equal(pipe2(asked, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answer, O_CLOEXEC), 0);
	bal_say_sink(say_when_told, NULL);
	bal_aftermath_release(pass);
	bal_say_sink(listen_to, NULL);
	assert_true(pass->releasing >= 0);
}

/* Has it asked whether it may say a word, within @ms? */
static bool
asks(int ms)
{
	struct pollfd said = { .fd = asked[0], .events = POLLIN };

	return poll(&said, 1, ms) == 1;
}

/* It waits for an answer, then. */
static void
begin(struct bal_pass *pass, struct bal_release *release)
{
	begin_untold(pass, release);
	bal_aftermath_told(pass);
	assert_true(asks(PATIENCE_S * 1000));
}

static void
end(void)
{
	for (int i = 0; i < 2; i++) {
		close(asked[i]);
		close(answer[i]);
	}
	close(held);
	close(server);
}

/* Answers after @ms, if there are any; in a process of its own. */
static pid_t
answer_after(long ms)
{
	const struct timespec nap = { ms / 1000, ms % 1000 * 1000000 };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		nanosleep(&nap, NULL);
		_exit(write(answer[1], "!", 1) == 1 ? 0 : 1);
	}
	return pid;
}

/* How long it took since @before. */
static double
end_command(struct bal_pass *pass, double before)
{
	bal_pass_fini(pass);
	assert_int_equal(pass->releasing, -1);
	return seconds(CLOCK_MONOTONIC) - before;
}

/* How long a command waits for one that answers after 700 ms. */
static double
wait_behind(struct bal_pass *pass)
{
	struct bal_release release;
	double before, took;
	pid_t teller;

	begin(pass, &release);
	before = seconds(CLOCK_MONOTONIC);
	teller = answer_after(700);
	took = end_command(pass, before);
	assert_int_equal(ended(teller), 0);
	end();
	return took;
}

static void
a_command_ends_behind_it(void **state)
{
	struct bal_pass pass;
	int tries = TRIES;
	double took;

	(void)state;
	NEED_NAMESPACE();
	do {
		took = wait_behind(&pass);
	} while (took > LIMIT_MS / 1000.0 && --tries > 0);
	if (took < 0.6 || took > LIMIT_MS / 1000.0)
		fail_msg("it waited for %.2f s", took);
	/* Who does not wait for anything is not held up. */
	for (tries = TRIES; end_command(&pass, seconds(CLOCK_MONOTONIC)) > 0.5;)
		assert_true(--tries > 0);
}

static void
not_for_ever(void **state)
{
	struct bal_release release;
	struct bal_pass pass;
	double took;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	took = end_command(&pass, seconds(CLOCK_MONOTONIC));
	if (took < LIMIT_MS / 1000.0 - 0.1 || took > PATIENCE_S)
		fail_msg("it waited for %.2f s", took);
	assert_int_equal(write(answer[1], "!", 1), 1);
	end();
}

static void
next_release_waits_for_the_last(void **state)
{
	struct bal_release release;
	struct bal_pass pass;
	double before;
	pid_t teller;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	before = seconds(CLOCK_MONOTONIC);
	teller = answer_after(700);
	release = release_of(ALIVE "/24");
	bal_aftermath_release(&pass);
	assert_true(seconds(CLOCK_MONOTONIC) - before > 0.6);
	bal_aftermath_told(&pass);
	assert_int_equal(ended(teller), 0);
	(void)end_command(&pass, 0);
	end();
}

/* Does it ask before the cause is told, though its work is done? */
static bool
asks_before_the_cause(void)
{
	struct bal_release release;
	struct bal_pass pass;
	struct pollfd freed;
	bool early;

	begin_untold(&pass, &release);
	freed = (struct pollfd){ .fd = held };
	assert_int_equal(poll(&freed, 1, PATIENCE_S * 1000), 1);
	early = asks(300);
	bal_aftermath_told(&pass);
	assert_int_equal(pass.telling, -1);
	assert_true(asks(PATIENCE_S * 1000));
	assert_int_equal(write(answer[1], "!", 1), 1);
	(void)end_command(&pass, 0);
	end();
	return early;
}

/*
 * First that it is dead, then what that led to; but the work waits not.  Some
 * times, for a busy machine may hold us up until it has waited long enough.
 */
static void
the_cause_is_told_first(void **state)
{
	double before;
	bool early;
	int tries = TRIES;

	(void)state;
	NEED_NAMESPACE();
	do {
		before = seconds(CLOCK_MONOTONIC);
		early = asks_before_the_cause();
	} while (early && seconds(CLOCK_MONOTONIC) - before > 2 && --tries > 0);
	assert_false(early);
}

/* Who never comes to tell it keeps nobody else from telling. */
static void
the_cause_is_not_waited_for_long(void **state)
{
	struct bal_release release;
	struct bal_pass pass;

	(void)state;
	NEED_NAMESPACE();
	begin_untold(&pass, &release);
	assert_true(asks(PATIENCE_S * 1000));
	assert_int_equal(write(answer[1], "!", 1), 1);
	bal_aftermath_told(&pass);
	(void)end_command(&pass, 0);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_ends_behind_it),
		TEST(not_for_ever),
		TEST(next_release_waits_for_the_last),
		TEST(the_cause_is_told_first),
		TEST(the_cause_is_not_waited_for_long),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
