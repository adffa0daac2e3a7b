// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_rule - rules of our nftables table as the kernel's expressions. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/nft_class_rule.h"
#include "firewall/nft_internal.h"
#include "firewall/nft_select.h"

#define TCP_FLAGS_AT 13 /* in its header */

static void
if_family(struct bal_nft_maker *m, uint8_t family)
{
	bal_nft_load_meta(m, NFT_META_NFPROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &family, sizeof(family));
}

static void
mark_ct(struct bal_nft_maker *m, uint32_t mask, uint32_t mark)
{
	bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, ~mask, mark);
	bal_nft_store_ct_mark(m);
}

static void
mark_packet(struct bal_nft_maker *m, uint32_t mask, uint32_t mark)
{
	bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, ~mask, mark);
	bal_nft_store_meta_mark(m);
}

static void
load_masked_ct(struct bal_nft_maker *m, uint32_t mask)
{
	bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, mask, 0);
}

static void
if_syn(struct bal_nft_maker *m)
{
	const uint8_t tcp = IPPROTO_TCP, syn = TH_SYN;
	const uint8_t mask = TH_SYN | TH_RST, none = 0;

	bal_nft_load_meta(m, NFT_META_L4PROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &tcp, sizeof(tcp));
	bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_AT, 1);
	/* Its one byte is the first in memory, whatever the order of others. */
	bal_nft_bitwise_of(m, NFT_REG_1, &mask, &none, 1);
	bal_nft_compare(m, NFT_CMP_EQ, &syn, sizeof(syn));
}

/* The option's value lies behind its kind and its length. */
static void
clamp(struct bal_nft_maker *m)
{
	struct nftnl_expr *e = bal_nft_add(m, "rt");

	bal_nft_set(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
	bal_nft_set(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	e = bal_nft_add(m, "byteorder");
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_LEN, 2);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_SIZE, 2);
	e = bal_nft_add(m, "exthdr");
	bal_nft_set(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	if (e)
		nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, TCPOPT_MAXSEG);
	bal_nft_set(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	bal_nft_set(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	bal_nft_set(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void
masquerade(struct bal_nft_maker *m, enum bal_nft_form form)
{
	if (form != BAL_NFT_MASQUERADE)
		if_family(m, form == BAL_NFT_MASQUERADE_IPV4 ? NFPROTO_IPV4 :
							       NFPROTO_IPV6);
	bal_nft_load_meta(m, NFT_META_OIFNAME, NFT_REG_1);
	bal_nft_look_up(m, BAL_NFT_UPLINKS, false);
	(void)bal_nft_add(m, "masq");
}

static void
make(struct bal_nft_maker *m, uint32_t mask, const struct bal_nft_rule *rule)
{
	switch (rule->form) {
	case BAL_NFT_MARK_NEW:
		bal_nft_if_new(m);
		load_masked_ct(m, mask);
		bal_nft_compare_u32(m, NFT_CMP_EQ, 0);
		mark_ct(m, mask, rule->mark);
		break;
	case BAL_NFT_MARK_CT:
		mark_ct(m, mask, rule->mark);
		break;
	case BAL_NFT_MARK_PACKET:
		mark_packet(m, mask, rule->mark);
		break;
	case BAL_NFT_BY_IIF:
		bal_nft_load_meta(m, NFT_META_IIFNAME, NFT_REG_1);
		bal_nft_look_up(m, BAL_NFT_ARRIVE, true);
		break;
	case BAL_NFT_BY_CT_IF_NO_MARK:
		bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
		bal_nft_compare_u32(m, NFT_CMP_EQ, 0);
		/* fall through */
	case BAL_NFT_BY_CT:
		load_masked_ct(m, mask);
		bal_nft_look_up(m, BAL_NFT_RESTORE, true);
		break;
	case BAL_NFT_BY_OIF:
		load_masked_ct(m, mask);
		bal_nft_compare_u32(m, NFT_CMP_EQ, 0);
		bal_nft_load_meta(m, NFT_META_OIFNAME, NFT_REG_1);
		bal_nft_look_up(m, BAL_NFT_LEAVE, true);
		break;
	case BAL_NFT_CLAMP_OUT:
	case BAL_NFT_CLAMP_IN:
		if_syn(m);
		bal_nft_load_meta(m, rule->form == BAL_NFT_CLAMP_IN ?
					     NFT_META_IIFNAME :
					     NFT_META_OIFNAME, NFT_REG_1);
		bal_nft_look_up(m, BAL_NFT_UPLINKS, false);
		clamp(m);
		break;
	case BAL_NFT_MASQUERADE_IPV4:
	case BAL_NFT_MASQUERADE_IPV6:
	case BAL_NFT_MASQUERADE:
		masquerade(m, rule->form);
		break;
	default:
		bal_nft_make_class_rule(m, mask, rule);
		break;
	}
}

void
bal_nft_put_rule(struct bal_nft_batch *b, uint32_t mask,
		 const struct bal_nft_rule *rule)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWRULE,
					   NLM_F_CREATE | NLM_F_APPEND);
	struct bal_nft_maker m = { .rule = h ? nftnl_rule_alloc() : NULL };

	b->oom |= !m.rule;
	if (!m.rule)
		return;
	nftnl_rule_set_str(m.rule, NFTNL_RULE_TABLE, BAL_NFT_TABLE);
	nftnl_rule_set_str(m.rule, NFTNL_RULE_CHAIN, rule->chain);
	nftnl_rule_set_u32(m.rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	if (rule->prefix)
		bal_nft_make_prefix(&m, rule->form, rule->prefix);
	else
		make(&m, mask, rule);
	b->oom |= m.oom;
	nftnl_rule_nlmsg_build_payload(h, m.rule);
	bal_nft_finish(b, h);
	nftnl_rule_free(m.rule);
}
