// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall - the marks of a plan, for whichever firewall carries them out. */
#include <string.h>

#include "plan/internal.h"

void
bal_plan_firewall(const struct bal_world *world, struct bal_arena *arena,
		  struct bal_fw_model *out)
{
	const struct bal_globals *g = world->globals;
	const struct bal_uplinks *ups = world->uplinks;

	out->mask = g->mark_mask;
	out->masquerade = g->masquerade;
	out->ipv6 = g->ipv6 == BAL_IPV6_BALANCE;
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
	bal_plan_classes(world, arena, out);
}
