/* internal - the rooms of plan: rules, routes, firewall. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PLAN_INTERNAL_H
#define BAL_PLAN_INTERNAL_H

#include "plan/plan.h"

/*
 * The subnets that several uplinks share: they stand in `balancing`, else the
 * connected route in main would send all of it to one of them, dead or alive.
 */
typedef BAL_LIST(struct bal_addr) bal_prefix_list;
void bal_plan_shared_subnets(const struct bal_uplinks *ups,
			     struct bal_arena *arena, bal_prefix_list *out);

/* Has @up an address with the subnet @net?  Then it is in *@own. */
bool bal_plan_is_in(const struct bal_uplink *up, const struct bal_addr *net,
		    const struct bal_ifaddr **own);

/*
 * The address in @net of a device that is up and no uplink, and never was one:
 * it would have a table of its name.  NULL: none.
 */
const struct bal_ifaddr *bal_plan_lan(const struct bal_world *world,
				      const struct bal_addr *net);

/* The three parts. */
void bal_plan_rules(const struct bal_world *world, struct bal_arena *arena,
		    bal_rule_list *out);
void bal_plan_routes(const struct bal_world *world, struct bal_arena *arena,
		     bal_route_list *out);
void bal_plan_firewall(const struct bal_world *world, struct bal_arena *arena,
		       struct bal_fw_model *out);

#endif
