/* read - kernel messages into objects: links, addresses, rules, routes. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_READ_H
#define BAL_NL_READ_H

#include "netlink/nl.h"
#include "netlink/object.h"

/*
 * Each appends the kernel's objects to @out.  enum bal_dump, or -1 with @err.
 * All memory is @arena's.
 */

/* Every device; byte counters only with @stats (they cost the most). */
int bal_nl_links(struct bal_nl *nl, bool stats, struct bal_arena *arena,
		 bal_link_list *out, struct bal_err *err);

/*
 * Every IPv4 address; those of @family, of IPv6 without those of one link alone.
 */
int bal_nl_addrs(struct bal_nl *nl, struct bal_arena *arena,
		 bal_ifaddr_list *out, struct bal_err *err);
int bal_nl_addrs_of(struct bal_nl *nl, int family, struct bal_arena *arena,
		    bal_ifaddr_list *out, struct bal_err *err);

/* Every IPv4 policy rule, foreign ones too; those of @family. */
int bal_nl_rules(struct bal_nl *nl, struct bal_arena *arena, bal_rule_list *out,
		 struct bal_err *err);
int bal_nl_rules_of(struct bal_nl *nl, int family, struct bal_arena *arena,
		    bal_rule_list *out, struct bal_err *err);

/* Every nexthop object; BAL_DUMP_ABSENT before Linux 5.3. */
int bal_nl_nexthops(struct bal_nl *nl, struct bal_arena *arena,
		    bal_nexthop_list *out, struct bal_err *err);

/*
 * The IPv4 routes of @table alone, in the kernel's order: the first at a prefix
 * and metric is the one that a replace hits.  Routes with a TOS are left out,
 * as their keys differ.
 */
int bal_nl_routes(struct bal_nl *nl, uint32_t table, struct bal_arena *arena,
		  bal_route_list *out, struct bal_err *err);

/* Prefixes, owned by the caller. */
struct bal_prefixes {
	const struct bal_addr *v;
	size_t n;
};

/*
 * The routes of @family of all tables at once, each table's in the kernel's order,
 * without those of `local`; of `main` only default routes, the two halves of
 * the world, and what holds one of @around as a whole.  @around NULL: all of
 * them, without an exception.
 */
int bal_nl_all_routes(struct bal_nl *nl, int family,
		      const struct bal_prefixes *around,
		      struct bal_arena *arena, bal_route_list *out,
		      struct bal_err *err);

/* A locally generated packet, and its route. */
struct bal_way {
	struct bal_addr src; /* none: the kernel chooses one with the route */
	struct bal_addr dst;
	uint32_t mark;

	int ifindex;	/* the output device; 0: no route */
	uint32_t table; /* the table of the route; 0: none */
};

/* Fill in @way->ifindex and .table by the present rules and routes. */
int bal_nl_find_way(struct bal_nl *nl, struct bal_way *way,
		    struct bal_err *err);

#endif
