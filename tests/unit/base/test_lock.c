// SPDX-License-Identifier: GPL-2.0-or-later
/* test_lock - who may change things now, and what stops meanwhile. */
#include "../files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/lock.h"

static void
paths_of(struct bal_paths *p, const char *rundir)
{
	struct bal_err err = { 0 };

	setenv("BAL_RUNDIR", in_directory(rundir), 1);
	assert_int_equal(bal_paths_init(p, NULL, &err), 0);
	unsetenv("BAL_RUNDIR");
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
test_lock(void **state)
{
	char msg[sizeof(((struct bal_err *)0)->msg)];
	struct bal_err err = { 0 };
	struct bal_paths p;
	uint64_t began;
	int fd, second;

	(void)state;
	paths_of(&p, "a/run");
	fd = bal_lock(&p, 0, &err);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(p.rundir), 0755);
	assert_int_equal(mode_of(p.lock), 0600);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(bal_lock(&p, 0, &err), -1);
	assert_int_equal(err.kind, BAL_EBUSY);
	began = now_ms();
	assert_int_equal(bal_lock(&p, 130, &err), -1);
	assert_in_range(now_ms() - began, 130, 10000);
	snprintf(msg, sizeof(msg),
		 "cannot lock %s: held for more than 130 ms "
		 "by process %d (test_lock)",
		 p.lock, (int)getpid());
	assert_string_equal(err.msg, msg);
	began = now_ms();
	assert_int_equal(bal_lock(&p, 1000, &err), -1);
	assert_in_range(now_ms() - began, 1000, 10000);
	assert_non_null(strstr(err.msg, " 1 s by process "));
	bal_unlock(&fd);
	assert_int_equal(fd, -1);
	bal_unlock(&fd);
	second = bal_lock(&p, 0, &err);
	assert_true(second >= 0);
	bal_unlock(&second);
}

/* Whoever waits gets it as soon as it is free. */
static void
test_lock_is_waited_for(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;
	char byte;
	int ready[2], go[2], fd, status;
	uint64_t began;
	pid_t child;

	(void)state;
	paths_of(&p, "run");
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (!child) {
		fd = bal_lock(&p, 0, &err);
		if (fd < 0 || write(ready[1], "x", 1) != 1 ||
		    read(go[0], &byte, 1) != 1)
			_exit(1);
		usleep(150000);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(bal_lock(&p, 0, &err), -1);
	began = now_ms();
	assert_int_equal(write(go[1], "x", 1), 1);
	fd = bal_lock(&p, 20000, &err);
	assert_true(fd >= 0);
	assert_in_range(now_ms() - began, 0, 10000);
	bal_unlock(&fd);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A lock on a file that is gone keeps nobody out: the next one is asked. */
static void
test_lock_removed_meanwhile(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;
	int first, second, third;

	(void)state;
	paths_of(&p, "run");
	first = bal_lock(&p, 0, &err);
	assert_int_equal(unlink(p.lock), 0);
	second = bal_lock(&p, 0, &err);
	assert_true(second >= 0);
	third = bal_lock(&p, 0, &err);
	assert_int_equal(third, -1);
	bal_unlock(&first);
	bal_unlock(&second);
}

static void
test_lock_cannot(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;
	int ret;

	(void)state;
	put_text(in_directory("file"), "");
	paths_of(&p, "file");
	assert_int_equal(bal_lock(&p, 0, &err), -1);
	assert_int_equal(err.sys, ENOTDIR);
	paths_of(&p, "run");
	assert_int_equal(mkdir(p.rundir, 0755), 0);
	assert_int_equal(symlink("elsewhere", p.lock), 0);
	assert_int_equal(bal_lock(&p, 0, &err), -1);
	assert_int_equal(err.sys, ELOOP);
	assert_int_equal(access(in_directory("run/elsewhere"), F_OK), -1);
	assert_int_equal(unlink(p.lock), 0);
	assert_int_equal(chmod(p.rundir, 0555), 0);
	drop_root();
	ret = bal_lock(&p, 5000, &err);
	become_root();
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_non_null(strstr(err.msg, p.lock));
}

/* Takes the lock, says so, and then what @then does; its process. */
static pid_t
hold_lock(const struct bal_paths *p, void (*then)(int fd))
{
	struct bal_err err;
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		int fd = bal_lock(p, 0, &err);

		/* A group whose parents are all outside ignores SIGTSTP. */
		if (fd < 0 || setpgid(0, 0) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		then(fd);
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void
stop_hard(int fd)
{
	(void)fd;
	(void)raise(SIGSTOP);
}

/* As ^Z does, with the lock and without. */
static void
stop_softly(int fd)
{
	(void)raise(SIGTSTP);
	(void)usleep(50000);
	bal_unlock(&fd);
	(void)pause();
}

static void
test_stopped_holder_is_named(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;
	char words[80];
	int status;
	pid_t pid;

	(void)state;
	paths_of(&p, "run");
	pid = hold_lock(&p, stop_hard);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(bal_lock(&p, 20, &err), -1);
	snprintf(words, sizeof(words),
		 "by process %d (test_lock), which is stopped", (int)pid);
	assert_non_null(strstr(err.msg, words));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
test_no_stop_with_the_lock(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;
	int fd, status;
	pid_t pid;

	(void)state;
	paths_of(&p, "run");
	pid = hold_lock(&p, stop_softly);
	fd = bal_lock(&p, 10000, &err);
	assert_true(fd >= 0);
	bal_unlock(&fd);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* A terminal's signals are as they were. */
static void
test_signals_are_as_before(void **state)
{
	sigset_t before, during, after, stops;
	struct bal_err err = { 0 };
	struct bal_paths p;
	int fd;

	(void)state;
	paths_of(&p, "run");
	sigemptyset(&stops);
	sigaddset(&stops, SIGTTOU);
	assert_int_equal(sigprocmask(SIG_BLOCK, &stops, NULL), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &before), 0);
	fd = bal_lock(&p, 0, &err);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &during), 0);
	assert_true(sigismember(&during, SIGTSTP));
	bal_unlock(&fd);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
	assert_false(sigismember(&after, SIGTSTP));
	assert_true(sigismember(&after, SIGTTOU));
	assert_memory_equal(&before, &after, sizeof(unsigned long));
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &stops, NULL), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lock),
		TEST(test_lock_is_waited_for),
		TEST(test_lock_removed_meanwhile),
		TEST(test_lock_cannot),
		TEST(test_stopped_holder_is_named),
		TEST(test_no_stop_with_the_lock),
		TEST(test_signals_are_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
