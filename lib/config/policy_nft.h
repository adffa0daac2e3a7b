/* policy_nft - the values of keys of a rule that only nftables can do. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_POLICY_NFT_H
#define BAL_POLICY_NFT_H

#include "config/policy_value.h"

/*
 * As bal_policy_addrs(); or, alone and once, "set:NAME", whose name goes into @set.  The names
 * of bal's own sets, and those that nft cannot say, are refused.
 */
int bal_policy_sources(const char *text, struct bal_addr *list, size_t *n,
		       char set[BAL_IFNAMSIZ], struct bal_err *err);

/* A code point of DSCP, by its name (ef, af41, cs5) or as 0 to 63. */
int bal_policy_dscp(const char *text, uint8_t *out, struct bal_err *err);

#endif
