/* nft_list - what a table of nftables holds, as lines to compare. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_LIST_H
#define BAL_NFT_LIST_H

#include "firewall/nft_batch.h"
#include "firewall/nft_table.h"

enum bal_nft_name_kind { BAL_NFT_NAME_CHAIN, BAL_NFT_NAME_SET, BAL_NFT_NAME_MAP };

/* A chain or a set of any owner; not those that end with their rule. */
struct bal_nft_name {
	char name[256]; /* NFT_NAME_MAXLEN */
	enum bal_nft_name_kind kind;
	uint64_t line; /* its sum */
	bool stays;
};

/*
 * What a table holds, one line for each thing, the same for what was sent and
 * for what is read back.  Kept are the sums of the lines: see nft_line.h.  In the
 * arena of its maker.
 */
struct bal_nft_listing {
	const char *of; /* the table, which may be NULL: BAL_NFT_TABLE */
	BAL_LIST(uint64_t) lines;
	BAL_LIST(struct bal_nft_name) names;
	uint64_t table; /* the sum of its line */
	bool ours;  /* the table has our comment, of whatever layout */
	bool there; /* there is such a table */
	bool sets[BAL_NFT_SET_MAX]; /* which of ours there are */
	bool refuses; /* with a reset of TCP */
	bool draws;   /* with numbers of nft_numgen */
	bool translates; /* with a chain of type nat for our masquerading */
	BAL_LIST(struct bal_nft_elem) leave; /* .mark is not known here */
	BAL_LIST(struct bal_nft_rule) marks; /* .form is not known here */
	char chain[BAL_NFT_NAMELEN]; /* of the rule before, while it is made */
	uint32_t nth;
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

/* The mark of the chain that @l has what leaves by @dev go to; 0: none. */
uint32_t bal_nft_mark_of(const struct bal_nft_listing *l, const char *dev);

#endif
