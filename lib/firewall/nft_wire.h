/* nft_wire - our nftables table as messages of the kernel, by libnftnl. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_WIRE_H
#define BAL_NFT_WIRE_H

#include <linux/netlink.h>

#include "firewall/nft_table.h"

/* Messages, one behind the other.  Zero state { 0 }; bal_nft_batch_fini(). */
struct bal_nft_batch {
	unsigned char *bytes;
	size_t len, cap;
	bool oom; /* something is missing */
};

/*
 * Begin a transaction.  It is refused (ERESTART) unless the tables are those of
 * @generation, bal_nft_generation()'s; 0: whatever they are.
 */
void bal_nft_batch_begin(struct bal_nft_batch *b, uint32_t generation);

/* Table bal, if it is there or not, becomes what @table says. */
void bal_nft_batch_replace(struct bal_nft_batch *b,
			   const struct bal_nft_table *table);

/* It goes; refused (ENOENT) where there is none. */
void bal_nft_batch_delete(struct bal_nft_batch *b);

/* Without an end the kernel checks everything and changes nothing. */
void bal_nft_batch_end(struct bal_nft_batch *b);
void bal_nft_batch_fini(struct bal_nft_batch *b);

/*
 * What a table holds, in lines that are the same for what was sent and for
 * what is read back.  In the arena of whoever makes it.
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
