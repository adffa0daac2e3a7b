/* smooth - the table that copies, as a kind of object: what a pass asks of it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KINDS_SMOOTH_H
#define BAL_KINDS_SMOOTH_H

#include "firewall/smooth.h"
#include "kernel/kind.h"

/* Was a table that copies there when @snap was read?  False: not looked at. */
bool bal_kinds_smoothed(const struct bal_snapshot *snap);

/* What is to be kept of it: see bal_smooth_prove(). */
struct bal_fw_proof bal_kinds_prove_smooth(const struct bal_snapshot *snap,
					   const bal_smooth_model *want,
					   const bal_op_list *ops);

/* Does one of @ops change the table that copies? */
bool bal_kinds_change_smooth(const bal_op_list *ops);

#endif
