// SPDX-License-Identifier: GPL-2.0-or-later
/* inject - bpf_clone_redirect() to the way in of a device, by BPF_PROG_TEST_RUN. */
#include "bpf/inject.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "bpf/bpf.h"

#define NAME "bal_inject"

int
bal_inject_open(struct bal_err *err)
{
	static const char licence[] = "GPL";
	/* The context of a test run has the number of the device in cb[0]. */
	const struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W,
		  .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1,
		  .off = offsetof(struct __sk_buff, cb) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_3,
		  .imm = BPF_F_INGRESS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_clone_redirect },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = sizeof(code) / sizeof(code[0]);
	attr.license = (uintptr_t)licence;
	memcpy(attr.prog_name, NAME, sizeof(NAME));
	fd = bal_bpf_call_kernel(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot load a BPF program");
	return fd;
}

int
bal_inject(int fd, int ifindex, const void *frame, size_t len, uint32_t mark)
{
	struct __sk_buff ctx = { .cb = { (uint32_t)ifindex }, .mark = mark };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)fd;
	attr.test.data_in = (uintptr_t)frame;
	attr.test.data_size_in = (uint32_t)len;
	attr.test.ctx_in = (uintptr_t)&ctx;
	attr.test.ctx_size_in = sizeof(ctx);
	if (bal_bpf_call_kernel(BPF_PROG_TEST_RUN, &attr) < 0)
		return -1;
	if (attr.test.retval == 0)
		return 0;
	errno = -(int)attr.test.retval;
	return -1;
}
