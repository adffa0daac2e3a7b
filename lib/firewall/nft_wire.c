// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_wire - our nftables table as messages; table, sets and chains. */
#include "firewall/nft_wire.h"
#include "firewall/nft_build.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/batch.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/nft_internal.h"
#include "firewall/nft_keep.h"

/* nft's numbers of what a set's key is, by which it prints them. */
#define TYPE_ADDR 7
#define TYPE_MARK 19
#define TYPE_IFNAME 41
#define STICKY_MAX 65535 /* sources that are remembered */

static void
put_comment(struct nftnl_table *t)
{
	struct nftnl_udata_buf *u = nftnl_udata_buf_alloc(64);
	char text[32];

	if (!u)
		return;
	snprintf(text, sizeof(text), BAL_NFT_COMMENT "%d", BAL_NFT_LAYOUT);
	nftnl_udata_put_strz(u, NFTNL_UDATA_TABLE_COMMENT, text);
	nftnl_table_set_data(t, NFTNL_TABLE_USERDATA, nftnl_udata_buf_data(u),
			     nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static void
put_table(struct bal_nft_batch *b, uint16_t type, bool comment)
{
	struct nlmsghdr *h = bal_nft_begin(b, type, NLM_F_CREATE);
	struct nftnl_table *t = h ? nftnl_table_alloc() : NULL;

	b->oom |= !t;
	if (!t)
		return;
	nftnl_table_set_str(t, NFTNL_TABLE_NAME, BAL_NFT_TABLE);
	if (comment)
		put_comment(t);
	nftnl_table_nlmsg_build_payload(h, t);
	bal_nft_finish(b, h);
	nftnl_table_free(t);
}

static struct nftnl_set *
alloc_set(struct bal_nft_batch *b, enum bal_nft_set set)
{
	struct nftnl_set *s = nftnl_set_alloc();

	b->oom |= !s;
	if (!s)
		return NULL;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, BAL_NFT_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, bal_nft_set_name(set));
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(s, NFTNL_SET_ID, (uint32_t)set + 1);
	return s;
}

static void
put_set(struct bal_nft_batch *b, enum bal_nft_set set)
{
	const bool by_mark = !bal_nft_by_device(set);
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWSET, NLM_F_CREATE);
	struct nftnl_set *s = h ? alloc_set(b, set) : NULL;

	if (!s)
		return;
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE,
			  by_mark ? TYPE_MARK : TYPE_IFNAME);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN,
			  by_mark ? sizeof(uint32_t) : BAL_IFNAMSIZ);
	if (bal_nft_is_map(set)) {
		nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_MAP);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, 0);
	}
	bal_nft_set_bytes(s, BAL_NFT_HOST_BYTES, 0);
	nftnl_set_nlmsg_build_payload(h, s);
	bal_nft_finish(b, h);
	nftnl_set_free(s);
}

static void
add_elem(struct nftnl_set *s, const struct bal_nft_elem *elem)
{
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();

	if (!e)
		return;
	if (!bal_nft_by_device(elem->set))
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, &elem->mark,
				   sizeof(elem->mark));
	else
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, elem->dev,
				   sizeof(elem->dev));
	if (elem->chain[0]) {
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_VERDICT,
				       elem->set == BAL_NFT_ALIVE ? NFT_JUMP :
								    NFT_GOTO);
		nftnl_set_elem_set_str(e, NFTNL_SET_ELEM_CHAIN, elem->chain);
	}
	nftnl_set_elem_add(s, e);
}

/*
 * libnftnl numbers them, which the kernel does not mind; but what it reads it
 * wants as the kernel writes it, where they are all of one type.
 */
static void
retype_elems(struct nlmsghdr *h)
{
	struct nlattr *attr, *elem;

	mnl_attr_for_each(attr, h, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(elem, attr)
			elem->nla_type = NLA_F_NESTED | NFTA_LIST_ELEM;
	}
}

static void
put_elems(struct bal_nft_batch *b, const struct bal_nft_table *t,
	  enum bal_nft_set set)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	struct nftnl_set *s = h ? alloc_set(b, set) : NULL;

	if (!s)
		return;
	for (size_t i = 0; i < t->elems.n; i++)
		if (t->elems.v[i].set == set)
			add_elem(s, &t->elems.v[i]);
	nftnl_set_elems_nlmsg_build_payload(h, s);
	retype_elems(h);
	bal_nft_finish(b, h);
	nftnl_set_free(s);
}

/* Its number is behind those of the others. */
static void
put_kept(struct bal_nft_batch *b, const struct bal_nft_kept *kept, uint32_t nth)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWSET, NLM_F_CREATE);
	struct nftnl_set *s = h ? nftnl_set_alloc() : NULL;

	b->oom |= !s;
	if (!s)
		return;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, BAL_NFT_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, kept->name);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(s, NFTNL_SET_ID, BAL_NFT_SET_MAX + 1 + nth);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, TYPE_ADDR);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, sizeof(struct in_addr));
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS,
			  kept->sticky_ms ? NFT_SET_TIMEOUT | NFT_SET_MAP |
						    NFT_SET_EVAL :
					    NFT_SET_TIMEOUT);
	if (kept->sticky_ms) {
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, TYPE_MARK);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, sizeof(uint32_t));
		nftnl_set_set_u64(s, NFTNL_SET_TIMEOUT, kept->sticky_ms);
		nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, STICKY_MAX);
	}
	bal_nft_set_bytes(s, BAL_NFT_NET_BYTES,
			  kept->sticky_ms ? BAL_NFT_HOST_BYTES : 0);
	nftnl_set_nlmsg_build_payload(h, s);
	bal_nft_finish(b, h);
	nftnl_set_free(s);
}

static void
set_hook(struct nftnl_chain *c, uint32_t hook, int32_t priority,
	 const char *type)
{
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, priority);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, type);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
}

static void
put_chain(struct bal_nft_batch *b, const struct bal_nft_chain *chain)
{
	static const struct {
		uint32_t hook;
		int32_t priority;
		const char *type;
	} hooks[] = {
		[BAL_NFT_PREROUTING] = { NF_INET_PRE_ROUTING,
					 BAL_NFT_BEFORE_MANGLE, "filter" },
		[BAL_NFT_OUTPUT] = { NF_INET_LOCAL_OUT, BAL_NFT_BEFORE_MANGLE,
				     "route" },
		[BAL_NFT_FORWARD] = { NF_INET_FORWARD, BAL_NFT_BEFORE_MANGLE,
				      "filter" },
		[BAL_NFT_POSTROUTING] = { NF_INET_POST_ROUTING,
					  BAL_NFT_BEFORE_MANGLE, "filter" },
		[BAL_NFT_TRANSLATE] = { NF_INET_POST_ROUTING,
					BAL_NFT_BEHIND_SRCNAT, "nat" },
		[BAL_NFT_CLASSIFY] = { NF_INET_PRE_ROUTING,
				       BAL_NFT_BEHIND_MANGLE, "filter" },
		[BAL_NFT_REMEMBERING] = { NF_INET_POST_ROUTING,
					  BAL_NFT_BEHIND_MANGLE, "filter" },
		[BAL_NFT_EXCHANGE_IN] = { NF_INET_PRE_ROUTING,
					  BAL_NFT_BEFORE_CONNTRACK, "filter" },
		[BAL_NFT_EXCHANGE_OUT] = { NF_INET_POST_ROUTING,
					   BAL_NFT_BEHIND_TRANSLATE, "filter" },
	};
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nftnl_chain *c = h ? nftnl_chain_alloc() : NULL;

	b->oom |= !c;
	if (!c)
		return;
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, BAL_NFT_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, chain->name);
	if (chain->hook != BAL_NFT_NO_HOOK)
		set_hook(c, hooks[chain->hook].hook,
			 hooks[chain->hook].priority, hooks[chain->hook].type);
	nftnl_chain_nlmsg_build_payload(h, c);
	bal_nft_finish(b, h);
	nftnl_chain_free(c);
}

static bool
has_elems(const struct bal_nft_table *t, enum bal_nft_set set)
{
	for (size_t i = 0; i < t->elems.n; i++)
		if (t->elems.v[i].set == set)
			return true;
	return false;
}

/* All of it but the table, and those of the kept sets that @stays names. */
static void
put_contents(struct bal_nft_batch *b, const struct bal_nft_table *t,
	     const struct bal_nft_listing *stays)
{
	for (int set = 0; set < BAL_NFT_SET_MAX; set++)
		if (t->sets[set])
			put_set(b, set);
	for (size_t i = 0; i < t->kept.n; i++)
		if (!stays || !bal_nft_keeps(stays, t->kept.v[i].name))
			put_kept(b, &t->kept.v[i], (uint32_t)i);
	for (size_t i = 0; i < t->chains.n; i++)
		put_chain(b, &t->chains.v[i]);
	for (int set = 0; set < BAL_NFT_SET_MAX; set++)
		if (t->sets[set] && has_elems(t, set))
			put_elems(b, t, set);
	for (size_t i = 0; i < t->rules.n; i++)
		bal_nft_put_rule(b, t->mask, &t->rules.v[i]);
}

void
bal_nft_batch_replace(struct bal_nft_batch *b, const struct bal_nft_table *t)
{
	put_table(b, NFT_MSG_NEWTABLE, false);
	put_table(b, NFT_MSG_DELTABLE, false);
	put_table(b, NFT_MSG_NEWTABLE, true);
	put_contents(b, t, NULL);
}

/* Of our table: @attr is that of the name, NULL for all rules. */
static void
put_deletion(struct bal_nft_batch *b, uint16_t type, uint16_t attr,
	     const char *name)
{
	struct nlmsghdr *h = bal_nft_begin(b, type, 0);

	if (!h)
		return;
	/* NFTA_RULE_TABLE, NFTA_SET_TABLE and NFTA_CHAIN_TABLE are the same. */
	mnl_attr_put_strz(h, NFTA_RULE_TABLE, BAL_NFT_TABLE);
	if (name)
		mnl_attr_put_strz(h, attr, name);
	bal_nft_finish(b, h);
}

void
bal_nft_batch_renew(struct bal_nft_batch *b, const struct bal_nft_table *t,
		    const struct bal_nft_listing *have)
{
	put_deletion(b, NFT_MSG_DELRULE, 0, NULL);
	for (size_t i = 0; i < have->names.n; i++)
		if (have->names.v[i].kind != BAL_NFT_NAME_CHAIN &&
		    !have->names.v[i].stays)
			put_deletion(b, NFT_MSG_DELSET, NFTA_SET_NAME,
				     have->names.v[i].name);
	for (size_t i = 0; i < have->names.n; i++)
		if (have->names.v[i].kind == BAL_NFT_NAME_CHAIN)
			put_deletion(b, NFT_MSG_DELCHAIN, NFTA_CHAIN_NAME,
				     have->names.v[i].name);
	put_contents(b, t, have);
}

void
bal_nft_batch_delete(struct bal_nft_batch *b)
{
	put_table(b, NFT_MSG_DELTABLE, false);
}
