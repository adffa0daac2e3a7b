/* device - what the kernel shows of the device of an uplink; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DEVICE_H
#define BAL_DEVICE_H

#include "plan/uplink.h"

/* Addresses of the box, sorted by host: who holds one is asked often. */
struct bal_holders {
	const struct bal_ifaddr **v;
	size_t n;
};

/* All of @snap's, in @arena; false: no memory. */
bool bal_holders_sort(struct bal_holders *all, const struct bal_snapshot *snap,
		      struct bal_arena *arena);

/* Those that are @addr, a part of @all; none of no address. */
struct bal_holders bal_holders_of(const struct bal_holders *all,
				  const struct bal_addr *addr);

/* Where a device is looked for. */
struct bal_view {
	const struct bal_snapshot *snap;
	struct bal_holders all;
	uint32_t balancing; /* table id */
	struct bal_arena *arena;
};

/*
 * The members of @up that the kernel tells, its settings and table being there
 * already: device, addresses, gateway, and whether it is usable.
 */
void bal_uplink_see_device(struct bal_uplink *up,
			   const struct bal_uplink_state *us,
			   const struct bal_view *view);

/*
 * The members of @leg, whose family is set and the rest zero: what device,
 * settings and @us hold of that family.  Its health is not looked at.
 */
void bal_leg_see(struct bal_leg *leg, const struct bal_uplink *up,
		 const struct bal_uplink_state *us,
		 const struct bal_view *view);

/*
 * Order the addresses of @family of device @ifindex with A first: the primary
 * address in the subnet of @gateway, else the first primary one.  Into the
 * arena.
 */
const struct bal_ifaddr **bal_leg_addrs(const struct bal_snapshot *snap,
					int ifindex, int family,
					const struct bal_addr *gateway,
					size_t *n, struct bal_arena *arena);

#endif
