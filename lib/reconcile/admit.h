/* admit - a new uplink gets a record, a table and a slot; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADMIT_H
#define BAL_ADMIT_H

#include "config/tables.h"
#include "reconcile/intent.h"

/*
 * UP: the record of the device with its table and
 * slot.  Tables come from @names; what has no name gets a free id, not looked
 * up by any of @rules, into @fresh (for bal_tables_add()).  -1: BAL_ECONF for
 * a table that is reserved or another uplink's, or no slot is left.
 */
int bal_intent_admit(const struct bal_intent *intent,
		     const struct bal_globals *globals,
		     const bal_table_list *names, const bal_rule_list *rules,
		     struct bal_state *state, struct bal_arena *arena,
		     bal_table_list *fresh, struct bal_err *err);

#endif
