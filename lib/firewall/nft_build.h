/* nft_build - parts of our nftables table while it is made; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_BUILD_H
#define BAL_NFT_BUILD_H

#include "firewall/nft_table.h"

/* "arrive", "leave", ... */
const char *bal_nft_set_name(enum bal_nft_set set);

/* Has that set devices as its keys?  Else marks. */
bool bal_nft_by_device(enum bal_nft_set set);

/* Does it lead to chains? */
bool bal_nft_is_map(enum bal_nft_set set);

/* The highest bit of @mask. */
static inline uint32_t
bal_nft_top(uint32_t mask)
{
	return UINT32_C(1) << (31 - __builtin_clz(mask));
}

/*
 * Packets of one flow overtake each other the less, the shorter the runs are that
 * go one way: longer ones than this are left to chance.
 */
#define BAL_NFT_RUN_MAX 4

/* Does each packet of some connection get a mark of its own? */
bool bal_nft_draws(const struct bal_fw_model *model);

/* Parts of a table while it is made; NULL or nothing without memory. */
struct bal_nft_building {
	const struct bal_fw_model *model;
	struct bal_arena *arena;
	struct bal_nft_table *out;
};
void bal_nft_add_chain(struct bal_nft_building *b, const char *name,
		       enum bal_nft_hook hook);
struct bal_nft_rule *bal_nft_add_rule(struct bal_nft_building *b,
				      const char *chain,
				      enum bal_nft_form form, uint32_t mark);
struct bal_nft_elem *bal_nft_add_elem(struct bal_nft_building *b,
				      enum bal_nft_set set, const char *dev,
				      const char *chain);

#endif
