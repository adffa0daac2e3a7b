/* nft_print - our nftables table as nft(8) reads it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_PRINT_H
#define BAL_NFT_PRINT_H

#include <stdio.h>

#include "firewall/nft_table.h"

/* As text that `nft -f` takes, from `table inet bal {` on. */
void bal_nft_print(FILE *out, const struct bal_nft_table *table);

#endif
