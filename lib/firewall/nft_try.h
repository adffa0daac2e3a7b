/* nft_try - what the kernel's nftables can do, found by trying. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_TRY_H
#define BAL_NFT_TRY_H

#include "firewall/nft_list.h"
#include "netlink/transact.h"

/* Can it hold marks?  0; or -1, and the reason. */
int bal_nft_probe(struct bal_err *err);

/*
 * Is it masquerading that it cannot do?  Asked once: a module that comes later is
 * seen by the next command.
 */
bool bal_nft_lacks_nat(struct bal_nl *nl);

/*
 * The same of the reset of TCP: nft_fib_inet, nft_reject_inet.  What is in @there
 * need not be tried.
 */
bool bal_nft_lacks_refusal(struct bal_nl *nl,
			   const struct bal_nft_listing *there);

/* The same of marks that are drawn: nft_numgen. */
bool bal_nft_lacks_draws(struct bal_nl *nl);

/* A table was refused, as @what says: -1, BAL_EUNAVAIL. */
int bal_nft_fail(struct bal_err *err, const struct bal_transacted *what);

#endif
