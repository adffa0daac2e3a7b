/* bpf - BPF programs, written by instruction and attached to a cgroup. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BPF_H
#define BAL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

#include "base/addr.h"
#include "base/error.h"

/*
 * With CAP_BPF the kernel takes a million (BPF_COMPLEXITY_LIMIT_INSNS), but
 * follows no more than 8192 jumps (BPF_COMPLEXITY_LIMIT_JMP_SEQ).
 */
#define BAL_BPF_MAX 8192

/*
 * A program being assembled.  Zero state: empty.  Labels are small numbers of
 * the caller's from 1 on; jumps go forward, to where the label is defined next.
 * What does not fit is dropped and makes bal_bpf_finish() fail.
 */
struct bal_bpf {
	struct bpf_insn insn[BAL_BPF_MAX];
	uint8_t to[BAL_BPF_MAX]; /* label of the jump here; 0: none, or resolved */
	size_t n;
	bool full;
};

/*
 * One instruction each.  Registers are BPF_REG_...; "32" works on the lower
 * half and zeroes the upper one.  @at is an offset in bytes; @label a label.
 */
void bal_bpf_move(struct bal_bpf *code, uint8_t dst, uint8_t src);
void bal_bpf_set(struct bal_bpf *code, uint8_t dst, int32_t value);
void bal_bpf_add(struct bal_bpf *code, uint8_t dst, int32_t value);
void bal_bpf_and32(struct bal_bpf *code, uint8_t dst, uint32_t mask);
void bal_bpf_or32(struct bal_bpf *code, uint8_t dst, uint8_t src);
void bal_bpf_add_reg(struct bal_bpf *code, uint8_t dst, uint8_t src);
void bal_bpf_xor32(struct bal_bpf *code, uint8_t dst, uint8_t src);
void bal_bpf_move32(struct bal_bpf *code, uint8_t dst, uint8_t src);
void bal_bpf_set32(struct bal_bpf *code, uint8_t dst, uint32_t value);
void bal_bpf_mul32(struct bal_bpf *code, uint8_t dst, uint32_t value);
void bal_bpf_left32(struct bal_bpf *code, uint8_t dst, unsigned bits);
void bal_bpf_right32(struct bal_bpf *code, uint8_t dst, unsigned bits);
/* A number of 16 bits from the order of the network. */
void bal_bpf_from_be16(struct bal_bpf *code, uint8_t dst);
void bal_bpf_set64(struct bal_bpf *code, uint8_t dst, uint64_t value);
/* A map, by its descriptor. */
void bal_bpf_map(struct bal_bpf *code, uint8_t dst, int fd);
void bal_bpf_load8(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at);
void bal_bpf_load32(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at);
void bal_bpf_load64(struct bal_bpf *code, uint8_t dst, uint8_t src, size_t at);
void bal_bpf_store32(struct bal_bpf *code, uint8_t dst, size_t at, uint8_t src);
void bal_bpf_call(struct bal_bpf *code, int32_t helper);
void bal_bpf_exit(struct bal_bpf *code);
void bal_bpf_goto(struct bal_bpf *code, uint8_t label);
/* Jump where the lower half of @reg is, or is not, @value. */
void bal_bpf_if32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		  uint8_t label);
void bal_bpf_unless32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		      uint8_t label);
/* Jump where it is below, or above, @value; both unsigned. */
void bal_bpf_below32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		     uint8_t label);
void bal_bpf_above32(struct bal_bpf *code, uint8_t reg, uint32_t value,
		     uint8_t label);
/* Jump where two registers are equal, or not; where a pointer is NULL. */
void bal_bpf_unless_same(struct bal_bpf *code, uint8_t a, uint8_t b,
			 uint8_t label);
void bal_bpf_if_same(struct bal_bpf *code, uint8_t a, uint8_t b, uint8_t label);
void bal_bpf_if_null(struct bal_bpf *code, uint8_t reg, uint8_t label);

/* An IPv4 address as a program loads it: in the order of memory. */
uint32_t bal_bpf_word(const struct bal_addr *addr);

/* Jump where the IPv4 address in @addr is inside @net; changes BPF_REG_1. */
void bal_bpf_if_inside(struct bal_bpf *code, uint8_t addr,
		       const struct bal_addr *net, uint8_t label);

/* BPF_REG_1 is 0 where the IPv6 address at @at of @base is ::; changes BPF_REG_2. */
void bal_bpf_load_any6(struct bal_bpf *code, uint8_t base, size_t at);

/*
 * Jump where the IPv6 address at @at of @base is inside @net; changes BPF_REG_1.
 * @elsewhere: a label that is free.
 */
void bal_bpf_if_inside6(struct bal_bpf *code, uint8_t base, size_t at,
			const struct bal_addr *net, uint8_t elsewhere,
			uint8_t label);

/*
 * Store the 16 bytes of @text on the stack, from -16 below the frame pointer
 * on.
 */
void bal_bpf_text16(struct bal_bpf *code, const char text[16]);

/* Define @label here, for all jumps to it so far. */
void bal_bpf_label(struct bal_bpf *code, uint8_t label);

/* The program is complete; -1 where the program is too long. */
int bal_bpf_finish(struct bal_bpf *code, struct bal_err *err);

/*
 * Load @code into the kernel for the hook @attach (BPF_CGROUP_...), named @name
 * (15 characters at most): the descriptor, close-on-exec; -1 with the errno in @err->sys.
 */
int bal_bpf_load(const struct bal_bpf *code, enum bpf_attach_type attach,
		 const char *name, struct bal_err *err);

/*
 * Attach program @fd to cgroup @cgroup_fd, beside others.  It stays attached as
 * long as the cgroup and its sockets exist, even when the descriptors are
 * closed.  It takes the place of program @instead_of, at once, unless that is -1.
 */
int bal_bpf_attach(int fd, int cgroup_fd, enum bpf_attach_type attach,
		   int instead_of, struct bal_err *err);

/* bpf(2) itself. */
int bal_bpf_call_kernel(enum bpf_cmd cmd, union bpf_attr *attr);

#endif
