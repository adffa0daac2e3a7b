// SPDX-License-Identifier: GPL-2.0-or-later
/* test_mangle_company - commits of many rules, beside others, and refused. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../chains.h"

/* --- size and company --------------------------------------------------- */

static double
cpu_of_commit(unsigned n)
{
	struct bal_chain c[] = { prerouting(n), postrouting(n) };
	double before = seconds(CLOCK_PROCESS_CPUTIME_ID);

	commit(c, 2);
	before = seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
	assert_there(&c[0]);
	assert_there(&c[1]);
	return before;
}

static void
many_uplinks_are_fast(void **state)
{
	double at_128, at_250;

	(void)state;
	NEED_NAMESPACE();
	at_128 = cpu_of_commit(128);
	at_250 = cpu_of_commit(250);
	must_print("iptables-legacy -t mangle -S | grep -c BAL_", "756\n");
	print_message("# CPU of a commit: 128 uplinks %.2f ms, 250 %.2f ms\n",
		      at_128 * 1e3, at_250 * 1e3);
	/* Linear would be twice, quadratic four times; and not absurd. */
	assert_true(at_250 < 0.5);
}

/* One program after another takes and frees the lock. */
static void
nothing_is_lost_beside_iptables(void **state)
{
	struct bal_chain one[] = { prerouting(1), postrouting(3) };
	struct bal_chain two[] = { prerouting(3), postrouting(1) };
	pid_t pid;

	(void)state;
	NEED_NAMESPACE();
	pid = start("set -e\n"
		    "i=0\n"
		    "while [ $i -lt 100 ]; do\n"
		    "	i=$((i + 1))\n"
		    "	t='iptables-legacy -w -t mangle'\n"
		    "	$t -A FORWARD -s 10.0.0.$i -j ACCEPT\n"
		    "	[ $((i % 2)) = 0 ] ||\n"
		    "		$t -D FORWARD -s 10.0.0.$i -j ACCEPT\n"
		    "done\n",
		    2);
	for (int i = 0; i < 50; i++) {
		commit(one, 2);
		assert_there(&one[0]);
		assert_there(&one[1]);
		commit(two, 2);
		assert_there(&two[0]);
	}
	assert_int_equal(ended(pid), 0);
	must_print("iptables-legacy -t mangle -S FORWARD | "
		   "grep -c '10.0.0.*[02468]/32 -j ACCEPT'",
		   "50\n");
	must_print("iptables-legacy -t mangle -S FORWARD | wc -l", "51\n");
	assert_there(&two[0]);
	assert_there(&two[1]);
}

/* A program that takes no lock: the kernel says EAGAIN to one of the two. */
static void
a_lost_race_is_run_again(void **state)
{
	struct bal_chain one[] = { prerouting(1), postrouting(200) };
	struct bal_chain two[] = { prerouting(200), postrouting(1) };
	pid_t pid;

	(void)state;
	NEED_NAMESPACE();
	pid = start("XTABLES_LOCKFILE=/run/other\n"
		    "export XTABLES_LOCKFILE\n"
		    "i=0\n"
		    "while [ $i -lt 60 ]; do\n"
		    "	i=$((i + 1))\n"
		    "	iptables-legacy -t mangle -A FORWARD -j ACCEPT\n"
		    "	iptables-legacy -t mangle -D FORWARD 1\n"
		    "	sleep 0.005\n"
		    "done >/run/log 2>&1\n",
		    2);
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		commit(one, 2);
		commit(two, 2);
	}
	commit(one, 2);
	assert_there(&one[0]);
	assert_there(&one[1]);
}

/* --- refusals ----------------------------------------------------------- */

static void
the_lock_is_waited_for(void **state)
{
	struct bal_chain c = prerouting(1);
	double before;
	pid_t pid;
	int fds[2];
	char byte;

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(setenv("XTABLES_LOCKFILE", "/run/our.lock", 1), 0);
	assert_int_equal(pipe(fds), 0);
	/* From here on, for it may be a while until we know that it sleeps. */
	before = seconds(CLOCK_MONOTONIC);
	pid = start("exec 9>/run/our.lock; flock 9; echo; exec >&- 2>&-; "
		    "sleep 0.3",
		    fds[1]);
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	commit(&c, 1);
	assert_true(seconds(CLOCK_MONOTONIC) - before > 0.25);
	assert_int_equal(ended(pid), 0);
	assert_there(&c);
	assert_int_equal(unsetenv("XTABLES_LOCKFILE"), 0);
}

static void
the_wait_for_the_lock_ends(void **state)
{
	struct bal_chain c = prerouting(1);
	int fd = -1, rc;

	(void)state;
	NEED_NAMESPACE();
	fd = open("/run/xtables.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	rc = bal_mangle_commit(BAL_XTABLE_MANGLE, &c, 1, 5000, &err);
	close(fd);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, BAL_EBUSY);
	assert_non_null(strstr(err.msg, "/run/xtables.lock"));
	assert_int_equal(run("iptables-legacy -t mangle -S | grep BAL_"), 1);
}

static int
as_nobody(void *arg)
{
	bal_chain_list list = { 0 };
	struct bal_chain c = chain(BAL_XTABLE_MANGLE, "BAL_OUTPUT", "OUTPUT");

	(void)arg;
	if (setgid(getuid() ? getgid() : 65534) < 0 ||
	    prctl(PR_SET_SECUREBITS, 0) < 0 || setuid(65534) < 0)
		return 77;
	if (bal_mangle_read(BAL_XTABLE_MANGLE, &arena, &list, &err) == 0 ||
	    err.kind != BAL_EPERM || list.n != 0)
		return 1;
	if (bal_mangle_commit(BAL_XTABLE_MANGLE, &c, 1, 5000, &err) == 0 ||
	    err.kind != BAL_EPERM)
		return 2;
	return 0;
}

static void
no_privilege_is_said(void **state)
{
	int status;

	(void)state;
	NEED_NAMESPACE();
	status = apart(as_nobody, NULL);
	if (status == 77) {
		print_message("# skipped: there is no second user here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

/* From now on the kernel has no legacy tables for this process. */
static int
forbid_tables(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOPROTOOPT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = N(code),
		.filter = code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int
without_tables(void *arg)
{
	const int out = open("/run/printed", O_WRONLY | O_CREAT, 0600);
	bal_chain_list list = { 0 };

	(void)arg;
	if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		return 3;
	if (forbid_tables() < 0)
		return 77;
	for (int table = 0; table < BAL_XTABLE_MAX; table++)
		if (bal_mangle_read(table, &arena, &list, &err) == 0 ||
		    err.kind != BAL_EUNAVAIL ||
		    !strstr(err.msg, bal_xtable_name(table)))
			return 1;
	if (bal_mangle_commit(BAL_XTABLE_MANGLE, NULL, 0, 5000, &err) == 0 ||
	    err.kind != BAL_EUNAVAIL)
		return 2;
	return 0;
}

static void
no_tables_is_said_and_modprobe_tried_once(void **state)
{
	int status;

	(void)state;
	NEED_NAMESPACE();
	if (mount("none", "/proc/sys/kernel", "tmpfs", 0, NULL) < 0) {
		print_message("# skipped: no mount on /proc/sys/kernel\n");
		skip();
	}
	assert_true(write_text("/proc/sys/kernel/modprobe", "/run/loader\n"));
	assert_true(write_text("/run/loader",
			       "#!/bin/sh\necho out; echo err >&2\n"
			       "echo \"$*\" >>/run/loaded\n"));
	must("chmod 755 /run/loader");
	status = apart(without_tables, NULL);
	umount("/proc/sys/kernel");
	if (status == 77) {
		print_message("# skipped: no seccomp filter\n");
		skip();
	}
	assert_int_equal(status, 0);
	must_print("cat /run/loaded", "-q ip_tables\n");
	must_print("cat /run/printed", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_uplinks_are_fast),
		TEST(nothing_is_lost_beside_iptables),
		TEST(a_lost_race_is_run_again),
		TEST(the_lock_is_waited_for),
		TEST(the_wait_for_the_lock_ends),
		TEST(no_privilege_is_said),
		TEST(no_tables_is_said_and_modprobe_tried_once),
	};

	make_tables();
	return cmocka_run_group_tests_name("mangle_company", tests, NULL, NULL);
}
