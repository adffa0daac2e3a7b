/* table_ids - ids for tables that have no name yet; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TABLE_IDS_H
#define BAL_TABLE_IDS_H

#include "config/tables.h"
#include "netlink/object.h"
#include "state/state.h"

/* The lowest id above BAL_TABLES_BASE that no name, uplink or rule has; 0: none. */
uint32_t bal_tables_free_id(const struct bal_state *state,
			    const bal_table_list *names,
			    const bal_rule_list *rules);

/* The highest that is free: the low ones go with slots; 0: none. */
uint32_t bal_tables_free_group(const struct bal_state *state,
			       const bal_table_list *names,
			       const bal_rule_list *rules);

/*
 * BAL_TABLES_BASE, else the highest id that is free, since the low ones go with
 * slots; 0: none.
 */
uint32_t bal_tables_free_balancing(const struct bal_state *state,
				   const bal_table_list *names,
				   const bal_rule_list *rules);

#endif
