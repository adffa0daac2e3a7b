/* slots - which marks an uplink has. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SLOTS_H
#define BAL_SLOTS_H

#include "base/error.h"
#include "state/state.h"

/*
 * The slot that goes with id @table where it is free, else the lowest: above
 * bal_mark_slots(@mask) only where all below are taken; 0: none is left.
 */
uint32_t bal_state_choose_slot(const struct bal_state *state, const char *dev,
			       uint32_t table, uint32_t mask);

/* The failure for it: -1, BAL_ECONF. */
int bal_state_no_room(uint32_t mask, struct bal_err *err);

/* BAL_ECONF where mark_mask @mask has not room for all uplinks and @more. */
int bal_state_has_room(const struct bal_state *state, size_t more,
		       uint32_t mask, struct bal_err *err);

/*
 * The slot that uplink @us, whose own is above bal_mark_slots(@mask), could
 * have below; 0: it need not, or none is free.
 */
uint32_t bal_state_lower_slot(const struct bal_state *state,
			      const struct bal_uplink_state *us, uint32_t mask);

/*
 * A mark_mask that has become narrower: uplinks whose slot leaves it get
 * another one.  BAL_ECONF when it has not room for all.
 */
int bal_state_fit_slots(struct bal_state *state, uint32_t mask,
			struct bal_err *err);

#endif
