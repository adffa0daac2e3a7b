/* nft_select - which packets a rule is for, as the kernel's expressions. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_SELECT_H
#define BAL_NFT_SELECT_H

#include "firewall/nft_expr.h"

/* Packets that @select fits; what does not ends the rule. */
void bal_nft_make_select(struct bal_nft_maker *m,
			 const struct bal_fw_select *select);

/* BAL_NFT_KEEP_PREFIX, BAL_NFT_PREFIX_OUT or BAL_NFT_PREFIX_IN of @p, all of it. */
void bal_nft_make_prefix(struct bal_nft_maker *m, enum bal_nft_form form,
			 const struct bal_fw_prefix *p);

#endif
