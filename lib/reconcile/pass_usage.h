/* pass_usage - counts what uplinks with a data cap carry. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_USAGE_H
#define BAL_PASS_USAGE_H

#include "reconcile/pass.h"

/* Does any uplink have a cap?  Then the devices' counters are read. */
bool bal_pass_has_caps(const struct bal_pass *pass);

/*
 * Bring the records of the uplinks with caps up to date in the state in memory:
 * from the disk where they are not known, by the counters of the snapshot, and
 * by the clock.  A record that cannot be read is left for the next pass, with a
 * bal_warn().  -1: @intent resets the cap of an uplink that has none, or that
 * cannot be written.
 */
int bal_pass_count(struct bal_pass *pass, const struct bal_intent *intent,
		   struct bal_err *err);

/*
 * Write the records to disk where that is due; with @now in any case where they
 * changed.  A full disk stops nothing: bal_warn().
 */
void bal_pass_keep_usage(struct bal_pass *pass, bool now);

/* When the next threshold of a cap may be reached; as bal_usage_next_ms(). */
uint64_t bal_pass_usage_next_ms(const struct bal_pass *pass);

#endif
