// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_wire - the table that copies, as messages: all but its rules. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "firewall/smooth_internal.h"

/* nft's numbers of what a set's key is, by which it prints them. */
#define TYPE_PORT 13
#define TYPE_IFNAME 41
#define SET_MAX 64

static void
put_table(struct bal_nft_batch *b, uint16_t type, const char *comment)
{
	struct nlmsghdr *h = bal_nft_begin(b, type, NLM_F_CREATE);
	struct nftnl_table *t = h ? nftnl_table_alloc() : NULL;
	struct nftnl_udata_buf *u = comment ? nftnl_udata_buf_alloc(128) : NULL;

	b->oom |= !t || (comment && !u);
	if (t) {
		nftnl_table_set_str(t, NFTNL_TABLE_NAME, BAL_SMOOTH_TABLE);
		if (u) {
			nftnl_udata_put_strz(u, NFTNL_UDATA_TABLE_COMMENT,
					     comment);
			nftnl_table_set_data(t, NFTNL_TABLE_USERDATA,
					     nftnl_udata_buf_data(u),
					     nftnl_udata_buf_len(u));
		}
		nftnl_table_nlmsg_build_payload(h, t);
		bal_nft_finish(b, h);
		nftnl_table_free(t);
	}
	if (u)
		nftnl_udata_buf_free(u);
}

static struct nftnl_set *
alloc_set(struct bal_nft_batch *b, const char *name, uint32_t id)
{
	struct nftnl_set *s = nftnl_set_alloc();

	b->oom |= !s;
	if (!s)
		return NULL;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, BAL_SMOOTH_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_IPV4);
	if (id)
		nftnl_set_set_u32(s, NFTNL_SET_ID, id);
	return s;
}

/* Its elements come from packets. */
static void
put_set(struct bal_nft_batch *b, const char *name, uint32_t *id, bool ports,
	uint32_t timeout_ms)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWSET, NLM_F_CREATE);
	struct nftnl_set *s = h ? alloc_set(b, name, ++*id) : NULL;

	if (!s)
		return;
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE,
			  ports ? TYPE_PORT : TYPE_IFNAME);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN,
			  ports ? sizeof(uint16_t) : BAL_IFNAMSIZ);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_TIMEOUT | NFT_SET_EVAL);
	if (timeout_ms)
		nftnl_set_set_u64(s, NFTNL_SET_TIMEOUT, timeout_ms);
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, SET_MAX);
	bal_nft_set_bytes(s, ports ? BAL_NFT_NET_BYTES :
				     BAL_NFT_HOST_BYTES, 0);
	nftnl_set_nlmsg_build_payload(h, s);
	bal_nft_finish(b, h);
	nftnl_set_free(s);
}

static void
put_port(struct bal_nft_batch *b, const struct bal_smooth_port *port)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	struct nftnl_set *s = h ? alloc_set(b, port->set, 0) : NULL;
	struct nftnl_set_elem *e = s ? nftnl_set_elem_alloc() : NULL;
	const uint16_t key = htons(port->port);

	if (e) {
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, &key, sizeof(key));
		nftnl_set_elem_add(s, e);
		nftnl_set_elems_nlmsg_build_payload(h, s);
		bal_nft_finish(b, h);
	}
	if (s)
		nftnl_set_free(s);
}

static void
put_chain(struct bal_nft_batch *b, const char *name, uint32_t hook,
	  int32_t priority, const char *type)
{
	struct nlmsghdr *h = bal_nft_begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nftnl_chain *c = h ? nftnl_chain_alloc() : NULL;

	b->oom |= !c;
	if (!c)
		return;
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, BAL_SMOOTH_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, priority);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, type);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	nftnl_chain_nlmsg_build_payload(h, c);
	bal_nft_finish(b, h);
	nftnl_chain_free(c);
}

static void
put_chains(struct bal_nft_batch *b)
{
	put_chain(b, "source", NF_INET_LOCAL_OUT, BAL_SMOOTH_SOURCE_PRIORITY,
		  "filter");
	put_chain(b, "own", NF_INET_LOCAL_OUT, BAL_SMOOTH_OWN_PRIORITY, "filter");
	put_chain(b, "settle", NF_INET_POST_ROUTING, BAL_SMOOTH_SETTLE_PRIORITY,
		  "nat");
	put_chain(b, "out", NF_INET_LOCAL_OUT, BAL_SMOOTH_OUT_PRIORITY,
		  "filter");
	put_chain(b, "post", NF_INET_POST_ROUTING, BAL_SMOOTH_POST_PRIORITY,
		  "filter");
	put_chain(b, "pre", NF_INET_PRE_ROUTING, BAL_SMOOTH_PRE_PRIORITY,
		  "filter");
}

static void
put_sets(struct bal_nft_batch *b, const bal_smooth_model *model)
{
	char name[BAL_SMOOTH_NAMELEN];
	uint32_t id = 0;

	put_set(b, "heard", &id, false, 0);
	for (size_t i = 0; i < model->n; i++) {
		bal_smooth_set_name(name, "port", &model->v[i]);
		put_set(b, name, &id, true, BAL_SMOOTH_PORT_MS);
		bal_smooth_set_name(name, "reply", &model->v[i]);
		put_set(b, name, &id, false, BAL_SMOOTH_REPLY_MS);
	}
}

/* Only those whose set is there again. */
static void
put_ports(struct bal_nft_batch *b, const bal_smooth_model *model,
	  const struct bal_smooth_kept *kept)
{
	char name[BAL_SMOOTH_NAMELEN];

	for (size_t i = 0; i < model->n; i++) {
		bal_smooth_set_name(name, "port", &model->v[i]);
		for (size_t k = 0; k < kept->ports.n; k++)
			if (strcmp(kept->ports.v[k].set, name) == 0)
				put_port(b, &kept->ports.v[k]);
	}
}

static const struct bal_smooth_count *
counted(const struct bal_smooth_kept *kept, const struct bal_smooth_flow *f,
	enum bal_smooth_form form)
{
	if (form == BAL_SMOOTH_COPY)
		return bal_smooth_find(&kept->counts, f->tun, "");
	if (form == BAL_SMOOTH_REPLY)
		return bal_smooth_find(&kept->counts, f->tun, f->line);
	if (form == BAL_SMOOTH_RETURN)
		return bal_smooth_find(&kept->counts, f->tun, f->copy);
	return NULL;
}

void
bal_smooth_batch(struct bal_nft_batch *b, const bal_smooth_model *model,
		 const struct bal_smooth_kept *kept)
{
	char comment[BAL_SMOOTH_COMMENT_LEN];

	bal_smooth_comment(comment, model);
	put_table(b, NFT_MSG_NEWTABLE, NULL);
	put_table(b, NFT_MSG_DELTABLE, NULL);
	put_table(b, NFT_MSG_NEWTABLE, comment);
	put_sets(b, model);
	put_ports(b, model, kept);
	put_chains(b);
	for (int form = 0; form < BAL_SMOOTH_FORMS; form++)
		for (size_t i = 0; i < model->n; i++)
			if (bal_smooth_has(model, i, form))
				bal_smooth_put_rule(b, &model->v[i], form,
						    counted(kept, &model->v[i],
							    form));
}

void
bal_smooth_batch_delete(struct bal_nft_batch *b)
{
	put_table(b, NFT_MSG_DELTABLE, NULL);
}
