// SPDX-License-Identifier: GPL-2.0-or-later
/* admit_groups - gives groups and underlays their tables; pure. */
#include <stdio.h>
#include <string.h>

#include "plan/over.h"
#include "plan/table_ids.h"
#include "reconcile/admit.h"

struct maker {
	const bal_table_list *names;
	const bal_rule_list *rules;
	struct bal_state *state;
	struct bal_arena *arena;
	bal_table_list *fresh;
	struct bal_err *err;
};

static bool
is_kernels(uint32_t id)
{
	return id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL;
}

/* Is the table @id that of an uplink, of the rest or of another group? */
static bool
is_taken(const struct bal_state *state, const char *name, uint32_t id)
{
	if (id == state->balancing_table)
		return true;
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].table == id)
			return true;
	for (size_t i = 0; i < state->n_groups; i++)
		if (state->groups[i].table == id &&
		    strcmp(state->groups[i].name, name) != 0)
			return true;
	return false;
}

static void
remember_fresh(struct maker *m, const char *name, uint32_t id)
{
	struct bal_table_name *slot;

	/* Several rules may lead to one uplink. */
	if (bal_tables_id(m->fresh, name))
		return;
	slot = BAL_PUSH(m->arena, m->fresh);
	if (!slot)
		return;
	slot->id = id;
	(void)bal_copy(slot->name, sizeof(slot->name), name);
}

static int
admit(struct maker *m, const char *name, struct bal_err *err)
{
	struct bal_group_state *record = bal_state_group(m->state, name);
	const uint32_t named = bal_tables_id(m->names, name);
	uint32_t id = named;

	if (!record)
		return bal_err(err, BAL_EUNAVAIL,
			       "no room for the table of group %s", name);
	if (!id || is_kernels(id) || is_taken(m->state, name, id))
		id = record->table;
	if (!id || is_taken(m->state, name, id))
		id = bal_tables_free_group(m->state, m->names, m->rules);
	if (!id)
		return bal_err(err, BAL_EUNAVAIL,
			       "no routing table id is free for group %s",
			       name);
	record->table = id;
	if (!named)
		remember_fresh(m, name, id);
	return 0;
}

/* Call @each for the name of each table; false from it ends that. */
static bool
each_table(const struct bal_conf *conf, const struct bal_state *state,
	   bool (*each)(void *arg, const char *name), void *arg)
{
	const struct bal_policy *p = &conf->policy;
	char name[BAL_GROUP_TABLELEN];

	for (size_t i = 0; i < p->n_groups; i++)
		if (!each(arg, p->groups[i].name))
			return false;
	for (size_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].lead != BAL_LEAD_UPLINK)
			continue;
		snprintf(name, sizeof(name), BAL_ONLY "%s", p->rules[i].group);
		if (!each(arg, name))
			return false;
	}
	for (size_t i = 0; i < state->n_uplinks; i++) {
		const char *over =
			bal_over_of(conf, state, state->uplinks[i].name);

		if (bal_over_is_several(p, over) &&
		    !each(arg, bal_over_table(over, name)))
			return false;
	}
	return true;
}

static bool
admit_one(void *arg, const char *name)
{
	struct maker *m = arg;

	return admit(m, name, m->err) == 0;
}

int
bal_groups_admit(const struct bal_conf *conf, const bal_table_list *names,
		 const bal_rule_list *rules, struct bal_state *state,
		 struct bal_arena *arena, bal_table_list *fresh,
		 struct bal_err *err)
{
	struct maker m = { names, rules, state, arena, fresh, err };

	if (!each_table(conf, state, admit_one, &m))
		return -1;
	return arena->oom ? bal_err_nomem(err) : 0;
}

static bool
is_admitted(void *arg, const char *name)
{
	const struct bal_state *state = *(const struct bal_state **)arg;
	const struct bal_group_state *g = bal_state_find_group(state, name);

	return g && g->table && !is_taken(state, name, g->table);
}

bool
bal_groups_are_admitted(const struct bal_conf *conf,
			const struct bal_state *state)
{
	return each_table(conf, state, is_admitted, &state);
}
