/* blame - is it the uplink that fails, or its target?  Pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BLAME_H
#define BAL_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last results of one target through one uplink. */
struct bal_blame_fact {
	unsigned uplink, target; /* numbers that mean the same everywhere */
	bool good;		 /* the last question was answered */
};

/*
 * A target is suspect when at least two uplinks asked it, none got an answer,
 * and one of them got one from another target: then that uplink is alive, and
 * the target is at fault.  Sets @suspect[i] for each fact.
 */
void bal_blame(const struct bal_blame_fact *facts, size_t n, bool *suspect);

#endif
