/* nft - what is to be known of the nftables table beside its interface. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_H
#define BAL_NFT_H

#include "firewall/firewall.h"

/* The netlink port that this process last changed the table by; 0: none. */
uint32_t bal_nft_port(void);

/* One table of nftables. */
extern const struct bal_firewall bal_firewall_nft;

#endif
