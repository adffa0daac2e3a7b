// SPDX-License-Identifier: GPL-2.0-or-later
/* uplink - what can be said of one uplink, and found among them; pure. */
#include "plan/uplink.h"

#include <string.h>

bool
bal_uplink_is_tunnel(const struct bal_uplink *up)
{
	return !up->base || up->no_arp;
}

bool
bal_uplink_owns(const struct bal_uplink *up, const struct bal_target *target)
{
	if (target->kind == BAL_TARGET_EXEC || bal_addr_none(&target->addr))
		return false;
	for (size_t i = 0; i < up->v4.n_addrs; i++)
		if (bal_addr_same_host(&up->v4.addrs[i]->addr, &target->addr))
			return true;
	for (size_t i = 0; i < up->v6.n_addrs; i++)
		if (bal_addr_same_host(&up->v6.addrs[i]->addr, &target->addr))
			return true;
	return false;
}

const struct bal_ifaddr *
bal_uplink_addr(const struct bal_uplink *up)
{
	return up->v4.n_addrs ? up->v4.addrs[0] : NULL;
}

static const char *
device_lacks(const struct bal_uplink *up)
{
	if (!up->ifindex)
		return "no device";
	if (!up->up)
		return "link down";
	return up->carrier ? NULL : "no carrier";
}

const char *
bal_uplink_lacks6(const struct bal_uplink *up)
{
	const char *lack = device_lacks(up);

	if (lack)
		return lack;
	if (!up->v6.n_addrs)
		return "no IPv6 address";
	return up->v6.usable ? NULL : "no IPv6 gateway";
}

const char *
bal_uplink_lacks(const struct bal_uplink *up)
{
	const char *lack = device_lacks(up);

	if (lack)
		return lack;
	if (!up->v4.n_addrs)
		return "no address";
	return up->v4.usable ? NULL : "no gateway";
}

uint32_t
bal_uplink_rank(const struct bal_uplink *up)
{
	if (up->capped != BAL_CAPPED_NONE)
		return 2;
	return up->degraded ? 1 : 0;
}

uint32_t
bal_uplink_metric(const struct bal_uplink *up)
{
	const uint32_t order = bal_uplink_rank(up) * (BAL_PRIORITY_MAX + 1) +
			       up->set.priority;

	return order * 256 + up->slot;
}

uint32_t
bal_mark_slots(uint32_t mask)
{
	return mask ? (mask >> __builtin_ctz(mask)) / 4 : 0;
}

uint32_t
bal_mark_of(uint32_t slot, uint32_t mask)
{
	return mask ? slot << __builtin_ctz(mask) : 0;
}

const struct bal_addr *
bal_uplink_used_addr(const struct bal_uplink_state *us)
{
	return bal_addr_none(&us->used_addr) ? &us->learned_addr :
					       &us->used_addr;
}

void
bal_uplink_disable(struct bal_uplink *up)
{
	up->v4.gateway = (struct bal_addr){ 0 };
	up->no_arp = false;
	up->v4.usable = up->alive = false;
	bal_uplink_disable6(up);
}

void
bal_uplink_disable6(struct bal_uplink *up)
{
	up->v6.gateway = (struct bal_addr){ 0 };
	up->v6.usable = up->alive6 = false;
}

enum bal_health
bal_uplink_condition(const struct bal_uplink *up)
{
	return up->v4.usable && !up->underlay_down ? up->v4.health :
						     BAL_HEALTH_DEAD;
}

bool
bal_uplinks_some_dead(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up &&
		    bal_uplink_condition(&ups->v[i]) == BAL_HEALTH_DEAD)
			return true;
	return false;
}

bool
bal_uplink_gateway_is_near(const struct bal_uplink *up)
{
	for (size_t i = 0; i < up->v4.n_addrs; i++) {
		struct bal_addr net = bal_addr_network(&up->v4.addrs[i]->addr);

		/* Leases of a single address have their gateway outside. */
		if (up->v4.addrs[i]->peer || bal_addr_is_host(&net) ||
		    bal_addr_in(&up->v4.gateway, &net))
			return true;
	}
	return false;
}

struct bal_uplink *
bal_uplinks_find(const struct bal_uplinks *ups, const char *name)
{
	for (size_t i = 0; i < ups->n; i++)
		if (strcmp(ups->v[i].name, name) == 0)
			return &ups->v[i];
	return NULL;
}

bool
bal_uplink_missing(const struct bal_conf_uplink *section,
		   const struct bal_state *state)
{
	const struct bal_uplink_state *us =
		bal_state_find(state, section->name);

	return section->set.required && !(us && us->admin_up);
}

static bool
is_slot(const struct bal_uplinks *ups, uint32_t value)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].slot == value)
			return true;
	return false;
}

uint32_t
bal_plan_inbound(const struct bal_uplinks *ups, const struct bal_uplink *up,
		 uint32_t mask)
{
	const uint32_t slots = bal_mark_slots(mask);
	const uint32_t value = slots + 1 + up->slot;

	return up->slot > slots || is_slot(ups, value) ? up->slot : value;
}

int
bal_uplink_require(const struct bal_uplink *up, const char *dev,
		   struct bal_err *err)
{
	if (!up || !up->admin_up)
		return bal_err(err, BAL_EUNAVAIL, "%s is no uplink", dev);
	if (!up->ifindex)
		return bal_err(err, BAL_EUNAVAIL, "%s: there is no such device",
			       dev);
	if (!up->v4.n_addrs)
		return bal_err(err, BAL_EUNAVAIL, "%s has no address", dev);
	return 0;
}
