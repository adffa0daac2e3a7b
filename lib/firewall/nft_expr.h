/* nft_expr - the expressions of the kernel that our rules are made of. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_EXPR_H
#define BAL_NFT_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "firewall/nft_table.h"

struct nftnl_expr;
struct nftnl_rule;

/* A rule while it is made; @oom: something is missing. */
struct bal_nft_maker {
	struct nftnl_rule *rule;
	bool oom;
};

/* One more, in the words of the kernel.  NULL without memory. */
struct nftnl_expr *bal_nft_add(struct bal_nft_maker *m, const char *name);

/* Its attribute @attr; nothing where @e is NULL. */
void bal_nft_set(struct nftnl_expr *e, uint16_t attr, uint32_t value);

/* What all of these leave in @reg, NFT_REG_1 or NFT_REG_2. */
void bal_nft_load_meta(struct bal_nft_maker *m, uint32_t key, uint32_t reg);
void bal_nft_load_ct(struct bal_nft_maker *m, uint32_t key, uint32_t reg);
/* @len bytes at @offset of the header @base (NFT_PAYLOAD_...), in register 1. */
void bal_nft_load_payload(struct bal_nft_maker *m, uint32_t base,
			  uint32_t offset, uint32_t len);

/* reg = (reg & @mask) ^ @with, of @len bytes; and of a number. */
void bal_nft_bitwise_of(struct bal_nft_maker *m, uint32_t reg,
			const void *mask, const void *with, uint32_t len);
void bal_nft_bitwise(struct bal_nft_maker *m, uint32_t reg, uint32_t mask,
		     uint32_t with);

/* Register 1 against @value: @op is NFT_CMP_... */
void bal_nft_compare(struct bal_nft_maker *m, uint32_t op, const void *value,
		     uint32_t len);
void bal_nft_compare_u32(struct bal_nft_maker *m, uint32_t op, uint32_t value);

/* Register 1 goes into the mark of the packet, or of the connection. */
void bal_nft_store_meta_mark(struct bal_nft_maker *m);
void bal_nft_store_ct_mark(struct bal_nft_maker *m);

/* The verdict @code: NF_ACCEPT, or NFT_JUMP or NFT_GOTO to @chain. */
void bal_nft_verdict(struct bal_nft_maker *m, int code, const char *chain);

/* Register 1 in @which: a verdict, or whether it is there. */
void bal_nft_look_up(struct bal_nft_maker *m, enum bal_nft_set which,
		     bool verdict);

/* Register 1 in the set @set: whether it is there, or also what it leads to. */
void bal_nft_look_up_named(struct bal_nft_maker *m, const char *set,
			   bool value);

/* Packets of new connections. */
void bal_nft_if_new(struct bal_nft_maker *m);

#endif
