// SPDX-License-Identifier: GPL-2.0-or-later
/* explain - walks the rules as fib_rules_lookup() does. */
#include "explain/explain.h"

#include "explain/internal.h"

struct walker {
	const struct bal_snapshot *snap;
	const struct bal_packet *packet;
	struct bal_arena *arena;
	struct bal_explained *out;
	struct bal_found found; /* by the last rule */
};

static enum bal_fate
fate_of_route(const struct bal_route *r)
{
	switch (r->type) {
	case BAL_ROUTE_UNICAST:
		/* A nexthop object that drops all. */
		return r->n_hops ? BAL_FATE_FORWARD : BAL_FATE_BLACKHOLE;
	case BAL_ROUTE_LOCAL:
		return BAL_FATE_LOCAL;
	case BAL_ROUTE_UNREACHABLE:
		return BAL_FATE_UNREACHABLE;
	case BAL_ROUTE_PROHIBIT:
		return BAL_FATE_PROHIBIT;
	case BAL_ROUTE_BLACKHOLE:
		return BAL_FATE_BLACKHOLE;
	default:
		return BAL_FATE_OTHER;
	}
}

/* Only what leads somewhere is suppressed: fib4_rule_suppress(). */
static bool
is_suppressed(const struct bal_rule *rule, const struct bal_route *r)
{
	const enum bal_fate fate = fate_of_route(r);

	return (int)r->dst.len <= rule->suppress_prefixlen &&
	       (fate == BAL_FATE_FORWARD || fate == BAL_FATE_LOCAL ||
		fate == BAL_FATE_OTHER);
}

static enum bal_step_end
look_up(struct walker *w, struct bal_step *step)
{
	bal_explain_lookup(w->snap, w->packet, step->rule->table, w->arena,
			   &w->found);
	step->route = w->found.route;
	if (!step->route)
		return BAL_STEP_NO_ROUTE;
	if (step->route->type == BAL_ROUTE_THROW)
		return BAL_STEP_THROWN;
	if (is_suppressed(step->rule, step->route))
		return BAL_STEP_SUPPRESSED;
	w->out->fate = fate_of_route(step->route);
	return BAL_STEP_TAKES;
}

/* The first rule of the priority that @at leads to; the number of rules: none. */
static size_t
target_of(const bal_rule_list *rules, size_t at)
{
	size_t i = at + 1;

	while (i < rules->n && rules->v[i].priority != rules->v[at].target)
		i++;
	return i;
}

static enum bal_step_end
end_of(struct walker *w, struct bal_step *step, size_t *at)
{
	static const enum bal_fate fates[] = {
		[BAL_RULE_UNREACHABLE] = BAL_FATE_UNREACHABLE,
		[BAL_RULE_BLACKHOLE] = BAL_FATE_BLACKHOLE,
		[BAL_RULE_PROHIBIT] = BAL_FATE_PROHIBIT,
		[BAL_RULE_OTHER] = BAL_FATE_OTHER,
	};
	size_t target;

	switch (step->rule->action) {
	case BAL_RULE_NOP:
		return BAL_STEP_NOP;
	case BAL_RULE_LOOKUP:
		return look_up(w, step);
	case BAL_RULE_GOTO:
		target = target_of(&w->snap->rules, *at);
		if (target == w->snap->rules.n)
			return BAL_STEP_UNRESOLVED;
		*at = target - 1;
		return BAL_STEP_GOTO;
	default:
		w->out->fate = fates[step->rule->action];
		return BAL_STEP_TAKES;
	}
}

static bool
takes(struct walker *w, size_t *at)
{
	struct bal_step *slot, step = { .rule = &w->snap->rules.v[*at] };

	step.misfit = bal_explain_match(step.rule, w->packet);
	step.end = step.misfit ? BAL_STEP_MISFIT : end_of(w, &step, at);
	slot = BAL_PUSH(w->arena, &w->out->steps);
	if (slot)
		*slot = step;
	return step.end == BAL_STEP_TAKES;
}

/* The address that the device has for @hop: inet_select_addr(). */
static struct bal_addr
address_for(const struct bal_snapshot *snap, const struct bal_hop *hop)
{
	const struct bal_ifaddr *first = NULL;

	for (size_t i = 0; i < snap->addrs.n; i++) {
		const struct bal_ifaddr *a = &snap->addrs.v[i];

		if (a->ifindex != hop->ifindex || a->secondary)
			continue;
		if (bal_addr_in(&hop->gateway, &a->addr))
			return bal_addr_host(&a->addr);
		if (!first)
			first = a;
	}
	return first ? bal_addr_host(&first->addr) : (struct bal_addr){ 0 };
}

static struct bal_addr
source_of(const struct walker *w, const struct bal_route *route,
	  const struct bal_hop *hop)
{
	if (!bal_addr_none(&w->packet->src))
		return w->packet->src;
	if (!bal_addr_none(&route->src))
		return route->src;
	return address_for(w->snap, hop);
}

/* Shares in whole per cents, as the kernel's bounds of the hash round them. */
static void
add_exits(struct walker *w)
{
	uint64_t sum = 0, below = 0;

	for (size_t i = 0; i < w->found.hops.n; i++)
		sum += w->found.hops.v[i]->weight;
	for (size_t i = 0; i < w->found.hops.n; i++) {
		const struct bal_hop *hop = w->found.hops.v[i];
		struct bal_exit *e = BAL_PUSH(w->arena, &w->out->exits);

		if (!e)
			return;
		e->hop = hop;
		e->link = bal_snapshot_ifindex(w->snap, hop->ifindex);
		e->src = source_of(w, w->found.route, hop);
		e->percent = (unsigned)(((below + hop->weight) * 200 + sum) /
						(2 * sum) -
					(below * 200 + sum) / (2 * sum));
		below += hop->weight;
	}
}

/* Beside the one that was found: the kernel has no share for them. */
static void
add_rivals(struct walker *w)
{
	for (size_t i = 0; i < w->found.rivals.n; i++) {
		const struct bal_route *r = w->found.rivals.v[i];
		struct bal_exit *e = BAL_PUSH(w->arena, &w->out->exits);

		if (!e)
			return;
		e->hop = &r->hops[0];
		e->link = bal_snapshot_ifindex(w->snap, e->hop->ifindex);
		e->src = source_of(w, r, e->hop);
	}
	for (size_t i = 0; w->found.rivals.n && i < w->out->exits.n; i++) {
		w->out->exits.v[i].by_gateway = true;
		w->out->exits.v[i].percent = 0;
	}
}

/* The kernel: "Destination is on-link", ip_route_output_key_hash_rcu(). */
static void
ask_device(struct walker *w)
{
	struct bal_hop *hop = bal_arena_alloc(w->arena, sizeof(*hop));
	struct bal_exit *e = BAL_PUSH(w->arena, &w->out->exits);

	if (!hop || !e)
		return;
	hop->ifindex = w->packet->oif->ifindex;
	e->hop = hop;
	e->link = w->packet->oif;
	e->percent = 100;
	e->src = bal_addr_none(&w->packet->src) ? address_for(w->snap, hop) :
						  w->packet->src;
	w->out->fate = BAL_FATE_ON_LINK;
}

static bool
fails(enum bal_fate fate)
{
	return fate == BAL_FATE_NO_ROUTE || fate == BAL_FATE_UNREACHABLE ||
	       fate == BAL_FATE_PROHIBIT || fate == BAL_FATE_BLACKHOLE;
}

int
bal_explain(const struct bal_snapshot *snap, const struct bal_packet *packet,
	    struct bal_arena *arena, struct bal_explained *out,
	    struct bal_err *err)
{
	struct walker w = { snap, packet, arena, out, { 0 } };
	bool taken = false;

	*out = (struct bal_explained){ .fate = BAL_FATE_NO_ROUTE };
	for (size_t i = 0; i < snap->rules.n && !taken; i++)
		taken = takes(&w, &i);
	if (taken && out->steps.n)
		out->last = &out->steps.v[out->steps.n - 1];
	if (out->fate == BAL_FATE_FORWARD) {
		add_exits(&w);
		add_rivals(&w);
	} else if (packet->oif && fails(out->fate)) {
		ask_device(&w);
	}
	return arena->oom ? bal_err_nomem(err) : 0;
}
