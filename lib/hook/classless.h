/* classless - RFC 3442: the default gateway among a lease's static routes. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CLASSLESS_H
#define BAL_CLASSLESS_H

#include "base/addr.h"

/*
 * DHCP option 121 as clients pass it to their scripts: "0 192 168 1 1 24 10 0 0
 * 192 168 1 9" (dhclient: width, the significant octets of the prefix, gateway)
 * or "0.0.0.0/0 192.168.1.1 10.0.0.0/24 192.168.1.9" (dhcpcd, udhcpc).  It is
 * the server's text, so all of it must be well formed.
 *
 * 1: *@gateway is that of the first default route; 0: there is none, or its
 * destination is on the link (gateway 0.0.0.0); -1 with the reason.  @gateway
 * is set only for 1, and may be any address.
 */
int bal_classless_gateway(const char *text, struct bal_addr *gateway,
			  struct bal_err *err);

#endif
