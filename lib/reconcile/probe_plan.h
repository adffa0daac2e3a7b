/* probe_plan - what bal-check asks, of whom, and through which device. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBE_PLAN_H
#define BAL_PROBE_PLAN_H

#include "reconcile/pass.h"

/*
 * What bal-check has to probe, from the last look or run: every uplink that is
 * administratively up and has a device with an address; one without a target
 * gets no verdict.  A tunnel without targets is asked through its gateway, or the
 * first host of its subnet, whose silence proves nothing as long as it never answered.
 * Malloced; the caller frees.
 */
int bal_pass_probes(const struct bal_pass *pass, struct bal_probe **out,
		    size_t *n, struct bal_err *err);

/* Are there uplinks, and has none of them a target, be it a guessed one? */
bool bal_pass_asks_nobody(const struct bal_pass *pass);

/*
 * The probe of @up among these; false where none is planned, and only the rule
 * and what is remembered are filled in.
 */
bool bal_pass_probe(const struct bal_pass *pass, const struct bal_uplink *up,
		    struct bal_probe *out);

#endif
