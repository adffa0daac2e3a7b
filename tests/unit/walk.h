/* walk - a packet's way through rules and routes, as the kernel walks it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_WALK_H
#define TEST_WALK_H

#include "world.h"

/* Zero state: from nobody to nowhere.  No @iif: it is sent by the box. */
struct packet {
	const char *iif;
	int oif; /* the device that the socket is bound to, 0: none */
	struct bal_addr src, dst;
	uint32_t mark;
};

struct way {
	enum { WAY_NONE, WAY_ROUTE, WAY_UNREACHABLE } kind;
	const struct bal_route *route;
	uint32_t table, priority; /* of the rule that decided */
};

/* @rules by priority, in one priority as inserted; as are @routes at a key. */
struct box {
	const struct bal_rule *const *rules;
	size_t n_rules;
	const bal_route_list *routes;
	const bal_link_list *links;
};

static inline bool
hop_works(const struct box *box, const struct bal_hop *hop, int oif)
{
	if (oif && hop->ifindex != oif)
		return false;
	for (size_t i = 0; i < box->links->n; i++) {
		const struct bal_link *l = &box->links->v[i];

		if (l->ifindex == hop->ifindex)
			return l->up && (l->carrier ||
					 !l->devconf[BAL_DC_IGNORE_LINKDOWN]);
	}
	return false;
}

static inline bool
route_works(const struct box *box, const struct bal_route *r, int oif)
{
	if (r->type != BAL_ROUTE_UNICAST)
		return true;
	for (size_t i = 0; i < r->n_hops; i++)
		if (hop_works(box, &r->hops[i], oif))
			return true;
	return false;
}

static inline const struct bal_route *
look_up(const struct box *box, uint32_t table, const struct packet *p)
{
	const struct bal_route *best = NULL;

	for (size_t i = 0; i < box->routes->n; i++) {
		const struct bal_route *r = &box->routes->v[i];

		if (r->table != table || !bal_addr_in(&p->dst, &r->dst) ||
		    (best && (r->dst.len < best->dst.len ||
			      (r->dst.len == best->dst.len &&
			       r->metric >= best->metric))) ||
		    !route_works(box, r, p->oif))
			continue;
		best = r;
	}
	return best;
}

static inline int
index_of(const struct box *box, const char *name)
{
	for (size_t i = 0; i < box->links->n; i++)
		if (strcmp(box->links->v[i].name, name) == 0)
			return box->links->v[i].ifindex;
	return -1;
}

static inline bool
rule_matches(const struct box *box, const struct bal_rule *r,
	     const struct packet *p)
{
	bool match = true;

	if (r->iif[0] && strcmp(r->iif, p->iif ? p->iif : "lo") != 0)
		match = false;
	if (r->oif[0] && (!p->oif || p->oif != index_of(box, r->oif)))
		match = false;
	if ((r->mark ^ p->mark) & r->mask)
		match = false;
	if (!bal_addr_none(&r->src) && !bal_addr_in(&p->src, &r->src))
		match = false;
	if (!bal_addr_none(&r->dst) && !bal_addr_in(&p->dst, &r->dst))
		match = false;
	return match != r->invert;
}

/* The first rule of @priority, or the number of rules: there is none. */
static inline size_t
target_of(const struct box *box, uint32_t priority)
{
	for (size_t i = 0; i < box->n_rules; i++)
		if (box->rules[i]->priority == priority)
			return i;
	return box->n_rules;
}

static inline struct way
walk(const struct box *box, const struct packet *p)
{
	struct way way = { 0 };

	for (size_t i = 0; i < box->n_rules; i++) {
		const struct bal_rule *r = box->rules[i];

		if (!rule_matches(box, r, p))
			continue;
		way.table = r->table;
		way.priority = r->priority;
		if (r->action == BAL_RULE_GOTO) {
			size_t at = target_of(box, r->target);

			/* The kernel passes by what is not resolved. */
			if (at < box->n_rules)
				i = at - 1;
		} else if (r->action == BAL_RULE_UNREACHABLE) {
			way.kind = WAY_UNREACHABLE;
			return way;
		} else if (r->action == BAL_RULE_LOOKUP) {
			way.route = look_up(box, r->table, p);
			if (!way.route)
				continue;
			way.kind = way.route->type == BAL_ROUTE_UNICAST ?
					   WAY_ROUTE :
					   WAY_UNREACHABLE;
			if (way.kind == WAY_UNREACHABLE ||
			    way.route->dst.len > r->suppress_prefixlen)
				return way;
		}
	}
	return (struct way){ 0 };
}

/* Does @way lead out of @ifindex, and out of no other device? */
static inline bool
leads_to(const struct way *way, int ifindex)
{
	if (way->kind != WAY_ROUTE)
		return false;
	for (size_t i = 0; i < way->route->n_hops; i++)
		if (way->route->hops[i].ifindex != ifindex)
			return false;
	return way->route->n_hops > 0;
}

#endif
