/* nexthop_stats - how often the kernel chose each member of a group. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NEXTHOP_STATS_H
#define BAL_NEXTHOP_STATS_H

#include "base/arena.h"
#include "netlink/nl.h"

/* Of the member with the nexthop @id, since the group was changed last. */
struct bal_nexthop_count {
	uint32_t id;
	uint64_t packets;
};
typedef BAL_LIST(struct bal_nexthop_count) bal_nexthop_counts;

/*
 * Read them for the group @id into @out and @arena, in one request.  0; -1
 * where the kernel is older than 6.9, which counts none, or there is no such
 * group.
 */
int bal_nexthop_stats_read(struct bal_nl *nl, uint32_t id,
			   struct bal_arena *arena, bal_nexthop_counts *out);

#endif
