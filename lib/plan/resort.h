/* resort - which line without a share new traffic leaves by. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RESORT_H
#define BAL_RESORT_H

#include "config/conf.h"
#include "netlink/nl.h"
#include "plan/uplink.h"

/*
 * No uplink that has a share is alive, but `last_resort` is in force: @dev is
 * the line that the kernel routes new connections by, "" where there is none.
 * That is asked of the kernel, as rules and routes are now: a default route in
 * main, which is not ours, comes first.  It is asked only where it can be so.
 * -1: the kernel did not answer.
 */
int bal_resort_find(struct bal_nl *nl, const struct bal_globals *globals,
		    const struct bal_uplinks *ups, char dev[BAL_IFNAMSIZ],
		    struct bal_err *err);

#endif
