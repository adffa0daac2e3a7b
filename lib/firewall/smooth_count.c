// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_count - what the table that copies has counted and learned. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "firewall/nft_ask.h"
#include "firewall/smooth_internal.h"

struct counting {
	struct bal_arena *arena;
	struct bal_smooth_kept *out;
	size_t n; /* messages */
};

const struct bal_smooth_count *
bal_smooth_find(const bal_smooth_counts *counts, const char *tun,
		const char *dev)
{
	for (size_t i = 0; i < counts->n; i++)
		if (strcmp(counts->v[i].tun, tun) == 0 &&
		    strcmp(counts->v[i].dev, dev) == 0)
			return &counts->v[i];
	return NULL;
}

static int
keep_remark(const struct nftnl_udata *attr, void *arg)
{
	const char *text = nftnl_udata_get(attr);
	const size_t len = nftnl_udata_len(attr);

	if (nftnl_udata_type(attr) == NFTNL_UDATA_RULE_COMMENT && len &&
	    !text[len - 1])
		(void)bal_copy(arg, BAL_SMOOTH_NAMELEN, text);
	return MNL_CB_OK;
}

static void
add_count(struct counting *c, const char *remark, const char *set,
	  const struct nftnl_expr *e)
{
	struct bal_smooth_count *slot = BAL_PUSH(c->arena, &c->out->counts);
	char tun[BAL_IFNAMSIZ] = "", dev[BAL_IFNAMSIZ] = "";

	if (!slot || sscanf(remark, "%15s %15s", tun, dev) < 1)
		return;
	memcpy(slot->tun, tun, sizeof(tun));
	memcpy(slot->dev, dev, sizeof(dev));
	(void)bal_copy(slot->set, sizeof(slot->set), set);
	slot->packets = nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_PACKETS);
	slot->bytes = nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_BYTES);
}

static void
take_rule(struct counting *c, const struct nftnl_rule *rule)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	char remark[BAL_SMOOTH_NAMELEN] = "";
	const char *name, *set = "";
	struct nftnl_expr *e;
	const void *data;
	uint32_t len = 0;

	data = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &len);
	if (data)
		(void)nftnl_udata_parse(data, len, keep_remark, remark);
	while (iter && (e = nftnl_expr_iter_next(iter))) {
		name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
		if (strcmp(name, "dynset") == 0)
			set = nftnl_expr_get_str(e, NFTNL_EXPR_DYNSET_SET_NAME);
		if (strcmp(name, "counter") == 0)
			add_count(c, remark, set ? set : "", e);
	}
	if (iter)
		nftnl_expr_iter_destroy(iter);
}

static void
on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct counting *c = arg;

	c->n++;
	if (rule && nftnl_rule_nlmsg_parse(h, rule) == 0)
		take_rule(c, rule);
	if (rule)
		nftnl_rule_free(rule);
}

static void
take_elem(struct counting *c, const char *set, struct nftnl_set_elem *e)
{
	struct bal_smooth_port *slot;
	uint32_t len = 0;
	uint16_t port;
	const void *key = nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY, &len);

	if (!key || len != sizeof(port))
		return;
	slot = BAL_PUSH(c->arena, &c->out->ports);
	if (!slot)
		return;
	memcpy(&port, key, sizeof(port));
	slot->port = ntohs(port);
	(void)bal_copy(slot->set, sizeof(slot->set), set);
}

static void
each_elem(const struct nlmsghdr *h,
	  void (*take)(void *arg, const char *set, struct nftnl_set_elem *e),
	  void *arg)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elems_iter *iter = NULL;
	struct nftnl_set_elem *e;

	if (s && nftnl_set_elems_nlmsg_parse(h, s) == 0)
		iter = nftnl_set_elems_iter_create(s);
	while (iter && (e = nftnl_set_elems_iter_next(iter)))
		take(arg, nftnl_set_get_str(s, NFTNL_SET_NAME), e);
	if (iter)
		nftnl_set_elems_iter_destroy(iter);
	if (s)
		nftnl_set_free(s);
}

static void
take_port(void *arg, const char *set, struct nftnl_set_elem *e)
{
	take_elem(arg, set, e);
}

static void
on_ports(const struct nlmsghdr *h, void *arg)
{
	struct counting *c = arg;

	c->n++;
	each_elem(h, take_port, c);
}

struct replies {
	bal_smooth_counts *counts;
	size_t n; /* messages */
};

/*
 * A line by which replies came: the more of its time is left, the later they
 * did.
 */
static void
take_line(void *arg, const char *set, struct nftnl_set_elem *e)
{
	struct replies *of = arg;
	uint32_t len = 0;
	const char *dev = nftnl_set_elem_get(e, NFTNL_SET_ELEM_KEY, &len);

	for (size_t i = 0; dev && i < of->counts->n; i++) {
		struct bal_smooth_count *count = &of->counts->v[i];

		if (strcmp(count->set, set) == 0 &&
		    strncmp(count->dev, dev, len) == 0)
			count->fresh_ms = nftnl_set_elem_get_u64(
				e, NFTNL_SET_ELEM_EXPIRATION);
	}
}

static void
on_lines(const struct nlmsghdr *h, void *arg)
{
	struct replies *of = arg;

	of->n++;
	each_elem(h, take_line, of);
}

static int
dump(struct bal_nl *nl, int type, int attr, const char *set, bal_nl_fn *fn,
     void *arg, size_t *n, struct bal_err *err)
{
	const struct nfgenmsg nfg = { .nfgen_family = NFPROTO_IPV4,
				      .version = NFNETLINK_V0 };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, NFNL_SUBSYS_NFTABLES << 8 | type, 0, &nfg,
		       sizeof(nfg));
	bal_nlmsg_put_str(&req, attr, BAL_SMOOTH_TABLE);
	if (set)
		bal_nlmsg_put_str(&req, NFTA_SET_ELEM_LIST_SET, set);
	return bal_nl_dump(nl, &req, fn, arg, n, err) < 0 ? -1 : 0;
}

/* The sets are named by what they are for; which there are, the table says. */
struct set_name {
	char name[BAL_SMOOTH_NAMELEN];
};

struct naming {
	struct bal_arena *arena;
	BAL_LIST(struct set_name) names;
};

static void
on_set(const struct nlmsghdr *h, void *arg)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct naming *all = arg;
	struct set_name *slot;

	if (s && nftnl_set_nlmsg_parse(h, s) == 0 &&
	    strncmp(nftnl_set_get_str(s, NFTNL_SET_NAME), "port_", 5) == 0) {
		slot = BAL_PUSH(all->arena, &all->names);
		if (slot)
			(void)bal_copy(slot->name, sizeof(slot->name),
				       nftnl_set_get_str(s, NFTNL_SET_NAME));
	}
	if (s)
		nftnl_set_free(s);
}

static int
count_rules(struct bal_nl *nl, struct counting *c, struct bal_err *err)
{
	return dump(nl, NFT_MSG_GETRULE, NFTA_RULE_TABLE, NULL, on_rule, c,
		    &c->out->counts.n, err);
}

int
bal_smooth_keep(struct bal_nl *nl, struct bal_arena *arena,
		struct bal_smooth_kept *out, struct bal_err *err)
{
	struct counting c = { .arena = arena, .out = out };
	struct naming all = { .arena = arena };

	if (count_rules(nl, &c, err) < 0 ||
	    dump(nl, NFT_MSG_GETSET, NFTA_SET_TABLE, NULL, on_set, &all,
		 &all.names.n, err) < 0)
		return -1;
	for (size_t i = 0; i < all.names.n; i++)
		if (dump(nl, NFT_MSG_GETSETELEM, NFTA_SET_ELEM_LIST_TABLE,
			 all.names.v[i].name, on_ports, &c, &out->ports.n,
			 err) < 0)
			return -1;
	return arena->oom ? bal_err_nomem(err) : 0;
}

static int
see_lines(struct bal_nl *nl, bal_smooth_counts *counts, struct bal_err *err)
{
	struct replies of = { .counts = counts };

	for (size_t i = 0; i < counts->n; i++)
		if (counts->v[i].set[0] &&
		    dump(nl, NFT_MSG_GETSETELEM, NFTA_SET_ELEM_LIST_TABLE,
			 counts->v[i].set, on_lines, &of, &of.n, err) < 0)
			return -1;
	return 0;
}

int
bal_smooth_count(struct bal_arena *arena, bal_smooth_counts *out,
		 struct bal_err *err)
{
	struct bal_smooth_kept kept = { 0 };
	struct counting c = { .arena = arena, .out = &kept };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, err);
	int rc = nl ? count_rules(nl, &c, err) : -1;

	if (rc == 0)
		rc = see_lines(nl, &kept.counts, err);
	bal_nl_close(nl);
	*out = kept.counts;
	return rc;
}
