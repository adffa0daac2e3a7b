/* nft_wire - our nftables table as messages of the kernel, by libnftnl. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_WIRE_H
#define BAL_NFT_WIRE_H

#include "firewall/nft_batch.h"
#include "firewall/nft_list.h"
#include "firewall/nft_table.h"

/* Table bal, if it is there or not, becomes what @table says. */
void bal_nft_batch_replace(struct bal_nft_batch *b,
			   const struct bal_nft_table *table);

/*
 * The same of a table that is there as @have says, with all that its sets hold that
 * stay (bal_nft_keep()).
 */
void bal_nft_batch_renew(struct bal_nft_batch *b,
			 const struct bal_nft_table *table,
			 const struct bal_nft_listing *have);

/* It goes; refused (ENOENT) where there is none. */
void bal_nft_batch_delete(struct bal_nft_batch *b);

#endif
