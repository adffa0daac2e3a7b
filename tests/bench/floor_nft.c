// SPDX-License-Identifier: GPL-2.0-or-later
/* floor_nft - nftables, for the floor: bal's own table, as bare messages. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"
#include "firewall/nft_build.h"
#include "firewall/nft_wire.h"

static struct mnl_socket *nl;
static char buf[65536];

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "floor: nft: %s: %s\n", what, strerror(errno));
	exit(71);
}

static void
nft_open(void)
{
	int size = 1 << 20;

	nl = mnl_socket_open(NETLINK_NETFILTER);
	must(nl && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0, "socket");
	(void)setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_SNDBUFFORCE,
			 &size, sizeof(size));
}

static void
nft_close(void)
{
	mnl_socket_close(nl);
}

/* All of one kind that the table has; with @set its elements.  Dropped. */
static void
ask(int type, int flags, int attr, int set_attr, const char *set)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;
	ssize_t n;

	h->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nfg = mnl_nlmsg_put_extra_header(h, sizeof(*nfg));
	nfg->nfgen_family = attr ? NFPROTO_INET : AF_UNSPEC;
	if (attr)
		mnl_attr_put_strz(h, (uint16_t)attr, BAL_NFT_TABLE);
	if (set)
		mnl_attr_put_strz(h, (uint16_t)set_attr, set);
	must(mnl_socket_sendto(nl, h, h->nlmsg_len) > 0, "send");
	do
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	while (flags & NLM_F_DUMP && n > 0 &&
	       mnl_cb_run(buf, (size_t)n, 0, 0, NULL, NULL) > 0);
}

static void
nft_read(void)
{
	nft_open();
	ask(NFT_MSG_GETGEN, 0, 0, 0, NULL);
	ask(NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, 0, NULL);
	ask(NFT_MSG_GETCHAIN, NLM_F_DUMP, NFTA_CHAIN_TABLE, 0, NULL);
	ask(NFT_MSG_GETSET, NLM_F_DUMP, NFTA_SET_TABLE, 0, NULL);
	ask(NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, 0, NULL);
	for (int set = 0; set < BAL_NFT_UPLINKS; set++)
		ask(NFT_MSG_GETSETELEM, NLM_F_DUMP, NFTA_SET_ELEM_LIST_TABLE,
		    NFTA_SET_ELEM_LIST_SET, bal_nft_set_name(set));
	nft_close();
}

/* Refusals alone are answered. */
static void
commit(struct bal_nft_batch *b, bool lenient)
{
	ssize_t n;

	bal_nft_batch_end(b);
	must(!b->oom && mnl_socket_sendto(nl, b->bytes, b->len) > 0, "commit");
	n = recv(mnl_socket_get_fd(nl), buf, sizeof(buf), MSG_DONTWAIT);
	must(n < 0 || lenient, "refused");
	bal_nft_batch_fini(b);
}

/* The table of all uplinks but @without. */
static void
replace(int without)
{
	struct bal_fw_model model = { .mask = MASK };
	struct bal_nft_batch batch = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_nft_table table;
	struct bal_err err;

	for (int k = 1; k <= uplinks; k++) {
		struct bal_fw_uplink *up =
			k == without ? NULL : BAL_PUSH(&arena, &model.uplinks);

		if (!up)
			continue;
		snprintf(up->dev, sizeof(up->dev), "u%d", k);
		up->mark = MARK(k);
		up->inbound = INBOUND(k);
	}
	must(bal_nft_make(&model, false, &arena, &table, &err) == 0, "memory");
	bal_nft_batch_begin(&batch, 0);
	bal_nft_batch_replace(&batch, &table);
	nft_open();
	commit(&batch, false);
	nft_close();
	bal_arena_fini(&arena);
}

static void
nft_setup(void)
{
	replace(0);
}

static void
nft_change(int k, bool up)
{
	replace(up ? 0 : k);
}

static void
nft_clear(void)
{
	struct bal_nft_batch batch = { 0 };

	bal_nft_batch_begin(&batch, 0);
	bal_nft_batch_delete(&batch);
	nft_open();
	commit(&batch, true);
	nft_close();
}

const struct marks marks_nft = { nft_read, nft_setup, nft_change, nft_clear };
