/* cost - what a question costs in bytes; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_COST_H
#define BAL_COST_H

#include <stdint.h>

#include "config/target.h"

/*
 * What one question costs in bytes of IP packets, both ways, answered: exact
 * for ICMP, a fair guess for TCP, DNS and HTTP; 0 for ARP, which stays on the
 * link, and for a command, of which nobody knows.
 */
uint32_t bal_target_bytes(const struct bal_target *t);

#endif
