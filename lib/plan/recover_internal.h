/* recover_internal - what our own objects tell of slots and tables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RECOVER_INTERNAL_H
#define BAL_RECOVER_INTERNAL_H

#include "plan/recover.h"

/* A look-up rule with our protocol. */
bool bal_recover_is_ours(const struct bal_rule *r);
/* `oif DEV lookup T` of ours, which stands for every uplink, alive or dead. */
bool bal_recover_names_uplink(const struct bal_rule *r);
/* Is @table main, local or default? */
bool bal_recover_is_kernels(uint32_t table);

/* The slot of the uplink that @rule names; 0: nothing tells it. */
uint32_t bal_recover_known_slot(const struct bal_snapshot *snap,
				const struct bal_conf *conf,
				const struct bal_rule *rule);

/* The first slot that is free in @state; 0: none. */
uint32_t bal_recover_free_slot(const struct bal_state *state);
/* Are they free in @state, and what an uplink may have? */
bool bal_recover_slot_free(const struct bal_state *state, uint32_t slot);
bool bal_recover_table_free(const struct bal_state *state, uint32_t table);

#endif
