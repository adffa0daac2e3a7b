// SPDX-License-Identifier: GPL-2.0-or-later
/* uplink - the merge of what was said, remembered and seen; pure. */
#include "plan/over.h"

#include <stdlib.h>
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
	for (size_t i = 0; i < up->n_addrs; i++)
		if (bal_addr_same_host(&up->addrs[i]->addr, &target->addr))
			return true;
	return false;
}

const struct bal_ifaddr *
bal_uplink_addr(const struct bal_uplink *up)
{
	return up->n_addrs ? up->addrs[0] : NULL;
}

uint32_t
bal_uplink_metric(const struct bal_uplink *up)
{
	uint32_t order = up->set.priority;

	if (up->degraded)
		order += BAL_PRIORITY_MAX + 1;
	return order * 256 + up->slot;
}

uint32_t
bal_mark_slots(uint32_t mask)
{
	return (mask >> __builtin_ctz(mask)) / 4;
}

uint32_t
bal_mark_of(uint32_t slot, uint32_t mask)
{
	return slot << __builtin_ctz(mask);
}

struct bal_settings
bal_uplink_settings(const struct bal_conf *conf,
		    const struct bal_uplink_state *us, const char *name)
{
	const struct bal_conf_uplink *section = bal_conf_find(conf, name);
	struct bal_settings set = bal_settings_default();

	bal_settings_merge(&set, &conf->check);
	if (section)
		bal_settings_merge(&set, &section->set);
	if (us)
		bal_settings_merge(&set, &us->told);
	/* Built-in bounds give way to what was said of the other end. */
	if (set.timeout_min_ms > set.timeout_ms)
		set.timeout_min_ms = set.timeout_ms;
	if (set.stable_max_ms < set.stable_ms)
		set.stable_max_ms = set.stable_ms;
	if (conf->settles)
		bal_uplink_settle(&set);
	return set;
}

/* Does @a come before @b as the A of a device behind @gateway? */
static bool
ranks_before(const struct bal_ifaddr *a, const struct bal_ifaddr *b,
	     const struct bal_addr *gateway)
{
	struct bal_addr net_a = bal_addr_network(&a->addr);
	struct bal_addr net_b = bal_addr_network(&b->addr);
	bool in_a = bal_addr_in(gateway, &net_a);
	bool in_b = bal_addr_in(gateway, &net_b);

	if (in_a != in_b)
		return in_a;
	return !a->secondary && b->secondary;
}

const struct bal_ifaddr **
bal_uplink_addrs(const struct bal_snapshot *snap, int ifindex,
		 const struct bal_addr *gateway, size_t *n,
		 struct bal_arena *arena)
{
	const struct bal_ifaddr **v;
	size_t count = 0, first = 0;

	for (size_t i = 0; i < snap->addrs.n; i++)
		if (snap->addrs.v[i].ifindex == ifindex)
			count++;
	v = count ? bal_arena_alloc(arena, count * sizeof(*v)) : NULL;
	*n = 0;
	if (!v)
		return NULL;
	for (size_t i = 0; i < snap->addrs.n; i++)
		if (snap->addrs.v[i].ifindex == ifindex)
			v[(*n)++] = &snap->addrs.v[i];
	for (size_t i = 1; i < count; i++)
		if (ranks_before(v[i], v[first], gateway))
			first = i;
	/* The others stay in the kernel's order. */
	for (const struct bal_ifaddr *a = v[first]; first > 0; first--) {
		v[first] = v[first - 1];
		v[first - 1] = a;
	}
	return v;
}

/* The addresses of the box, sorted by host: who holds one is asked often. */
struct holders {
	const struct bal_ifaddr **v;
	size_t n;
};

static int
host_cmp(const struct bal_addr *a, const struct bal_addr *b)
{
	struct bal_addr x = bal_addr_host(a), y = bal_addr_host(b);

	return bal_addr_cmp(&x, &y);
}

static int
by_host(const void *a, const void *b)
{
	const struct bal_ifaddr *const *x = a, *const *y = b;

	return host_cmp(&(*x)->addr, &(*y)->addr);
}

static bool
sort_holders(struct holders *all, const struct bal_snapshot *snap,
	     struct bal_arena *arena)
{
	all->n = snap->addrs.n;
	all->v = bal_arena_alloc(arena, (all->n + 1) * sizeof(*all->v));
	if (!all->v)
		return false;
	for (size_t i = 0; i < all->n; i++)
		all->v[i] = &snap->addrs.v[i];
	qsort(all->v, all->n, sizeof(*all->v), by_host);
	return true;
}

/* Those who hold @addr. */
static struct holders
holders_of(const struct holders *all, const struct bal_addr *addr)
{
	struct holders some = { 0 };
	size_t low = 0, high = all->n;

	if (bal_addr_none(addr))
		return some;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (host_cmp(&all->v[mid]->addr, addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	some.v = all->v + low;
	while (low + some.n < all->n &&
	       host_cmp(&some.v[some.n]->addr, addr) == 0)
		some.n++;
	return some;
}

/* This box, or all of a subnet: it leads nowhere, and the kernel refuses. */
static bool
is_no_gateway(const struct bal_uplink *up, const struct holders *all)
{
	if (holders_of(all, &up->gateway).n)
		return true;
	for (size_t i = 0; i < up->n_addrs; i++) {
		const struct bal_ifaddr *own = up->addrs[i];
		struct bal_addr last = bal_addr_last(&own->addr);
		struct bal_addr net = bal_addr_network(&own->addr);

		/* A /31 has neither (RFC 3021). */
		if (!own->peer &&
		    own->addr.len + 1u < bal_addr_bits(own->addr.family) &&
		    (bal_addr_same_host(&last, &up->gateway) ||
		     bal_addr_same_host(&net, &up->gateway)))
			return true;
	}
	return false;
}

static void
see_device(struct bal_uplink *up, const struct bal_uplink_state *us,
	   const struct bal_snapshot *snap, const struct holders *all,
	   struct bal_arena *arena)
{
	const struct bal_link *link = bal_snapshot_link(snap, us->name);

	up->gateway = up->set.gateway;
	if (bal_addr_none(&up->gateway))
		up->gateway = us->learned_gateway;
	if (link) {
		up->link = link;
		up->ifindex = link->ifindex;
		up->up = link->up;
		up->carrier = link->carrier;
		up->no_arp = link->no_arp;
		up->addrs = bal_uplink_addrs(snap, link->ifindex, &up->gateway,
					     &up->n_addrs, arena);
		if (us->saved_ifindex == link->ifindex) {
			up->restore_mask = us->saved_mask;
			up->restore = us->saved;
		}
	}
	if (!up->n_addrs)
		up->absent_addr = bal_addr_host(&us->learned_addr);
	if (!bal_addr_none(&up->gateway) && is_no_gateway(up, all))
		up->gateway = (struct bal_addr){ 0 };
	up->usable = up->admin_up && up->up && up->carrier && up->n_addrs &&
		     (up->no_arp || !bal_addr_none(&up->gateway));
}

void
bal_uplink_disable(struct bal_uplink *up)
{
	up->gateway = (struct bal_addr){ 0 };
	up->no_arp = false;
	up->usable = up->alive = false;
}

static void
fill(struct bal_uplink *up, const struct bal_uplink_state *us,
     const struct bal_conf *conf, const struct bal_snapshot *snap,
     const struct holders *all, struct bal_arena *arena)
{
	memcpy(up->name, us->name, sizeof(up->name));
	up->slot = us->slot;
	up->table = us->table;
	up->admin_up = us->admin_up;
	up->health = us->judge.health;
	up->set = bal_uplink_settings(conf, us, us->name);
	if (!(up->set.has & BAL_SET_OVER) && us->learned_over[0]) {
		memcpy(up->set.over, us->learned_over, sizeof(up->set.over));
		up->set.has |= BAL_SET_OVER;
	}
	up->base = !(up->set.has & BAL_SET_OVER);
	see_device(up, us, snap, all, arena);
	up->alive = up->usable && up->health != BAL_HEALTH_DEAD;
	up->degraded = up->health == BAL_HEALTH_DEGRADED;
	up->lossy = bal_judge_is_lossy(&us->judge);
}

enum bal_health
bal_uplink_condition(const struct bal_uplink *up)
{
	return up->usable && !up->stranded ? up->health : BAL_HEALTH_DEAD;
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

static int
by_slot(const void *a, const void *b)
{
	const struct bal_uplink *x = a, *y = b;

	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

bool
bal_uplink_gateway_is_near(const struct bal_uplink *up)
{
	for (size_t i = 0; i < up->n_addrs; i++) {
		struct bal_addr net = bal_addr_network(&up->addrs[i]->addr);

		/* Leases of a single address have their gateway outside. */
		if (up->addrs[i]->peer || bal_addr_is_host(&net) ||
		    bal_addr_in(&up->gateway, &net))
			return true;
	}
	return false;
}

/* Is the device @ifindex an uplink that is up? */
static bool
is_uplink(const struct bal_uplinks *ups, int ifindex)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].ifindex == ifindex && ups->v[i].admin_up)
			return true;
	return false;
}

/* Look-alikes: who shares A, and whose former A belongs to others now. */
static void
compare_addresses(struct bal_uplinks *ups, const struct holders *all)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		const struct bal_ifaddr *a = bal_uplink_addr(up);
		struct holders same = { 0 };

		if (a && up->admin_up)
			same = holders_of(all, &a->addr);
		for (size_t k = 0; k < same.n; k++)
			if (same.v[k]->ifindex != up->ifindex &&
			    is_uplink(ups, same.v[k]->ifindex))
				up->shared_addr = true;
		if (holders_of(all, &up->absent_addr).n)
			up->absent_addr = (struct bal_addr){ 0 };
		if (bal_addr_none(&up->absent_addr))
			continue;
		for (size_t k = 0; k < i; k++)
			if (ups->v[k].admin_up &&
			    bal_addr_same_host(&ups->v[k].absent_addr,
					       &up->absent_addr))
				up->absent_addr = (struct bal_addr){ 0 };
	}
}

const struct bal_addr *
bal_uplink_used_addr(const struct bal_uplink_state *us)
{
	return bal_addr_none(&us->used_addr) ? &us->learned_addr :
					       &us->used_addr;
}

static void
find_used_addr(const struct bal_uplinks *ups, struct bal_uplink *up,
	       const struct bal_uplink_state *us, const struct holders *all)
{
	const struct holders same = holders_of(all, bal_uplink_used_addr(us));

	for (size_t k = 0; k < same.n; k++)
		up->used_addr_here |= same.v[k]->ifindex == up->ifindex;
	for (size_t k = 0; k < same.n; k++)
		up->used_addr_elsewhere |=
			same.v[k]->ifindex != up->ifindex &&
			(!up->used_addr_here ||
			 is_uplink(ups, same.v[k]->ifindex));
}

static const struct bal_uplink *
find(const struct bal_uplinks *ups, const char *name)
{
	for (size_t i = 0; i < ups->n; i++)
		if (strcmp(ups->v[i].name, name) == 0)
			return &ups->v[i];
	return NULL;
}

/* A line that ifdown took down need not be an uplink any more. */
static bool
is_way_out(const struct bal_uplinks *ups, const struct bal_snapshot *snap,
	   const struct bal_uplink_state *us, const char *over)
{
	const struct bal_uplink *under = find(ups, over);
	const struct bal_link *link = bal_snapshot_link(snap, over);

	if (!under && us && strcmp(us->line_down, over) == 0)
		return false;
	if (!under)
		return !link || link->up;
	return under->admin_up && under->usable &&
	       under->health != BAL_HEALTH_DEAD;
}

/* Nothing gets through a tunnel whose packets get nowhere. */
static void
strand_tunnels(struct bal_uplinks *ups, const struct bal_snapshot *snap,
	       const struct bal_state *state)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];

		if (up->base ||
		    is_way_out(ups, snap, bal_state_find(state, up->name),
			       up->set.over))
			continue;
		up->stranded = true;
		up->alive = false;
	}
}

static bool
has_last_resort(const struct bal_uplinks *ups, const struct bal_globals *g)
{
	for (size_t i = 0; i < ups->n && g->last_resort; i++)
		if (ups->v[i].base && ups->v[i].usable)
			return true;
	return false;
}

/*
 * A tunnel that is dead, and through which nothing came, for so long is no
 * chance, however good its device looks (OpenVPN's persist-tun); it would hide
 * the last resort, and its client could never look its server's name up.  When
 * that is so; UINT64_MAX: never.
 */
static uint64_t
given_up_ms(const struct bal_uplink *up, const struct bal_state *state,
	    const struct bal_globals *globals)
{
	const struct bal_uplink_state *us = bal_state_find(state, up->name);
	uint64_t since;

	if (up->base || !us || !us->since_ms)
		return UINT64_MAX;
	since = us->heard_ms > us->since_ms ? us->heard_ms : us->since_ms;
	return since + globals->openvpn_dead_ms;
}

/* when_all_dead = keep: better a chance by all than none. */
static void
keep_all_dead(struct bal_uplinks *ups, const struct bal_globals *globals,
	      const struct bal_state *state, uint64_t now_ms)
{
	const bool resort = has_last_resort(ups, globals);

	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].alive)
			return;
	if (globals->when_all_dead != BAL_ALL_DEAD_KEEP)
		return;
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];
		uint64_t end_ms = UINT64_MAX;

		if (resort)
			end_ms = given_up_ms(up, state, globals);
		up->alive = up->usable && now_ms < end_ms;
		ups->kept |= up->alive;
		if (up->alive && end_ms < UINT64_MAX &&
		    (!ups->next_ms || end_ms < ups->next_ms))
			ups->next_ms = end_ms;
	}
}

int
bal_uplinks_resolve(const struct bal_conf *conf, const struct bal_state *state,
		    const struct bal_snapshot *snap, struct bal_arena *arena,
		    struct bal_uplinks *out, struct bal_err *err)
{
	struct bal_uplinks ups = { 0 };
	bal_line_list lines = { 0 };
	struct holders all;

	ups.v = bal_arena_alloc(arena, (state->n_uplinks + 1) * sizeof(*ups.v));
	if (!ups.v || !sort_holders(&all, snap, arena))
		return bal_err_nomem(err);
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink *up = &ups.v[ups.n++];

		fill(up, &state->uplinks[i], conf, snap, &all, arena);
		if (bal_uplink_agrees(up->name, &up->set, err) < 0)
			return -1;
	}
	bal_over_lines(conf, state, &ups, arena, &lines);
	for (size_t i = 0; i < ups.n; i++)
		ups.v[i].share = bal_over_has_share(&lines, ups.v[i].name,
						    ups.v[i].set.share);
	for (size_t i = 0; i < ups.n; i++)
		find_used_addr(&ups, &ups.v[i], &state->uplinks[i], &all);
	qsort(ups.v, ups.n, sizeof(*ups.v), by_slot);
	compare_addresses(&ups, &all);
	strand_tunnels(&ups, snap, state);
	keep_all_dead(&ups, &conf->globals, state, snap->now_ms);
	if (arena->oom)
		return bal_err_nomem(err);
	*out = ups;
	return 0;
}
