// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall_class - which packets nftables has to tell apart for rules. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

struct maker {
	const struct bal_world *world;
	struct bal_arena *arena;
	struct bal_fw_model *out;
	const struct bal_conf_rule *rule; /* NULL: destinations of a group */
	size_t class; /* of what is pushed, plus 1; 0: none */
};

static void
push_select(void *arg, struct bal_rule *r)
{
	struct maker *m = arg;
	struct bal_fw_select *s = BAL_PUSH(m->arena, &m->out->selects);

	if (!s)
		return;
	*s = (struct bal_fw_select){
		.proto = r->ip_proto,
		.sport = r->sport,
		.dport = r->dport,
		.has_mark = r->has_mark,
		.mark = r->mark,
		.mark_mask = r->mask,
		.src = r->src,
		.dst = r->dst,
		.src_set = m->rule ? m->rule->from_set : "",
		.dst_set = m->rule ? m->rule->to_set : "",
		.has_dscp = m->rule && m->rule->has_dscp,
		.dscp = m->rule ? m->rule->dscp : 0,
		.ipv6 = r->family == AF_INET6,
		.class = m->class,
	};
	memcpy(s->iif, r->iif, sizeof(s->iif));
}

/* A number that the group keeps, moved out of the mask's way. */
static uint32_t
tag_of(const struct bal_group *group, uint32_t mask)
{
	const unsigned at = (unsigned)__builtin_ctz(mask);
	const uint32_t low = at ? (1u << at) - 1 : 0;
	const unsigned width = 32 - (unsigned)__builtin_clz(mask >> at);

	if (at + width == 32)
		return group->table & low;
	return (group->table & low) |
	       (group->table & ~low) << width;
}

static void
push_living(struct maker *m, const struct bal_group *group,
	    struct bal_fw_class *class)
{
	for (size_t i = 0; i < group->members.n; i++) {
		const struct bal_uplink *up = group->members.v[i];
		uint32_t *slot;

		if (!bal_plan_holds(m->world, up))
			continue;
		slot = BAL_PUSH(m->arena, &class->members);
		if (slot)
			*slot = bal_mark_of(up->slot, m->out->mask);
	}
}

/* While no member lives, those of the group that takes over. */
static void
fill_sticky(struct maker *m, const struct bal_group *group,
	    struct bal_fw_class *class)
{
	class->sticky_ms = m->rule->sticky_ms;
	(void)bal_copy(class->rule, sizeof(class->rule), m->rule->name);
	class->tag = tag_of(group, m->out->mask);
	push_living(m, group, class);
	while (!class->members.n && group->fallback == BAL_FALLBACK_GROUP) {
		group = &m->world->groups->v[group->fallback_at];
		push_living(m, group, class);
	}
}

/* While one of several is alone, too: connections are not to be bound to it. */
static void
fill_draws(struct maker *m, const struct bal_group *group,
	   struct bal_fw_class *class)
{
	const struct bal_uplink *best = bal_group_best(group);
	const uint32_t mask = m->out->mask;

	for (size_t i = 0; group->members.n > 1 && i < group->members.n; i++) {
		const struct bal_uplink *up = group->members.v[i];
		const uint32_t mark =
			bal_plan_inbound(m->world->uplinks, up, mask);
		struct bal_fw_draw *slot;

		/* By a mark that it leaves by it would be bound to it. */
		if (mark == up->slot ||
		    !bal_group_spreads_over(group, up, best, AF_INET))
			continue;
		slot = BAL_PUSH(m->arena, &class->draws);
		if (slot)
			*slot = (struct bal_fw_draw){ bal_mark_of(mark, mask),
						      up->set.weight };
	}
}

static void
begin(struct maker *m, const struct bal_led *lead, size_t k)
{
	const uint32_t mark = bal_plan_class(m->world, m->rule, lead, k);
	struct bal_fw_class *class;

	m->class = 0;
	class = mark ? BAL_PUSH(m->arena, &m->out->classes) : NULL;
	if (!class)
		return;
	m->class = m->out->classes.n;
	class->mark = mark;
	class->refuses = lead->closed;
	if (m->rule && m->rule->sticky_ms && lead->group)
		fill_sticky(m, lead->group, class);
	if (bal_plan_draws(m->rule, lead->group))
		fill_draws(m, lead->group, class);
}

/* Without what is of one family, one is for both. */
static void
push_parts(struct maker *m)
{
	const struct bal_conf_rule *r = m->rule;
	const bool four = bal_policy_is_of(r, AF_INET);

	bal_plan_parts(m->world, r, AF_INET, push_select, m);
	if (m->world->globals->ipv6 == BAL_IPV6_BALANCE &&
	    (r->n_from || r->n_to || r->has_dscp || !four))
		bal_plan_parts(m->world, r, AF_INET6, push_select, m);
}

static void
add_rule(struct maker *m, size_t k)
{
	struct bal_led lead;

	m->rule = &m->world->policy->rules[k];
	if (m->rule->has_uid || strcmp(m->rule->iif, "lo") == 0 ||
	    !bal_plan_lead(m->world, m->rule, &lead))
		return;
	begin(m, &lead, k);
	/* Without its mark it is not there. */
	if (m->class || bal_policy_is_plain(m->rule))
		push_parts(m);
}

static void
add_destinations(struct maker *m, const struct bal_group *group, size_t k)
{
	const struct bal_led lead = bal_plan_lead_to(m->world, group);

	m->rule = NULL;
	if (group->n_destinations)
		begin(m, &lead, k);
	for (size_t i = 0; i < group->n_destinations; i++) {
		struct bal_rule r = { .family = group->destinations[i].family,
				      .dst = group->destinations[i] };

		push_select(m, &r);
	}
}

/* Whatever no rule leads elsewhere, with the last class that there is. */
static void
add_rest(struct maker *m, size_t k)
{
	const struct bal_globals *g = m->world->globals;
	const struct bal_group *group = &m->world->groups->v[0];
	const struct bal_led lead = { .group = group };

	m->rule = NULL;
	if (!bal_plan_draws(NULL, group))
		return;
	begin(m, &lead, k);
	for (size_t i = 0; i < g->n_destinations; i++) {
		struct bal_rule r = { .dst = g->destinations[i] };

		push_select(m, &r);
	}
	if (!g->n_destinations)
		push_select(m, &(struct bal_rule){ 0 });
}

/* What main or the best line has: the pages of modems, for one. */
static void
add_aside(struct maker *m)
{
	bal_prefix_list shared = { 0 };

	bal_plan_shared_subnets(m->world->uplinks, m->arena, &shared);
	for (size_t i = 0; i < shared.n; i++) {
		struct bal_fw_select *s = BAL_PUSH(m->arena, &m->out->aside);

		if (s)
			*s = (struct bal_fw_select){ .dst = shared.v[i],
						     .src_set = "",
						     .dst_set = "" };
	}
}

void
bal_plan_classes(const struct bal_world *world, struct bal_arena *arena,
		 struct bal_fw_model *out)
{
	struct maker m = { .world = world, .arena = arena, .out = out };
	const size_t n = world->policy ? world->policy->n_rules : 0;

	for (size_t k = 0; k < n; k++)
		add_rule(&m, k);
	for (size_t i = 1; i < world->groups->n; i++)
		add_destinations(&m, &world->groups->v[i], n + i - 1);
	add_rest(&m, bal_policy_classes(out->mask) - 1);
	for (size_t i = 0; i < out->classes.n; i++)
		if (out->classes.v[i].draws.n && !out->aside.n)
			add_aside(&m);
	/* The last ones that lead to no class decide nothing. */
	while (out->selects.n && !out->selects.v[out->selects.n - 1].class)
		out->selects.n--;
}
