/* nft_list - what a table of nftables holds, as lines to compare. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_LIST_H
#define BAL_NFT_LIST_H

#include "firewall/nft_batch.h"
#include "firewall/nft_table.h"

/*
 * What a table holds, in lines that are the same for what was sent and for
 * what is read back.  In the arena of its maker.
 */
struct bal_nft_listing {
	BAL_LIST(const char *) lines;
	bool ours;  /* the table has our comment, of whatever layout */
	bool there; /* there is such a table */
	BAL_LIST(struct bal_nft_elem) leave; /* .mark is not known here */
	BAL_LIST(struct bal_nft_rule) marks; /* .form is not known here */
	char chain[BAL_NFT_NAMELEN]; /* of the rule before, while it is made */
	size_t nth;
};

/* Put what @h says, a message of the kernel or for it, into @out. */
void bal_nft_list(const struct nlmsghdr *h, struct bal_arena *arena,
		  struct bal_nft_listing *out);

/* The same for each message of @b. */
void bal_nft_list_batch(const struct bal_nft_batch *b, struct bal_arena *arena,
			struct bal_nft_listing *out);

/* Do both hold the same?  Sorts their lines. */
bool bal_nft_listing_same(struct bal_nft_listing *a, struct bal_nft_listing *b);

/* The generation in an answer to NFT_MSG_GETGEN; 0 where there is none. */
uint32_t bal_nft_generation(const struct nlmsghdr *h);

#endif
