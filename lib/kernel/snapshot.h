/* snapshot - the kernel as one pass sees it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SNAPSHOT_H
#define BAL_SNAPSHOT_H

#include "firewall/firewall.h"
#include "netlink/mptcp.h"
#include "netlink/nl.h"
#include "netlink/object.h"
#include "netlink/read.h"
#include "netlink/wireguard.h"

typedef BAL_LIST(uint32_t) bal_id_list;

#define BAL_KINDS_MAX 16

struct bal_kind; /* kernel/kind.h */

/* Everything a plan is compared with.  It lives in one arena. */
struct bal_snapshot {
	bal_link_list links;
	const struct bal_link **by_name; /* the same, sorted by name */
	bal_ifaddr_list addrs;
	bal_rule_list rules;
	bal_rule_list rules6; /* of IPv6, where they were asked for */
	bool has_rules6;
	/* The same of IPv6, where they were asked for. */
	bal_ifaddr_list addrs6;
	bal_route_list routes6, all6;
	bool has_routes6; /* they were read */
	bal_nexthop_list nexthops;
	bal_id_list tables;    /* whose routes a plan is compared with */
	bal_route_list routes; /* of these tables, in kernel order */
	bal_route_list all;    /* of every table: see bal_nl_all_routes() */
	const struct bal_mptcp_seen *mptcp; /* NULL: not asked for */
	struct bal_fw_seen firewalls; /* what they hold of ours */
	/* They were not read, for want of privilege, and nftables held it last. */
	bool nft_unread;
	unsigned release; /* 6018: Linux 6.18; 0: unknown */
	bool has_nexthops;     /* the kernel knows nexthop objects */
	bool no_copies; /* a table that copies cannot be had */
	bal_wg_list peers; /* of WireGuard, read with the table that copies */
	bool has_peers;	   /* they were */
	bool has_stats;      /* the devices' byte counters were read */
	struct bal_sysctl_values sysctls;
	uint64_t now_ms;     /* CLOCK_BOOTTIME */
	/*
	 * The kinds that were read, NULL behind the last; and of each what only
	 * its own file knows.
	 */
	const struct bal_kind *const *kinds;
	const void *have[BAL_KINDS_MAX];
};

/* What to read besides links and addresses. */
struct bal_snapshot_want {
	const struct bal_kind *const *kinds; /* NULL behind the last */
	const uint32_t *tables; /* and those that our own rules look up */
	size_t n_tables;
	struct bal_prefixes destinations; /* what main says of them, too */
	bool stats;               /* byte counters of the devices */
	bool whole;               /* every route there is */
	bool rules6;		  /* IPv6's policy rules */
	bool routes6;		  /* its addresses, routes and sysctls, too */
	bool steer;		  /* the program at connect() */
	bool mptcp;		  /* its endpoints */
	bool smooth;		  /* the table that copies */
	const struct bal_fw_proof *smooth_proof; /* likewise, or NULL */
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
 * The gateway of the best default route in @table, of @all of the family in
 * question, that another one than bal (DHCP, a stanza, an advertisement) has made
 * by device @ifindex.  None: there is no such route, or it has no gateway.
 */
struct bal_addr bal_snapshot_foreign_gateway(const bal_route_list *all,
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
