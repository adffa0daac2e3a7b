/* nft_select - which packets a rule is for, as the kernel's expressions. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_SELECT_H
#define BAL_NFT_SELECT_H

#include "firewall/nft_expr.h"

/* Packets that @select fits; what does not ends the rule. */
void bal_nft_make_select(struct bal_nft_maker *m,
			 const struct bal_fw_select *select);

#endif
