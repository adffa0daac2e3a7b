// SPDX-License-Identifier: GPL-2.0-or-later
/* admit - gives a new uplink a record, a table and a slot; pure. */
#include "reconcile/admit.h"

#include <string.h>

#include "plan/slots.h"
#include "plan/table_ids.h"

static void
remember_fresh(bal_table_list *fresh, const char *name, uint32_t id,
	       struct bal_arena *arena)
{
	struct bal_table_name *slot = BAL_PUSH(arena, fresh);

	if (!slot)
		return;
	slot->id = id;
	(void)bal_copy(slot->name, sizeof(slot->name), name);
}

/* The uplink other than @dev whose table is @id, or NULL. */
static const struct bal_uplink_state *
holder_of(const struct bal_state *state, const char *dev, uint32_t id)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].table == id &&
		    strcmp(state->uplinks[i].name, dev) != 0)
			return &state->uplinks[i];
	return NULL;
}

static int
admit_balancing(struct bal_state *state, const bal_table_list *names,
		const bal_rule_list *rules, struct bal_arena *arena,
		bal_table_list *fresh, struct bal_err *err)
{
	uint32_t id = bal_tables_id(names, "balancing");

	/* An uplink keeps the table that it has. */
	if (!id || holder_of(state, "", id))
		id = state->balancing_table;
	if (!id)
		id = bal_tables_free_balancing(state, names, rules);
	if (!id)
		return bal_err(err, BAL_EUNAVAIL,
			       "no routing table is free for balancing");
	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_ECONF,
			       "table balancing has the id of a table of the "
			       "kernel's, %u", id);
	if (!bal_tables_id(names, "balancing"))
		remember_fresh(fresh, "balancing", id, arena);
	state->balancing_table = id;
	return 0;
}

static int
check_table(const struct bal_state *state, const char *dev, uint32_t id,
	    struct bal_err *err)
{
	const struct bal_uplink_state *other;

	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_ECONF,
			       "table %s has the id of a table of the "
			       "kernel's, %u", dev, id);
	if (id == state->balancing_table)
		return bal_err(err, BAL_ECONF,
			       "tables %s and balancing have one id, %u", dev,
			       id);
	other = holder_of(state, dev, id);
	if (other)
		return bal_err(err, BAL_ECONF,
			       "tables %s and %s have one id, %u", dev,
			       other->name, id);
	for (size_t i = 0; i < state->n_groups; i++)
		if (state->groups[i].table == id)
			return bal_err(err, BAL_ECONF,
				       "the table %s is that of group %s", dev,
				       state->groups[i].name);
	return 0;
}

/*
 * The registered id of @dev.  0: another one is to be chosen, as the state
 * (which may be damaged) has that one for another uplink.  -1: a new uplink
 * whose name is in conflict, which only an administrator can fix.
 */
static int
registered_id(const struct bal_state *state, const char *dev,
	      const bal_table_list *names, uint32_t *id, struct bal_err *err)
{
	const struct bal_uplink_state *other;

	*id = bal_tables_id(names, dev);
	if (!*id || check_table(state, dev, *id, err) == 0)
		return 0;
	other = holder_of(state, dev, *id);
	if (!bal_state_find(state, dev) &&
	    (!other || bal_tables_id(names, other->name) == *id))
		return -1;
	*id = 0;
	return 0;
}

int
bal_intent_admit(const struct bal_intent *intent,
		 const struct bal_globals *globals, const bal_table_list *names,
		 const bal_rule_list *rules, struct bal_state *state,
		 struct bal_arena *arena, bal_table_list *fresh,
		 struct bal_err *err)
{
	const char *dev = intent->dev;
	struct bal_uplink_state *us = bal_state_find(state, dev);
	struct bal_err ignored;
	uint32_t table, slot;

	if (admit_balancing(state, names, rules, arena, fresh, err) < 0 ||
	    registered_id(state, dev, names, &table, err) < 0)
		return -1;
	if (!table && us && us->table &&
	    check_table(state, dev, us->table, &ignored) == 0)
		table = us->table;
	if (!table)
		table = bal_tables_free_id(state, names, rules);
	if (!table)
		return bal_err(err, BAL_EUNAVAIL,
			       "no routing table id is free for %s", dev);
	slot = us ? us->slot : 0;
	if (!slot)
		slot = bal_state_choose_slot(state, dev, table, globals->mark_mask);
	if (!slot)
		return bal_state_no_room(globals->mark_mask, err);
	us = bal_state_add(state, dev, err);
	if (!us)
		return -1;
	us->table = table;
	us->slot = slot;
	if (!bal_tables_id(names, dev))
		remember_fresh(fresh, dev, table, arena);
	return 0;
}
