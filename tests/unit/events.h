/* events - what happens to devices, and what w.snap loses by it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_EVENTS_H
#define TEST_EVENTS_H

#include "kernel.h"

/* A nexthop goes out of its groups; empty ones go, and their routes. */
static inline void
lose_nexthop(uint32_t id)
{
	bal_nexthop_list *all = &w.snap.nexthops;

	for (size_t i = all->n; i-- > 0;) {
		struct bal_nexthop *g = &all->v[i];
		size_t kept = 0, before = g->n_members;

		for (size_t k = 0; k < g->n_members; k++)
			if (g->members[k].id != id)
				g->members[kept++] = g->members[k];
		g->n_members = kept;
		if (g->id == id || (before && !kept)) {
			for (size_t k = w.snap.routes.n; k-- > 0;)
				if (w.snap.routes.v[k].nhid == g->id)
					TAKE_OUT(&w.snap.routes, k);
			TAKE_OUT(all, i);
		}
	}
}

static inline void
lose_nexthops(int ifindex)
{
	for (size_t i = 0; i < w.snap.nexthops.n;) {
		const struct bal_nexthop *nh = &w.snap.nexthops.v[i];

		i++;
		if (!nh->n_members && nh->hop.ifindex == ifindex) {
			lose_nexthop(nh->id);
			i = 0; /* its groups may have gone as well */
		}
	}
}

/*
 * Classic routes by @ifindex: single ones go; one of several hops goes with a
 * deleted device, or when none of its devices is up any more.
 */
static inline void
lose_routes(int ifindex, bool deleted)
{
	for (size_t i = w.snap.routes.n; i-- > 0;) {
		const struct bal_route *r = &w.snap.routes.v[i];
		bool by_it = false, others = false;

		for (size_t k = 0; !r->nhid && k < r->n_hops; k++) {
			const struct bal_link *l =
				kernel_link(r->hops[k].ifindex);

			if (r->hops[k].ifindex == ifindex)
				by_it = true;
			else if (l && l->up)
				others = true;
		}
		if (by_it && (deleted || !others))
			TAKE_OUT(&w.snap.routes, i);
	}
}

static inline void
lose_address(const char *dev, size_t at)
{
	int ifindex = link_of(dev)->ifindex;
	struct bal_addr gone = w.snap.addrs.v[at].addr;
	bool last = true;

	TAKE_OUT(&w.snap.addrs, at);
	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (w.snap.addrs.v[i].ifindex == ifindex)
			last = false;
	for (size_t i = w.snap.routes.n; i-- > 0;)
		if (!kernel_has_addr(&gone) &&
		    bal_addr_same_host(&w.snap.routes.v[i].src, &gone))
			TAKE_OUT(&w.snap.routes, i);
	if (last)
		lose_routes(ifindex, false);
}

static inline void
lose_addresses(const char *dev)
{
	for (size_t i = w.snap.addrs.n; i-- > 0;)
		if (w.snap.addrs.v[i].ifindex == link_of(dev)->ifindex)
			lose_address(dev, i);
}

static inline void
link_down(const char *dev)
{
	struct bal_link *l = link_of(dev);

	l->up = l->carrier = false;
	lose_nexthops(l->ifindex);
	lose_routes(l->ifindex, false);
}

static inline void
link_up(const char *dev)
{
	link_of(dev)->up = link_of(dev)->carrier = true;
}

static inline void
carrier_lost(const char *dev)
{
	link_of(dev)->carrier = false;
	lose_nexthops(link_of(dev)->ifindex);
}

static inline void
pull_out(const char *dev)
{
	int ifindex = link_of(dev)->ifindex;

	lose_addresses(dev);
	lose_nexthops(ifindex);
	lose_routes(ifindex, true);
	unplug(dev);
}

#endif
