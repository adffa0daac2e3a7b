// SPDX-License-Identifier: GPL-2.0-or-later
/* slots - which marks an uplink has; pure. */
#include "plan/slots.h"

#include <string.h>

#include "config/tables.h"
#include "plan/uplink.h"

static bool
slot_taken(const struct bal_state *state, const char *self, uint32_t slot)
{
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].slot == slot &&
		    strcmp(state->uplinks[i].name, self) != 0)
			return true;
	return false;
}

static uint32_t
last_slot(uint32_t mask)
{
	uint32_t max = mask >> __builtin_ctz(mask);

	return max < BAL_UPLINKS_MAX ? max : BAL_UPLINKS_MAX;
}

uint32_t
bal_state_choose_slot(const struct bal_state *state, const char *dev, uint32_t table,
	    uint32_t mask)
{
	uint32_t own = table;

	if (table > BAL_TABLES_BASE && table <= BAL_TABLES_LAST)
		own -= BAL_TABLES_BASE;
	if (own >= 1 && own <= bal_mark_slots(mask) &&
	    !slot_taken(state, dev, own))
		return own;
	for (uint32_t slot = 1; slot <= last_slot(mask); slot++)
		if (!slot_taken(state, dev, slot))
			return slot;
	return 0;
}

int
bal_state_no_room(uint32_t mask, struct bal_err *err)
{
	return bal_err(err, BAL_ECONF,
		       "mark_mask 0x%x has no room for another uplink", mask);
}

int
bal_state_has_room(const struct bal_state *state, size_t more, uint32_t mask,
		   struct bal_err *err)
{
	size_t n = state->n_uplinks + more;

	if (n > last_slot(mask))
		return bal_err(err, BAL_ECONF,
			       "mark_mask 0x%x has room for %u uplinks, and "
			       "there are %zu",
			       mask, last_slot(mask), n);
	return 0;
}

uint32_t
bal_state_lower_slot(const struct bal_state *state,
		     const struct bal_uplink_state *us, uint32_t mask)
{
	uint32_t slot = bal_state_choose_slot(state, us->name, us->table, mask);

	return us->slot > bal_mark_slots(mask) && slot <= bal_mark_slots(mask) ?
		       slot :
		       0;
}

int
bal_state_fit_slots(struct bal_state *state, uint32_t mask,
		    struct bal_err *err)
{
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct bal_uplink_state *us = &state->uplinks[i];

		if (us->slot <= last_slot(mask))
			continue;
		us->slot = bal_state_choose_slot(state, us->name, us->table, mask);
		if (!us->slot)
			return bal_state_no_room(mask, err);
	}
	return 0;
}
