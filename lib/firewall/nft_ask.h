/* nft_ask - what nftables holds, asked of the kernel. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_ASK_H
#define BAL_NFT_ASK_H

#include "firewall/nft_list.h"
#include "netlink/nl.h"

struct bal_nft_reading {
	struct bal_arena *arena;
	struct bal_nft_listing *out; /* of which table */
	uint8_t family; /* 0: NFPROTO_INET */
};

/*
 * A socket of netfilter, and the generation of its tables.  NULL: BAL_EUNAVAIL
 * where nf_tables does not answer.  bal_nl_close() it.
 */
struct bal_nl *bal_nft_open(uint32_t *generation, struct bal_err *err);

/* That table into @r->out, as far as it is ours. */
int bal_nft_list_table(struct bal_nl *nl, struct bal_nft_reading *r,
		       struct bal_err *err);

#endif
