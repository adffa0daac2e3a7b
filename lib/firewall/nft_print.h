/* nft_print - our nftables table as nft(8) reads it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_PRINT_H
#define BAL_NFT_PRINT_H

#include <stdio.h>

#include "firewall/nft_list.h"

/* As text that `nft -f` takes, from `table inet bal {` on. */
void bal_nft_print(FILE *out, const struct bal_nft_table *table);

/* Before it: what takes all out of table @have but the sets that stay. */
void bal_nft_print_emptying(FILE *out, const struct bal_nft_listing *have);

/* One rule of a form that classes need. */
void bal_nft_print_class_rule(FILE *out, uint32_t mask,
			      const struct bal_nft_rule *rule);

#endif
