/* route_make - single routes of a plan, and the table of a device; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ROUTE_MAKE_H
#define BAL_ROUTE_MAKE_H

#include "netlink/object.h"
#include "plan/uplink.h"

/*
 * A new route of ours in @out, without next hops yet, of @arena.  NULL here and
 * below: memory ran out, which shows in @arena.
 */
struct bal_route *bal_route_add(struct bal_arena *arena, bal_route_list *out,
				uint32_t table, const struct bal_addr *dst,
				uint32_t metric);

/*
 * Room for @n hops of @r, which may be NULL; bal_route_add_hop() counts them.
 * false: memory ran out.
 */
bool bal_route_make_room(struct bal_arena *arena, struct bal_route *r,
			 size_t n);

/* A hop by @up, weighted; @direct: to the device, not to its gateway. */
void bal_route_add_hop(struct bal_route *r, const struct bal_uplink *up,
		       bool direct);

/*
 * All hops are there.  A route whose next hops are all devices reaches no
 * further than the link.
 */
void bal_route_finish(struct bal_route *r);

/* The same in one for a route of one hop. */
struct bal_route *bal_route_one_hop(struct bal_arena *arena,
				    bal_route_list *out, uint32_t table,
				    const struct bal_addr *dst, uint32_t metric,
				    const struct bal_uplink *up, bool direct);

/*
 * The table of one device, by its addresses of @leg: its own subnets directly,
 * the rest by the gateway.
 */
void bal_route_device(const struct bal_uplink *up, const struct bal_leg *leg,
		      struct bal_arena *arena, bal_route_list *out);

#endif
