/* agree - settings that are right each, and contradict each other; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_AGREE_H
#define BAL_AGREE_H

#include "config/conf.h"
#include "plan/uplink.h"
#include "state/state.h"

/* Do these settings of one go together?  -1 with BAL_ECONF: they do not. */
int bal_uplink_agrees(const char *name, const struct bal_settings *set,
		      struct bal_err *err);

/*
 * Do the settings of every uplink go together?  -1 with BAL_ECONF: these do
 * not, and bal_uplinks_resolve() would fail for all; or some are over each
 * other in a circle.  Nothing is merged for that.
 */
int bal_uplinks_agree(const struct bal_conf *conf,
		      const struct bal_state *state, struct bal_err *err);

/*
 * An uplink that is over itself by way of others, which only what was learned
 * can lead to: no packet of it would ever leave.  NULL: there is none.
 */
const struct bal_uplink *bal_uplinks_circle(const struct bal_uplinks *ups);

#endif
