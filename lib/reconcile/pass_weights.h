/* pass_weights - weights of uplinks with weight = auto. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_WEIGHTS_H
#define BAL_PASS_WEIGHTS_H

#include "reconcile/pass.h"

/*
 * Choose the weights of the uplinks that have weight = auto, in the state in
 * memory, by what their lines carried; with what the disk has where nothing is
 * known.
 */
void bal_pass_weigh(struct bal_pass *pass);

/*
 * Write the capacities to disk where one of them is a tenth off what is there;
 * bal_warn() where that fails.
 */
void bal_pass_keep_capacities(struct bal_pass *pass);

#endif
