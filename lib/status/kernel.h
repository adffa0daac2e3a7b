/* kernel - what the kernel holds, as its own programs print it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_KERNEL_H
#define BAL_STATUS_KERNEL_H

#include <stdio.h>

#include "reconcile/pass.h"

/*
 * Print addresses, rules, nexthops, tables and chains, each behind the command
 * line of ip(8) or iptables(8) that writes them to our stdout, which @out must
 * be.
 */
void bal_status_print_kernel(const struct bal_pass *pass, FILE *out);

#endif
