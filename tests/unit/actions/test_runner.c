// SPDX-License-Identifier: GPL-2.0-or-later
/* test_runner - programs in order, each in time, whatever they do. */
#include "../children.h"
#include "../files.h"

#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "actions/event.h"

#define LONG_MS 60000 /* no program of these tests needs so long */
#define DEADLINE_NS (UINT64_C(60000) * BAL_NS_PER_MS)

static struct bal_loop *loop;
static struct bal_runner *runner;
static unsigned steps;

static int
open_runner(void **state)
{
	if (make_directory(state) < 0)
		return -1;
	loop = bal_loop_open(&err);
	runner = loop ? bal_runner_open(loop, &err) : NULL;
	return runner ? 0 : -1;
}

static int
close_runner(void **state)
{
	bal_runner_close(runner);
	bal_loop_close(loop);
	return remove_directory(state);
}

static void
put_script(const char *name, const char *text)
{
	char script[1024];

	snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", text);
	put_text(in_directory(name), script);
	assert_int_equal(chmod(in_directory(name), 0755), 0);
}

static void
add_limited(const char *name, uint32_t limit_ms)
{
	char path[PATH_MAX], dir[80], by[] = "PATH=/usr/bin:/bin";
	char *argv[] = { path, NULL }, *envp[] = { dir, by, NULL };

	snprintf(path, sizeof(path), "%s", in_directory(name));
	snprintf(dir, sizeof(dir), "DIR=%s", directory);
	if (bal_runner_add(runner, path, argv, envp, limit_ms, &err) < 0)
		fail_msg("%s", err.msg);
	/* They are copied. */
	memset(path, 'x', sizeof(path) - 1);
	memset(dir, 'x', sizeof(dir) - 1);
}

static void
add(const char *name)
{
	add_limited(name, LONG_MS);
}

/* One turn of what the daemon does. */
static void
turn(void)
{
	uint64_t until = bal_clock_ns() + DEADLINE_NS;
	uint64_t due = bal_runner_step(runner);

	if (bal_runner_idle(runner)) {
		assert_true(due == BAL_NEVER);
		return;
	}
	if (bal_loop_wait(loop, due < until ? due : until, &err) < 0)
		fail_msg("%s", err.msg);
	steps++;
}

static void
run_all(void)
{
	uint64_t end = bal_clock_ns() + DEADLINE_NS;

	steps = 0;
	while (!bal_runner_idle(runner)) {
		turn();
		assert_true(bal_clock_ns() < end);
	}
}

static bool
is_there(const char *name)
{
	return access(in_directory(name), F_OK) == 0;
}

/* Turns until @name exists and says something. */
static void
run_until(const char *name)
{
	uint64_t end = bal_clock_ns() + DEADLINE_NS;
	struct stat st;

	while (stat(in_directory(name), &st) || !st.st_size) {
		bal_runner_step(runner);
		assert_int_equal(
			bal_loop_wait(loop, bal_clock_ns() + 5 * BAL_NS_PER_MS,
				      &err),
			0);
		assert_true(bal_clock_ns() < end);
	}
}

static void
wait_for(const char *name)
{
	struct timespec ts = { .tv_nsec = 5000000 };
	uint64_t end = bal_clock_ns() + DEADLINE_NS;

	while (!is_there(name)) {
		assert_true(bal_clock_ns() < end);
		nanosleep(&ts, NULL);
	}
}

static pid_t
pid_in(const char *name)
{
	char *text = get_text(in_directory(name));
	long pid = strtol(text, NULL, 10);

	free(text);
	assert_true(pid > 1);
	return (pid_t)pid;
}

static void
test_in_order(void **state)
{
	(void)state;
	put_script("first", "sleep 0.1; echo first >>$DIR/order");
	put_script("second", "echo second >>$DIR/order");
	assert_true(bal_runner_idle(runner));
	assert_true(bal_runner_step(runner) == BAL_NEVER);
	add("first");
	add("second");
	add("first");
	assert_false(bal_runner_idle(runner));
	run_all();
	assert_text(in_directory("order"), "first\nsecond\nfirst\n");
	assert_string_equal(warnings, "");
}

static void
test_output(void **state)
{
	(void)state;
	put_script("talker", "echo out; echo; echo err >&2; printf unfinished");
	add("talker");
	run_all();
	assert_string_equal(warnings, "talker: out\n"
				      "talker: err\n"
				      "talker: unfinished\n");
}

static void
test_long_line(void **state)
{
	char expected[260] = "";

	(void)state;
	put_script("long", "printf %0250d 7; echo; printf 'a\\033[2J\\n'");
	add("long");
	run_all();
	snprintf(expected, sizeof(expected), "long: %0200d\nlong: a?[2J\n", 0);
	assert_string_equal(warnings, expected);
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Who prints much is not held up by it. */
static void
test_many_lines(void **state)
{
	(void)state;
	put_script("many", "i=0; while [ $i -lt 30000 ]; do echo line $i; "
			   "i=$((i+1)); done; echo >$DIR/done end");
	add("many");
	run_all();
	assert_true(is_there("done"));
	assert_int_equal(count_lines(warnings), 101);
	assert_non_null(strstr(warnings, "many: line 99\n"
					 "many: prints too much, the rest is "
					 "dropped\n"));
}

/* The CPU time that a run of two with no end and one behind them takes, in s. */
static double
run_endless(void)
{
	const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);

	*warnings = '\0';
	add_limited("endless", 1000);
	add_limited("one-line", 1000);
	add("next");
	run_all();
	return seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
}

/* Who prints without end costs a few wake-ups and ends at its limit. */
static void
test_endless_output(void **state)
{
	int tries = 10;
	double took;

	(void)state;
	put_script("endless", "exec yes");
	put_script("one-line", "yes | tr -d '\\n'");
	put_script("next", "echo next >$DIR/next.ran");
	/* On a busy machine one may not come to print before its end. */
	do {
		took = run_endless();
	} while ((!strstr(warnings, "endless: prints too much") ||
		  !strstr(warnings, "one-line: prints too much")) &&
		 --tries > 0);
	assert_true(is_there("next.ran"));
	assert_in_range(steps, 1, 200);
	assert_true(took < 0.5);
	assert_non_null(strstr(warnings, "endless: prints too much"));
	assert_non_null(strstr(warnings, "endless: killed, not done after 1 "
					 "s\n"));
	assert_non_null(strstr(warnings, "one-line: prints too much"));
	assert_non_null(strstr(warnings, "one-line: killed"));
}

static void
test_failures(void **state)
{
	(void)state;
	put_script("fails", "echo why; exit 3");
	put_script("dies", "kill -TERM $$");
	put_text(in_directory("no-x-bit"), "#!/bin/sh\n");
	put_text(in_directory("no-interpreter"), "#!/nowhere/sh\n");
	assert_int_equal(chmod(in_directory("no-interpreter"), 0755), 0);
	put_script("good", "echo good >$DIR/good.ran");
	add("fails");
	add("dies");
	add("no-x-bit");
	add("no-interpreter");
	add("not-there");
	add("good");
	run_all();
	assert_true(is_there("good.ran"));
	assert_non_null(strstr(warnings, "fails: why\n"
					 "fails: ended with status 3\n"
					 "dies: ended with status 143\n"
					 "no-x-bit: "));
	assert_non_null(strstr(warnings, "\nno-interpreter: "));
	assert_non_null(strstr(warnings, "\nnot-there: "));
	assert_int_equal(count_lines(warnings), 6);
}

/* Its children, too, and whatever it ignores. */
static void
test_time_limit(void **state)
{
	char expected[64] = "";

	(void)state;
	put_script("loops", "trap '' TERM INT HUP\n"
			    "(while :; do sleep 0.05; done) &\n"
			    "echo $! >$DIR/grandchild; echo $$ >$DIR/pid\n"
			    "mv $DIR/pid $DIR/child\n"
			    "while :; do sleep 0.05; done");
	put_script("next", "echo next >$DIR/next.ran");
	/* On a busy machine it may need more time to come so far. */
	for (uint32_t ms = 500; !is_there("child") && ms < LONG_MS; ms *= 4) {
		*warnings = '\0';
		add_limited("loops", ms);
		add("next");
		run_all();
		snprintf(expected, sizeof(expected),
			 "loops: killed, not done after %g s\n", ms / 1000.0);
	}
	assert_true(is_there("next.ran"));
	assert_string_equal(warnings, expected);
	assert_gone(pid_in("child"));
	assert_gone(pid_in("grandchild"));
}

/*
 * What is left in the background holds nothing up, and stays: a daemon leaves
 * the group only after its parent has ended.
 */
static void
test_background(void **state)
{
	pid_t left;

	(void)state;
	put_script("leaves", "(sleep 0.3; echo >$DIR/late yes; exec sleep "
			     "1000) &\necho $! >$DIR/left; echo said");
	put_script("next", "echo next >$DIR/next.ran");
	add_limited("leaves", 30000);
	add("next");
	run_all();
	assert_true(is_there("next.ran"));
	assert_string_equal(warnings, "leaves: said\n");
	left = pid_in("left");
	wait_for("late");
	assert_int_equal(kill(left, SIGKILL), 0);
}

/* It closed its output long before it ends: no busy loop. */
static void
test_closed_output(void **state)
{
	(void)state;
	put_script("silent", "exec >/dev/null 2>&1; sleep 0.5; exit 4");
	add("silent");
	run_all();
	assert_in_range(steps, 1, 20);
	assert_string_equal(warnings, "silent: ended with status 4\n");
}

static void
test_too_many(void **state)
{
	char name[16];

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		put_script(name, "echo ${0##*/} >>$DIR/order");
		add(name);
	}
	assert_int_equal(count_lines(warnings), 300 - BAL_RUNNER_MAX);
	assert_non_null(strstr(warnings, "p0: not run, 256 programs are "
					 "waiting after it\n"));
	assert_null(strstr(warnings, "p44:"));
	*warnings = '\0';
	run_all();
	assert_string_equal(warnings, "");
	{
		char *order = get_text(in_directory("order"));

		assert_int_equal(count_lines(order), BAL_RUNNER_MAX);
		assert_ptr_equal(strstr(order, "p44\np45\n"), order);
		assert_non_null(strstr(order, "p298\np299\n"));
		free(order);
	}
}

static void
test_closed_while_it_runs(void **state)
{
	(void)state;
	put_script("runs", "echo $$ >$DIR/child.new; mv $DIR/child.new "
			   "$DIR/child; sleep 1000");
	put_script("waits", "echo waits >$DIR/waits.ran");
	add("runs");
	add("waits");
	run_until("child");
	bal_runner_close(runner);
	runner = NULL; /* which is closed once more */
	assert_gone(pid_in("child"));
	assert_false(is_there("waits.ran"));
}

/* The whole way: a directory of programs, an event, their environment. */
static void
test_event(void **state)
{
	struct bal_event e = { .kind = BAL_EVENT_DEAD,
			       .uplink = "eth2",
			       .reason = "no answer; $(touch owned) `x`",
			       .before = "alive",
			       .lasted_ms = 5000,
			       .mode = "multi" };
	struct bal_event_how how = { .dir = directory, .limit_ms = 175 };
	char told[512];

	(void)state;
	setenv("LD_PRELOAD_OF_OURS", "1", 1);
	put_script("b", "echo $BAL_EVENT $BAL_UPLINK");
	put_script("a", "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e "
			"^OLDPWD= | sort");
	put_script("c.sh", "echo no");
	put_script("d", "sleep 1000");
	/* On a busy machine the others, too, may not be done after 0.7 s. */
	do {
		how.limit_ms *= 4;
		*warnings = '\0';
		assert_int_equal(bal_event_run(&e, &how, runner, &err), 3);
		run_all();
		snprintf(told, sizeof(told),
			 "a: BAL_DURATION=5\n"
			 "a: BAL_EVENT=dead\n"
			 "a: BAL_MODE=multi\n"
			 "a: BAL_PREVIOUS=alive\n"
			 "a: BAL_REASON=no answer; $(touch owned) `x`\n"
			 "a: BAL_UPLINK=eth2\n"
			 "a: HOME=/\n"
			 "a: LANG=C\n"
			 "a: PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			 "/usr/bin:/sbin:/bin\n"
			 "b: dead eth2\n"
			 "d: killed, not done after %g s\n",
			 how.limit_ms / 1000.0);
	} while (strcmp(warnings, told) != 0 && how.limit_ms < 10000);
	assert_string_equal(warnings, told);
}

static int
in_older_kernel(void *arg)
{
	if (deny_newer_calls() < 0)
		return 77;
	test_in_order(arg);
	test_time_limit(arg);
	*warnings = '\0';
	/* Its end is told late, and what it left is not waited for. */
	test_background(arg);
	*warnings = '\0';
	/* It lets go of what would tell its end. */
	put_script("closes", "exec 3>&-; sleep 0.3; echo said; exit 5");
	add("closes");
	run_all();
	assert_string_equal(warnings, "closes: said\n"
				      "closes: ended with status 5\n");
	return 42;
}

static void
test_older_kernel(void **state)
{
	int status = apart(in_older_kernel, state);

	if (status == 77) {
		print_message("# skipped: no seccomp here\n");
		skip();
	}
	assert_int_equal(status, 42);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_runner, close_runner)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_output),
		TEST(test_long_line),
		TEST(test_many_lines),
		TEST(test_endless_output),
		TEST(test_failures),
		TEST(test_time_limit),
		TEST(test_background),
		TEST(test_closed_output),
		TEST(test_too_many),
		TEST(test_closed_while_it_runs),
		TEST(test_event),
		TEST(test_older_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
