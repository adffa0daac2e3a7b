/* resolve - configuration, state and kernel, merged into uplinks; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RESOLVE_H
#define BAL_RESOLVE_H

#include "plan/uplink.h"

/*
 * Merge @conf, @state and @snap into @out.  Settings rank: requested (options,
 * stanza), bal.conf's section, [check], learned, built-in; they are kept in the
 * uplinks, so that nothing is merged a second time.  A gateway that is neither
 * said nor known is that of others' default routes.
 * Fails with BAL_ECONF where the merged settings contradict each other.
 */
int bal_uplinks_resolve(const struct bal_conf *conf,
			const struct bal_state *state,
			const struct bal_snapshot *snap,
			struct bal_arena *arena, struct bal_uplinks *out,
			struct bal_err *err);

#endif
