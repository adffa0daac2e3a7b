// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_select - which packets a rule is for, as the kernel's expressions. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/nft_select.h"

/* Where they lie in their headers. */
#define DSCP_AT 1
#define SADDR_AT 12
#define DADDR_AT 16
#define SADDR6_AT 8
#define DADDR6_AT 24
#define SPORT_AT 0
#define DPORT_AT 2

static void
match_ports(struct bal_nft_maker *m, uint32_t at, const struct bal_ports *ports)
{
	const uint16_t first = htons(ports->first), last = htons(ports->last);

	if (!ports->first)
		return;
	bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, at, sizeof(first));
	if (first == last) {
		bal_nft_compare(m, NFT_CMP_EQ, &first, sizeof(first));
		return;
	}
	bal_nft_compare(m, NFT_CMP_GTE, &first, sizeof(first));
	bal_nft_compare(m, NFT_CMP_LTE, &last, sizeof(last));
}

/* In whole bytes without a mask, as nft does it. */
static void
match_addr(struct bal_nft_maker *m, uint32_t at, const struct bal_addr *net,
	   const char *set)
{
	const uint32_t size = bal_addr_bits(net->family) / 8;
	const uint32_t bytes = net->len % 8 ? size : net->len / 8u;
	const uint8_t none[16] = { 0 };
	uint8_t bits[16] = { 0 };

	if (set[0]) {
		bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, 4);
		bal_nft_look_up_named(m, set, false);
	} else if (net->len) {
		bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, bytes);
		memset(bits, 0xff, net->len / 8);
		if (net->len % 8) {
			bits[net->len / 8] = (uint8_t)(0xff00 >> net->len % 8);
			bal_nft_bitwise_of(m, NFT_REG_1, bits, none, size);
		}
		bal_nft_compare(m, NFT_CMP_EQ, net->bytes, bytes);
	}
}

/* It lies across two bytes. */
static void
match_dscp6(struct bal_nft_maker *m, uint8_t dscp)
{
	const uint16_t mask = htons(0x0fc0), none = 0;
	const uint16_t value = htons((uint16_t)(dscp << 6));

	bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, 0, sizeof(value));
	bal_nft_bitwise_of(m, NFT_REG_1, &mask, &none, sizeof(mask));
	bal_nft_compare(m, NFT_CMP_EQ, &value, sizeof(value));
}

static void
match_dscp(struct bal_nft_maker *m, uint8_t dscp)
{
	const uint8_t mask = 0xfc, none = 0, value = (uint8_t)(dscp << 2);

	bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, DSCP_AT, 1);
	bal_nft_bitwise_of(m, NFT_REG_1, &mask, &none, 1);
	bal_nft_compare(m, NFT_CMP_EQ, &value, 1);
}

static void
match_dev(struct bal_nft_maker *m, uint32_t key, const char *dev)
{
	char name[BAL_IFNAMSIZ] = "";

	(void)bal_copy(name, sizeof(name), dev);
	bal_nft_load_meta(m, key, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, name, sizeof(name));
}

static void
match_mark(struct bal_nft_maker *m, uint32_t mark, uint32_t mask)
{
	bal_nft_load_meta(m, NFT_META_MARK, NFT_REG_1);
	if (mask != UINT32_MAX)
		bal_nft_bitwise(m, NFT_REG_1, mask, 0);
	bal_nft_compare_u32(m, NFT_CMP_EQ, mark);
}

/* The bits behind @to's length stay; the sum over addresses is mended. */
static void
put_addr(struct bal_nft_maker *m, uint32_t at, const struct bal_addr *to)
{
	const struct bal_addr rest = bal_addr_rest(to);
	const uint32_t size = sizeof(rest.bytes);
	struct nftnl_expr *e;

	bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, size);
	bal_nft_bitwise_of(m, NFT_REG_1, rest.bytes, to->bytes, size);
	e = bal_nft_add(m, "payload");
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_OFFSET, at);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_LEN, size);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_NONE);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, 0);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_FLAGS, NFT_PAYLOAD_L4CSUM_PSEUDOHDR);
}

void
bal_nft_make_prefix(struct bal_nft_maker *m, enum bal_nft_form form,
		    const struct bal_fw_prefix *p)
{
	const bool in = form == BAL_NFT_PREFIX_IN;
	const uint8_t family = NFPROTO_IPV6;

	match_dev(m, in ? NFT_META_IIFNAME : NFT_META_OIFNAME, p->dev);
	bal_nft_load_meta(m, NFT_META_NFPROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &family, sizeof(family));
	match_addr(m, in ? DADDR6_AT : SADDR6_AT, in ? &p->becomes : &p->prefix,
		   "");
	if (form == BAL_NFT_KEEP_PREFIX)
		bal_nft_verdict(m, NF_ACCEPT, NULL);
	else
		put_addr(m, in ? DADDR6_AT : SADDR6_AT,
			 in ? &p->prefix : &p->becomes);
}

/*
 * What lies behind in a header comes first: nft makes one of two that follow each
 * other.
 */
void
bal_nft_make_select(struct bal_nft_maker *m, const struct bal_fw_select *s)
{
	const uint8_t family = s->ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;

	if (s->iif[0])
		match_dev(m, NFT_META_IIFNAME, s->iif);
	if (s->proto) {
		bal_nft_load_meta(m, NFT_META_L4PROTO, NFT_REG_1);
		bal_nft_compare(m, NFT_CMP_EQ, &s->proto, 1);
	}
	match_ports(m, DPORT_AT, &s->dport);
	match_ports(m, SPORT_AT, &s->sport);
	if (s->has_mark)
		match_mark(m, s->mark, s->mark_mask);
	if (!s->has_dscp && !s->src.len && !s->dst.len && !s->src_set[0] &&
	    !s->dst_set[0])
		return;
	bal_nft_load_meta(m, NFT_META_NFPROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &family, sizeof(family));
	match_addr(m, s->ipv6 ? DADDR6_AT : DADDR_AT, &s->dst, s->dst_set);
	match_addr(m, s->ipv6 ? SADDR6_AT : SADDR_AT, &s->src, s->src_set);
	if (s->has_dscp)
		(s->ipv6 ? match_dscp6 : match_dscp)(m, s->dscp);
}
