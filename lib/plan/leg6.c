// SPDX-License-Identifier: GPL-2.0-or-later
/* leg6 - what the kernel shows of an uplink in IPv6; pure. */
#include "plan/leg6.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/order.h"

/* fd00::/8 and fc00::/8 are no addresses of the internet. */
static bool
is_private(const struct bal_addr *a)
{
	return (a->bytes[0] & 0xfe) == 0xfc;
}

/* The higher, the later A of a device. */
static unsigned
rank(const struct bal_ifaddr *a)
{
	return (a->deprecated ? 4u : 0) + (is_private(&a->addr) ? 2u : 0) +
	       (a->temporary ? 1u : 0);
}

static int
by_rank(const void *a, const void *b)
{
	const struct bal_ifaddr *x = *(const struct bal_ifaddr *const *)a;
	const struct bal_ifaddr *y = *(const struct bal_ifaddr *const *)b;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	/* As the kernel has them. */
	return (x > y) - (x < y);
}

/* A tentative address cannot be bound to, and no packet has it. */
static void
find_addresses(struct bal_leg *leg, int ifindex, const struct bal_view *view)
{
	const bal_ifaddr_list *all = &view->snap->addrs6;
	const struct bal_ifaddr **v;

	v = bal_arena_alloc(view->arena, (all->n + 1) * sizeof(*v));
	if (!v)
		return;
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].ifindex == ifindex && !all->v[i].tentative)
			v[leg->n_addrs++] = &all->v[i];
	bal_sort(v, leg->n_addrs, sizeof(*v), by_rank);
	leg->addrs = v;
}

static void
find_gateway(struct bal_leg *leg, const struct bal_uplink *up,
	     const struct bal_view *view)
{
	static const struct in6_addr any_hop = { { { 0xfe, 0x80, [15] = 1 } } };

	leg->gateway = up->set.gateway6;
	if (bal_addr_none(&leg->gateway))
		leg->gateway = bal_snapshot_foreign_gateway(
			&view->snap->all6, BAL_TABLE_MAIN, up->ifindex);
	if (bal_addr_none(&leg->gateway) && up->no_arp)
		leg->gateway = bal_addr_raw(AF_INET6, &any_hop,
					    sizeof(any_hop), 128);
}

static bool
holds(const struct bal_uplink *up, const struct bal_conf *conf)
{
	return conf->globals.ipv6 == BAL_IPV6_BALANCE && up->admin_up &&
	       !(up->set.has & BAL_SET_IPV6);
}

bool
bal_has_targets(const struct bal_settings *set, int family)
{
	for (size_t i = 0; i < set->n_targets; i++) {
		const struct bal_addr *a = &set->targets[i].addr;

		if (family == (bal_addr_none(a) ? AF_INET : a->family))
			return true;
	}
	return false;
}

void
bal_leg6_see(struct bal_uplink *up, const struct bal_uplink_state *us,
	     const struct bal_conf *conf, const struct bal_view *view)
{
	struct bal_leg *leg = &up->v6;

	leg->family = AF_INET6;
	up->six = holds(up, conf);
	if (!up->six)
		return;
	up->prefix6 = up->set.prefix6;
	if (!up->ifindex)
		return;
	find_addresses(leg, up->ifindex, view);
	find_gateway(leg, up, view);
	/* Not asked by IPv6: what its IPv4 shows is all that is known. */
	leg->health = bal_has_targets(&up->set, AF_INET6) ? us->record6.health :
							    up->v4.health;
	leg->usable = up->up && up->carrier && leg->n_addrs &&
		      !bal_addr_none(&leg->gateway);
	up->alive6 = leg->usable && leg->health != BAL_HEALTH_DEAD;
}

void
bal_leg6_keep_dead(struct bal_uplinks *ups, const struct bal_globals *globals)
{
	if (globals->when_all_dead != BAL_ALL_DEAD_KEEP)
		return;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].alive6)
			return;
	for (size_t i = 0; i < ups->n; i++)
		ups->v[i].alive6 = ups->v[i].v6.usable &&
				   !ups->v[i].underlay_down;
}
