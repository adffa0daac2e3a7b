/* write - objects into kernel messages that add, replace or delete them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_WRITE_H
#define BAL_NL_WRITE_H

#include "netlink/nl.h"
#include "netlink/object.h"

/*
 * Each begins *@m with the request that does @verb to an object: BAL_ADD,
 * BAL_REPLACE (not a rule), BAL_APPEND (a route), BAL_DEL.  It cannot fail; one
 * that is too long fails when it is queued.
 */

/* The values of @set; where the device is gone: ENODEV. */
void bal_nl_encode_devconf(const struct bal_devconf_set *set,
			   struct bal_nlmsg *m);
/* @host, of IPv4, as an address of lo; add or delete. */
void bal_nl_encode_local(const struct bal_addr *host, enum bal_verb verb,
			 struct bal_nlmsg *m);
void bal_nl_encode_nexthop(const struct bal_nexthop *nh, enum bal_verb verb,
			   struct bal_nlmsg *m);
void bal_nl_encode_route(const struct bal_route *r, enum bal_verb verb,
			 struct bal_nlmsg *m);
void bal_nl_encode_rule(const struct bal_rule *r, enum bal_verb verb,
			struct bal_nlmsg *m);

#endif
