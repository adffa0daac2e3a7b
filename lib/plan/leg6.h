/* leg6 - what the kernel shows of an uplink in IPv6; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LEG6_H
#define BAL_LEG6_H

#include "plan/device.h"

/*
 * The members of @up for IPv6: whether `ipv6 = balance` holds for it, its global
 * addresses and its gateway.  That is `gateway6`, else that of another's default
 * route in main by the device: the kernel keeps what a router advertises there,
 * and ifupdown the `gateway` of an inet6 stanza.  A tunnel needs none, but a next
 * hop of several cannot be without: fe80::1, which no neighbour is asked for.
 */
void bal_leg6_see(struct bal_uplink *up, const struct bal_uplink_state *us,
		  const struct bal_conf *conf, const struct bal_view *view);

/* when_all_dead = keep of IPv6: where none of @ups is alive by it, all are. */
void bal_leg6_keep_dead(struct bal_uplinks *ups,
			const struct bal_globals *globals);

/* Have some of @set's targets an address of @family?  `exec` and `arp`: IPv4. */
bool bal_has_targets(const struct bal_settings *set, int family);

#endif
