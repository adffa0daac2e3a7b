// SPDX-License-Identifier: GPL-2.0-or-later
/* recover_slot - slots and tables of uplinks, as our rules and chains show them. */
#include <string.h>

#include "plan/plan.h"
#include "plan/recover_internal.h"
#include "plan/uplink.h"

bool
bal_recover_is_ours(const struct bal_rule *r)
{
	return r->protocol == BAL_PROTO && r->action == BAL_RULE_LOOKUP;
}

/* `oif DEV lookup T` stands for every uplink, alive or dead. */
bool
bal_recover_names_uplink(const struct bal_rule *r)
{
	struct bal_err ignored;

	return bal_recover_is_ours(r) && r->oif[0] && r->table &&
	       bal_check_ifname(r->oif, &ignored) == 0;
}

static uint32_t
slot_from_mark(const struct bal_snapshot *snap, const struct bal_conf *conf,
	       uint32_t table)
{
	const struct bal_globals *g = &conf->globals;
	const uint32_t slots = bal_mark_slots(g->mark_mask);

	for (size_t i = 0; i < snap->rules.n; i++) {
		const struct bal_rule *r = &snap->rules.v[i];
		uint32_t value = r->mark >> __builtin_ctz(g->mark_mask);

		if (!bal_recover_is_ours(r) || !r->has_mark ||
		    r->table != table)
			continue;
		if (r->priority == g->rule_priority + BAL_RULE_INBOUND &&
		    value > slots)
			value -= slots + 1;
		return value;
	}
	return 0;
}

/* 0: nothing tells it. */
uint32_t
bal_recover_known_slot(const struct bal_snapshot *snap,
		       const struct bal_conf *conf, const struct bal_rule *rule)
{
	uint32_t shift = (uint32_t)__builtin_ctz(conf->globals.mark_mask);
	uint32_t slot = slot_from_mark(snap, conf, rule->table);

	/* A dead one has no fwmark rule, but its connections are marked. */
	return slot ? slot :
		      bal_fw_mark_of(&snap->firewalls, rule->oif) >> shift;
}

uint32_t
bal_recover_free_slot(const struct bal_state *state)
{
	for (uint32_t slot = 1; slot <= BAL_UPLINKS_MAX; slot++) {
		bool taken = false;

		for (size_t i = 0; i < state->n_uplinks && !taken; i++)
			taken = state->uplinks[i].slot == slot;
		if (!taken)
			return slot;
	}
	return 0;
}

bool
bal_recover_slot_free(const struct bal_state *state, uint32_t slot)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].slot == slot)
			return false;
	return slot >= 1 && slot <= BAL_UPLINKS_MAX;
}

bool
bal_recover_is_kernels(uint32_t table)
{
	return table >= BAL_TABLE_DEFAULT && table <= BAL_TABLE_LOCAL;
}

bool
bal_recover_table_free(const struct bal_state *state, uint32_t table)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].table == table)
			return false;
	return table != state->balancing_table &&
	       !bal_recover_is_kernels(table);
}
