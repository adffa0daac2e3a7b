// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_list - what a table of nftables holds, as lines to be compared. */
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/gen.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/nft_internal.h"
#include "firewall/nft_build.h"

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
say_table(struct bal_nft_lister *l, const char *comment, uint32_t flags)
{
	struct bal_nft_line line;

	bal_nft_line_begin(&line, "table");
	bal_nft_put(&line, comment);
	bal_nft_put_u32(&line, flags);
	l->out->table = line.sum;
	bal_nft_say(l, &line);
}

static void
note_name(struct bal_nft_lister *l, const char *name,
	  enum bal_nft_name_kind kind, const struct bal_nft_line *line)
{
	struct bal_nft_name *slot = BAL_PUSH(l->arena, &l->out->names);

	if (!slot)
		return;
	(void)bal_copy(slot->name, sizeof(slot->name), name);
	slot->kind = kind;
	slot->line = line->sum;
}

static void
list_table(struct bal_nft_lister *l, const struct nlmsghdr *h)
{
	struct nftnl_table *t = nftnl_table_alloc();
	const char *comment = "";
	const void *data;
	uint32_t len = 0, flags;

	if (!t)
		return;
	if (nftnl_table_nlmsg_parse(h, t) == 0 &&
	    bal_nft_is_listed(l, nftnl_table_get_str(t, NFTNL_TABLE_NAME))) {
		data = nftnl_table_get_data(t, NFTNL_TABLE_USERDATA, &len);
		if (data)
			(void)nftnl_udata_parse(data, len, keep_comment,
						&comment);
		l->out->there = true;
		flags = nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS);
		/* One that a process owns is for that process alone to change. */
		l->out->ours = strncmp(comment, BAL_NFT_COMMENT,
				       strlen(BAL_NFT_COMMENT)) == 0 &&
			       !(flags & NFT_TABLE_F_OWNER);
		if (*comment)
			say_table(l, comment, flags);
	}
	nftnl_table_free(t);
}

static bool
translates(const struct nftnl_chain *c)
{
	const char *name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME);
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

	return name && strcmp(name, BAL_NFT_TRANSLATING) == 0 && type &&
	       strcmp(type, "nat") == 0;
}

static void
say_chain(struct bal_nft_lister *l, const char *name, const struct nftnl_chain *c)
{
	struct bal_nft_line line;

	bal_nft_line_begin(&line, "chain");
	bal_nft_put(&line, name);
	if (nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM)) {
		bal_nft_put(&line, nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE));
		bal_nft_put_u32(&line, nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM));
		bal_nft_put_u32(&line,
			(uint32_t)nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO));
		bal_nft_put_u32(&line, nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY));
	}
	note_name(l, name, BAL_NFT_NAME_CHAIN, &line);
	bal_nft_say(l, &line);
}

static void
list_chain(struct bal_nft_lister *l, const struct nlmsghdr *h)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c)
		return;
	if (nftnl_chain_nlmsg_parse(h, c) == 0 &&
	    bal_nft_is_listed(l, nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE))) {
		l->out->translates |= translates(c);
		say_chain(l, nftnl_chain_get_str(c, NFTNL_CHAIN_NAME), c);
	}
	nftnl_chain_free(c);
}

static void
note_set(struct bal_nft_lister *l, const char *name)
{
	for (int set = 0; set < BAL_NFT_SET_MAX; set++)
		if (strcmp(name, bal_nft_set_name(set)) == 0)
			l->out->sets[set] = true;
}

static void
say_set(struct bal_nft_lister *l, const struct nftnl_set *s)
{
	const uint32_t flags = nftnl_set_get_u32(s, NFTNL_SET_FLAGS);
	struct bal_nft_line line;

	bal_nft_line_begin(&line, "set");
	bal_nft_put(&line, nftnl_set_get_str(s, NFTNL_SET_NAME));
	bal_nft_put_u32(&line, nftnl_set_get_u32(s, NFTNL_SET_FLAGS));
	bal_nft_put_u32(&line, nftnl_set_get_u32(s, NFTNL_SET_KEY_TYPE));
	bal_nft_put_u32(&line, nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN));
	bal_nft_put_u32(&line,
			(uint32_t)nftnl_set_get_u64(s, NFTNL_SET_TIMEOUT));
	if (!(flags & NFT_SET_ANONYMOUS))
		note_name(l, nftnl_set_get_str(s, NFTNL_SET_NAME),
			  flags & NFT_SET_MAP ? BAL_NFT_NAME_MAP :
						BAL_NFT_NAME_SET,
			  &line);
	bal_nft_say(l, &line);
}

static void
list_set(struct bal_nft_lister *l, const struct nlmsghdr *h)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s)
		return;
	if (nftnl_set_nlmsg_parse(h, s) == 0 &&
	    bal_nft_is_listed(l, nftnl_set_get_str(s, NFTNL_SET_TABLE))) {
		note_set(l, nftnl_set_get_str(s, NFTNL_SET_NAME));
		say_set(l, s);
	}
	nftnl_set_free(s);
}

static void
note_leave(struct bal_nft_lister *l, const struct nftnl_set_elem *e)
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

/* An expression, say a counter, is seen, but not what it says. */
static void
say_elem(struct bal_nft_lister *l, const char *set, struct nftnl_set_elem *e)
{
	struct bal_nft_line line;
	const void *data;
	uint32_t len;

	bal_nft_line_begin(&line, "elem");
	bal_nft_put(&line, set);
	for (uint16_t attr = 0; attr < NFTNL_SET_ELEM_MAX; attr++) {
		if (!nftnl_set_elem_is_set(e, attr))
			continue;
		if (attr == NFTNL_SET_ELEM_EXPR ||
		    attr == NFTNL_SET_ELEM_EXPRESSIONS) {
			bal_nft_put(&line, "expression");
			continue;
		}
		len = 0;
		data = nftnl_set_elem_get(e, attr, &len);
		bal_nft_put_attr(&line, attr, data, len);
	}
	bal_nft_say(l, &line);
}

static void
list_elems(struct bal_nft_lister *l, const struct nlmsghdr *h)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elems_iter *iter = NULL;
	struct nftnl_set_elem *e;
	const char *name;

	if (s && nftnl_set_elems_nlmsg_parse(h, s) == 0 &&
	    bal_nft_is_listed(l, nftnl_set_get_str(s, NFTNL_SET_TABLE)))
		iter = nftnl_set_elems_iter_create(s);
	name = iter ? nftnl_set_get_str(s, NFTNL_SET_NAME) : "";
	while (iter && (e = nftnl_set_elems_iter_next(iter))) {
		say_elem(l, name, e);
		if (strcmp(name, bal_nft_set_name(BAL_NFT_LEAVE)) == 0)
			note_leave(l, e);
	}
	if (iter)
		nftnl_set_elems_iter_destroy(iter);
	if (s)
		nftnl_set_free(s);
}

void
bal_nft_list(const struct nlmsghdr *h, struct bal_arena *arena,
	     struct bal_nft_listing *out)
{
	struct bal_nft_lister l = { .arena = arena, .out = out };

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
		bal_nft_list_rule(&l, h);
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
by_sum(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool
bal_nft_listing_same(struct bal_nft_listing *a, struct bal_nft_listing *b)
{
	const size_t size = sizeof(*a->lines.v);

	if (a->lines.n != b->lines.n)
		return false;
	if (!a->lines.n)
		return true;
	qsort(a->lines.v, a->lines.n, size, by_sum);
	qsort(b->lines.v, b->lines.n, size, by_sum);
	return memcmp(a->lines.v, b->lines.v, a->lines.n * size) == 0;
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

uint32_t
bal_nft_mark_of(const struct bal_nft_listing *l, const char *dev)
{
	for (size_t i = 0; i < l->leave.n; i++) {
		if (strcmp(l->leave.v[i].dev, dev) != 0)
			continue;
		for (size_t k = 0; k < l->marks.n; k++)
			if (strcmp(l->marks.v[k].chain,
				   l->leave.v[i].chain) == 0)
				return l->marks.v[k].mark;
	}
	return 0;
}
