// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp_filter - seccomp: which calls of socket() are answered by us. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/mptcp_internal.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

/* The processor that this is made for, as the kernel calls it; 0: unknown. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEL__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#else
#define ARCH 0
#endif

/* All of these are little-endian: the lower half of an argument comes first. */
#define ARG(i) (offsetof(struct seccomp_data, args) + 8 * (i))
#define TYPE_BITS 0xf /* of the type; the others are flags */

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
/* Go on where it is @k; else pass over @n more. */
#define ONLY(k, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), 0, (n))
/* Go on where it is @a or @b. */
#define EITHER(a, b, n)                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (a), 1, 0),  \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (b), 0, (n))

int
bal_mptcp_filter_known(void)
{
	return ARCH != 0;
}

static int
install(struct sock_fprog *program, unsigned long flags)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, program);
}

/*
 * A signal that a program handles must not interrupt a call that is being
 * answered: Go sends itself many.
 */
static int
install_listener(struct sock_fprog *program)
{
	int fd = install(program, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	return fd < 0 && errno == EINVAL ? install(program, 0) : fd;
}

int
bal_mptcp_filter(void)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		ONLY(ARCH, 12),
		LOAD(offsetof(struct seccomp_data, nr)),
		ONLY(SYS_socket, 10),
		LOAD(ARG(2)),
		EITHER(0, IPPROTO_TCP, 7),
		LOAD(ARG(0)),
		EITHER(AF_INET, AF_INET6, 4),
		LOAD(ARG(1)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TYPE_BITS),
		ONLY(SOCK_STREAM, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	int fd = install_listener(&program);

	if (fd >= 0 || errno != EACCES)
		return fd;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return install_listener(&program);
}
