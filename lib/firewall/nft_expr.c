// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_expr - the expressions of the kernel that our rules are made of. */
#include "firewall/nft_expr.h"
#include "firewall/nft_build.h"

#include <stddef.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#define CT_STATE_NEW 8 /* NF_CT_STATE_BIT(IP_CT_NEW) */

struct nftnl_expr *
bal_nft_add(struct bal_nft_maker *m, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	m->oom |= !e;
	if (e)
		nftnl_rule_add_expr(m->rule, e);
	return e;
}

void
bal_nft_set(struct nftnl_expr *e, uint16_t attr, uint32_t value)
{
	if (e)
		nftnl_expr_set_u32(e, attr, value);
}

void
bal_nft_load_meta(struct bal_nft_maker *m, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *e = bal_nft_add(m, "meta");

	bal_nft_set(e, NFTNL_EXPR_META_KEY, key);
	bal_nft_set(e, NFTNL_EXPR_META_DREG, reg);
}

void
bal_nft_load_ct(struct bal_nft_maker *m, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *e = bal_nft_add(m, "ct");

	bal_nft_set(e, NFTNL_EXPR_CT_KEY, key);
	bal_nft_set(e, NFTNL_EXPR_CT_DREG, reg);
}

void
bal_nft_load_payload(struct bal_nft_maker *m, uint32_t base, uint32_t offset,
		     uint32_t len)
{
	struct nftnl_expr *e = bal_nft_add(m, "payload");

	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
}

void
bal_nft_bitwise_of(struct bal_nft_maker *m, uint32_t reg, const void *mask,
		   const void *with, uint32_t len)
{
	struct nftnl_expr *e = bal_nft_add(m, "bitwise");

	if (!e)
		return;
	bal_nft_set(e, NFTNL_EXPR_BITWISE_SREG, reg);
	bal_nft_set(e, NFTNL_EXPR_BITWISE_DREG, reg);
	bal_nft_set(e, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, with, len);
}

void
bal_nft_bitwise(struct bal_nft_maker *m, uint32_t reg, uint32_t mask,
		uint32_t with)
{
	bal_nft_bitwise_of(m, reg, &mask, &with, sizeof(mask));
}

void
bal_nft_compare(struct bal_nft_maker *m, uint32_t op, const void *value,
		uint32_t len)
{
	struct nftnl_expr *e = bal_nft_add(m, "cmp");

	if (!e)
		return;
	bal_nft_set(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, value, len);
}

void
bal_nft_compare_u32(struct bal_nft_maker *m, uint32_t op, uint32_t value)
{
	bal_nft_compare(m, op, &value, sizeof(value));
}

void
bal_nft_store_meta_mark(struct bal_nft_maker *m)
{
	struct nftnl_expr *e = bal_nft_add(m, "meta");

	bal_nft_set(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	bal_nft_set(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
}

void
bal_nft_store_ct_mark(struct bal_nft_maker *m)
{
	struct nftnl_expr *e = bal_nft_add(m, "ct");

	bal_nft_set(e, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	bal_nft_set(e, NFTNL_EXPR_CT_SREG, NFT_REG_1);
}

void
bal_nft_verdict(struct bal_nft_maker *m, int code, const char *chain)
{
	struct nftnl_expr *e = bal_nft_add(m, "immediate");

	if (!e)
		return;
	bal_nft_set(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	bal_nft_set(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (code != NF_ACCEPT)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
}

void
bal_nft_if_new(struct bal_nft_maker *m)
{
	bal_nft_load_ct(m, NFT_CT_STATE, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, CT_STATE_NEW, 0);
	bal_nft_compare_u32(m, NFT_CMP_NEQ, 0);
}

void
bal_nft_look_up(struct bal_nft_maker *m, enum bal_nft_set which, bool verdict)
{
	struct nftnl_expr *e = bal_nft_add(m, "lookup");

	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, bal_nft_set_name(which));
	bal_nft_set(e, NFTNL_EXPR_LOOKUP_SET_ID, (uint32_t)which + 1);
	bal_nft_set(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	if (verdict)
		bal_nft_set(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

void
bal_nft_look_up_named(struct bal_nft_maker *m, const char *set, bool value)
{
	struct nftnl_expr *e = bal_nft_add(m, "lookup");

	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	bal_nft_set(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	if (value)
		bal_nft_set(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_1);
}
