/* target_keep - lists of targets: few differ, and many settings refer to them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TARGET_KEEP_H
#define BAL_TARGET_KEEP_H

#include <stddef.h>

#include "config/target.h"

/*
 * The @n targets at @v, for as long as the process lives: one list for all that
 * are the same, so that copies of settings need not own it.  NULL: no memory.
 */
const struct bal_target *bal_targets_keep(const struct bal_target *v, size_t n);

#endif
