/* probe_plan - what bal-check probes: targets, and by which device. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBE_PLAN_H
#define BAL_PROBE_PLAN_H

#include "reconcile/pass.h"

/*
 * List what bal-check has to probe, from the last look or run: every uplink
 * that is administratively up and has a device with an address; one without a
 * target gets no result.  A tunnel without targets is probed through its
 * gateway, or the first host of its subnet, whose silence proves nothing as
 * long as it never answered.  Malloced; the caller frees.  -1 with @err.
 */
int bal_pass_probes(const struct bal_pass *pass, struct bal_probe **out,
		    size_t *n, struct bal_err *err);

/* Are there uplinks, and none with a target, not even a guessed one? */
bool bal_pass_asks_nobody(const struct bal_pass *pass);

/*
 * The probe of @up among these; false where none is planned, and only the rule
 * and the recorded values are set.
 */
bool bal_pass_probe(const struct bal_pass *pass, const struct bal_uplink *up,
		    struct bal_probe *out);

/* The same of its targets of IPv6: it is probed by each family on its own. */
bool bal_pass_probe6(const struct bal_pass *pass, const struct bal_uplink *up,
		     struct bal_probe *out);

#endif
