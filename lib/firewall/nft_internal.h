/* nft_internal - what the files share that make messages by libnftnl. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_INTERNAL_H
#define BAL_NFT_INTERNAL_H

#include "firewall/nft_wire.h"


/* The message that makes @rule. */
void bal_nft_put_rule(struct bal_nft_batch *b, uint32_t mask,
		      const struct bal_nft_rule *rule);

#endif
