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
 * The address in @net of a device that is up, no tunnel and no uplink, and never
 * was one: it would have a table of its name.  NULL: none.
 */
const struct bal_ifaddr *bal_plan_lan(const struct bal_world *world,
				      const struct bal_addr *net);

/*
 * The k-th [rule] as the plan has it, then the destinations of groups: what it
 * leads to.
 */
struct bal_led {
	enum bal_rule_action action;
	uint32_t table;
	bool main; /* what no table of the group takes is main's */
	bool closed; /* nothing takes it then: unreachable, prohibit */
	const struct bal_group *group; /* NULL: none */
};

/* Where @rule leads.  False: nowhere yet, its group has no table. */
bool bal_plan_lead(const struct bal_world *world,
		   const struct bal_conf_rule *rule, struct bal_led *out);

/* The same of the destinations of @group. */
struct bal_led bal_plan_lead_to(const struct bal_world *world,
				 const struct bal_group *group);

/*
 * Is each packet that @rule leads to @group, or its destinations where @rule is
 * NULL, drawn an uplink for?  Not where nftables keeps a connection together by
 * what it selected.
 */
bool bal_plan_draws(const struct bal_conf_rule *rule,
		    const struct bal_group *group);

/*
 * The mark of the class of the @k-th rule with @lead, @rule being NULL for
 * destinations.  0: it needs none, or nftables is not there, or no mark is left.
 */
uint32_t bal_plan_class(const struct bal_world *world,
			const struct bal_conf_rule *rule,
			const struct bal_led *lead, size_t k);

/*
 * What @rule selects of @family as rules of the kernel, one for each combination,
 * whose priority, action and table are not set; handed to @push.
 */
void bal_plan_parts(const struct bal_world *world,
		    const struct bal_conf_rule *rule, int family,
		    void (*push)(void *arg, struct bal_rule *r), void *arg);

/* Do connections that left by @up stay with it?  Those of IPv6? */
bool bal_plan_holds(const struct bal_world *world, const struct bal_uplink *up);
bool bal_plan_holds6(const struct bal_world *world,
		     const struct bal_uplink *up);

/*
 * The [rule]s of bal.conf and the destinations of groups, behind the head: what
 * is of @family.
 */
void bal_plan_policy_rules(const struct bal_world *world, int family,
			   struct bal_arena *arena, bal_rule_list *out);

/* Destinations of @family, of all or of a group: main does not decide. */
void bal_plan_destination_rules(const struct bal_world *world, int family,
				struct bal_arena *arena, bal_rule_list *out);

/* What a program has to do for connections of this box; NULL: nothing. */
const struct bal_steer *bal_plan_steer(const struct bal_world *world,
				       struct bal_arena *arena);

/* The rules, addresses and copies of smoothed tunnels, behind those of @plan. */
void bal_plan_smooth(const struct bal_world *world, struct bal_arena *arena,
		     struct bal_plan *plan);

/* Is @group spread by that program? */
bool bal_plan_steers(const struct bal_world *world,
		     const struct bal_group *group);

/*
 * May what @parts rules of the kernel lead to @group be steered there?  Each
 * member costs as many again.
 */
bool bal_plan_steers_by(const struct bal_world *world,
			const struct bal_group *group, size_t parts);

/* What carries tunnels over any line: rules, and the tables that they lead to. */
void bal_plan_underlay_rules(const struct bal_world *world,
			     struct bal_arena *arena, bal_rule_list *out);
void bal_plan_underlay_routes(const struct bal_world *world,
			      struct bal_arena *arena, bal_route_list *out);

/*
 * A new rule at the end of @list, for all addresses; the rest is the caller's to
 * fill in.  Without memory it is @scratch, and what is filled in is lost.
 */
struct bal_rule *bal_plan_add_rule(bal_rule_list *list, int family,
				   uint32_t priority,
				   enum bal_rule_action action,
				   struct bal_rule *scratch,
				   struct bal_arena *arena);

/* Where @role stands in IPv6. */
int bal_plan_role6(int role);

/* What must not leave at all stands in front of addresses, see refused6.c. */
void bal_plan_refused6(const struct bal_world *world, struct bal_arena *arena,
		       bal_rule_list *out);

/* @r matches packets with @mark under @mask, also mark 0. */
void bal_plan_match_mark(struct bal_rule *r, uint32_t mark, uint32_t mask);

/* The rules of IPv6, and the routes where it is balanced. */
void bal_plan_rules6(const struct bal_world *world, struct bal_arena *arena,
		     bal_rule_list *out);
void bal_plan_routes6(const struct bal_world *world, struct bal_arena *arena,
		      bal_route_list *out);

/*
 * Does IPv6 that no uplink with a share takes end there?  Else main and the last
 * resort take it.
 */
bool bal_plan_closes6(const struct bal_world *world);

/* The three parts. */
void bal_plan_rules(const struct bal_world *world, struct bal_arena *arena,
		    bal_rule_list *out);
void bal_plan_routes(const struct bal_world *world, struct bal_arena *arena,
		     bal_route_list *out);
void bal_plan_firewall(const struct bal_world *world, struct bal_arena *arena,
		       struct bal_fw_model *out);

/* Its classes, behind the rest of @out. */
void bal_plan_classes(const struct bal_world *world, struct bal_arena *arena,
		      struct bal_fw_model *out);

#endif
