/* nft_class - classes in our nftables table; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_CLASS_H
#define BAL_NFT_CLASS_H

#include "firewall/nft_build.h"

/* What classes need: chains, elements, rules and kept sets. */
void bal_nft_add_classes(struct bal_nft_building *b);

#endif
