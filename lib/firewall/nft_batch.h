/* nft_batch - messages of nftables that are sent together. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_BATCH_H
#define BAL_NFT_BATCH_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages, one behind the other.  Zero state { 0 }; bal_nft_batch_fini(). */
struct bal_nft_batch {
	unsigned char *bytes;
	size_t len, cap;
	bool oom; /* something is missing */
	uint8_t family; /* of its tables; 0: NFPROTO_INET */
};

/*
 * Begin a transaction.  It is refused (ERESTART) unless the tables are those of
 * @generation, bal_nft_generation()'s; 0: whatever they are.
 */
void bal_nft_batch_begin(struct bal_nft_batch *b, uint32_t generation);

/* Without an end the kernel checks everything and changes nothing. */
void bal_nft_batch_end(struct bal_nft_batch *b);
void bal_nft_batch_fini(struct bal_nft_batch *b);


/* The header of one message more of @b, to be filled; NULL without memory. */
struct nlmsghdr *bal_nft_begin(struct bal_nft_batch *b, uint16_t type,
			       uint16_t flags);

/* It is complete. */
void bal_nft_finish(struct bal_nft_batch *b, const struct nlmsghdr *h);

struct nftnl_set;

/* nft's numbers of byte orders, by which it prints a set; without them "". */
#define BAL_NFT_HOST_BYTES 1
#define BAL_NFT_NET_BYTES 2

/* Note that of the keys of @s, and of the @data of a map; 0: there is none. */
void bal_nft_set_bytes(struct nftnl_set *s, uint32_t keys, uint32_t data);

#endif
