/* pass_parts - the rooms of pass: state, tables, mode. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_PARTS_H
#define BAL_PASS_PARTS_H

#include "pass.h"

/* Read the state; what cannot be read is lost and found again in the kernel. */
int bal_pass_load(struct bal_pass *pass, struct bal_err *err);

/* Is the state, byte by byte, what was read?  Then nothing is written. */
bool bal_pass_state_is_as_read(const struct bal_pass *pass);

/*
 * UP: the device gets a record with table and slot, what stands in its table
 * is read, too.  BAL_EUNAVAIL where there is no such device.
 */
int bal_pass_admit(struct bal_pass *pass, const struct bal_intent *intent,
		   struct bal_err *err);

/* Write the names of new tables; where they cannot be, a bal_warn(). */
void bal_pass_register(struct bal_pass *pass);

/* Write @mode for good, making its folder. */
int bal_pass_save_mode(const struct bal_pass *pass, enum bal_mode mode,
		       struct bal_err *err);

#endif
