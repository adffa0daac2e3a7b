/* nft_monitor - hears when somebody changes our nftables tables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_MONITOR_H
#define BAL_NFT_MONITOR_H

#include <stdbool.h>

#include "base/loop.h"

struct bal_nft_monitor;

/*
 * Have *@monitor in @loop as long as it is @wanted: to listen loads nftables
 * into the kernel, so it is closed (NULL) where no table is ours.  @report hears of
 * changes to tables inet bal and ip bal_smooth by others, `flush ruleset` among
 * them, and of none by this process; it may not close the monitor.  0, or -1
 * where it cannot be had.
 */
int bal_nft_monitor_keep(struct bal_nft_monitor **monitor,
			 bool wanted, struct bal_loop *loop,
			 void (*report)(void *arg, unsigned news), void *arg,
			 struct bal_err *err);
void bal_nft_monitor_close(struct bal_nft_monitor *monitor);

#endif
