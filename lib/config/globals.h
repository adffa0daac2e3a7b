/* globals - the keys of bal.conf that concern all uplinks. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_GLOBALS_H
#define BAL_GLOBALS_H

#include "config/conf.h"

/* One bit per key. */
enum bal_global {
	BAL_GLOBAL_MODE = 1 << 0,
	BAL_GLOBAL_BALANCE = 1 << 1,
	BAL_GLOBAL_DESTINATIONS = 1 << 2,
	BAL_GLOBAL_NEXTHOP_OBJECTS = 1 << 3,
	BAL_GLOBAL_MARK_MASK = 1 << 4,
	BAL_GLOBAL_RULE_PRIORITY = 1 << 5,
	BAL_GLOBAL_MASQUERADE = 1 << 6,
	BAL_GLOBAL_LAST_RESORT = 1 << 7,
	BAL_GLOBAL_OPENVPN_COMMAND = 1 << 8,
	BAL_GLOBAL_OPENVPN_PAUSE = 1 << 9,
	BAL_GLOBAL_OPENVPN_DEAD = 1 << 10,
	BAL_GLOBAL_EVENT_TIMEOUT = 1 << 11,
	BAL_GLOBAL_FIREWALL = 1 << 12,
	BAL_GLOBAL_MSS_CLAMP = 1 << 13,
	BAL_GLOBAL_STEER = 1 << 14,
	BAL_GLOBAL_HASH = 1 << 15,
	BAL_GLOBAL_IPV6 = 1 << 16,
	BAL_GLOBAL_MPTCP = 1 << 17,
	BAL_GLOBAL_PACKET_SERVER = 1 << 18,
	BAL_GLOBAL_EVERY = 1 << 19,
	BAL_GLOBAL_NAME_SERVERS = 1 << 20,
	BAL_GLOBAL_MASQUERADE6 = 1 << 21,
	BAL_GLOBAL_WHEN_ALL_DEAD = 1 << 22, /* the last: see below */
};

/* The keys that each section allows. */
#define BAL_GLOBAL_CHECK BAL_GLOBAL_WHEN_ALL_DEAD
#define BAL_GLOBAL_BAL (BAL_GLOBAL_WHEN_ALL_DEAD - 1)

/* The built-in values. */
struct bal_globals bal_globals_default(void);

/* Is IPv6 of the LAN that leaves by an uplink masqueraded, at least in part? */
bool bal_globals_masquerade6(const struct bal_globals *g);

/* The name of each key in order of its bit; NULL behind the last. */
const char *bal_globals_key(size_t i);

/*
 * Set @key to @text; repeated `destinations` add up.  Keys outside @allowed
 * are unknown.  -1 with the reason and @g untouched.
 */
int bal_globals_set(struct bal_globals *g, unsigned allowed, const char *key,
		    const char *text, struct bal_err *err);

#endif
