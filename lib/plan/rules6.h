/* rules6 - what a plan says of IPv6. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RULES6_H
#define BAL_RULES6_H

#include "plan/uplink.h"

/* Is the device of @up to have no IPv6? */
bool bal_plan_blocks_ipv6(const struct bal_uplink *up);

/*
 * The value of a sysctl of IPv6 of a device with the present ones @link, where
 * IPv6 is balanced.  accept_ra is only raised where the box forwards, as the
 * kernel then ignores 1; 0: another program asks the routers.
 */
int32_t bal_plan_devconf6(const struct bal_link *link, enum bal_devconf6 which);

/*
 * Is @which of @up to be put back?  Then @value is that from before; what the
 * administrator set since then is not.
 */
bool bal_plan_restores6(const struct bal_uplink *up, enum bal_devconf6 which,
			int32_t *value);

#endif
