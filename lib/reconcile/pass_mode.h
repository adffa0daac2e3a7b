/* pass_mode - the mode in force: of this boot, saved, or configured. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_MODE_H
#define BAL_PASS_MODE_H

#include "reconcile/pass.h"

/* The mode in force. */
enum bal_mode bal_pass_mode(const struct bal_pass_inputs *in);

/* Read the saved mode into in->state, which keeps it while that fails. */
void bal_pass_load_mode(struct bal_pass_inputs *in,
			const struct bal_paths *paths);

/* Write what @intent sets for good, making its directory.  -1 with @err. */
int bal_mode_save(const struct bal_paths *paths,
		  const struct bal_intent *intent, struct bal_err *err);

/*
 * The seed of `balance = session`, which outlives a boot: read or, outside of a
 * dry run, made.
 */
uint32_t bal_pass_seed(struct bal_pass *pass);

#endif
