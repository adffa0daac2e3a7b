/* watched - random worlds, and packets that must not lose their way in them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_WATCHED_H
#define TEST_WATCHED_H

#include "chaos.h"

#define STATIC "10.77.0.0/16" /* a route of main's, by LAN */
#define LAN_INSIDE "lan1"     /* 192.168.1.192/28, as a modem's subnet has it */
#define INSIDE "192.168.1.200"

static unsigned world, step; /* told when a test fails */
static bool passed;
static bool inbound = true; /* do packets have marks of this layout? */

/* Packets whose way is the same before and after a pass. */
static struct watch {
	struct packet packet;
	int ifindex; /* that they leave by; 0: any */
	bool living; /* by living uplinks */
	int lost_at;
} watches[256];
static size_t n_watches;

static inline const struct bal_uplink *
uplink_of(int ifindex)
{
	for (size_t i = 0; i < w.ups.n; i++)
		if (w.ups.v[i].ifindex == ifindex)
			return &w.ups.v[i];
	return NULL;
}

static inline bool
is_near(const struct bal_uplink *up, const struct bal_addr *dst)
{
	for (size_t i = 0; i < up->v4.n_addrs; i++) {
		struct bal_addr net = bal_addr_network(&up->v4.addrs[i]->addr);

		if (bal_addr_in(dst, &net))
			return true;
	}
	return false;
}

static inline struct box
kernel_box(void)
{
	static const struct bal_rule *rules[1024];
	static struct bal_route routes[2048];
	static struct bal_hop hops[256];
	static bal_route_list list;
	size_t n = 0;

	assert_true(w.snap.rules.n < N(rules) && w.snap.addrs.n + 1 < N(hops));
	for (size_t i = 0; i < w.snap.rules.n; i++)
		rules[i] = &w.snap.rules.v[i];
	expand_groups();
	for (; n < w.snap.routes.n; n++)
		routes[n] = w.snap.routes.v[n];
	for (size_t i = 0; i < w.snap.addrs.n; i++) {
		hops[i].ifindex = w.snap.addrs.v[i].ifindex;
		routes[n++] = (struct bal_route){
			.table = BAL_TABLE_MAIN,
			.dst = bal_addr_network(&w.snap.addrs.v[i].addr),
			.metric = (uint32_t)i,
			.type = BAL_ROUTE_UNICAST,
			.hops = &hops[i],
			.n_hops = 1,
		};
	}
	hops[w.snap.addrs.n].ifindex = link_of(LAN)->ifindex;
	routes[n++] = (struct bal_route){
		.table = BAL_TABLE_MAIN,
		.dst = addr(STATIC),
		.type = BAL_ROUTE_UNICAST,
		.hops = &hops[w.snap.addrs.n],
		.n_hops = 1,
	};
	list.v = routes;
	list.n = n;
	return (struct box){ .rules = rules,
			     .n_rules = w.snap.rules.n,
			     .routes = &list,
			     .links = &w.snap.links };
}

/* Does @way end at living uplinks alone, of its own subnet if one has that? */
static inline bool
leads_to_living(const struct way *way, const struct bal_addr *dst)
{
	bool near = false, all_near = true;

	if (way->kind != WAY_ROUTE || !way->route->n_hops)
		return false;
	for (size_t i = 0; i < w.ups.n; i++)
		near |= w.ups.v[i].alive && is_near(&w.ups.v[i], dst);
	for (size_t i = 0; i < way->route->n_hops; i++) {
		const struct bal_uplink *up =
			uplink_of(way->route->hops[i].ifindex);

		if (!up || !up->alive)
			return false;
		all_near &= is_near(up, dst);
	}
	return all_near || !near;
}

static inline bool
goes_well(const struct box *box, const struct watch *watch)
{
	struct way way = walk(box, &watch->packet);

	if (watch->living)
		return leads_to_living(&way, &watch->packet.dst);
	if (watch->ifindex)
		return leads_to(&way, watch->ifindex);
	return way.kind == WAY_ROUTE;
}

/* Who is bound to nothing is watched where routes of ours lead. */
static inline bool
is_watched(const struct box *box, const struct watch *watch)
{
	struct way way = walk(box, &watch->packet);

	return goes_well(box, watch) &&
	       (watch->ifindex || way.route->protocol == BAL_PROTO);
}

static inline void
watch_this(const struct box *box, const struct watch *watch)
{
	assert_true(n_watches < N(watches));
	if (is_watched(box, watch))
		watches[n_watches++] = *watch;
}

static inline void
watch_packet(const struct box *box, struct packet p, int ifindex)
{
	struct watch watch = { .packet = p, .ifindex = ifindex };

	watch_this(box, &watch);
}

static inline void
watch_unbound(const struct box *box, struct packet p)
{
	struct watch watch = { .packet = p };

	watch_this(box, &watch);
	watch.living = true;
	watch_this(box, &watch);
}

/* What several devices have, or one took over, belongs to none yet. */
static inline bool
belongs_to(const struct bal_addr *a, const struct bal_uplink *up)
{
	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (w.snap.addrs.v[i].ifindex != up->ifindex &&
		    bal_addr_same_host(&w.snap.addrs.v[i].addr, a))
			return false;
	for (size_t i = 0; i < w.snap.rules.n; i++)
		if (w.snap.rules.v[i].table != up->table &&
		    w.snap.rules.v[i].action == BAL_RULE_LOOKUP &&
		    bal_addr_same_host(&w.snap.rules.v[i].src, a))
			return false;
	return !bal_addr_none(a);
}

/* Of a connection that came in by @up. */
static inline uint32_t
inbound_mark(const struct bal_uplink *up)
{
	const uint32_t mask = w.conf.globals.mark_mask;

	return bal_mark_of(
		inbound ? bal_plan_inbound(&w.ups, up, mask) : up->slot, mask);
}

/* Bound to an address of @up, the other end near or far, in a LAN or not. */
static inline void
watch_own(const struct box *box, const struct bal_uplink *up)
{
	struct packet own = { 0 };

	if (up->v4.n_addrs)
		own.src = up->v4.addrs[chance((uint32_t)up->v4.n_addrs)]->addr;
	if (!belongs_to(&own.src, up))
		return;
	own.dst = addr("9.9.9.9");
	watch_packet(box, own, up->ifindex);
	own.mark = inbound_mark(up);
	watch_packet(box, own, up->ifindex);
	own.dst = addr("192.168.1.1");
	watch_packet(box, own, up->ifindex);
	own.mark = 0;
	watch_packet(box, own, up->ifindex);
	own.dst = addr(INSIDE);
	watch_packet(box, own, link_of(LAN_INSIDE)->ifindex);
}

static inline void
watch_uplink(const struct box *box, const struct bal_uplink *up)
{
	const uint32_t mask = w.conf.globals.mark_mask;
	struct packet p = { .dst = addr("9.9.9.9") };

	watch_own(box, up);
	p.oif = up->ifindex;
	watch_packet(box, p, up->ifindex);
	p.oif = 0;
	p.mark = bal_mark_of(up->slot, mask);
	watch_packet(box, p, up->ifindex);
	p.iif = LAN;
	p.src = addr("10.200.0.9");
	watch_packet(box, p, up->ifindex);
	p.mark = inbound_mark(up);
	watch_packet(box, p, up->ifindex);
	p.dst = addr("192.168.1.1");
	watch_packet(box, p, up->ifindex);
	p.dst = addr("10.77.0.5");
	watch_packet(box, p, link_of(LAN)->ifindex);
}

static inline void
watch_begin(void)
{
	static const char *const dsts[] = { "9.9.9.9", "172.22.0.1", "10.8.0.1",
					    "8.8.8.8", "192.168.1.1" };
	static const struct {
		const char *dst, *dev;
	} lans[] = { { "10.77.0.5", LAN }, { INSIDE, LAN_INSIDE } };
	struct box box = kernel_box();

	n_watches = 0;
	for (size_t i = 0; i < N(dsts); i++) {
		struct packet p = { .dst = addr(dsts[i]) };

		watch_unbound(&box, p);
		p.iif = LAN;
		p.src = addr("10.200.0.9");
		watch_unbound(&box, p);
	}
	for (size_t i = 0; i < N(lans); i++) {
		struct packet p = { .dst = addr(lans[i].dst) };

		watch_packet(&box, p, link_of(lans[i].dev)->ifindex);
		p.iif = LAN;
		p.src = addr("10.200.0.9");
		watch_packet(&box, p, link_of(lans[i].dev)->ifindex);
	}
	for (size_t i = 0; i < w.ups.n; i++)
		if (w.ups.v[i].ifindex && w.ups.v[i].admin_up)
			watch_uplink(&box, &w.ups.v[i]);
}

static inline void
watch_look(int op)
{
	struct box box = kernel_box();

	for (size_t i = 0; i < n_watches; i++)
		if (!watches[i].lost_at && !goes_well(&box, &watches[i]))
			watches[i].lost_at = op;
}

static inline void
watch_end(const bal_op_list *ops)
{
	struct box box = kernel_box();

	for (size_t i = 0; i < n_watches; i++) {
		const struct watch *x = &watches[i];
		char src[BAL_ADDR_STRLEN], dst[BAL_ADDR_STRLEN];

		if (!x->lost_at || !is_watched(&box, x))
			continue;
		for (size_t k = 0; k < ops->n; k++)
			bal_op_print(stderr, &ops->v[k]);
		fail_msg("after change %d, a packet %s%s from %s to %s, mark "
			 "%#x, oif %d, for %s %d loses its way",
			 x->lost_at, x->packet.iif ? "in by " : "of this box",
			 x->packet.iif ? x->packet.iif : "",
			 bal_addr_host_str(&x->packet.src, src),
			 bal_addr_host_str(&x->packet.dst, dst), x->packet.mark,
			 x->packet.oif, x->living ? "the living" : "device",
			 x->ifindex);
	}
}

/* The kernel has of ours what the plan says, each once, and nothing else. */
static inline void
kernel_is_as_planned(void)
{
	size_t ours = 0;

	for (size_t i = 0; i < w.plan.rules.n; i++) {
		size_t found = 0;

		for (size_t k = 0; k < w.snap.rules.n; k++)
			found += rules_equal(&w.snap.rules.v[k],
					     &w.plan.rules.v[i]);
		assert_int_equal(found, 1);
	}
	for (size_t k = 0; k < w.snap.rules.n; k++)
		ours += w.snap.rules.v[k].protocol == BAL_PROTO;
	assert_int_equal(ours, w.plan.rules.n);
	expand_groups();
	ours = 0;
	for (size_t i = 0; i < w.plan.routes.n; i++) {
		struct bal_route want = w.plan.routes.v[i];
		size_t found = 0;

		want.nhid = 0;
		for (size_t k = 0; k < w.snap.routes.n; k++) {
			struct bal_route have = w.snap.routes.v[k];

			have.nhid = 0;
			found += have.protocol == BAL_PROTO &&
				 have.type == want.type &&
				 have.scope_link == want.scope_link &&
				 bal_route_key_cmp(&have, &want) == 0 &&
				 bal_addr_cmp(&have.src, &want.src) == 0 &&
				 same_hops(&have, &want);
		}
		assert_int_equal(found, 1);
	}
	for (size_t k = 0; k < w.snap.routes.n; k++)
		ours += w.snap.routes.v[k].protocol == BAL_PROTO;
	assert_int_equal(ours, w.plan.routes.n);
	for (size_t i = 0; i < w.snap.nexthops.n; i++)
		if (w.snap.nexthops.v[i].protocol == BAL_PROTO)
			assert_true(kernel_uses(w.snap.nexthops.v[i].id));
}

static inline void
kernels_own_rules(void)
{
	static const uint32_t tables[] = { BAL_TABLE_LOCAL, BAL_TABLE_MAIN,
					   BAL_TABLE_DEFAULT };

	for (uint32_t i = 0; i < N(tables); i++) {
		struct bal_rule r = { .priority = i ? 32765 + i : 0,
				      .family = AF_INET,
				      .protocol = 2,
				      .action = BAL_RULE_LOOKUP,
				      .table = tables[i],
				      .suppress_prefixlen = -1 };

		PUT_IN(&w.snap.rules, i, r);
	}
}

static inline void
begin_world(void **state)
{
	setup(state);
	kernels_own_rules();
	device(LAN);
	address(LAN, "10.200.0.1/24");
	device(LAN_INSIDE);
	address(LAN_INSIDE, "192.168.1.193/28");
	has_xtable(BAL_XTABLE_NAT, true);
}

static inline int
tell_world(void **state)
{
	if (!passed)
		print_message("# in world %u, step %u\n", world, step);
	return teardown(state);
}

#endif
