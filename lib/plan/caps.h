/* caps - what becomes of uplinks that have used their data caps; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CAPS_H
#define BAL_CAPS_H

#include "plan/uplink.h"

/*
 * What the record @us and the settings @set alone make of an uplink:
 * BAL_CAPPED_NONE as long as something of its cap is left.
 */
enum bal_capped bal_caps_of(const struct bal_uplink_state *us,
			    const struct bal_settings *set);

/*
 * Extend it to the tunnels over each of @ups, whose packets count there, and
 * take the share of those that are off: while another one with a share is
 * alive, and with cap_hard in any case.  Then `spared` has all of them, those
 * with cap_action = last_resort as well.  No connection ends by it: `alive`
 * stays.  To be called when shares and lives are known.
 */
void bal_caps_apply(struct bal_uplinks *ups);

#endif
