/* children - looks at processes and descriptors that should be gone. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CHILDREN_H
#define TEST_CHILDREN_H

#include "netns.h"

#include <dirent.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static inline size_t
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Dead; an orphan is reaped by somebody who may need a moment. */
static inline void
assert_gone(pid_t pid)
{
	for (int i = 0; i < 1000; i++) {
		char path[40], state = 0;
		siginfo_t info;
		FILE *f;

		if (kill(pid, 0) < 0)
			return;
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "r");
		if (f && fscanf(f, "%*d %*s %c", &state) != 1)
			state = 0;
		if (f)
			fclose(f);
		/* A zombie that is not ours to reap is gone. */
		if (state == 'Z' && waitid(P_PID, (id_t)pid, &info,
					   WEXITED | WNOHANG | WNOWAIT) < 0)
			return;
		usleep(10000);
	}
	fail_msg("process %d is still there", (int)pid);
}

/* @n numbers, one a line, that a program prints to @fd. */
static inline void
read_pids(int fd, pid_t *pids, size_t n)
{
	char line[16];
	size_t len = 0;

	for (int tries = 0; n; tries++) {
		assert_true(tries < 20000);
		if (read(fd, line + len, 1) != 1) {
			usleep(1000);
			continue;
		}
		if (line[len] != '\n') {
			assert_true(++len < sizeof(line));
			continue;
		}
		*pids++ = (pid_t)strtol(line, NULL, 10);
		len = 0;
		n--;
	}
}

/* From now on this process has no pidfd_open() and no close_range(). */
static inline int
deny_newer_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 434, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { N(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -1;
	return syscall(434, getpid(), 0) < 0 && errno == ENOSYS ? 0 : -1;
}

/* A system call that fails with @eno from now on, each time. */
static inline int
break_call(uint32_t number, uint32_t eno)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | eno),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { N(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#endif
