// SPDX-License-Identifier: GPL-2.0-or-later
/* test_child - what a started program gets, and that nothing of it stays. */
#include "../children.h"

#include <poll.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "base/child.h"

/* The C library has two for itself, right behind them. */
#define STANDARD_SIGNALS 0x7fffffff

static char text[8192]; /* what the last program printed */

static int
sh(struct bal_child *child, const char *script, bool with_output)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	char *envp[] = { (char *)"PATH=/usr/bin:/bin", (char *)"A=b", NULL };

	return bal_child_start(child, argv, envp, with_output, &err);
}

static bool
wait_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* Read to the end what @child prints. */
static void
read_all(struct bal_child *child)
{
	size_t len = 0;
	ssize_t got;

	do {
		assert_true(wait_readable(child->out_fd, 10000));
		got = read(child->out_fd, text + len, sizeof(text) - 1 - len);
		if (got > 0)
			len += (size_t)got;
	} while (got > 0);
	text[len] = '\0';
}

/*
 * Who needs longer than a moment to die, on a busy machine, is reaped when the
 * next one is started.
 */
static void
reap_late(void)
{
	struct bal_child child = { 0 };
	siginfo_t info;

	for (int i = 0; i < 2000; i++) {
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
			return;
		assert_int_equal(sh(&child, "exit 0", false), 0);
		bal_child_stop(&child);
	}
	/* They are not the next test's. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	fail_msg("there are children still");
}

/* Its status, once it has ended. */
static int
finish(struct bal_child *child)
{
	int status;

	assert_true(wait_readable(child->done_fd, 10000));
	status = bal_child_reap(child);
	bal_child_stop(child);
	return status;
}

/* What @script prints, in @text. */
static int
run_script(const char *script)
{
	struct bal_child child = { 0 };

	assert_int_equal(sh(&child, script, true), 0);
	read_all(&child);
	return finish(&child);
}

/* --- its end ------------------------------------------------------------ */

static void
its_status_is_told(void **state)
{
	struct bal_child child = { 0 };

	(void)state;
	assert_int_equal(sh(&child, "exit 3", false), 0);
	assert_int_equal(child.out_fd, -1);
	assert_int_equal(finish(&child), 3);
	assert_int_equal(child.pid, 0);
	assert_int_equal(run_script("exit 0"), 0);
	assert_int_equal(run_script("kill -TERM $$"), 128 + SIGTERM);
	/* The zero state has nothing to tell, and nothing to stop. */
	assert_int_equal(bal_child_reap(&child), -1);
	bal_child_stop(&child);
	assert_true(fcntl(0, F_GETFD) >= 0);
}

static void
one_that_runs_is_not_waited_for(void **state)
{
	struct bal_child child = { 0 };
	pid_t pid;

	(void)state;
	assert_int_equal(sh(&child, "exec sleep 100", false), 0);
	pid = child.pid;
	assert_false(wait_readable(child.done_fd, 20));
	assert_int_equal(bal_child_reap(&child), -1);
	assert_int_equal(child.pid, pid);
	bal_child_stop(&child);
	assert_int_equal(child.pid, 0);
	reap_late();
	/* Reaped, too: a zombie could still be sent a signal. */
	assert_int_equal(kill(pid, 0), -1);
}

static void
one_that_is_not_there_is_refused(void **state)
{
	static const struct {
		const char *path;
		enum bal_errkind kind;
		int sys;
	} cases[] = {
		{ "/nonexistent/program", BAL_EUNAVAIL, ENOENT },
		{ "no-such-program-anywhere", BAL_EUNAVAIL, ENOENT },
		{ "/dev/null", BAL_EUNAVAIL, EACCES },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char *argv[] = { (char *)cases[i].path, NULL };
		struct bal_child child = { 0 };
		const size_t before = count_descriptors();

		assert_int_equal(
			bal_child_start(&child, argv, environ, true, &err), -1);
		assert_int_equal(err.kind, cases[i].kind);
		assert_int_equal(err.sys, cases[i].sys);
		assert_non_null(strstr(err.msg, cases[i].path));
		assert_int_equal(child.pid, 0);
		assert_int_equal(count_descriptors(), before);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* --- what it gets ------------------------------------------------------- */

static void
it_gets_its_environment_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(run_script("env; echo to stderr >&2"), 0);
	assert_non_null(strstr(text, "A=b\n"));
	assert_non_null(strstr(text, "to stderr\n"));
	assert_int_equal(setenv("OF_OURS", "x", 1), 0);
	assert_int_equal(run_script("echo ${OF_OURS-unset}"), 0);
	assert_string_equal(text, "unset\n");
	assert_int_equal(run_script("readlink /proc/$$/fd/0"), 0);
	assert_string_equal(text, "/dev/null\n");
}

static void
without_output_it_prints_to_nowhere(void **state)
{
	struct bal_child child = { 0 };

	(void)state;
	assert_int_equal(sh(&child,
			    "test /dev/null -ef /dev/fd/1 &&"
			    "test /dev/null -ef /dev/fd/2",
			    false),
			 0);
	assert_int_equal(finish(&child), 0);
}

static void
it_gets_no_descriptor_of_ours(void **state)
{
	int careless = open("/dev/zero", O_RDONLY), far = dup2(careless, 77);

	(void)state;
	assert_true(careless >= 3 && far == 77);
	assert_int_equal(run_script("ls -l /proc/$$/fd"), 0);
	assert_non_null(strstr(text, "/dev/null"));
	assert_null(strstr(text, "/dev/zero"));
	close(careless);
	close(far);
}

static void
its_signals_are_as_by_default(void **state)
{
	sigset_t some, before;
	void (*was)(int) = signal(SIGPIPE, SIG_IGN);
	unsigned long long blocked, ignored;
	char *argv[] = { (char *)"grep", (char *)"-E",
			 (char *)"^Sig(Blk|Ign):", (char *)"/proc/self/status",
			 NULL };
	struct bal_child child = { 0 };

	(void)state;
	sigemptyset(&some);
	sigaddset(&some, SIGTERM);
	sigaddset(&some, SIGCHLD);
	assert_int_equal(sigprocmask(SIG_BLOCK, &some, &before), 0);
	/* Not by a shell: some begin with setting them right. */
	assert_int_equal(bal_child_start(&child, argv, environ, true, &err), 0);
	read_all(&child);
	assert_int_equal(finish(&child), 0);
	assert_int_equal(
		sscanf(text, "SigBlk: %llx SigIgn: %llx", &blocked, &ignored),
		2);
	assert_int_equal(blocked, 0);
	assert_int_equal(ignored & STANDARD_SIGNALS, 0);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	signal(SIGPIPE, was);
}

static void
reading_its_output_does_not_block(void **state)
{
	struct bal_child child = { 0 };
	char byte;

	(void)state;
	assert_int_equal(sh(&child, "exec sleep 100", true), 0);
	assert_int_equal(read(child.out_fd, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
	bal_child_stop(&child);
}

/* --- nothing stays ------------------------------------------------------ */

static void
its_whole_group_is_killed(void **state)
{
	struct bal_child child = { 0 };
	pid_t pids[3];

	(void)state;
	assert_int_equal(sh(&child,
			    "trap '' TERM INT HUP; sleep 100 & echo $!; "
			    "(sleep 100 & echo $!); echo $$; wait",
			    true),
			 0);
	read_pids(child.out_fd, pids, 3);
	assert_int_equal(pids[2], child.pid);
	for (int i = 0; i < 3; i++)
		assert_int_equal(getpgid(pids[i]), child.pid);
	bal_child_stop(&child);
	for (int i = 0; i < 3; i++)
		assert_gone(pids[i]);
}

static void
no_descriptor_and_no_zombie_is_left(void **state)
{
	const size_t before = count_descriptors();
	struct bal_child child = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(run_script("exit 1"), 1);
		assert_int_equal(sh(&child, "exec sleep 100", i & 1), 0);
		bal_child_stop(&child);
	}
	assert_int_equal(count_descriptors(), before);
	reap_late();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
too_few_descriptors_are_said(void **state)
{
	struct rlimit limit, less;
	struct bal_child child = { 0 };
	size_t open_before;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	open_before = count_descriptors();
	for (rlim_t room = 0; room < 4; room++) {
		less = limit;
		less.rlim_cur = open_before + room;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &less), 0);
		if (sh(&child, "exit 0", true) == 0)
			bal_child_stop(&child);
		else
			assert_int_equal(err.sys, EMFILE);
		assert_int_equal(child.pid, 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		assert_int_equal(count_descriptors(), open_before);
		reap_late();
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

/* A debugger that does not care keeps a zombie from its parent. */
static pid_t
keep(pid_t victim)
{
	int ready[2];
	pid_t pid;
	char ok;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		ok = ptrace(PTRACE_SEIZE, victim, NULL, NULL) == 0;
		if (write(ready[1], &ok, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &ok, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (ok)
		return pid;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}

static void
one_that_does_not_die_is_reaped_later(void **state)
{
	struct bal_child child = { 0 };
	pid_t victim, debugger;

	(void)state;
	assert_int_equal(sh(&child, "exec sleep 100", false), 0);
	victim = child.pid;
	debugger = keep(victim);
	if (!debugger) {
		bal_child_stop(&child);
		print_message("# skipped: no debugger is allowed here\n");
		skip();
	}
	bal_child_stop(&child);
	assert_int_equal(child.pid, 0);
	assert_int_equal(kill(victim, 0), 0);
	kill(debugger, SIGKILL);
	waitpid(debugger, NULL, 0);
	assert_int_equal(run_script("exit 0"), 0);
	reap_late();
	assert_gone(victim);
}

/* --- older kernels ------------------------------------------------------ */

static int
in_older_kernel(void *arg)
{
	struct bal_child child = { 0 };
	const size_t before = count_descriptors();
	pid_t pids[1];

	(void)arg;
	if (deny_newer_calls() < 0)
		return 77;
	its_status_is_told(NULL);
	one_that_runs_is_not_waited_for(NULL);
	its_whole_group_is_killed(NULL);
	its_signals_are_as_by_default(NULL);
	one_that_is_not_there_is_refused(NULL);
	it_gets_no_descriptor_of_ours(NULL);
	no_descriptor_and_no_zombie_is_left(NULL);
	/* Not before its last descendant has ended. */
	assert_int_equal(sh(&child, "sleep 100 & echo $!", true), 0);
	read_pids(child.out_fd, pids, 1);
	assert_false(wait_readable(child.done_fd, 50));
	kill(pids[0], SIGKILL);
	assert_int_equal(finish(&child), 0);
	return count_descriptors() == before ? 42 : 1;
}

static void
older_kernels_do_as_well(void **state)
{
	int status;

	(void)state;
	status = apart(in_older_kernel, NULL);
	if (status == 77) {
		print_message("# skipped: no seccomp here\n");
		skip();
	}
	assert_int_equal(status, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_status_is_told),
		cmocka_unit_test(one_that_runs_is_not_waited_for),
		cmocka_unit_test(one_that_is_not_there_is_refused),
		cmocka_unit_test(it_gets_its_environment_and_no_other),
		cmocka_unit_test(without_output_it_prints_to_nowhere),
		cmocka_unit_test(it_gets_no_descriptor_of_ours),
		cmocka_unit_test(its_signals_are_as_by_default),
		cmocka_unit_test(reading_its_output_does_not_block),
		cmocka_unit_test(its_whole_group_is_killed),
		cmocka_unit_test(no_descriptor_and_no_zombie_is_left),
		cmocka_unit_test(too_few_descriptors_are_said),
		cmocka_unit_test(one_that_does_not_die_is_reaped_later),
		cmocka_unit_test(older_kernels_do_as_well),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
