// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ask_exec - commands that probe, their ends and what they leave. */
#include <sys/stat.h>

#include "../asks.h"

static const struct bal_target *
command(const char *script)
{
	static struct bal_target t = { .kind = BAL_TARGET_EXEC };

	snprintf(t.text, sizeof(t.text), "/run/command");
	unlink(t.text);
	assert_true(write_text(t.text, "#!/bin/sh\n"));
	must("cat >>%s <<'END'\n%s\nEND\n", t.text, script);
	assert_int_equal(chmod(t.text, 0755), 0);
	return &t;
}

static void
a_command_judges(void **state)
{
	struct bal_target target = { .kind = BAL_TARGET_EXEC };

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_it(command("exit 0"), SOON), BAL_ASKED_GOOD);
	assert_bad(ask_it(command("exit 3"), SOON), "exit status 3");
	assert_int_equal(ask.error, 0);
	assert_bad(ask_it(command("kill -9 $$"), SOON), "killed by signal 9");
	snprintf(target.text, sizeof(target.text), "/nonexistent/command");
	assert_bad(ask_it(&target, SOON), "cannot run /nonexistent/command: "
					  "No such file or directory");
	assert_int_equal(ask.error, ENOENT);
	/* Nobody but the peer is there to be waited for. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
}

static void
a_command_is_told_what_to_ask_through(void **state)
{
	struct bal_ask_way way;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	way = way_by(1);
	way.mark = 0x1000000;
	assert_int_equal(setenv("OF_OURS", "x", 1), 0);
	assert_int_equal(ask_by(command("env | sort | grep -v "
					"'^\\(PWD\\|OLDPWD\\|_\\)=' "
					">/run/env"),
				&way, SOON),
			 BAL_ASKED_GOOD);
	bal_ask_stop(&ask);
	must("cat /run/env");
	assert_string_equal(output,
			    "BAL_ADDRESS=10.0.1.1\n"
			    "BAL_GATEWAY=10.0.1.2\n"
			    "BAL_MARK=16777216\n"
			    "BAL_UPLINK=u1\n"
			    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			    "/usr/bin:/sbin:/bin\n");
	memset(&way.gateway, 0, sizeof(way.gateway));
	assert_int_equal(ask_by(command("test \"${BAL_GATEWAY-none}\" = ''"),
				&way, SOON),
			 BAL_ASKED_GOOD);
	bal_ask_stop(&ask);
}

static size_t
read_pid_file(pid_t *pids, size_t n)
{
	FILE *f = fopen("/run/pids", "r");
	size_t got = 0;

	while (f && got < n && fscanf(f, "%d", &pids[got]) == 1)
		got++;
	if (f)
		fclose(f);
	return got;
}

static void
a_command_that_hangs_is_killed_with_its_children(void **state)
{
	struct bal_ask_way way;
	pid_t pids[3];

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	way = way_by(1);
	assert_int_equal(
		ask_by(command("trap '' TERM; sleep 100 & a=$!;"
			       "sh -c 'sleep 100 & echo $! >/run/b; wait' &"
			       "until test -s /run/b; do sleep 0.01; done;"
			       "echo $$ $a $(cat /run/b) >/run/part;"
			       "mv /run/part /run/pids; wait"),
		       &way, SILENCE),
		BAL_ASKED_WAIT);
	for (int i = 0; read_pid_file(pids, 3) < 3; i++) {
		assert_true(i < 1000);
		usleep(10000);
	}
	bal_ask_stop(&ask);
	for (int i = 0; i < 3; i++)
		assert_gone(pids[i]);
	assert_int_equal(dones, 0);
}

static void
what_a_command_leaves_running_is_killed(void **state)
{
	pid_t pid;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	unlink("/run/pids");
	assert_int_equal(
		ask_it(command("sleep 100 & echo $! >/run/pids"), SOON),
		BAL_ASKED_GOOD);
	assert_int_equal(read_pid_file(&pid, 1), 1);
	assert_gone(pid);
}

static int
ask_in_older_kernel(void *arg)
{
	(void)arg;
	if (deny_newer_calls() < 0)
		return 77;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ask_it(command("exit 0"), SOON),
				 BAL_ASKED_GOOD);
		assert_bad(ask_it(command("exit 4"), SOON), "exit status 4");
	}
	assert_int_equal(ask_it(command("sleep 100"), SILENCE), BAL_ASKED_WAIT);
	return 42;
}

static void
count_late(struct bal_source *source, uint32_t events)
{
	(void)source;
	(void)events;
	dones++;
}

/* A process that has copies of all our descriptors, until it is killed. */
static pid_t
copy_of_us(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (pid == 0)
		pause();
	return pid;
}

/*
 * epoll goes on to report the end of a process as long as anybody has the
 * descriptor, were it not taken out before it is closed.
 */
static void
an_end_that_others_hold_is_not_told_again(void **state)
{
	const struct bal_target *target;
	struct bal_ask_way way;
	pid_t holder;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	way = way_by(1);
	target = command("sleep 0.1");
	ask.done = count_done;
	ask.arg = &dones;
	dones = 0;
	assert_int_equal(bal_ask_start(&ask, loop, target, &way, &err), 0);
	holder = copy_of_us();
	while (!dones)
		assert_int_equal(bal_loop_wait(loop, BAL_NEVER, &err), 0);
	bal_ask_stop(&ask);
	ask.source.ready = count_late;
	assert_int_equal(bal_loop_wait(loop,
				       bal_clock_ns() + SILENCE * BAL_NS_PER_MS,
				       &err),
			 0);
	kill(holder, SIGKILL);
	(void)ended(holder);
	assert_int_equal(dones, 1);
}

static void
commands_do_without_pidfd(void **state)
{
	int status;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	status = apart(ask_in_older_kernel, NULL);
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
		ASK_TEST(a_command_judges),
		ASK_TEST(a_command_is_told_what_to_ask_through),
		ASK_TEST(a_command_that_hangs_is_killed_with_its_children),
		ASK_TEST(what_a_command_leaves_running_is_killed),
		ASK_TEST(an_end_that_others_hold_is_not_told_again),
		ASK_TEST(commands_do_without_pidfd),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("ask_exec", tests, NULL, NULL);
}
