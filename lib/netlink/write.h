/* write - objects into kernel messages that add, replace or delete them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_WRITE_H
#define BAL_NL_WRITE_H

#include "netlink/nl.h"
#include "netlink/op.h"

/*
 * The request that carries out @op.  Every kind but BAL_OP_SYSCTL and
 * BAL_OP_FIREWALL, which are no netlink messages: false for those.
 */
bool bal_nl_encode(const struct bal_op *op, struct bal_nlmsg *out);

#endif
