// SPDX-License-Identifier: GPL-2.0-or-later
/* group_conf - the groups of bal.conf, put together with what there is. */
#include <stdio.h>
#include <string.h>

#include "plan/best.h"
#include "plan/group.h"

struct maker {
	const struct bal_policy *policy;
	const struct bal_state *state;
	const struct bal_uplinks *ups;
	struct bal_arena *arena;
	bal_group_list *out;
};

static const struct bal_uplink *
find_up(const struct maker *m, const char *name)
{
	const struct bal_uplink *up = NULL;

	for (size_t i = 0; i < m->ups->n; i++)
		if (strcmp(m->ups->v[i].name, name) == 0)
			up = &m->ups->v[i];
	return up && up->admin_up ? up : NULL;
}

static void
add_member(struct maker *m, struct bal_group *group, const char *name)
{
	const struct bal_uplink *up = find_up(m, name), **slot;

	if (!up || up->spared)
		return;
	slot = BAL_PUSH(m->arena, &group->members);
	if (slot)
		*slot = up;
}

/* A new group with the table of @record; NULL: it has none. */
static struct bal_group *
add(struct maker *m, const char *name, const struct bal_group_state *record)
{
	struct bal_group *group;

	if (!record || !record->table)
		return NULL;
	group = BAL_PUSH(m->arena, m->out);
	if (!group)
		return NULL;
	*group = (struct bal_group){
		.name = name,
		.table = record->table,
		.kind = m->out->v[0].kind,
		.ordered = true,
	};
	return group;
}

/* The one in use comes first, the others stay in order. */
static void
put_first(struct bal_group *group, size_t at)
{
	const struct bal_uplink *first = group->members.v[at];

	for (size_t i = at; i > 0; i--)
		group->members.v[i] = group->members.v[i - 1];
	group->members.v[0] = first;
}

static void
add_named(struct maker *m, const struct bal_conf_group *conf)
{
	const struct bal_group_state *record =
		bal_state_find_group(m->state, conf->name);
	struct bal_group *group = add(m, conf->name, record);

	if (!group)
		return;
	group->mode = conf->mode;
	if (conf->has_balance)
		group->kind = conf->balance;
	group->best = conf->best;
	group->fallback = conf->fallback;
	group->has_drain = conf->has_drain;
	group->drain_ms = conf->drain_ms;
	group->destinations = conf->destinations;
	group->n_destinations = conf->n_destinations;
	for (size_t i = 0; i < conf->n_uplinks; i++)
		add_member(m, group, conf->uplinks[i]);
	if (group->best && group->members.n)
		put_first(group, bal_best_of(group, m->state, record->best));
}

/* The uplink that the @k-th rule leads to, unless an earlier one does, too. */
static void
add_only(struct maker *m, size_t k)
{
	const struct bal_conf_rule *rule = &m->policy->rules[k];
	char table[BAL_GROUP_TABLELEN];
	struct bal_group *group;

	if (rule->lead != BAL_LEAD_UPLINK ||
	    bal_groups_find(m->out, rule->group))
		return;
	snprintf(table, sizeof(table), BAL_ONLY "%s", rule->group);
	group = add(m, rule->group, bal_state_find_group(m->state, table));
	if (group)
		add_member(m, group, rule->group);
}

/* Without a table it is not there, and the next rule takes over. */
static void
find_fallback(const struct maker *m, struct bal_group *group)
{
	const struct bal_conf_group *conf;
	const struct bal_group *next = NULL;

	if (group->fallback != BAL_FALLBACK_GROUP)
		return;
	conf = bal_policy_group(m->policy, group->name);
	if (conf)
		next = bal_groups_find(m->out, conf->fallback_group);
	if (next)
		group->fallback_at = (size_t)(next - m->out->v);
	else
		group->fallback = BAL_FALLBACK_NEXT;
}

int
bal_groups_add(const struct bal_policy *policy, const struct bal_state *state,
	       const struct bal_uplinks *ups, struct bal_arena *arena,
	       bal_group_list *out, struct bal_err *err)
{
	struct maker m = { policy, state, ups, arena, out };

	for (size_t i = 0; i < policy->n_groups; i++)
		add_named(&m, &policy->groups[i]);
	for (size_t i = 0; i < policy->n_rules; i++)
		add_only(&m, i);
	for (size_t i = 1; i < out->n; i++)
		find_fallback(&m, &out->v[i]);
	return arena->oom ? bal_err_nomem(err) : 0;
}
