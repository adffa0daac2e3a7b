/* chaos - worlds by chance, and what happens to them by chance. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CHAOS_H
#define TEST_CHAOS_H

#include "events.h"

#define UPLINKS 20
#define LAN "lan0"

static uint64_t seed;
static bool drifted; /* somebody was here and deleted some of ours */

static inline uint32_t
chance(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

#define ONE_OF(array) ((array)[chance(N(array))])

static inline const char *
name_of(unsigned i)
{
	static char names[UPLINKS + 1][16];

	snprintf(names[i], sizeof(names[i]), "%s%u", i % 3 ? "eth" : "tun", i);
	return names[i];
}

static inline bool
is_there(const char *dev)
{
	for (size_t i = 0; i < w.snap.links.n; i++)
		if (strcmp(w.snap.links.v[i].name, dev) == 0)
			return true;
	return false;
}

static inline bool
has_address(const char *dev, const char *text)
{
	struct bal_addr a = addr(text);

	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (w.snap.addrs.v[i].ifindex == link_of(dev)->ifindex &&
		    bal_addr_cmp(&w.snap.addrs.v[i].addr, &a) == 0)
			return true;
	return false;
}

/* Mostly one of its own, sometimes what others have as well. */
static inline void
some_address(unsigned i)
{
	const char *dev = name_of(i);
	char text[32];

	switch (chance(8)) {
	case 0:
		snprintf(text, sizeof(text), "192.168.1.100/24");
		break;
	case 1:
		snprintf(text, sizeof(text), "100.64.0.%u/32", i);
		break;
	case 2:
		snprintf(text, sizeof(text), "192.168.1.%u/25", 20 + i);
		break;
	case 3:
		snprintf(text, sizeof(text), "10.%u.0.2/16", i);
		break;
	default:
		snprintf(text, sizeof(text),
			 i % 3 ? "192.168.1.%u/24" : "172.22.0.%u/16", 100 + i);
		break;
	}
	if (!has_address(dev, text))
		address(dev, text);
}

static inline void
plug_in(unsigned i)
{
	static int next = 1000;
	struct bal_link *l = device(name_of(i));

	l->ifindex = next++;
	l->no_arp = i % 3 == 0;
	some_address(i);
	if (chance(4) == 0)
		some_address(i);
}

static inline void
some_settings(unsigned i)
{
	static const char *const gateways[] = { "192.168.1.1", "192.168.1.1",
						"192.168.1.1", "10.0.0.1",
						"auto" };
	static const char *const weights[] = { "1", "1", "2", "18", "255" };
	const char *dev = name_of(i);

	told(dev, "gateway", i % 3 ? ONE_OF(gateways) : "auto");
	told(dev, "weight", ONE_OF(weights));
	told(dev, "priority", chance(3) ? "100" : "7");
	told(dev, "balance", chance(5) ? "yes" : "no");
}

static inline void
new_uplink(unsigned i)
{
	if (!is_there(name_of(i)))
		plug_in(i);
	uplink(name_of(i), i);
	some_settings(i);
}

static inline void
some_globals(void)
{
	static const char *const destinations[] = { "10.8.0.0/16, 10.9.0.0/16",
						    "172.22.0.0/16",
						    "8.8.8.8" };

	w.conf.globals.n_destinations = 0;
	w.conf.globals.everywhere = false;
	if (chance(3) == 0)
		global("destinations", ONE_OF(destinations));
	global("mode", chance(4) ? "multi" : "solo");
	global("masquerade", chance(2) ? "yes" : "no");
	global("last_resort", chance(4) ? "yes" : "no");
	global("when_all_dead", chance(2) ? "keep" : "unreachable");
	global("nexthop_objects", chance(3) ? "auto" : "no");
}

/* Somebody else's twin of one of ours, or a neighbour of our entry. */
static inline void
foreign_rule(void)
{
	bal_rule_list *rules = &w.snap.rules;
	struct bal_rule r;
	size_t at = 0;

	if (!w.plan.rules.n)
		return;
	r = w.plan.rules.v[chance((uint32_t)w.plan.rules.n)];
	/* Who jumps into our block is at the mercy of its changes. */
	if (r.action == BAL_RULE_GOTO && r.priority != BAL_RULE_ENTRY)
		return;
	if (r.priority == BAL_RULE_ENTRY || chance(4) == 0)
		r = (struct bal_rule){ .priority = BAL_RULE_ENTRY,
				       .family = AF_INET,
				       .action = BAL_RULE_LOOKUP,
				       .src = addr("198.18.0.9"),
				       .table = BAL_TABLE_MAIN,
				       .suppress_prefixlen = -1 };
	r.protocol = 3;
	while (at < rules->n &&
	       (rules->v[at].priority < r.priority ||
		(rules->v[at].priority == r.priority && chance(2))))
		at++;
	PUT_IN(rules, at, r);
}

static inline void
foreign_route(void)
{
	struct bal_route r;
	size_t at, end;

	if (!w.plan.routes.n)
		return;
	r = w.plan.routes.v[chance((uint32_t)w.plan.routes.n)];
	r.protocol = 4;
	r.type = BAL_ROUTE_UNICAST;
	r.scope_link = true;
	r.src = (struct bal_addr){ 0 };
	r.nhid = 0;
	r.hops = bal_arena_alloc(&w.arena, sizeof(*r.hops));
	r.n_hops = 1;
	r.hops[0].ifindex = link_of(LAN)->ifindex;
	at = kernel_key(&r, &end);
	PUT_IN(&w.snap.routes, chance(2) ? at : end, r);
}

static inline void
foreign_nexthop(void)
{
	struct bal_nexthop nh = { .id = 21400 + chance(8), .protocol = 3 };

	nh.family = AF_INET;
	nh.hop.ifindex = link_of(LAN)->ifindex;
	if (!kernel_nexthop(nh.id))
		PUT_IN(&w.snap.nexthops, w.snap.nexthops.n, nh);
}

/* Ours, from a time that nobody remembers. */
static inline void
stale_objects(void)
{
	struct bal_rule rule = { .priority = 10004,
				 .family = AF_INET,
				 .protocol = BAL_PROTO,
				 .action = BAL_RULE_LOOKUP,
				 .src = addr("192.0.2.7"),
				 .table = 99,
				 .suppress_prefixlen = -1 };
	struct bal_nexthop nh = { .id = 21500 + chance(3),
				  .family = AF_INET,
				  .protocol = BAL_PROTO };
	struct bal_route route = { .table = chance(2) ? BALANCING : 99,
				   .dst = addr("192.0.2.0/24"),
				   .metric = 1 + chance(2),
				   .protocol = BAL_PROTO,
				   .type = BAL_ROUTE_UNREACHABLE };

	nh.hop.ifindex = link_of(LAN)->ifindex;
	(void)kernel_rule_add(&rule);
	(void)kernel_nexthop_add(&nh);
	(void)kernel_route_set(BAL_ADD, &route);
}

/* What somebody deletes by hand. */
static inline void
drift(void)
{
	size_t i = chance((uint32_t)w.snap.rules.n);

	drifted = true;
	if (w.snap.rules.v[i].protocol == BAL_PROTO)
		TAKE_OUT(&w.snap.rules, i);
	i = w.snap.routes.n ? chance((uint32_t)w.snap.routes.n) : 0;
	if (i < w.snap.routes.n && w.snap.routes.v[i].protocol == BAL_PROTO)
		TAKE_OUT(&w.snap.routes, i);
	i = w.snap.nexthops.n ? chance((uint32_t)w.snap.nexthops.n) : 0;
	if (i < w.snap.nexthops.n &&
	    w.snap.nexthops.v[i].protocol == BAL_PROTO && chance(2))
		lose_nexthop(w.snap.nexthops.v[i].id);
}

static inline void
device_event(unsigned i)
{
	const char *dev = name_of(i);

	if (!is_there(dev)) {
		plug_in(i);
		return;
	}
	switch (chance(7)) {
	case 0:
		link_down(dev);
		break;
	case 1:
		carrier_lost(dev);
		break;
	case 2:
		pull_out(dev);
		break;
	case 3:
		lose_addresses(dev);
		break;
	case 4:
		some_address(i);
		break;
	default:
		link_up(dev);
		break;
	}
}

static inline void
something_happens(unsigned uplinks)
{
	unsigned i = 1 + chance(uplinks);
	struct bal_uplink_state *us = bal_state_find(&w.state, name_of(i));

	if (!us) {
		new_uplink(i);
		return;
	}
	switch (chance(10)) {
	case 0:
	case 1:
		us->record.health = chance(3);
		break;
	case 2:
	case 3:
	case 4:
		device_event(i);
		break;
	case 5:
		some_settings(i);
		break;
	case 6:
		some_globals();
		break;
	case 7:
		us->admin_up = false;
		break;
	case 8:
		drift();
		stale_objects();
		break;
	default:
		chance(2) ? foreign_rule() : foreign_route();
		foreign_nexthop();
		break;
	}
}

#endif
