/* nft_keep - which sets outlive a change of our nftables table; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_KEEP_H
#define BAL_NFT_KEEP_H

#include "firewall/nft_list.h"

/*
 * May the table of @have stay, since sets of it have contents that @kept names and
 * @wanted has just so?  Those are marked.
 */
bool bal_nft_keep(struct bal_nft_listing *have,
		  const struct bal_nft_listing *wanted,
		  const struct bal_nft_table *kept);

/* Is @name that of a set of @l that stays? */
bool bal_nft_keeps(const struct bal_nft_listing *l, const char *name);

#endif
