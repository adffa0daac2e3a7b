// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf - a small assembler, and bpf(2) itself. */
#include "bpf/bpf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

/* The programs call no GPL-only helper, and are GPL all the same. */
static const char licence[] = "GPL";

static struct bpf_insn *
add(struct bal_bpf *code, uint8_t op, uint8_t dst, uint8_t src)
{
	/* The last slot is never executed, and takes what does not fit. */
	struct bpf_insn *insn = &code->insn[BAL_BPF_MAX - 1];

	if (code->n < BAL_BPF_MAX - 1)
		insn = &code->insn[code->n++];
	else
		code->full = true;
	*insn = (struct bpf_insn){ .code = op };
	insn->dst_reg = dst & 0xf;
	insn->src_reg = src & 0xf;
	return insn;
}

static struct bpf_insn *
jump(struct bal_bpf *code, uint8_t op, uint8_t dst, uint8_t src, uint8_t label)
{
	struct bpf_insn *insn = add(code, op, dst, src);

	code->to[insn - code->insn] = label;
	return insn;
}

void
bal_bpf_move(struct bal_bpf *code, uint8_t dst, uint8_t src)
{
	add(code, BPF_ALU64 | BPF_MOV | BPF_X, dst, src);
}

void
bal_bpf_set(struct bal_bpf *code, uint8_t dst, int32_t value)
{
	add(code, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0)->imm = value;
}

void
bal_bpf_add(struct bal_bpf *code, uint8_t dst, int32_t value)
{
	add(code, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0)->imm = value;
}

void
bal_bpf_and32(struct bal_bpf *code, uint8_t dst, uint32_t mask)
{
	add(code, BPF_ALU | BPF_AND | BPF_K, dst, 0)->imm = (int32_t)mask;
}

void
bal_bpf_or32(struct bal_bpf *code, uint8_t dst, uint8_t src)
{
	add(code, BPF_ALU | BPF_OR | BPF_X, dst, src);
}

void
bal_bpf_add_reg(struct bal_bpf *code, uint8_t dst, uint8_t src)
{
	add(code, BPF_ALU64 | BPF_ADD | BPF_X, dst, src);
}

void
bal_bpf_xor32(struct bal_bpf *code, uint8_t dst, uint8_t src)
{
	add(code, BPF_ALU | BPF_XOR | BPF_X, dst, src);
}

void
bal_bpf_move32(struct bal_bpf *code, uint8_t dst, uint8_t src)
{
	add(code, BPF_ALU | BPF_MOV | BPF_X, dst, src);
}

void
bal_bpf_set32(struct bal_bpf *code, uint8_t dst, uint32_t value)
{
	add(code, BPF_ALU | BPF_MOV | BPF_K, dst, 0)->imm = (int32_t)value;
}

void
bal_bpf_mul32(struct bal_bpf *code, uint8_t dst, uint32_t value)
{
	add(code, BPF_ALU | BPF_MUL | BPF_K, dst, 0)->imm = (int32_t)value;
}

void
bal_bpf_left32(struct bal_bpf *code, uint8_t dst, unsigned bits)
{
	add(code, BPF_ALU | BPF_LSH | BPF_K, dst, 0)->imm = (int32_t)bits;
}

void
bal_bpf_right32(struct bal_bpf *code, uint8_t dst, unsigned bits)
{
	add(code, BPF_ALU | BPF_RSH | BPF_K, dst, 0)->imm = (int32_t)bits;
}

void
bal_bpf_from_be16(struct bal_bpf *code, uint8_t dst)
{
	add(code, BPF_ALU | BPF_END | BPF_TO_BE, dst, 0)->imm = 16;
}

/* Such a value is one instruction that takes the room of two. */
static void
wide(struct bal_bpf *code, uint8_t dst, uint8_t what, uint64_t value)
{
	add(code, BPF_LD | BPF_DW | BPF_IMM, dst, what)->imm =
		(int32_t)(uint32_t)value;
	add(code, 0, 0, 0)->imm = (int32_t)(uint32_t)(value >> 32);
}

void
bal_bpf_set64(struct bal_bpf *code, uint8_t dst, uint64_t value)
{
	wide(code, dst, 0, value);
}

void
bal_bpf_map(struct bal_bpf *code, uint8_t dst, int fd)
{
	wide(code, dst, BPF_PSEUDO_MAP_FD, (uint32_t)fd);
}

void
bal_bpf_load32(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at)
{
	add(code, BPF_LDX | BPF_MEM | BPF_W, dst, src)->off = (int16_t)at;
}

void
bal_bpf_load8(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at)
{
	add(code, BPF_LDX | BPF_MEM | BPF_B, dst, src)->off = (int16_t)at;
}

void
bal_bpf_load64(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at)
{
	add(code, BPF_LDX | BPF_MEM | BPF_DW, dst, src)->off = (int16_t)at;
}

void
bal_bpf_store32(struct bal_bpf *code, uint8_t dst, size_t at, uint8_t src)
{
	add(code, BPF_STX | BPF_MEM | BPF_W, dst, src)->off = (int16_t)at;
}

void
bal_bpf_call(struct bal_bpf *code, int32_t helper)
{
	add(code, BPF_JMP | BPF_CALL, 0, 0)->imm = helper;
}

void
bal_bpf_exit(struct bal_bpf *code)
{
	add(code, BPF_JMP | BPF_EXIT, 0, 0);
}

void
bal_bpf_goto(struct bal_bpf *code, uint8_t label)
{
	jump(code, BPF_JMP | BPF_JA, 0, 0, label);
}

void
bal_bpf_if32(struct bal_bpf *code, uint8_t reg, uint32_t value, uint8_t label)
{
	jump(code, BPF_JMP32 | BPF_JEQ | BPF_K, reg, 0, label)->imm =
		(int32_t)value;
}

void
bal_bpf_unless32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		 uint8_t label)
{
	jump(code, BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, label)->imm =
		(int32_t)value;
}

void
bal_bpf_below32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		uint8_t label)
{
	jump(code, BPF_JMP32 | BPF_JLT | BPF_K, reg, 0, label)->imm =
		(int32_t)value;
}

void
bal_bpf_above32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		uint8_t label)
{
	jump(code, BPF_JMP32 | BPF_JGT | BPF_K, reg, 0, label)->imm =
		(int32_t)value;
}

void
bal_bpf_unless_same(struct bal_bpf *code, uint8_t a, uint8_t b, uint8_t label)
{
	jump(code, BPF_JMP | BPF_JNE | BPF_X, a, b, label);
}

void
bal_bpf_if_same(struct bal_bpf *code, uint8_t a, uint8_t b, uint8_t label)
{
	jump(code, BPF_JMP | BPF_JEQ | BPF_X, a, b, label);
}

void
bal_bpf_if_null(struct bal_bpf *code, uint8_t reg, uint8_t label)
{
	jump(code, BPF_JMP | BPF_JEQ | BPF_K, reg, 0, label);
}

void
bal_bpf_text16(struct bal_bpf *code, const char text[16])
{
	for (int at = 0; at < 16; at += 4) {
		struct bpf_insn *insn =
			add(code, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0);

		memcpy(&insn->imm, text + at, sizeof(insn->imm));
		insn->off = (int16_t)(at - 16);
	}
}

uint32_t
bal_bpf_word(const struct bal_addr *addr)
{
	uint32_t word;

	memcpy(&word, addr->bytes, sizeof(word));
	return word;
}

void
bal_bpf_if_inside(struct bal_bpf *code, uint8_t addr,
		  const struct bal_addr *net, uint8_t label)
{
	const struct bal_addr base = bal_addr_network(net);
	const uint32_t mask = base.len ? htonl(~0u << (32 - base.len)) : 0;

	bal_bpf_move32(code, BPF_REG_1, addr);
	bal_bpf_and32(code, BPF_REG_1, mask);
	bal_bpf_if32(code, BPF_REG_1, bal_bpf_word(&base), label);
}

void
bal_bpf_load_any6(struct bal_bpf *code, uint8_t base, size_t at)
{
	bal_bpf_load32(code, BPF_REG_1, base, at);
	for (size_t i = 4; i < 16; i += 4) {
		bal_bpf_load32(code, BPF_REG_2, base, at + i);
		bal_bpf_or32(code, BPF_REG_1, BPF_REG_2);
	}
}

void
bal_bpf_if_inside6(struct bal_bpf *code, uint8_t base, size_t at,
		   const struct bal_addr *net, uint8_t elsewhere, uint8_t label)
{
	unsigned i = 0;

	do {
		const unsigned left = net->len - i;
		const uint32_t mask = left < 32 ? ~(~0u >> left) : ~0u;
		uint32_t word;

		memcpy(&word, net->bytes + i / 8, sizeof(word));
		bal_bpf_load32(code, BPF_REG_1, base, at + i / 8);
		bal_bpf_and32(code, BPF_REG_1, htonl(mask));
		bal_bpf_unless32(code, BPF_REG_1, word & htonl(mask), elsewhere);
		i += 32;
	} while (i < net->len);
	bal_bpf_goto(code, label);
	bal_bpf_label(code, elsewhere);
}

void
bal_bpf_label(struct bal_bpf *code, uint8_t label)
{
	for (size_t i = 0; i < code->n; i++)
		if (code->to[i] == label) {
			code->insn[i].off = (int16_t)(code->n - i - 1);
			code->to[i] = 0;
		}
}

int
bal_bpf_finish(struct bal_bpf *code, struct bal_err *err)
{
	if (code->full)
		return bal_err(err, BAL_EUNAVAIL,
			       "a BPF program of more than %d instructions",
			       BAL_BPF_MAX - 1);
	return 0;
}

static enum bpf_prog_type
type_of(enum bpf_attach_type attach)
{
	switch (attach) {
	case BPF_CGROUP_INET_EGRESS:
		return BPF_PROG_TYPE_CGROUP_SKB;
	case BPF_CGROUP_INET_SOCK_CREATE:
		return BPF_PROG_TYPE_CGROUP_SOCK;
	default:
		return BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
	}
}

int
bal_bpf_call_kernel(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

int
bal_bpf_load(const struct bal_bpf *code, enum bpf_attach_type attach,
	     const char *name, struct bal_err *err)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type_of(attach);
	attr.expected_attach_type = attach;
	attr.insns = (uintptr_t)code->insn;
	attr.insn_cnt = (uint32_t)code->n;
	attr.license = (uintptr_t)licence;
	(void)bal_copy(attr.prog_name, sizeof(attr.prog_name), name);
	fd = bal_bpf_call_kernel(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot load a BPF program");
	return fd;
}

int
bal_bpf_attach(int fd, int cgroup_fd, enum bpf_attach_type attach,
	       int instead_of, struct bal_err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup_fd;
	attr.attach_bpf_fd = (uint32_t)fd;
	attr.attach_type = attach;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (instead_of >= 0) {
		attr.attach_flags |= BPF_F_REPLACE;
		attr.replace_bpf_fd = (uint32_t)instead_of;
	}
	if (bal_bpf_call_kernel(BPF_PROG_ATTACH, &attr) < 0)
		return bal_err_sys(err, errno,
				   "cannot attach a BPF program to a cgroup");
	return 0;
}
