/* pass_mptcp - what the state has on record of endpoints of MPTCP. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_MPTCP_H
#define BAL_PASS_MPTCP_H

#include "reconcile/pass.h"

/*
 * Before anything is changed: the record of each uplink is what the kernel has
 * of it, or else what @planned adds; the limit from before bal is saved.  A
 * kernel without MPTCP is a bal_warn().
 */
void bal_pass_note_mptcp(struct bal_pass *pass, const struct bal_world *world,
			 const bal_mptcp_list *planned);

/*
 * After a pass that succeeded, @up saying whether an uplink is left: the record is
 * as planned.  Where it was another one, the state is to be written.
 */
void bal_pass_settle_mptcp(struct bal_pass *pass, bool up);

/* The state was lost: where our limit stands, the kernel's own was before. */
void bal_pass_assume_mptcp(struct bal_pass *pass);

#endif
