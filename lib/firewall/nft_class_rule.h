/* nft_class_rule - rules of classes as the kernel's expressions. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_CLASS_RULE_H
#define BAL_NFT_CLASS_RULE_H

#include "firewall/nft_expr.h"

/* As bal_nft_put_rule(), what a rule of a form that classes need is made of. */
void bal_nft_make_class_rule(struct bal_nft_maker *m, uint32_t mask,
			     const struct bal_nft_rule *rule);

#endif
