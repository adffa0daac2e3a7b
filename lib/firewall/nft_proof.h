/* nft_proof - tells that our nftables table is as it was, without reading it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_PROOF_H
#define BAL_NFT_PROOF_H

#include "firewall/firewall.h"
#include "netlink/nl.h"

/*
 * Where generations count that @nl gets: in this boot, network namespace and
 * load of nf_tables, and for this version of bal, as the next one may write
 * another table for the same model.  0: before Linux 5.14 namespaces cannot be
 * told apart.
 */
uint64_t bal_nft_place(const struct bal_nl *nl);

/*
 * Has no table changed since @proof (or NULL), where the kernel that @nl
 * asks is at @generation?
 */
bool bal_nft_is_proven(const struct bal_fw_proof *proof, uint32_t generation,
		       const struct bal_nl *nl);

/* The sum of all that is in @model; pure. */
uint64_t bal_nft_model_sum(const struct bal_fw_model *model);

/* The generation that a transaction leads to from @generation, never 0; pure. */
uint32_t bal_nft_next(uint32_t generation);

#endif
