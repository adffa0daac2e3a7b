// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_rules - the [rule]s of bal.conf as policy rules of the kernel. */
#include <sys/socket.h>

#include "plan/internal.h"

struct maker {
	const struct bal_world *world;
	int family;
	struct bal_arena *arena;
	bal_rule_list *out;
	size_t k; /* of the priority: which rule it is */
	struct bal_led lead;
	const struct bal_group *steered; /* by marks of its members; or NULL */
};

static void
push(struct maker *m, const struct bal_rule *r)
{
	struct bal_rule *slot = BAL_PUSH(m->arena, m->out);

	if (slot)
		*slot = *r;
}

/* A socket's mark says which member is meant: of those that live. */
static void
push_marked(struct maker *m, struct bal_rule r)
{
	const uint32_t mask = m->world->globals->mark_mask, mark = r.mark;
	const struct bal_uplink *best =
		bal_group_best_of(m->steered, m->family);

	r.priority += BAL_RULE_POLICY_STEER - BAL_RULE_POLICY;
	r.has_mark = true;
	r.mask |= mask;
	for (size_t i = 0; i < m->steered->members.n; i++) {
		const struct bal_uplink *up = m->steered->members.v[i];

		if (!bal_group_spreads_over(m->steered, up, best,
					    m->family))
			continue;
		r.mark = mark | bal_mark_of(up->slot, mask);
		r.table = up->table;
		push(m, &r);
	}
}

/* What no table of the group takes is main's, else the next rule's. */
static void
push_led(void *arg, struct bal_rule *r)
{
	struct maker *m = arg;

	r->priority = m->world->globals->rule_priority + BAL_RULE_POLICY +
		      BAL_RULE_POLICY_STEP * (uint32_t)m->k;
	r->action = m->lead.action;
	r->table = m->lead.table;
	push(m, r);
	if (m->steered)
		push_marked(m, *r);
	if (!m->lead.main)
		return;
	r->priority += BAL_RULE_POLICY_MAIN - BAL_RULE_POLICY;
	r->table = BAL_TABLE_MAIN;
	push(m, r);
}

/* What nftables has selected. */
static void
push_class(struct maker *m, const struct bal_conf_rule *rule)
{
	const uint32_t mark = bal_plan_class(m->world, rule, &m->lead, m->k);
	struct bal_rule r = { .family = m->family,
			      .protocol = BAL_PROTO,
			      .suppress_prefixlen = -1,
			      .has_mark = true,
			      .mark = mark,
			      .mask = m->world->globals->mark_mask };

	m->steered = NULL;
	if (mark && (!rule || bal_policy_is_of(rule, m->family)))
		push_led(m, &r);
}

/* Its destinations lead to a group, behind all [rule]s. */
static void
destinations_of(struct maker *m, const struct bal_group *group)
{
	size_t n = group->n_destinations;
	const struct bal_addr *dst =
		bal_prefixes_of(group->destinations, &n, m->family);

	m->lead = bal_plan_lead_to(m->world, group);
	m->steered = bal_plan_steers_by(m->world, group, n) ? group : NULL;
	for (size_t i = 0; i < n; i++) {
		struct bal_rule r = { .family = m->family,
				      .protocol = BAL_PROTO,
				      .suppress_prefixlen = -1,
				      .dst = dst[i] };

		push_led(m, &r);
	}
	if (n)
		push_class(m, NULL);
}

void
bal_plan_policy_rules(const struct bal_world *world, int family,
		      struct bal_arena *arena, bal_rule_list *out)
{
	struct maker m = { .world = world,
			   .family = family,
			   .arena = arena,
			   .out = out };
	const size_t n = world->policy ? world->policy->n_rules : 0;

	for (; m.k < n; m.k++) {
		const struct bal_conf_rule *rule = &world->policy->rules[m.k];

		if (!bal_plan_lead(world, rule, &m.lead))
			continue;
		m.steered = m.lead.group;
		if (m.steered && !bal_plan_steers_by(world, m.steered,
						     bal_policy_parts(rule)))
			m.steered = NULL;
		if (bal_policy_is_plain(rule))
			bal_plan_parts(world, rule, family, push_led, &m);
		push_class(&m, rule);
	}
	for (size_t i = 1; i < world->groups->n; i++, m.k++)
		destinations_of(&m, &world->groups->v[i]);
}
