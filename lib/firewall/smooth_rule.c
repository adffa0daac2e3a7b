// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_rule - rules of the table that copies, as the kernel's expressions. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/nft_expr.h"
#include "firewall/smooth_internal.h"

/* In the headers of IPv4 and UDP; OpenVPN's opcode is behind the latter. */
#define CHECKSUM_AT 10
#define SADDR_AT 12
#define DADDR_AT 16
#define SPORT_AT 0
#define DPORT_AT 2
#define UDP_CHECKSUM_AT 6
#define OPCODE_AT 8
#define OPCODE_MASK 0xf8 /* the upper five bits; a key's number is below */
#define OPCODE_SHIFT 3

static void
if_addr(struct bal_nft_maker *m, uint32_t at, uint32_t op,
	const struct bal_addr *a)
{
	const struct bal_addr all = bal_addr_host(a);
	const uint32_t bits = a->len;
	const uint32_t mask = htonl(bits ? UINT32_MAX << (32 - bits) : 0);
	const uint32_t none = 0;

	bal_nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, at, 4);
	if (bits < 32)
		bal_nft_bitwise_of(m, NFT_REG_1, &mask, &none, sizeof(mask));
	bal_nft_compare(m, op, all.bytes, 4);
}

static void
if_port(struct bal_nft_maker *m, uint32_t at, uint16_t port)
{
	const uint16_t value = htons(port);

	bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, at,
			     sizeof(value));
	bal_nft_compare(m, NFT_CMP_EQ, &value, sizeof(value));
}

static void
if_udp(struct bal_nft_maker *m)
{
	const uint8_t udp = IPPROTO_UDP;

	bal_nft_load_meta(m, NFT_META_L4PROTO, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, &udp, sizeof(udp));
}

static void
if_dev(struct bal_nft_maker *m, uint32_t key, const char *dev)
{
	char name[BAL_IFNAMSIZ] = { 0 };

	(void)bal_copy(name, sizeof(name), dev);
	bal_nft_load_meta(m, key, NFT_REG_1);
	bal_nft_compare(m, NFT_CMP_EQ, name, sizeof(name));
}

static void
if_ports(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_udp(m);
	if (f->own_port)
		if_port(m, SPORT_AT, f->own_port);
	if_port(m, DPORT_AT, f->port);
}

/* What the tunnel sends to its server. */
static void
if_sent(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_addr(m, SADDR_AT, NFT_CMP_EQ, &f->source);
	if_addr(m, DADDR_AT, NFT_CMP_EQ, &f->server);
	if_ports(m, f);
}

static void
load(struct bal_nft_maker *m, uint32_t reg, const void *value, uint32_t len)
{
	struct nftnl_expr *e = bal_nft_add(m, "immediate");

	bal_nft_set(e, NFTNL_EXPR_IMM_DREG, reg);
	if (e)
		nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, value, len);
}

/* Register 1 into the header, whose checksums follow. */
static void
store(struct bal_nft_maker *m, uint32_t base, uint32_t at, uint32_t len)
{
	const bool network = base == NFT_PAYLOAD_NETWORK_HEADER;
	struct nftnl_expr *e = bal_nft_add(m, "payload");

	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_OFFSET, at);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET);
	bal_nft_set(e, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET,
		    network ? CHECKSUM_AT : UDP_CHECKSUM_AT);
	if (network)
		bal_nft_set(e, NFTNL_EXPR_PAYLOAD_FLAGS,
			    NFT_PAYLOAD_L4CSUM_PSEUDOHDR);
}

static void
store_addr(struct bal_nft_maker *m, uint32_t at, const struct bal_addr *a)
{
	load(m, NFT_REG_1, a->bytes, 4);
	store(m, NFT_PAYLOAD_NETWORK_HEADER, at, 4);
}

static void
store_port(struct bal_nft_maker *m, uint32_t at, uint16_t port)
{
	const uint16_t value = htons(port);

	load(m, NFT_REG_1, &value, sizeof(value));
	store(m, NFT_PAYLOAD_TRANSPORT_HEADER, at, sizeof(value));
}

/* Register 1 into @set, for so long; 0: as long as the set says. */
static void
remember(struct bal_nft_maker *m, const char *set, uint32_t ms)
{
	struct nftnl_expr *e = bal_nft_add(m, "dynset");

	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_DYNSET_SET_NAME, set);
	bal_nft_set(e, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	bal_nft_set(e, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
	if (ms)
		nftnl_expr_set_u64(e, NFTNL_EXPR_DYNSET_TIMEOUT, ms);
}

static void
count(struct bal_nft_maker *m, const struct bal_smooth_count *from)
{
	struct nftnl_expr *e = bal_nft_add(m, "counter");

	if (!e || !from)
		return;
	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_PACKETS, from->packets);
	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_BYTES, from->bytes);
}

static void
source(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_dev(m, NFT_META_OIFNAME, f->copy);
	if_addr(m, SADDR_AT, NFT_CMP_NEQ, &f->source);
	if_addr(m, DADDR_AT, NFT_CMP_EQ, &f->server);
	if_ports(m, f);
	store_addr(m, SADDR_AT, &f->source);
}

static void
own(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_sent(m, f);
	bal_nft_load_ct(m, NFT_CT_MARK, NFT_REG_1);
	bal_nft_bitwise(m, NFT_REG_1, ~f->mask, f->mark);
	bal_nft_store_ct_mark(m);
}

static void
settle(struct bal_nft_maker *m, const struct bal_smooth_flow *f,
       const char *dev)
{
	struct nftnl_expr *e;

	if_dev(m, NFT_META_OIFNAME, dev);
	if_sent(m, f);
	load(m, NFT_REG_1, f->source.bytes, 4);
	e = bal_nft_add(m, "nat");
	bal_nft_set(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_SNAT);
	bal_nft_set(e, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	bal_nft_set(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
}

static void
learn(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	char set[BAL_SMOOTH_NAMELEN];

	bal_smooth_set_name(set, "port", f);
	if_sent(m, f);
	bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, SPORT_AT, 2);
	remember(m, set, 0);
}

static void
unless_heard(struct bal_nft_maker *m)
{
	struct nftnl_expr *e;

	bal_nft_load_meta(m, NFT_META_OIFNAME, NFT_REG_1);
	e = bal_nft_add(m, "lookup");
	if (!e)
		return;
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, "heard");
	bal_nft_set(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
}

static void
copy(struct bal_nft_maker *m, const struct bal_smooth_flow *f,
     const struct bal_smooth_count *from)
{
	const uint8_t mask = OPCODE_MASK, none = 0;
	struct nftnl_expr *e;

	if_dev(m, NFT_META_OIFNAME, f->line);
	if_sent(m, f);
	if (f->silence_ms)
		unless_heard(m);
	for (size_t i = 0; !f->own_port && i < BAL_SMOOTH_RESETS; i++) {
		const uint8_t first = (uint8_t)(bal_smooth_resets[i]
						<< OPCODE_SHIFT);

		bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, OPCODE_AT,
				     1);
		bal_nft_bitwise_of(m, NFT_REG_1, &mask, &none, 1);
		bal_nft_compare(m, NFT_CMP_NEQ, &first, 1);
	}
	count(m, from);
	load(m, NFT_REG_1, f->next_hop.bytes, 4);
	load(m, NFT_REG_2, &f->copy_ifindex, sizeof(f->copy_ifindex));
	e = bal_nft_add(m, "dup");
	bal_nft_set(e, NFTNL_EXPR_DUP_SREG_ADDR, NFT_REG_1);
	bal_nft_set(e, NFTNL_EXPR_DUP_SREG_DEV, NFT_REG_2);
}

static void
leave(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_dev(m, NFT_META_OIFNAME, f->copy);
	if_sent(m, f);
	store_addr(m, SADDR_AT, &f->copy_source);
	if (f->copy_port != f->port)
		store_port(m, DPORT_AT, f->copy_port);
}

static void
hear(struct bal_nft_maker *m, const struct bal_smooth_flow *f)
{
	if_dev(m, NFT_META_IIFNAME, f->line);
	if (f->near.len)
		if_addr(m, SADDR_AT, NFT_CMP_NEQ, &f->near);
	bal_nft_load_meta(m, NFT_META_IIFNAME, NFT_REG_1);
	remember(m, "heard", f->silence_ms);
}

/* A reply of the server that came in by @dev: counted, and by which line. */
static void
reply(struct bal_nft_maker *m, const struct bal_smooth_flow *f,
      const char *dev, uint16_t from_port, const struct bal_smooth_count *from)
{
	char set[BAL_SMOOTH_NAMELEN];

	if_dev(m, NFT_META_IIFNAME, dev);
	if_addr(m, SADDR_AT, NFT_CMP_EQ, &f->server);
	if_udp(m);
	if_port(m, SPORT_AT, from_port);
	bal_smooth_set_name(set, "port", f);
	bal_nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, DPORT_AT, 2);
	bal_nft_look_up_named(m, set, false);
	bal_smooth_set_name(set, "reply", f);
	bal_nft_load_meta(m, NFT_META_IIFNAME, NFT_REG_1);
	remember(m, set, 0);
	count(m, from);
}

static void
make(struct bal_nft_maker *m, const struct bal_smooth_flow *f,
     enum bal_smooth_form form, const struct bal_smooth_count *from)
{
	switch (form) {
	case BAL_SMOOTH_SOURCE:
		source(m, f);
		break;
	case BAL_SMOOTH_OWN:
		own(m, f);
		break;
	case BAL_SMOOTH_SETTLE_LINE:
		settle(m, f, f->line);
		break;
	case BAL_SMOOTH_SETTLE_COPY:
		settle(m, f, f->copy);
		break;
	case BAL_SMOOTH_LEARN:
		learn(m, f);
		break;
	case BAL_SMOOTH_COPY:
		copy(m, f, from);
		break;
	case BAL_SMOOTH_LEAVE:
		leave(m, f);
		break;
	case BAL_SMOOTH_HEAR:
		hear(m, f);
		break;
	case BAL_SMOOTH_REPLY:
		reply(m, f, f->line, f->port, from);
		break;
	case BAL_SMOOTH_RETURN:
		reply(m, f, f->copy, f->copy_port, from);
		store_addr(m, DADDR_AT, &f->source);
		if (f->copy_port != f->port)
			store_port(m, SPORT_AT, f->port);
		break;
	case BAL_SMOOTH_FORMS:
		break;
	}
}

static void
put_remark(struct nftnl_rule *rule, const struct bal_smooth_flow *f,
	   enum bal_smooth_form form)
{
	struct nftnl_udata_buf *u = nftnl_udata_buf_alloc(64);
	char text[BAL_SMOOTH_NAMELEN];

	if (!u)
		return;
	bal_smooth_remark(text, f, form);
	nftnl_udata_put_strz(u, NFTNL_UDATA_RULE_COMMENT, text);
	nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(u),
			    nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

void
bal_smooth_put_rule(struct bal_nft_batch *b, const struct bal_smooth_flow *f,
		    enum bal_smooth_form form,
		    const struct bal_smooth_count *from)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWRULE,
					   NLM_F_CREATE | NLM_F_APPEND);
	struct bal_nft_maker m = { .rule = h ? nftnl_rule_alloc() : NULL };

	b->oom |= !m.rule;
	if (!m.rule)
		return;
	nftnl_rule_set_str(m.rule, NFTNL_RULE_TABLE, BAL_SMOOTH_TABLE);
	nftnl_rule_set_str(m.rule, NFTNL_RULE_CHAIN, bal_smooth_chain(form));
	nftnl_rule_set_u32(m.rule, NFTNL_RULE_FAMILY, NFPROTO_IPV4);
	put_remark(m.rule, f, form);
	make(&m, f, form, from);
	b->oom |= m.oom;
	nftnl_rule_nlmsg_build_payload(h, m.rule);
	bal_nft_finish(b, h);
	nftnl_rule_free(m.rule);
}
