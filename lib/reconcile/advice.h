/* advice - warnings for an administrator, after bal-up and bal-check. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ADVICE_H
#define BAL_ADVICE_H

#include "reconcile/pass.h"

/*
 * bal_warn() of what keeps uplink @dev from being used as configured, after a
 * bal_pass_run(): an unknown `over`, link down, no address, no gateway or one
 * outside the subnet, an address that another uplink has, values in conf/all
 * that override ours (the kernel ORs or takes the larger one: KERNEL.md 14).
 */
void bal_advise(const struct bal_pass *pass, const char *dev);

/*
 * bal_warn() of names in bal.conf that nothing has, with file and line: an
 * `over`.  After a bal_pass_run() or a bal_pass_look().
 */
void bal_advise_conf(const struct bal_pass *pass);

/*
 * Is an uplink not as desired: dead, missing, over itself, or all traffic where
 * it should not be?  A bal_warn() of each for which there is no event: without a
 * device none is raised.  After a bal_pass_run() or a bal_pass_look().
 */
bool bal_advise_amiss(const struct bal_pass *pass);

#endif
