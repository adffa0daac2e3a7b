// SPDX-License-Identifier: GPL-2.0-or-later
/* use_release - what is to be flushed and closed of an uplink; pure. */
#include <string.h>

#include "actions/use_internal.h"
#include "plan/plan.h"

bool
bal_use_is_addr_of_another(const struct bal_uplinks *ups,
			   const struct bal_uplink *but,
			   const struct bal_addr *addr)
{
	for (size_t i = 0; i < ups->n; i++)
		for (size_t k = 0; k < ups->v[i].v4.n_addrs; k++)
			if (&ups->v[i] != but && ups->v[i].admin_up &&
			    bal_addr_same_host(&ups->v[i].v4.addrs[k]->addr,
					       addr))
				return true;
	return false;
}

/* Sockets can be bound to the other addresses of the device, too. */
static void
release_further(struct bal_use_maker *m, const struct bal_uplink *up,
		const struct bal_release *first)
{
	for (size_t i = 0; i < up->v4.n_addrs; i++) {
		const struct bal_addr *addr = &up->v4.addrs[i]->addr;
		struct bal_release *r;

		if (bal_addr_same_host(addr, &first->source))
			continue;
		r = BAL_PUSH(m->arena, m->out);
		if (!r)
			return;
		*r = *first;
		r->on_dead = BAL_ON_DEAD_SOCKETS;
		r->source = first->source.len < bal_addr_bits(addr->family) ?
				    *addr :
				    bal_addr_host(addr);
		r->shared = bal_use_is_addr_of_another(m->from->uplinks, up, addr);
	}
}

void
bal_use_release(struct bal_use_maker *m, const struct bal_uplink *up,
	const struct bal_uplink_state *us, const struct bal_addr *source,
	unsigned on_dead, enum bal_use_cause cause)
{
	struct bal_release *r, first;

	on_dead &= up->set.on_dead;
	r = on_dead ? BAL_PUSH(m->arena, m->out) : NULL;
	if (!r)
		return;
	memcpy(r->dev, up->name, sizeof(r->dev));
	r->on_dead = on_dead;
	r->mark = bal_mark_of(up->slot, m->from->globals->mark_mask);
	/* Sockets are bound to a device even when it is gone. */
	r->ifindex = us->ifindex;
	/*
	 * The modem's own subnet stays reachable as long as the address is
	 * there.
	 */
	r->source = up->v4.used_addr_here && up->up && !bal_uplink_is_tunnel(up) ?
			    *source :
			    bal_addr_host(source);
	r->shared = up->v4.used_addr_elsewhere;
	r->inbound_stays = up->v4.used_addr_here && up->up;
	r->until_back = cause == BAL_CAUSE_GONE;
	r->of = m->of;
	(void)bal_copy(r->group, sizeof(r->group), m->group);
	first = *r;
	if (cause != BAL_CAUSE_OLD_ADDR && on_dead & BAL_ON_DEAD_SOCKETS)
		release_further(m, up, &first);
}
