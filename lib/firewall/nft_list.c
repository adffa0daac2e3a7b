// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_list - what a table of nftables holds, as lines to be compared. */
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/gen.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/nft_wire.h"

#define LINE 1024 /* a line that is longer is none of ours */

struct listing {
	struct bal_arena *arena;
	struct bal_nft_listing *out;
};

static void BAL_PRINTF(2, 3)
say(struct listing *l, const char *fmt, ...)
{
	const char **slot = BAL_PUSH(l->arena, &l->out->lines);
	char buf[LINE], *text;
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf, sizeof(buf), fmt, args);
	va_end(args);
	text = bal_arena_alloc(l->arena, strlen(buf) + 1);
	if (slot)
		*slot = text ? memcpy(text, buf, strlen(buf) + 1) : "";
}

static bool
is_ours(const char *table)
{
	return table && strcmp(table, BAL_NFT_TABLE) == 0;
}

static int
keep_comment(const struct nftnl_udata *attr, void *arg)
{
	const char **comment = arg;
	const char *text = nftnl_udata_get(attr);
	const size_t len = nftnl_udata_len(attr);

	if (nftnl_udata_type(attr) == NFTNL_UDATA_TABLE_COMMENT && len &&
	    !text[len - 1])
		*comment = text;
	return MNL_CB_OK;
}

static void
list_table(struct listing *l, const struct nlmsghdr *h)
{
	struct nftnl_table *t = nftnl_table_alloc();
	const char *comment = "";
	const void *data;
	uint32_t len = 0;

	if (!t)
		return;
	if (nftnl_table_nlmsg_parse(h, t) == 0 &&
	    is_ours(nftnl_table_get_str(t, NFTNL_TABLE_NAME))) {
		data = nftnl_table_get_data(t, NFTNL_TABLE_USERDATA, &len);
		if (data)
			(void)nftnl_udata_parse(data, len, keep_comment,
						&comment);
		l->out->there = true;
		l->out->ours = strncmp(comment, BAL_NFT_COMMENT,
				       strlen(BAL_NFT_COMMENT)) == 0;
		if (*comment)
			say(l, "table %s flags %" PRIu32, comment,
			    nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS));
	}
	nftnl_table_free(t);
}

static void
list_chain(struct listing *l, const struct nlmsghdr *h)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	const char *name;

	if (!c)
		return;
	if (nftnl_chain_nlmsg_parse(h, c) == 0 &&
	    is_ours(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE))) {
		name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME);
		if (nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM))
			say(l, "chain %s %s %" PRIu32 " %" PRId32 " %" PRIu32,
			    name, nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE),
			    nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM),
			    nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO),
			    nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY));
		else
			say(l, "chain %s", name);
	}
	nftnl_chain_free(c);
}

static void
list_set(struct listing *l, const struct nlmsghdr *h)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s)
		return;
	if (nftnl_set_nlmsg_parse(h, s) == 0 &&
	    is_ours(nftnl_set_get_str(s, NFTNL_SET_TABLE)))
		say(l, "set %s %" PRIu32 " %" PRIu32 " %" PRIu32,
		    nftnl_set_get_str(s, NFTNL_SET_NAME),
		    nftnl_set_get_u32(s, NFTNL_SET_FLAGS),
		    nftnl_set_get_u32(s, NFTNL_SET_KEY_TYPE),
		    nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN));
	nftnl_set_free(s);
}

static void
note_leave(struct listing *l, const struct nftnl_set_elem *e)
{
	struct bal_nft_elem *slot;
	const char *chain, *dev;
	uint32_t len = 0;

	dev = nftnl_set_elem_get((struct nftnl_set_elem *)e,
				 NFTNL_SET_ELEM_KEY, &len);
	chain = nftnl_set_elem_get_str((struct nftnl_set_elem *)e,
				       NFTNL_SET_ELEM_CHAIN);
	slot = dev && chain && len <= BAL_IFNAMSIZ ?
		       BAL_PUSH(l->arena, &l->out->leave) :
		       NULL;
	if (!slot)
		return;
	memcpy(slot->dev, dev, strnlen(dev, len < BAL_IFNAMSIZ ?
						    len :
						    BAL_IFNAMSIZ - 1));
	(void)bal_copy(slot->chain, sizeof(slot->chain), chain);
}

static void
list_elems(struct listing *l, const struct nlmsghdr *h)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elems_iter *iter = NULL;
	struct nftnl_set_elem *e;
	const char *name;
	char buf[LINE / 2];

	if (s && nftnl_set_elems_nlmsg_parse(h, s) == 0 &&
	    is_ours(nftnl_set_get_str(s, NFTNL_SET_TABLE)))
		iter = nftnl_set_elems_iter_create(s);
	name = iter ? nftnl_set_get_str(s, NFTNL_SET_NAME) : "";
	while (iter && (e = nftnl_set_elems_iter_next(iter))) {
		nftnl_set_elem_snprintf(buf, sizeof(buf), e,
					NFTNL_OUTPUT_DEFAULT, 0);
		say(l, "elem %s %s", name, buf);
		if (strcmp(name, bal_nft_set_name(BAL_NFT_LEAVE)) == 0)
			note_leave(l, e);
	}
	if (iter)
		nftnl_set_elems_iter_destroy(iter);
	if (s)
		nftnl_set_free(s);
}

/* What a chain of one mark sets: its bitwise expression has it. */
static void
note_mark(struct listing *l, const char *chain, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	struct bal_nft_rule *slot;
	const void *with;
	uint32_t len = 0;

	if (chain[0] != 'c' || !name || strcmp(name, "bitwise") != 0)
		return;
	with = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_XOR, &len);
	slot = with && len == sizeof(slot->mark) ?
		       BAL_PUSH(l->arena, &l->out->marks) :
		       NULL;
	if (!slot)
		return;
	(void)bal_copy(slot->chain, sizeof(slot->chain), chain);
	memcpy(&slot->mark, with, len);
}

/* The rules of a chain stand together, in their order. */
static size_t
count_rule(struct bal_nft_listing *out, const char *chain)
{
	if (strcmp(out->chain, chain) != 0)
		out->nth = 0;
	(void)bal_copy(out->chain, sizeof(out->chain), chain);
	return out->nth++;
}

static void
list_exprs(struct listing *l, const char *chain, const struct nftnl_rule *r)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(r);
	const size_t nth = count_rule(l->out, chain);
	struct nftnl_expr *e;
	const char *name;
	char buf[LINE / 4];
	size_t k = 0;

	while (iter && (e = nftnl_expr_iter_next(iter))) {
		name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
		/* What was not said and what is 0 is printed differently. */
		if (strcmp(name, "lookup") == 0 &&
		    !nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_FLAGS))
			nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, 0);
		nftnl_expr_snprintf(buf, sizeof(buf), e, NFTNL_OUTPUT_DEFAULT,
				    0);
		say(l, "rule %s %zu %02zu %s %s", chain, nth, k++,
		    name, buf);
		note_mark(l, chain, e);
	}
	if (!k)
		say(l, "rule %s %zu", chain, nth);
	if (iter)
		nftnl_expr_iter_destroy(iter);
}

static void
list_rule(struct listing *l, const struct nlmsghdr *h)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	if (!r)
		return;
	if (nftnl_rule_nlmsg_parse(h, r) == 0 &&
	    is_ours(nftnl_rule_get_str(r, NFTNL_RULE_TABLE)))
		list_exprs(l, nftnl_rule_get_str(r, NFTNL_RULE_CHAIN), r);
	nftnl_rule_free(r);
}

void
bal_nft_list(const struct nlmsghdr *h, struct bal_arena *arena,
	     struct bal_nft_listing *out)
{
	struct listing l = { arena, out };

	if (NFNL_SUBSYS_ID(h->nlmsg_type) != NFNL_SUBSYS_NFTABLES)
		return;
	switch (NFNL_MSG_TYPE(h->nlmsg_type)) {
	case NFT_MSG_NEWTABLE:
		list_table(&l, h);
		break;
	case NFT_MSG_NEWCHAIN:
		list_chain(&l, h);
		break;
	case NFT_MSG_NEWSET:
		list_set(&l, h);
		break;
	case NFT_MSG_NEWSETELEM:
		list_elems(&l, h);
		break;
	case NFT_MSG_NEWRULE:
		list_rule(&l, h);
		break;
	default:
		break;
	}
}

void
bal_nft_list_batch(const struct bal_nft_batch *b, struct bal_arena *arena,
		   struct bal_nft_listing *out)
{
	const struct nlmsghdr *h;

	for (size_t at = 0; at < b->len; at += MNL_ALIGN(h->nlmsg_len)) {
		h = (const void *)(b->bytes + at);
		bal_nft_list(h, arena, out);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
bal_nft_listing_same(struct bal_nft_listing *a, struct bal_nft_listing *b)
{
	if (a->lines.n != b->lines.n)
		return false;
	if (a->lines.n) {
		qsort(a->lines.v, a->lines.n, sizeof(*a->lines.v), by_text);
		qsort(b->lines.v, b->lines.n, sizeof(*b->lines.v), by_text);
	}
	for (size_t i = 0; i < a->lines.n; i++)
		if (strcmp(a->lines.v[i], b->lines.v[i]) != 0)
			return false;
	return true;
}

uint32_t
bal_nft_generation(const struct nlmsghdr *h)
{
	struct nftnl_gen *gen = nftnl_gen_alloc();
	uint32_t id = 0;

	if (gen && nftnl_gen_nlmsg_parse(h, gen) == 0)
		id = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
	if (gen)
		nftnl_gen_free(gen);
	return id;
}
