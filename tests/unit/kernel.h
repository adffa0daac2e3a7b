/* kernel - w.snap as a kernel in memory, which refuses what the real one does. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <errno.h>

#include "netlink/write.h"
#include "walk.h"

/* Take element @i out of @list, the order of the others stays. */
#define TAKE_OUT(list, i)                                        \
	do {                                                     \
		const size_t at_ = (i);                          \
		(list)->n--;                                     \
		memmove(&(list)->v[at_], &(list)->v[at_ + 1],    \
			((list)->n - at_) * sizeof(*(list)->v)); \
	} while (0)

/* Put @what in front of element @i. */
#define PUT_IN(list, i, what)                                        \
	do {                                                         \
		const size_t at_ = (i);                              \
		assert_non_null(BAL_PUSH(&w.arena, list));           \
		memmove(&(list)->v[at_ + 1], &(list)->v[at_],        \
			((list)->n - 1 - at_) * sizeof(*(list)->v)); \
		(list)->v[at_] = (what);                             \
	} while (0)

static inline const struct bal_link *
kernel_link(int ifindex)
{
	return bal_snapshot_ifindex(&w.snap, ifindex);
}

static inline struct bal_nexthop *
kernel_nexthop(uint32_t id)
{
	for (size_t i = 0; i < w.snap.nexthops.n; i++)
		if (w.snap.nexthops.v[i].id == id)
			return &w.snap.nexthops.v[i];
	return NULL;
}

static inline bool
kernel_uses(uint32_t id)
{
	for (size_t i = 0; i < w.snap.routes.n; i++)
		if (w.snap.routes.v[i].nhid == id)
			return true;
	for (size_t i = 0; i < w.snap.nexthops.n; i++)
		for (size_t k = 0; k < w.snap.nexthops.v[i].n_members; k++)
			if (w.snap.nexthops.v[i].members[k].id == id)
				return true;
	return false;
}

static inline int
kernel_check_hop(const struct bal_hop *hop, bool scope_link)
{
	const struct bal_link *l = kernel_link(hop->ifindex);

	if (!l)
		return ENODEV;
	if (!l->up)
		return ENETDOWN;
	/* A gateway is either on the link or beyond it. */
	if (bal_addr_none(&hop->gateway) == hop->onlink ||
	    (hop->onlink && scope_link))
		return EINVAL;
	return 0;
}

static inline int
kernel_check_group(const struct bal_nexthop *nh)
{
	for (size_t i = 0; i < nh->n_members; i++) {
		const struct bal_nexthop *one =
			kernel_nexthop(nh->members[i].id);

		if (!one || one->n_members || nh->members[i].weight < 1 ||
		    nh->members[i].weight > 255)
			return EINVAL;
		for (size_t k = 0; k < i; k++)
			if (nh->members[k].id == nh->members[i].id)
				return EINVAL;
	}
	return 0;
}

static inline int
kernel_nexthop_add(const struct bal_nexthop *nh)
{
	int eno = kernel_check_group(nh);

	if (kernel_nexthop(nh->id))
		return EEXIST;
	if (eno)
		return eno;
	if (!nh->n_members) {
		const struct bal_link *l = kernel_link(nh->hop.ifindex);

		eno = kernel_check_hop(&nh->hop, false);
		if (eno)
			return eno;
		if (!l->carrier)
			return ENETDOWN;
	}
	PUT_IN(&w.snap.nexthops, w.snap.nexthops.n, *nh);
	return 0;
}

static inline int
kernel_nexthop_replace(const struct bal_nexthop *nh)
{
	struct bal_nexthop *have = kernel_nexthop(nh->id);

	if (!have)
		return ENOENT;
	assert_int_equal(have->protocol, BAL_PROTO);
	if (!have->n_members != !nh->n_members)
		return EINVAL;
	if (kernel_check_group(nh))
		return EINVAL;
	*have = *nh;
	return 0;
}

static inline int
kernel_nexthop_del(uint32_t id)
{
	struct bal_nexthop *have = kernel_nexthop(id);

	if (!have)
		return ENOENT;
	assert_int_equal(have->protocol, BAL_PROTO);
	if (kernel_uses(id))
		fail_msg("nexthop %u is deleted while it is in use", id);
	TAKE_OUT(&w.snap.nexthops, (size_t)(have - w.snap.nexthops.v));
	return 0;
}

static inline bool
kernel_has_addr(const struct bal_addr *a)
{
	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (bal_addr_same_host(&w.snap.addrs.v[i].addr, a) &&
		    kernel_link(w.snap.addrs.v[i].ifindex))
			return true;
	return false;
}

static inline int
kernel_check_route(const struct bal_route *r)
{
	if (!bal_addr_none(&r->src) && !kernel_has_addr(&r->src))
		return EINVAL;
	if (r->nhid)
		return kernel_nexthop(r->nhid) ? 0 : EINVAL;
	for (size_t i = 0; i < r->n_hops; i++) {
		int eno = kernel_check_hop(&r->hops[i], r->scope_link);

		if (eno)
			return eno;
	}
	return r->n_hops || *bal_route_type_word(r->type) ? 0 : EINVAL;
}

static inline bool
same_hops(const struct bal_route *a, const struct bal_route *b)
{
	if (a->nhid || b->nhid)
		return a->nhid == b->nhid;
	if (a->n_hops != b->n_hops)
		return false;
	for (size_t i = 0; i < a->n_hops; i++)
		if (!bal_hop_same(&a->hops[i], &b->hops[i]) ||
		    (a->n_hops > 1 && a->hops[i].weight != b->hops[i].weight))
			return false;
	return true;
}

/* Where the routes of the key of @r begin and end; the list is sorted. */
static inline size_t
kernel_key(const struct bal_route *r, size_t *end)
{
	const bal_route_list *routes = &w.snap.routes;
	size_t i = 0;

	while (i < routes->n && bal_route_key_cmp(&routes->v[i], r) < 0)
		i++;
	for (*end = i;
	     *end < routes->n && bal_route_key_cmp(&routes->v[*end], r) == 0;)
		(*end)++;
	return i;
}

static inline int
kernel_route_set(enum bal_verb verb, const struct bal_route *r)
{
	size_t end, at = kernel_key(r, &end);
	int eno = kernel_check_route(r);

	if (eno)
		return eno;
	if (verb == BAL_ADD && at < end)
		return EEXIST;
	for (size_t i = at; i < end; i++) {
		const struct bal_route *have = &w.snap.routes.v[i];

		if (have->protocol == r->protocol && have->type == r->type &&
		    have->scope_link == r->scope_link &&
		    bal_addr_cmp(&have->src, &r->src) == 0 &&
		    same_hops(have, r))
			return EEXIST;
	}
	if (verb == BAL_REPLACE && at < end) {
		assert_int_equal(w.snap.routes.v[at].protocol, BAL_PROTO);
		w.snap.routes.v[at] = *r;
	} else {
		PUT_IN(&w.snap.routes, end, *r);
	}
	return 0;
}

/* The first one that fits; metric 0 fits any. */
static inline int
kernel_route_del(const struct bal_route *r)
{
	bal_route_list *routes = &w.snap.routes;

	for (size_t i = 0; i < routes->n; i++) {
		const struct bal_route *have = &routes->v[i];

		if (have->table != r->table ||
		    bal_addr_cmp(&have->dst, &r->dst) != 0 ||
		    (r->metric && have->metric != r->metric) ||
		    have->protocol != BAL_PROTO || have->type != r->type ||
		    have->scope_link != r->scope_link ||
		    (!bal_addr_none(&r->src) &&
		     bal_addr_cmp(&have->src, &r->src) != 0) ||
		    !same_hops(have, r))
			continue;
		assert_int_equal(have->metric, r->metric);
		TAKE_OUT(routes, i);
		return 0;
	}
	return ESRCH;
}

static inline bool
kernel_same_ports(const struct bal_ports *have, const struct bal_ports *p,
		  bool exact)
{
	return (!exact && !p->first) ||
	       (have->first == p->first && have->last == p->last);
}

static inline bool
kernel_same_selector(const struct bal_rule *have, const struct bal_rule *r,
		     bool exact)
{
	return ((!exact && !r->ip_proto) || have->ip_proto == r->ip_proto) &&
	       kernel_same_ports(&have->sport, &r->sport, exact) &&
	       kernel_same_ports(&have->dport, &r->dport, exact) &&
	       ((!exact && !r->has_uid) ||
		(have->has_uid == r->has_uid &&
		 have->uid_first == r->uid_first &&
		 have->uid_last == r->uid_last));
}

/*
 * Measured: neither the target of a goto nor `not` make two rules different,
 * the protocol does; and what a request to delete does not say fits anything.
 */
static inline bool
kernel_same_rule(const struct bal_rule *have, const struct bal_rule *r,
		 bool exact)
{
	return have->priority == r->priority && have->action == r->action &&
	       have->protocol == BAL_PROTO && have->table == r->table &&
	       (bal_addr_none(&r->src) ||
		bal_addr_cmp(&have->src, &r->src) == 0) &&
	       (bal_addr_none(&r->dst) ||
		bal_addr_cmp(&have->dst, &r->dst) == 0) &&
	       ((!exact && !r->mark) || have->mark == r->mark) &&
	       ((!exact && !r->mask) || have->mask == r->mask) &&
	       ((!exact && !r->iif[0]) || !strcmp(have->iif, r->iif)) &&
	       ((!exact && !r->oif[0]) || !strcmp(have->oif, r->oif)) &&
	       kernel_same_selector(have, r, exact) &&
	       ((!exact && r->suppress_prefixlen < 0) ||
		have->suppress_prefixlen == r->suppress_prefixlen);
}

static inline bal_rule_list *
kernel_rules(const struct bal_rule *like)
{
	return like->family == AF_INET6 ? &w.snap.rules6 : &w.snap.rules;
}

static inline int
kernel_rule_add(const struct bal_rule *r)
{
	bal_rule_list *rules = kernel_rules(r);
	struct bal_nlmsg request;
	size_t at;

	if (r->action == BAL_RULE_GOTO && r->target <= r->priority)
		return EINVAL;
	bal_nl_encode_rule(r, BAL_ADD, &request);
	for (size_t i = 0; i < rules->n; i++)
		if ((request.h.nlmsg_flags & NLM_F_EXCL) &&
		    kernel_same_rule(&rules->v[i], r, true))
			return EEXIST;
	for (at = 0; at < rules->n && rules->v[at].priority <= r->priority;)
		at++;
	PUT_IN(rules, at, *r);
	return 0;
}

static inline bool
rules_equal(const struct bal_rule *a, const struct bal_rule *b)
{
	return kernel_same_rule(a, b, true) && a->invert == b->invert &&
	       a->target == b->target && bal_addr_cmp(&a->src, &b->src) == 0 &&
	       bal_addr_cmp(&a->dst, &b->dst) == 0;
}

/* The rules of two layouts are in each other's way, as nobody can help. */
static bool tolerant;

static inline int
kernel_rule_del(const struct bal_rule *r)
{
	bal_rule_list *rules = kernel_rules(r);

	for (size_t i = 0; i < rules->n; i++) {
		if (!kernel_same_rule(&rules->v[i], r, false))
			continue;
		if (!tolerant && !rules_equal(&rules->v[i], r))
			fail_msg("deleting a rule %u hits another one",
				 r->priority);
		TAKE_OUT(rules, i);
		return 0;
	}
	return ENOENT;
}

static inline int
kernel_devconf(const struct bal_devconf_set *set)
{
	for (size_t i = 0; i < w.snap.links.n; i++) {
		struct bal_link *l = &w.snap.links.v[i];

		if (l->ifindex != set->ifindex)
			continue;
		for (int k = 0; k < BAL_DC_MAX; k++)
			if (set->mask & (1u << k))
				l->devconf[k] = set->value[k];
		return 0;
	}
	return ENODEV;
}

static inline void
kernel_chains(const struct bal_fw_op *op)
{
	bal_chain_list *chains = &w.tables.chains, wanted = { 0 };

	if (op->by != &bal_firewall_legacy)
		return;

	for (size_t i = chains->n; i-- > 0;)
		if ((unsigned)chains->v[i].table == op->part)
			TAKE_OUT(chains, i);
	assert_int_equal(
		bal_legacy_chains(op->want, &w.arena, &wanted, &w.err), 0);
	for (size_t i = 0; i < wanted.n; i++)
		if ((unsigned)wanted.v[i].table == op->part)
			*BAL_PUSH(&w.arena, chains) = wanted.v[i];
}

static inline int
kernel_nexthop_do(enum bal_verb verb, const struct bal_nexthop *nh)
{
	if (verb == BAL_DEL)
		return kernel_nexthop_del(nh->id);
	assert_int_equal(nh->protocol, BAL_PROTO);
	return verb == BAL_REPLACE ? kernel_nexthop_replace(nh) :
				     kernel_nexthop_add(nh);
}

static inline int
kernel_route_do(enum bal_verb verb, const struct bal_route *r)
{
	assert_int_equal(r->protocol, BAL_PROTO);
	return verb == BAL_DEL ? kernel_route_del(r) :
				 kernel_route_set(verb, r);
}

static inline int
kernel_rule_do(enum bal_verb verb, const struct bal_rule *r)
{
	assert_int_equal(r->protocol, BAL_PROTO);
	return verb == BAL_DEL ? kernel_rule_del(r) : kernel_rule_add(r);
}

/* A kind of the test itself is in memory anyway; a real one needs a case here. */
static inline int
kernel_other_do(const struct bal_op *op)
{
	const struct bal_committing how = { 0 };

	for (size_t i = 0; bal_kinds[i]; i++)
		assert_ptr_not_equal(op->kind, bal_kinds[i]);
	return op->kind->commit(op, &how, &w.err);
}

/* Carry @op out: 0 or the errno.  Touching what is not ours fails the test. */
static inline int
kernel_do(const struct bal_op *op)
{
	if (op->kind == &bal_kind_devconf)
		return kernel_devconf(&op->devconf);
	if (op->kind == &bal_kind_sysctl)
		w.snap.sysctls.of[op->sysctl.which] = op->sysctl.value;
	else if (op->kind == &bal_kind_nexthop)
		return kernel_nexthop_do(op->verb, &op->nexthop);
	else if (op->kind == &bal_kind_route)
		return kernel_route_do(op->verb, &op->route);
	else if (op->kind == &bal_kind_rule)
		return kernel_rule_do(op->verb, &op->rule);
	else if (op->kind == &bal_kind_firewall)
		kernel_chains(op->firewall);
	else
		return kernel_other_do(op);
	return 0;
}

/* The hops of routes over groups, as a snapshot has them. */
static inline void
expand_groups(void)
{
	for (size_t i = 0; i < w.snap.routes.n; i++) {
		struct bal_route *r = &w.snap.routes.v[i];
		const struct bal_nexthop *g =
			r->nhid ? kernel_nexthop(r->nhid) : NULL;

		if (!g)
			continue;
		r->n_hops = g->n_members;
		r->hops = bal_arena_alloc(&w.arena, (g->n_members + 1) *
							    sizeof(*r->hops));
		assert_non_null(r->hops);
		for (size_t k = 0; k < g->n_members; k++) {
			r->hops[k] = kernel_nexthop(g->members[k].id)->hop;
			r->hops[k].weight = g->members[k].weight;
		}
	}
}

/* Read, merge, plan, compare: what is to be done. */
static inline bal_op_list
make_ops(void)
{
	bal_op_list ops = { 0 };

	expand_groups();
	make_plan();
	if (bal_diff_make(&w.world, &w.plan, &w.arena, &ops, &w.err) < 0)
		fail_msg("%s", w.err.msg);
	return ops;
}

static inline void
do_op(const struct bal_op *op)
{
	char what[128];
	int eno = kernel_do(op);

	if (eno)
		fail_msg("cannot %s: %s",
			 bal_op_describe(op, what, sizeof(what)),
			 strerror(eno));
}

/* One whole pass. */
static inline void
reconcile(void)
{
	bal_op_list ops = make_ops();

	for (size_t i = 0; i < ops.n; i++)
		do_op(&ops.v[i]);
}

#endif
