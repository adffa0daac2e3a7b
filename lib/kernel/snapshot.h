/* snapshot - the kernel as one pass sees it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SNAPSHOT_H
#define BAL_SNAPSHOT_H

#include "firewall/firewall.h"
#include "netlink/nl.h"
#include "netlink/object.h"

typedef BAL_LIST(uint32_t) bal_id_list;

/* Everything a plan is compared with.  It lives in one arena. */
struct bal_snapshot {
	bal_link_list links;
	const struct bal_link **by_name; /* the same, sorted by name */
	bal_ifaddr_list addrs;
	bal_rule_list rules;
	bal_nexthop_list nexthops;
	bal_id_list tables;    /* whose routes a plan is compared with */
	bal_route_list routes; /* of these tables, in kernel order */
	bal_route_list all;    /* of every table: see bal_nl_all_routes() */
	struct bal_fw_seen firewalls; /* what they hold of ours */
	bool has_nexthops;     /* the kernel knows nexthop objects */
	bool has_stats;      /* the devices' byte counters were read */
	struct bal_sysctl_values sysctls;
	uint64_t now_ms;     /* CLOCK_BOOTTIME */
};

/* What to read besides links, addresses, rules and nexthops. */
struct bal_snapshot_want {
	const uint32_t *tables; /* and those that our own rules look up */
	size_t n_tables;
	bool stats;               /* byte counters of the devices */
	struct bal_fw_choice firewall; /* zero state: none is read */
	struct bal_fw_scope fw_scope;
};

/*
 * Read the kernel.  A dump that changed under way is read again, a few times;
 * then BAL_EBUSY.  A firewall that is not there is no failure: see its read().
 */
int bal_snapshot_read(struct bal_snapshot *snap, struct bal_nl *nl,
		      const struct bal_snapshot_want *want,
		      struct bal_arena *arena, struct bal_err *err);

/*
 * One table more that a plan is compared with: its routes are there already,
 * and go to @snap->routes.  -1: no memory.
 */
int bal_snapshot_add_table(struct bal_snapshot *snap, uint32_t table,
			   struct bal_arena *arena, struct bal_err *err);

/*
 * The gateway of the best default route in @table that another one than bal
 * (DHCP, a stanza) has made by device @ifindex.  None: there is no such route,
 * or it has no gateway.
 */
struct bal_addr bal_snapshot_foreign_gateway(const struct bal_snapshot *snap,
					     uint32_t table, int ifindex);

/* Sort the devices for bal_snapshot_link(); bal_snapshot_read() does it. */
void bal_snapshot_index(struct bal_snapshot *snap, struct bal_arena *arena);

/* The device of that name or index, or NULL. */
const struct bal_link *bal_snapshot_link(const struct bal_snapshot *snap,
					 const char *name);
const struct bal_link *bal_snapshot_ifindex(const struct bal_snapshot *snap,
					    int ifindex);

/* Milliseconds of CLOCK_BOOTTIME: they go on while the box sleeps. */
uint64_t bal_now_ms(void);

#endif
