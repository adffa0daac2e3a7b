// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_parts - who is balanced, and which subnets tunnels share; pure. */
#include "plan_parts.h"

bool
bal_plan_balanced(const struct bal_uplink *up)
{
	return up->admin_up && up->set.balance;
}

bool
bal_plan_shunned(const struct bal_uplinks *ups, const struct bal_uplink *up)
{
	if (!up->lossy)
		return false;
	for (size_t i = 0; i < ups->n; i++)
		if (bal_plan_balanced(&ups->v[i]) && ups->v[i].alive &&
		    !ups->v[i].degraded)
			return true;
	return false;
}

static size_t
sharers(const struct bal_uplinks *ups, const struct bal_addr *net)
{
	size_t n = 0;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_ifaddr *a = bal_uplink_addr(&ups->v[i]);
		struct bal_addr theirs;

		if (!a || a->peer || !bal_plan_balanced(&ups->v[i]) ||
		    !bal_uplink_is_tunnel(&ups->v[i]))
			continue;
		theirs = bal_addr_network(&a->addr);
		if (bal_addr_cmp(&theirs, net) == 0)
			n++;
	}
	return n;
}

void
bal_plan_shared_subnets(const struct bal_uplinks *ups, struct bal_arena *arena,
			bal_prefix_list *out)
{
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_ifaddr *a = bal_uplink_addr(&ups->v[i]);
		struct bal_addr net, *slot;
		bool known = false;

		if (!a || a->peer || bal_addr_is_host(&a->addr) ||
		    !bal_plan_balanced(&ups->v[i]) ||
		    !bal_uplink_is_tunnel(&ups->v[i]))
			continue;
		net = bal_addr_network(&a->addr);
		for (size_t k = 0; k < out->n && !known; k++)
			known = bal_addr_cmp(&out->v[k], &net) == 0;
		if (known || sharers(ups, &net) < 2)
			continue;
		slot = BAL_PUSH(arena, out);
		if (slot)
			*slot = net;
	}
}
