// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_rule - rules of our nftables table as the kernel's expressions. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/nft_internal.h"

#define CT_STATE_NEW 8 /* NF_CT_STATE_BIT(IP_CT_NEW) */
#define TCP_FLAGS_AT 13 /* in its header */

/* What a rule is made of; all of it goes by register 1. */
struct maker {
	struct nftnl_rule *rule;
	bool oom;
};

/* In the words of the kernel: name, attribute, value. */
static struct nftnl_expr *
add(struct maker *m, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	m->oom |= !e;
	if (e)
		nftnl_rule_add_expr(m->rule, e);
	return e;
}

static void
set(struct nftnl_expr *e, uint16_t attr, uint32_t value)
{
	if (e)
		nftnl_expr_set_u32(e, attr, value);
}

static void
load_meta(struct maker *m, uint32_t key)
{
	struct nftnl_expr *e = add(m, "meta");

	set(e, NFTNL_EXPR_META_KEY, key);
	set(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void
load_ct(struct maker *m, uint32_t key)
{
	struct nftnl_expr *e = add(m, "ct");

	set(e, NFTNL_EXPR_CT_KEY, key);
	set(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
}

/* reg = (reg & @mask) ^ @with, of @len bytes. */
static void
bitwise(struct maker *m, uint32_t mask, uint32_t with, uint32_t len)
{
	struct nftnl_expr *e = add(m, "bitwise");

	if (!e)
		return;
	set(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	set(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	set(e, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &mask, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &with, len);
}

static void
compare(struct maker *m, uint32_t op, const void *value, uint32_t len)
{
	struct nftnl_expr *e = add(m, "cmp");

	if (!e)
		return;
	set(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	set(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, value, len);
}

static void
compare_u32(struct maker *m, uint32_t op, uint32_t value)
{
	compare(m, op, &value, sizeof(value));
}

static void
look_up(struct maker *m, enum bal_nft_set which, bool verdict)
{
	struct nftnl_expr *e = add(m, "lookup");

	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, bal_nft_set_name(which));
	set(e, NFTNL_EXPR_LOOKUP_SET_ID, (uint32_t)which + 1);
	set(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	if (verdict)
		set(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

static void
mark_ct(struct maker *m, uint32_t mask, uint32_t mark)
{
	struct nftnl_expr *e;

	load_ct(m, NFT_CT_MARK);
	bitwise(m, ~mask, mark, sizeof(mask));
	e = add(m, "ct");
	set(e, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	set(e, NFTNL_EXPR_CT_SREG, NFT_REG_1);
}

static void
mark_packet(struct maker *m, uint32_t mask, uint32_t mark)
{
	struct nftnl_expr *e;

	load_meta(m, NFT_META_MARK);
	bitwise(m, ~mask, mark, sizeof(mask));
	e = add(m, "meta");
	set(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	set(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
}

static void
if_new(struct maker *m)
{
	load_ct(m, NFT_CT_STATE);
	bitwise(m, CT_STATE_NEW, 0, sizeof(uint32_t));
	compare_u32(m, NFT_CMP_NEQ, 0);
}

static void
load_masked_ct(struct maker *m, uint32_t mask)
{
	load_ct(m, NFT_CT_MARK);
	bitwise(m, mask, 0, sizeof(mask));
}

static void
if_syn(struct maker *m)
{
	const uint8_t tcp = IPPROTO_TCP, syn = TH_SYN;
	struct nftnl_expr *e;

	load_meta(m, NFT_META_L4PROTO);
	compare(m, NFT_CMP_EQ, &tcp, sizeof(tcp));
	e = add(m, "payload");
	set(e, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	set(e, NFTNL_EXPR_PAYLOAD_OFFSET, TCP_FLAGS_AT);
	set(e, NFTNL_EXPR_PAYLOAD_LEN, 1);
	set(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	/* Its one byte is the first in memory, whatever the order of others. */
	e = add(m, "bitwise");
	if (e) {
		const uint8_t mask = TH_SYN | TH_RST, none = 0;

		set(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
		set(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
		set(e, NFTNL_EXPR_BITWISE_LEN, 1);
		nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &mask, 1);
		nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &none, 1);
	}
	compare(m, NFT_CMP_EQ, &syn, sizeof(syn));
}

/* The option's value lies behind its kind and its length. */
static void
clamp(struct maker *m)
{
	struct nftnl_expr *e = add(m, "rt");

	set(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
	set(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	e = add(m, "byteorder");
	set(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	set(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	set(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	set(e, NFTNL_EXPR_BYTEORDER_LEN, 2);
	set(e, NFTNL_EXPR_BYTEORDER_SIZE, 2);
	e = add(m, "exthdr");
	set(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	if (e)
		nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, TCPOPT_MAXSEG);
	set(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	set(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	set(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void
make(struct maker *m, uint32_t mask, const struct bal_nft_rule *rule)
{
	switch (rule->form) {
	case BAL_NFT_MARK_NEW:
		if_new(m);
		load_masked_ct(m, mask);
		compare_u32(m, NFT_CMP_EQ, 0);
		mark_ct(m, mask, rule->mark);
		break;
	case BAL_NFT_MARK_CT:
		mark_ct(m, mask, rule->mark);
		break;
	case BAL_NFT_MARK_PACKET:
		mark_packet(m, mask, rule->mark);
		break;
	case BAL_NFT_BY_IIF:
		load_meta(m, NFT_META_IIFNAME);
		look_up(m, BAL_NFT_ARRIVE, true);
		break;
	case BAL_NFT_BY_CT_IF_NO_MARK:
		load_meta(m, NFT_META_MARK);
		compare_u32(m, NFT_CMP_EQ, 0);
		/* fall through */
	case BAL_NFT_BY_CT:
		load_masked_ct(m, mask);
		look_up(m, BAL_NFT_RESTORE, true);
		break;
	case BAL_NFT_BY_OIF:
		load_masked_ct(m, mask);
		compare_u32(m, NFT_CMP_EQ, 0);
		load_meta(m, NFT_META_OIFNAME);
		look_up(m, BAL_NFT_LEAVE, true);
		break;
	case BAL_NFT_CLAMP_OUT:
	case BAL_NFT_CLAMP_IN:
		if_syn(m);
		load_meta(m, rule->form == BAL_NFT_CLAMP_IN ?
				     NFT_META_IIFNAME :
				     NFT_META_OIFNAME);
		look_up(m, BAL_NFT_UPLINKS, false);
		clamp(m);
		break;
	case BAL_NFT_MASQUERADE:
		load_meta(m, NFT_META_OIFNAME);
		look_up(m, BAL_NFT_UPLINKS, false);
		(void)add(m, "masq");
		break;
	}
}

void
bal_nft_put_rule(struct bal_nft_batch *b, uint32_t mask,
		 const struct bal_nft_rule *rule)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWRULE,
					   NLM_F_CREATE | NLM_F_APPEND);
	struct maker m = { .rule = h ? nftnl_rule_alloc() : NULL };

	b->oom |= !m.rule;
	if (!m.rule)
		return;
	nftnl_rule_set_str(m.rule, NFTNL_RULE_TABLE, BAL_NFT_TABLE);
	nftnl_rule_set_str(m.rule, NFTNL_RULE_CHAIN, rule->chain);
	nftnl_rule_set_u32(m.rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	make(&m, mask, rule);
	b->oom |= m.oom;
	nftnl_rule_nlmsg_build_payload(h, m.rule);
	bal_nft_finish(b, h);
	nftnl_rule_free(m.rule);
}
