/* nft_monitor - hears when somebody changes our nftables table. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_MONITOR_H
#define BAL_NFT_MONITOR_H

#include "base/loop.h"
#include "firewall/firewall.h"

struct bal_nft_monitor;

/*
 * Have *@monitor as long as @use is the nftables firewall, in @loop: to listen
 * loads nftables into the kernel, so it is closed (NULL) where another one is
 * used.  @report hears of changes to table inet bal by others, `flush ruleset`
 * among them, and of none by this process; it may not close the monitor.
 * 0, or -1 where it cannot be had.
 */
int bal_nft_monitor_keep(struct bal_nft_monitor **monitor,
			 const struct bal_firewall *use, struct bal_loop *loop,
			 void (*report)(void *arg, unsigned news), void *arg,
			 struct bal_err *err);
void bal_nft_monitor_close(struct bal_nft_monitor *monitor);

#endif
