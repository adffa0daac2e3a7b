// SPDX-License-Identifier: GPL-2.0-or-later
/* test_aftermath - a command ends behind bal-flush, in time, and tells of it. */
#include "../flush_scene.h"

#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "reconcile/aftermath.h"
#include "../children.h"

#define LIMIT_MS 5000 /* as the header says */
#define PATIENCE_S 30
#define DONE "d0: flushed 0 connections, closed 1 sockets"
#define CLIENTS 300 /* more than a list of fixed size held once */

static int server, held; /* a listener; the socket that is let go */

/* What is bound to d0: a socket, and whatever of it the kernel lets go. */
static void
begin(struct bal_pass *pass, struct bal_release *release)
{
	server = listener(SERVER, 80);
	held = client(SOCK_STREAM, DEAD, SERVER, 80);
	*release = (struct bal_release){
		.dev = "d0",
		.on_dead = BAL_ON_DEAD_SOCKETS,
		.source = addr(DEAD "/24"),
	};
	*pass = (struct bal_pass){ BAL_PASS_NONE };
	pass->outcome.releases.v = release;
	pass->outcome.releases.n = 1;
	warning[0] = '\0';
}

static void
end(void)
{
	close(held);
	close(server);
}

/* Is the socket let go before long?  Its reader is told. */
static bool
is_freed(void)
{
	struct pollfd freed = { .fd = held };

	return poll(&freed, 1, PATIENCE_S * 1000) == 1;
}

static void
a_command_ends_behind_it(void **state)
{
	struct bal_release release;
	struct bal_pass pass;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	bal_aftermath_release(&pass);
	/* The work waits for nobody; what it did is said behind its cause. */
	assert_true(is_freed());
	assert_int_equal(warnings, 0);
	bal_pass_fini(&pass);
	assert_string_equal(warning, DONE);
	assert_int_equal(warnings, 1);
	/* It is ours, and gone: no orphan goes on behind our back. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_null(pass.session.flush_runner);
	bal_aftermath_wait(&pass.session);
	end();
}

/* However late bal-flush comes: it is alive again by then. */
static void
one_that_is_back_keeps_its_own(void **state)
{
	struct bal_release release;
	struct bal_pass pass;

	(void)state;
	NEED_NAMESPACE();
	must("ip rule add oif d0 lookup 77 protocol 214;"
	     "ip rule add fwmark 0x1000000/0xff000000 lookup 77 protocol 214");
	begin(&pass, &release);
	pass.in.conf.globals.mark_mask = MASK;
	release.mark = 0x1000000;
	release.until_back = true;
	bal_aftermath_release(&pass);
	bal_aftermath_wait(&pass.session);
	assert_int_equal(poll(&(struct pollfd){ .fd = held }, 1, 0), 0);
	assert_int_equal(warnings, 0);
	release.until_back = false;
	bal_aftermath_release(&pass);
	bal_aftermath_wait(&pass.session);
	assert_true(is_freed());
	assert_string_equal(warning, DONE);
	bal_pass_fini(&pass);
	end();
}

/* A program in place of bal-flush, for as long as the test runs. */
static void
replace(const char *script)
{
	must("mkdir -p /run/libexec && rm -f /run/libexec/*");
	must("cat >/run/libexec/bal-flush <<'END' && "
	     "chmod 755 /run/libexec/bal-flush\n#!/bin/sh\n%s\nEND",
	     script);
	assert_int_equal(setenv("BAL_LIBEXECDIR", "/run/libexec", 1), 0);
}

static void
use_ours(void)
{
	char self[PATH_MAX] = "", dir[PATH_MAX + 16];

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	snprintf(dir, sizeof(dir), "%s/../../../cmd", dirname(self));
	assert_int_equal(setenv("BAL_LIBEXECDIR", dir, 1), 0);
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
	replace("exec sleep 1000");
	took = seconds(CLOCK_MONOTONIC);
	bal_aftermath_release(&pass);
	bal_pass_fini(&pass);
	took = seconds(CLOCK_MONOTONIC) - took;
	use_ours();
	if (took < LIMIT_MS / 1000.0 - 0.1 || took > PATIENCE_S)
		fail_msg("it waited for %.2f s", took);
	assert_string_equal(warning, "bal-flush: killed, not done after 5 s");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	end();
}

static void
one_that_cannot_be_started_is_told(void **state)
{
	struct bal_release release;
	struct bal_pass pass;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	replace("#");
	must("printf 'no program' >/run/libexec/bal-flush");
	bal_aftermath_release(&pass);
	bal_pass_fini(&pass);
	use_ours();
	assert_string_equal(warning, "cannot run /run/libexec/bal-flush: "
				     "Exec format error");
	end();
}

/* It has what every program has: no lock, no socket of ours. */
static void
it_has_no_descriptor_of_ours(void **state)
{
	struct bal_release release;
	struct bal_pass pass;
	int careless;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	/* What the shell has itself, for its script, is 10 or 255. */
	replace("i=2; while [ $((i += 1)) -lt 100 ]; do\n"
		"[ $i -eq 10 ] || [ ! -e /proc/$$/fd/$i ] || echo $i\n"
		"done");
	careless = dup(server);
	bal_aftermath_release(&pass);
	bal_pass_fini(&pass);
	use_ours();
	close(careless);
	assert_string_equal(warning, "");
	end();
}

static void
a_slow_event_program_does_not_hold_it_up(void **state)
{
	char *argv[] = { (char *)"sleep", (char *)"1000", NULL };
	struct bal_loop *loop = bal_loop_open(&err);
	struct bal_release release;
	struct bal_pass pass;

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	pass.session.runner = bal_runner_open(loop, &err);
	assert_int_equal(
		bal_runner_add(pass.session.runner, "sleep", argv, environ, 1000000,
			       &err),
		0);
	(void)bal_runner_step(pass.session.runner);
	bal_aftermath_release(&pass);
	while (!warnings)
		assert_int_equal(
			bal_loop_wait(loop, bal_runner_step(pass.session.runner), &err),
			0);
	assert_string_equal(warning, DONE);
	assert_false(bal_runner_idle(pass.session.runner));
	bal_runner_close(pass.session.runner);
	bal_loop_close(loop);
	pass.session.runner = NULL;
	bal_pass_fini(&pass);
	end();
}

/*
 * Processes that are named as OpenVPN's; they go when @go is closed.  The last
 * one has @fd.
 */
static pid_t
name_many(int n, int fd, int go[2])
{
	int ready[2];
	char byte;
	pid_t first;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	first = fork();

	assert_true(first >= 0);
	if (first == 0) {
		close(go[1]);
		(void)prctl(PR_SET_NAME, "openvpn");
		/* All of them but the last have no sockets. */
		for (int i = 1; i < n; i++) {
			pid_t pid = fork();

			if (pid < 0)
				_exit(1);
			if (pid == 0)
				continue;
			close(fd);
			(void)!read(go[0], &byte, 1);
			_exit(ended(pid));
		}
		(void)!write(ready[1], "", 1);
		(void)!read(go[0], &byte, 1);
		_exit(0);
	}
	close(go[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return first;
}

static void
a_client_is_spared_among_many_of_its_name(void **state)
{
	struct bal_release release;
	struct bal_pass pass;
	pid_t first;
	int go[2];

	(void)state;
	NEED_NAMESPACE();
	begin(&pass, &release);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	first = name_many(CLIENTS, held, go);
	bal_aftermath_release(&pass);
	bal_pass_fini(&pass);
	assert_int_equal(error_of(held), 0);
	assert_string_equal(warning, "");
	close(go[1]);
	assert_int_equal(ended(first), 0);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_ends_behind_it),
		TEST(one_that_is_back_keeps_its_own),
		TEST(not_for_ever),
		TEST(one_that_cannot_be_started_is_told),
		TEST(it_has_no_descriptor_of_ours),
		TEST(a_slow_event_program_does_not_hold_it_up),
		TEST(a_client_is_spared_among_many_of_its_name),
	};

	use_ours();
	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
