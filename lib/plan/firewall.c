// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall - the marks of a plan, for whichever firewall carries them out. */
#include <string.h>

#include "config/globals.h"
#include "plan/internal.h"

/* Has a device that is no uplink an address in @prefix? */
static bool
is_on_lan(const struct bal_world *world, const struct bal_addr *prefix)
{
	const struct bal_uplinks *ups = world->uplinks;
	const bal_ifaddr_list *all = &world->snap->addrs6;

	for (size_t i = 0; i < all->n; i++) {
		size_t k = 0;

		while (k < ups->n && ups->v[k].ifindex != all->v[i].ifindex)
			k++;
		if (k == ups->n && bal_addr_in(&all->v[i].addr, prefix))
			return true;
	}
	return false;
}

/*
 * Packet by packet nothing tells which of two prefixes an address was from: the
 * first one on the LAN alone is exchanged.
 */
static const struct bal_uplink *
first_on_lan(const struct bal_world *world)
{
	const struct bal_uplinks *ups = world->uplinks;

	if (world->globals->masquerade6 != BAL_MASQUERADE6_PREFIX ||
	    !world->snap)
		return NULL;
	for (size_t i = 0; i < ups->n; i++)
		if (!bal_addr_none(&ups->v[i].prefix6) &&
		    is_on_lan(world, &ups->v[i].prefix6))
			return &ups->v[i];
	return NULL;
}

/* @becomes may be none. */
static void
add_prefix(struct bal_arena *arena, struct bal_fw_model *out, const char *dev,
	   const struct bal_addr *prefix, const struct bal_addr *becomes)
{
	struct bal_fw_prefix *p = BAL_PUSH(arena, &out->prefixes);

	if (!p)
		return;
	(void)bal_copy(p->dev, sizeof(p->dev), dev);
	p->prefix = *prefix;
	p->becomes = *becomes;
	if (!bal_addr_none(becomes))
		p->becomes.len = prefix->len;
}

/* For one that no host has, and that is no smaller. */
static void
prefixes(const struct bal_world *world, struct bal_arena *arena,
	 struct bal_fw_model *out)
{
	static const struct bal_addr none;
	const struct bal_uplinks *ups = world->uplinks;
	const struct bal_uplink *inner = first_on_lan(world);

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (bal_addr_none(&up->prefix6))
			continue;
		add_prefix(arena, out, up->name, &up->prefix6, &none);
		if (inner && up->prefix6.len <= inner->prefix6.len &&
		    !is_on_lan(world, &up->prefix6))
			add_prefix(arena, out, up->name, &inner->prefix6,
				   &up->prefix6);
	}
}

void
bal_plan_firewall(const struct bal_world *world, struct bal_arena *arena,
		  struct bal_fw_model *out)
{
	const struct bal_globals *g = world->globals;
	const struct bal_uplinks *ups = world->uplinks;

	out->mask = g->mark_mask;
	out->masquerade = g->masquerade;
	out->masquerade6 = bal_globals_masquerade6(g);
	out->mss_clamp = g->mss_clamp;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		struct bal_fw_uplink *slot;

		if (!up->admin_up)
			continue;
		slot = BAL_PUSH(arena, &out->uplinks);
		if (!slot)
			return;
		memcpy(slot->dev, up->name, sizeof(slot->dev));
		slot->mark = bal_mark_of(up->slot, out->mask);
		slot->inbound = bal_mark_of(
			bal_plan_inbound(ups, up, out->mask), out->mask);
		slot->left = !bal_plan_holds(world, up);
	}
	prefixes(world, arena, out);
	bal_plan_classes(world, arena, out);
}
