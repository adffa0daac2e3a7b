/* admit - gives a new uplink a record, a table and a slot; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADMIT_H
#define BAL_ADMIT_H

#include "config/tables.h"
#include "reconcile/intent.h"

/*
 * UP: the record of the device with its table and slot, in @state.  Tables come
 * from @names; a device without a name there gets a free id, which none of
 * @rules looks up, into @fresh (for bal_tables_add()).  -1: BAL_ECONF for a
 * table that is reserved or another uplink's, or without a free slot.
 */
int bal_intent_admit(const struct bal_intent *intent,
		     const struct bal_globals *globals,
		     const bal_table_list *names, const bal_rule_list *rules,
		     struct bal_state *state, struct bal_arena *arena,
		     bal_table_list *fresh, struct bal_err *err);

/* Has each group of @conf, and each underlay, its table by @state? */
bool bal_groups_are_admitted(const struct bal_conf *conf,
			     const struct bal_state *state);

/*
 * Give each group of @conf, each uplink that its rules lead to by itself and
 * each underlay of the tunnels in @state a table there: the one of its name,
 * else the one that it has, else one that is free.  For the rest see
 * bal_intent_admit().  -1: none is free.
 */
int bal_groups_admit(const struct bal_conf *conf,
		     const bal_table_list *names, const bal_rule_list *rules,
		     struct bal_state *state, struct bal_arena *arena,
		     bal_table_list *fresh, struct bal_err *err);

#endif
