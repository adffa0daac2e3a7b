// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_class_rule - rules of classes as the kernel's expressions. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include "firewall/nft_build.h"
#include "firewall/nft_class_rule.h"
#include "firewall/nft_select.h"

/* In the header of IPv4. */
#define SADDR_AT 12

static void
load_saddr(struct bal_nft_maker *m)
{
	const uint8_t ipv4 = NFPROTO_IPV4;

	bal_nft_load_meta(m, NFT_META_NFPROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &ipv4, sizeof(ipv4));
	bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, SADDR_AT, 4);
}

/* The source's uplink becomes the one in register 2. */
static void
change_map(struct bal_nft_maker *m, const char *map, uint32_t op)
{
	struct nftnl_expr *e = bal_nft_add(m, "dynset");

	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_DYNSET_SET_NAME, map);
	bal_nft_set(e, NFTNL_EXPR_DYNSET_OP, op);
	bal_nft_set(e, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_DYNSET_SREG_DATA, NFT_REG_2);
}

static void
if_marked(struct bal_nft_maker *m, uint32_t mask)
{
	bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, mask, 0);
	bal_nft_compare_u32(m, NFT_CMP_NEQ, 0);
}

static void
set_number(struct bal_nft_maker *m, uint32_t value)
{
	struct nftnl_expr *e = bal_nft_add(m, "immediate");

	bal_nft_set(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	if (e)
		nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &value, sizeof(value));
}

static void
ask_routes(struct bal_nft_maker *m, uint32_t result, uint32_t flags)
{
	struct nftnl_expr *e = bal_nft_add(m, "fib");

	bal_nft_set(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_FIB_RESULT, result);
	bal_nft_set(e, NFTNL_EXPR_FIB_FLAGS, flags);
}

/* With its mark it is seen by the rule that leads to the group, dead or not. */
static void
refuse(struct bal_nft_maker *m)
{
	const uint8_t tcp = IPPROTO_TCP;
	struct nftnl_expr *e;

	bal_nft_load_meta(m, NFT_META_L4PROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &tcp, sizeof(tcp));
	ask_routes(m, NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_DADDR);
	bal_nft_compare_u32(m, NFT_CMP_EQ, RTN_UNICAST);
	ask_routes(m, NFT_FIB_RESULT_OIF,
		   NFTA_FIB_F_DADDR | NFTA_FIB_F_MARK | NFTA_FIB_F_PRESENT);
	bal_nft_compare_u32(m, NFT_CMP_EQ, 0); /* missing */
	e = bal_nft_add(m, "reject");
	bal_nft_set(e, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_TCP_RST);
	if (e)
		nftnl_expr_set_u8(e, NFTNL_EXPR_REJECT_CODE, 0);
}

/* A number of the kernel's own, of @of; the least ones are the first @part. */
static void
draw(struct bal_nft_maker *m, uint32_t part, uint32_t of)
{
	const uint8_t ipv4 = NFPROTO_IPV4;
	const uint32_t bound = htonl(part);
	struct nftnl_expr *e;

	bal_nft_load_meta(m, NFT_META_NFPROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &ipv4, sizeof(ipv4));
	if (part == of)
		return;
	e = bal_nft_add(m, "numgen");
	bal_nft_set(e, NFTNL_EXPR_NG_DREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_NG_MODULUS, of);
	bal_nft_set(e, NFTNL_EXPR_NG_TYPE,
		    part > BAL_NFT_RUN_MAX ? NFT_NG_RANDOM :
					     NFT_NG_INCREMENTAL);
	bal_nft_set(e, NFTNL_EXPR_NG_OFFSET, 0);
	e = bal_nft_add(m, "byteorder");
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_LEN, sizeof(bound));
	bal_nft_set(e, NFTNL_EXPR_BYTEORDER_SIZE, sizeof(bound));
	bal_nft_compare(m, NFT_CMP_LT, &bound, sizeof(bound));
}

/* Marks for what came in have the lower of the mask's two highest bits alone. */
static void
if_drawn(struct bal_nft_maker *m, uint32_t mask)
{
	const uint32_t top = bal_nft_top(mask);

	bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, top | top >> 1, 0);
	bal_nft_compare_u32(m, NFT_CMP_EQ, top >> 1);
}

/* What a source address keeps to. */
static void
make_stick(struct bal_nft_maker *m, uint32_t mask,
	   const struct bal_nft_rule *rule)
{
	switch (rule->form) {
	case BAL_NFT_STICK_FOUND:
		load_saddr(m);
		bal_nft_look_up_named(m, rule->map, true);
		bal_nft_store_ct_mark(m);
		bal_nft_verdict(m, NFT_JUMP, rule->to);
		break;
	case BAL_NFT_STICK_ALIVE:
		bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_1);
		bal_nft_look_up(m, BAL_NFT_ALIVE, true);
		break;
	case BAL_NFT_STICK_CLEAR:
		set_number(m, 0);
		bal_nft_store_ct_mark(m);
		break;
	case BAL_NFT_STICK_KEEP:
		if_marked(m, mask);
		load_saddr(m);
		bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_2);
		bal_nft_bitwise(m, NFT_REG_2, mask, rule->mark);
		change_map(m, rule->map, NFT_DYNSET_OP_UPDATE);
		bal_nft_verdict(m, NF_ACCEPT, NULL);
		break;
	case BAL_NFT_STICK_FORGET:
		load_saddr(m);
		bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_2);
		change_map(m, rule->map, NFT_DYNSET_OP_DELETE);
		break;
	case BAL_NFT_STICK_IF_NEW:
		bal_nft_if_new(m);
		bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
		bal_nft_bitwise(m, NFT_REG_1, mask, 0);
		bal_nft_look_up(m, BAL_NFT_REMEMBER, true);
		break;
	default:
		load_saddr(m);
		bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_2);
		bal_nft_bitwise(m, NFT_REG_2, mask, rule->mark);
		change_map(m, rule->map, NFT_DYNSET_OP_UPDATE);
		break;
	}
}

void
bal_nft_make_class_rule(struct bal_nft_maker *m, uint32_t mask,
			const struct bal_nft_rule *rule)
{
	switch (rule->form) {
	case BAL_NFT_SKIP_MARKED:
		if_marked(m, mask);
		bal_nft_verdict(m, NF_ACCEPT, NULL);
		break;
	case BAL_NFT_SKIP_UPLINKS:
		bal_nft_load_meta(m, NFT_META_IIFNAME, NFT_REG_1);
		bal_nft_look_up(m, BAL_NFT_UPLINKS, false);
		bal_nft_verdict(m, NF_ACCEPT, NULL);
		break;
	case BAL_NFT_RULES_IF_NEW:
		bal_nft_if_new(m);
		bal_nft_verdict(m, NFT_GOTO, rule->to);
		break;
	case BAL_NFT_RULES_IF_FREE:
	case BAL_NFT_RULES_IF_LEFT:
		bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_1);
		bal_nft_bitwise(m, NFT_REG_1, mask, 0);
		bal_nft_compare_u32(m,
				    rule->form == BAL_NFT_RULES_IF_FREE ?
					    NFT_CMP_EQ :
					    NFT_CMP_NEQ,
				    0);
		bal_nft_verdict(m, NFT_GOTO, rule->to);
		break;
	case BAL_NFT_DRAW:
		draw(m, rule->mark, rule->of);
		bal_nft_verdict(m, NFT_GOTO, rule->to);
		break;
	case BAL_NFT_SKIP_DRAWN:
		if_drawn(m, mask);
		bal_nft_verdict(m, NF_ACCEPT, NULL);
		break;
	case BAL_NFT_SELECT:
		bal_nft_make_select(m, rule->select);
		bal_nft_verdict(m, rule->to[0] ? NFT_GOTO : NF_ACCEPT,
				rule->to);
		break;
	case BAL_NFT_REFUSE:
		refuse(m);
		break;
	case BAL_NFT_ACCEPT:
		bal_nft_verdict(m, NF_ACCEPT, NULL);
		break;
	default:
		make_stick(m, mask, rule);
		break;
	}
}
