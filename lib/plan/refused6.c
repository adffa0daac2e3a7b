// SPDX-License-Identifier: GPL-2.0-or-later
/* refused6 - what must not leave at all by IPv6, in front of own addresses; pure. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

/*
 * A socket of this box that is bound to nothing, and finds that its way is
 * closed, is tried again by the kernel with an address of some line: `from`
 * that it would leave.  So where a [rule] or a group is closed, has no member
 * that lives, and what it selects is not a matter of rules in front of it, it
 * is refused before.  Who is bound to a device leaves by it all the same.
 *
 * Rules of one priority have no order that lasts, but those that do the same
 * need none: a priority is for a run of them.
 */
struct maker {
	const struct bal_world *world;
	struct bal_arena *arena;
	bal_rule_list *out;
	int role; /* of the run */
	bool refuses; /* what it does */
	size_t kept; /* of @out: with the last that refuses */
};

int
bal_plan_role6(int role)
{
	return role >= BAL_RULE_FROM && role <= BAL_RULE_PREFIX_ONLY ?
		       role + BAL_RULE_REFUSED6_MAX :
		       role;
}

static void
push(void *arg, struct bal_rule *r)
{
	struct maker *m = arg;
	const uint32_t first = m->world->globals->rule_priority;
	struct bal_rule *slot;

	/* Not a packet of this box. */
	if (r->iif[0] && strcmp(r->iif, "lo") != 0)
		return;
	slot = BAL_PUSH(m->arena, m->out);
	if (!slot)
		return;
	*slot = *r;
	memcpy(slot->iif, "lo", sizeof("lo"));
	slot->priority = first + (uint32_t)m->role;
	slot->action = m->refuses ? BAL_RULE_UNREACHABLE : BAL_RULE_GOTO;
	if (!m->refuses)
		slot->target =
			first + (uint32_t)bal_plan_role6(BAL_RULE_FROM);
	else
		m->kept = m->out->n;
}

/*
 * What is asked to go without a protocol may be one with it: so each has a
 * priority of its own, as long as there are many.
 */
static void
begin(struct maker *m, bool refuses)
{
	const int used = m->role + 1 - BAL_RULE_REFUSED6;

	if (used < BAL_RULE_REFUSED6_MAX / 2 ||
	    (refuses != m->refuses && used < BAL_RULE_REFUSED6_MAX))
		m->role++;
	m->refuses = refuses;
}

/* Has it no way at all, nor leaves it to another? */
static bool
is_refused(const struct bal_world *world, const struct bal_group *group)
{
	while (!bal_group_best6(group)) {
		if (group->fallback != BAL_FALLBACK_GROUP)
			return group->fallback > BAL_FALLBACK_MAIN;
		group = &world->groups->v[group->fallback_at];
	}
	return false;
}

/* Without a member nothing is there: the next rule takes over. */
static bool
leads_on(const struct bal_world *world, const struct bal_group *group)
{
	while (!bal_group_best6(group)) {
		if (group->fallback != BAL_FALLBACK_GROUP)
			return group->fallback == BAL_FALLBACK_NEXT;
		group = &world->groups->v[group->fallback_at];
	}
	return false;
}

static void
rule(struct maker *m, const struct bal_conf_rule *rule)
{
	struct bal_led lead;

	if (!bal_policy_is_plain(rule) || !bal_plan_lead(m->world, rule, &lead) ||
	    (lead.group && leads_on(m->world, lead.group)))
		return;
	begin(m, lead.group ? is_refused(m->world, lead.group) : lead.closed);
	bal_plan_parts(m->world, rule, AF_INET6, push, m);
}

static void
prefixes(struct maker *m, const struct bal_addr *all, size_t n_all)
{
	size_t n = n_all;
	const struct bal_addr *list = bal_prefixes_of(all, &n, AF_INET6);

	for (size_t i = 0; i < n || (!n_all && !i); i++) {
		struct bal_rule r = { .family = AF_INET6,
				      .protocol = BAL_PROTO,
				      .suppress_prefixlen = -1 };

		if (n_all)
			r.dst = list[i];
		push(m, &r);
	}
}

static void
destinations(struct maker *m, const struct bal_group *group)
{
	if (!group->n_destinations || leads_on(m->world, group))
		return;
	begin(m, is_refused(m->world, group));
	prefixes(m, group->destinations, group->n_destinations);
}

/* A line that is a group's alone is not shut for who is bound to its address. */
static bool
rest_is_refused(const struct bal_world *world)
{
	const struct bal_uplinks *ups = world->uplinks;
	const struct bal_group *rest = &world->groups->v[0];

	if (!bal_plan_closes6(world) || bal_group_best6(rest))
		return false;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].six && !bal_group_has(rest, &ups->v[i]) &&
		    bal_groups_have(world->groups, &ups->v[i]))
			return true;
	return false;
}

static void
by_device(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;

	for (size_t i = 0; i < ups->n; i++) {
		struct bal_rule scratch = { 0 }, *r;

		if (!ups->v[i].six)
			continue;
		r = bal_plan_add_rule(m->out, AF_INET6,
				      m->world->globals->rule_priority +
					      BAL_RULE_FORWARDED,
				      BAL_RULE_LOOKUP, &scratch, m->arena);
		r->table = ups->v[i].table;
		memcpy(r->oif, ups->v[i].name, sizeof(r->oif));
	}
}

void
bal_plan_refused6(const struct bal_world *world, struct bal_arena *arena,
		  bal_rule_list *out)
{
	const struct bal_policy *policy = world->policy;
	const struct bal_globals *g = world->globals;
	const size_t before = out->n;
	struct maker m = { world, arena, out, BAL_RULE_REFUSED6 - 1,
			   false, before };

	for (size_t i = 0; policy && i < policy->n_rules; i++)
		rule(&m, &policy->rules[i]);
	for (size_t i = 1; i < world->groups->n; i++)
		destinations(&m, &world->groups->v[i]);
	begin(&m, true);
	if (rest_is_refused(world))
		prefixes(&m, g->destinations, g->n_destinations);
	/* What stands behind the last one is for nothing. */
	out->n = m.kept;
	if (m.kept > before)
		by_device(&m);
}
