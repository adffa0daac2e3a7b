// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_select - which packets a rule is for, as the kernel's expressions. */
#include <arpa/inet.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/nft_select.h"

/* Where they lie in their headers. */
#define DSCP_AT 1
#define SADDR_AT 12
#define DADDR_AT 16
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
	const uint32_t bits = htonl(net->len ? UINT32_MAX << (32 - net->len) : 0);
	const uint32_t none = 0, bytes = net->len % 8 ? 4 : net->len / 8u;

	if (set[0]) {
		bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, 4);
		bal_nft_look_up_named(m, set, false);
	} else if (net->len) {
		bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, bytes);
		if (net->len % 8)
			bal_nft_bitwise_of(m, NFT_REG_1, &bits, &none, 4);
		bal_nft_compare(m, NFT_CMP_EQ, net->bytes, bytes);
	}
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
match_iif(struct bal_nft_maker *m, const char *dev)
{
	char name[BAL_IFNAMSIZ] = "";

	(void)bal_copy(name, sizeof(name), dev);
	bal_nft_load_meta(m, NFT_META_IIFNAME, NFT_REG_1);
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

/*
 * What lies behind in a header comes first: nft makes one of two that follow each
 * other.
 */
void
bal_nft_make_select(struct bal_nft_maker *m, const struct bal_fw_select *s)
{
	const uint8_t ipv4 = NFPROTO_IPV4;

	if (s->iif[0])
		match_iif(m, s->iif);
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
	bal_nft_compare(m, NFT_CMP_EQ, &ipv4, sizeof(ipv4));
	match_addr(m, DADDR_AT, &s->dst, s->dst_set);
	match_addr(m, SADDR_AT, &s->src, s->src_set);
	if (s->has_dscp)
		match_dscp(m, s->dscp);
}
