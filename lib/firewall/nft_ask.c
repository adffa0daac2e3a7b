// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_ask - what nftables holds, asked of the kernel. */
#include "firewall/nft_ask.h"
#include "firewall/nft_build.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

static void
ask_for(struct bal_nlmsg *req, int type, uint8_t family)
{
	const struct nfgenmsg nfg = { .nfgen_family = family,
				      .version = NFNETLINK_V0 };

	bal_nlmsg_init(req, NFNL_SUBSYS_NFTABLES << 8 | type, 0, &nfg,
		       sizeof(nfg));
}

static void
on_generation(const struct nlmsghdr *h, void *arg)
{
	*(uint32_t *)arg = bal_nft_generation(h);
}

struct bal_nl *
bal_nft_open(uint32_t *generation, struct bal_err *err)
{
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, err);
	struct bal_nlmsg req;
	int rc;

	*generation = 0;
	if (!nl)
		return NULL;
	ask_for(&req, NFT_MSG_GETGEN, AF_UNSPEC);
	rc = bal_nl_get(nl, &req, on_generation, generation, err);
	if (rc == 0 && *generation)
		return nl;
	if (rc >= 0)
		bal_err(err, BAL_EUNAVAIL, "the kernel has no nftables");
	bal_nl_close(nl);
	return NULL;
}

static void
on_object(const struct nlmsghdr *h, void *arg)
{
	struct bal_nft_reading *r = arg;

	bal_nft_list(h, r->arena, r->out);
}

static uint8_t
family_of(const struct bal_nft_reading *r)
{
	return r->family ? r->family : NFPROTO_INET;
}

static const char *
name_of(const struct bal_nft_reading *r)
{
	return r->out->of ? r->out->of : BAL_NFT_TABLE;
}

/* What of the table @type gets: all sets, say.  A dump begins anew at will. */
static int
list_all(struct bal_nl *nl, int type, int attr, const char *set,
	 struct bal_nft_reading *r, struct bal_err *err)
{
	struct bal_nlmsg req;

	ask_for(&req, type, family_of(r));
	bal_nlmsg_put_str(&req, attr, name_of(r));
	if (set)
		bal_nlmsg_put_str(&req, NFTA_SET_ELEM_LIST_SET, set);
	return bal_nl_dump(nl, &req, on_object, r, &r->out->lines.n, err) < 0 ?
		       -1 :
		       0;
}

int
bal_nft_list_table(struct bal_nl *nl, struct bal_nft_reading *r,
		   struct bal_err *err)
{
	struct bal_nlmsg req;

	ask_for(&req, NFT_MSG_GETTABLE, family_of(r));
	bal_nlmsg_put_str(&req, NFTA_TABLE_NAME, name_of(r));
	if (bal_nl_get(nl, &req, on_object, r, err) < 0)
		return -1;
	if (!r->out->ours)
		return 0;
	if (list_all(nl, NFT_MSG_GETCHAIN, NFTA_CHAIN_TABLE, NULL, r, err) < 0 ||
	    list_all(nl, NFT_MSG_GETSET, NFTA_SET_TABLE, NULL, r, err) < 0 ||
	    list_all(nl, NFT_MSG_GETRULE, NFTA_RULE_TABLE, NULL, r, err) < 0)
		return -1;
	for (int set = 0; set < BAL_NFT_SET_MAX; set++)
		if (r->out->sets[set] &&
		    list_all(nl, NFT_MSG_GETSETELEM, NFTA_SET_ELEM_LIST_TABLE,
			     bal_nft_set_name(set), r, err) < 0)
			return -1;
	return 0;
}
