// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_list_rule - what a rule of our nftables table says, to be compared. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "firewall/nft_internal.h"

#define ATTRS_MAX 16 /* more than an expression of ours has */

/* What a chain of one mark sets: its bitwise expression has it. */
static void
note_mark(struct bal_nft_lister *l, const char *chain, const struct nlattr *xor)
{
	const struct nlattr *value = mnl_attr_get_payload(xor);
	struct bal_nft_rule *slot;

	if (mnl_attr_get_payload_len(xor) != MNL_ATTR_HDRLEN + sizeof(slot->mark))
		return;
	slot = BAL_PUSH(l->arena, &l->out->marks);
	if (!slot)
		return;
	(void)bal_copy(slot->chain, sizeof(slot->chain), chain);
	memcpy(&slot->mark, mnl_attr_get_payload(value), sizeof(slot->mark));
}

/* The rules of a chain stand together, in their order. */
static uint32_t
count_rule(struct bal_nft_listing *out, const char *chain)
{
	if (strcmp(out->chain, chain) != 0)
		out->nth = 0;
	(void)bal_copy(out->chain, sizeof(out->chain), chain);
	return out->nth++;
}

/* Expressions that ours are made of; of others the name is enough. */
struct kind {
	const char *name;
	uint16_t last; /* attribute; what newer kernels add behind is passed over */
	uint16_t data; /* from this one on they hold a value; 0: none does */
	uint16_t skip; /* that one says nothing; 0: none */
};

static const struct kind *
kind_of(const char *name)
{
	static const struct kind kinds[] = {
		{ "", 0, 0, 0 },
		{ "bitwise", NFTA_BITWISE_XOR, NFTA_BITWISE_MASK, 0 },
		{ "byteorder", NFTA_BYTEORDER_SIZE, 0, 0 },
		{ "cmp", NFTA_CMP_DATA, NFTA_CMP_DATA, 0 },
		{ "ct", NFTA_CT_SREG, 0, 0 },
		{ "dup", NFTA_DUP_SREG_DEV, 0, 0 },
		{ "dynset", NFTA_DYNSET_SREG_DATA, 0, NFTA_DYNSET_SET_ID },
		{ "exthdr", NFTA_EXTHDR_SREG, 0, 0 },
		{ "fib", NFTA_FIB_FLAGS, 0, 0 },
		{ "immediate", NFTA_IMMEDIATE_DATA, NFTA_IMMEDIATE_DATA, 0 },
		{ "lookup", NFTA_LOOKUP_FLAGS, 0, NFTA_LOOKUP_SET_ID },
		{ "masq", NFTA_MASQ_REG_PROTO_MAX, 0, 0 },
		{ "meta", NFTA_META_SREG, 0, 0 },
		{ "nat", NFTA_NAT_REG_ADDR_MIN, 0, 0 },
		{ "numgen", NFTA_NG_OFFSET, 0, 0 },
		{ "payload", NFTA_PAYLOAD_CSUM_FLAGS, 0, 0 },
		{ "reject", NFTA_REJECT_TYPE, 0, 0 },
		{ "rt", NFTA_RT_KEY, 0, 0 },
	};
	size_t i = sizeof(kinds) / sizeof(kinds[0]);

	while (--i && strcmp(kinds[i].name, name) != 0)
		;
	return &kinds[i];
}

/* By its parts: what lies between them is not initialized. */
static void
put_verdict(struct bal_nft_line *line, const struct nlattr *verdict)
{
	const struct nlattr *part;

	mnl_attr_for_each_nested(part, verdict)
		bal_nft_put_attr(line, mnl_attr_get_type(part),
				 mnl_attr_get_payload(part),
				 mnl_attr_get_payload_len(part));
}

/* A value is an attribute within; what lies behind it is not initialized. */
static void
put_attr(struct bal_nft_line *line, const struct kind *kind,
	 const struct nlattr *attr)
{
	const uint16_t type = mnl_attr_get_type(attr);

	if (kind->data && type >= kind->data) {
		if (mnl_attr_get_payload_len(attr) < MNL_ATTR_HDRLEN)
			return;
		attr = mnl_attr_get_payload(attr);
		if (mnl_attr_get_type(attr) == NFTA_DATA_VERDICT) {
			put_verdict(line, attr);
			return;
		}
	}
	bal_nft_put_attr(line, type, mnl_attr_get_payload(attr),
			 mnl_attr_get_payload_len(attr));
}

/*
 * In the order of their numbers: in that of the message the kernel and libnftnl
 * differ.  The number of a set is for its transaction only.
 */
static void
put_attrs(struct bal_nft_line *line, const struct kind *kind,
	  const struct nlattr *data, const struct nlattr *of[ATTRS_MAX])
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) <= kind->last)
			of[mnl_attr_get_type(attr)] = attr;
	for (uint16_t type = 1; type <= kind->last; type++)
		if (of[type] && type != kind->skip)
			put_attr(line, kind, of[type]);
}

static void
put_compare(struct bal_nft_line *line, const struct nlattr *reg, uint32_t op,
	    const void *value, uint32_t len)
{
	const uint32_t wire = htonl(op);

	bal_nft_put(line, "cmp");
	put_attr(line, kind_of("cmp"), reg);
	bal_nft_put_attr(line, NFTA_CMP_OP, &wire, sizeof(wire));
	bal_nft_put_attr(line, NFTA_CMP_DATA, value, len);
}

static void
put_bound(struct bal_nft_line *line, const struct nlattr *reg, uint32_t op,
	  const struct nlattr *value)
{
	value = mnl_attr_get_payload(value);
	put_compare(line, reg, op, mnl_attr_get_payload(value),
		    mnl_attr_get_payload_len(value));
}

/* nft 1.1 writes "1024-65535" as one expression, older ones and bal as two. */
static bool
put_range(struct bal_nft_line *line, const struct nlattr *of[ATTRS_MAX])
{
	if (!of[NFTA_RANGE_SREG] || !of[NFTA_RANGE_OP] ||
	    !of[NFTA_RANGE_FROM_DATA] || !of[NFTA_RANGE_TO_DATA] ||
	    ntohl(mnl_attr_get_u32(of[NFTA_RANGE_OP])) != NFT_RANGE_EQ)
		return false;
	put_bound(line, of[NFTA_RANGE_SREG], NFT_CMP_GTE,
		  of[NFTA_RANGE_FROM_DATA]);
	put_bound(line, of[NFTA_RANGE_SREG], NFT_CMP_LTE,
		  of[NFTA_RANGE_TO_DATA]);
	return true;
}

static bool
asks_presence(const struct nlattr *of[ATTRS_MAX])
{
	return of[NFTA_FIB_FLAGS] &&
	       ntohl(mnl_attr_get_u32(of[NFTA_FIB_FLAGS])) &
		       NFTA_FIB_F_PRESENT;
}

/* "missing" is a byte for nft 1.1.7, four for older ones and bal. */
static bool
put_missing(struct bal_nft_line *line, const struct nlattr *of[ATTRS_MAX])
{
	static const uint32_t zero;
	const struct nlattr *value = of[NFTA_CMP_DATA];

	value = value ? mnl_attr_get_payload(value) : NULL;
	if (!value || !of[NFTA_CMP_SREG] || !of[NFTA_CMP_OP] ||
	    mnl_attr_get_payload_len(value) != 1 || mnl_attr_get_u8(value))
		return false;
	put_compare(line, of[NFTA_CMP_SREG],
		    ntohl(mnl_attr_get_u32(of[NFTA_CMP_OP])), &zero,
		    sizeof(zero));
	return true;
}

/* What is written in several ways, in the one of bal.  false: @name is not. */
static bool
put_variant(struct bal_nft_lister *l, struct bal_nft_line *line,
	    const char *name, const struct nlattr *data)
{
	const struct nlattr *of[ATTRS_MAX] = { NULL }, *attr;
	const bool is_range = strcmp(name, "range") == 0;
	const bool is_fib = strcmp(name, "fib") == 0;
	const bool is_answer = l->presence && strcmp(name, "cmp") == 0;

	l->presence = false;
	if (!is_range && !is_fib && !is_answer)
		return false;
	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) < ATTRS_MAX)
			of[mnl_attr_get_type(attr)] = attr;
	l->presence = is_fib && asks_presence(of);
	return is_range ? put_range(line, of) :
			  is_answer && put_missing(line, of);
}

static void
put_expr(struct bal_nft_lister *l, struct bal_nft_line *line, const char *chain,
	 const struct nlattr *expr)
{
	const struct nlattr *of[ATTRS_MAX] = { NULL };
	const struct nlattr *attr, *data = NULL;
	const char *name = "";

	mnl_attr_for_each_nested(attr, expr) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NFTA_EXPR_DATA)
			data = attr;
	}
	l->out->refuses |= strcmp(name, "reject") == 0;
	l->out->draws |= strcmp(name, "numgen") == 0;
	if (data && put_variant(l, line, name, data))
		return;
	bal_nft_put(line, name);
	if (data)
		put_attrs(line, kind_of(name), data, of);
	if (chain[0] == 'c' && strcmp(name, "bitwise") == 0 &&
	    of[NFTA_BITWISE_XOR])
		note_mark(l, chain, of[NFTA_BITWISE_XOR]);
}

/* Most messages are rules: libnftnl would take most of the time to take them apart. */
void
bal_nft_list_rule(struct bal_nft_lister *l, const struct nlmsghdr *h)
{
	const struct nlattr *attr, *exprs = NULL;
	const char *table = NULL, *chain = "";
	struct bal_nft_line line;

	mnl_attr_for_each(attr, h, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_RULE_TABLE)
			table = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NFTA_RULE_CHAIN)
			chain = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NFTA_RULE_EXPRESSIONS)
			exprs = attr;
	}
	if (!bal_nft_is_listed(l, table))
		return;
	bal_nft_line_begin(&line, "rule");
	bal_nft_put(&line, chain);
	bal_nft_put_u32(&line, count_rule(l->out, chain));
	if (exprs)
		mnl_attr_for_each_nested(attr, exprs)
			put_expr(l, &line, chain, attr);
	bal_nft_say(l, &line);
}
