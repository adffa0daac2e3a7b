// SPDX-License-Identifier: GPL-2.0-or-later
/* table_ids - ids for tables that have no name yet. */
#include "plan/table_ids.h"

static bool
table_taken(const struct bal_state *state, const bal_table_list *names,
	    const bal_rule_list *rules, uint32_t id)
{
	if (bal_tables_name(names, id) || state->balancing_table == id)
		return true;
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].table == id)
			return true;
	for (size_t i = 0; i < state->n_groups; i++)
		if (state->groups[i].table == id)
			return true;
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].table == id)
			return true;
	return false;
}

uint32_t
bal_tables_free_id(const struct bal_state *state, const bal_table_list *names,
		   const bal_rule_list *rules)
{
	for (uint32_t id = BAL_TABLES_BASE + 1; id <= BAL_TABLES_LAST; id++)
		if (!table_taken(state, names, rules, id))
			return id;
	return 0;
}

uint32_t
bal_tables_free_group(const struct bal_state *state,
		      const bal_table_list *names, const bal_rule_list *rules)
{
	for (uint32_t id = BAL_TABLES_LAST; id > BAL_TABLES_BASE; id--)
		if (!table_taken(state, names, rules, id))
			return id;
	return 0;
}

uint32_t
bal_tables_free_balancing(const struct bal_state *state,
			  const bal_table_list *names,
			  const bal_rule_list *rules)
{
	if (!table_taken(state, names, rules, BAL_TABLES_BASE))
		return BAL_TABLES_BASE;
	return bal_tables_free_group(state, names, rules);
}
