/* cost - the bytes of a question and its answer; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_COST_H
#define BAL_COST_H

#include <stdint.h>

#include "config/target.h"

/*
 * The bytes of IP packets of one question and its answer: exact for ICMP, an
 * estimate for TCP, DNS and HTTP; 0 for ARP, which stays on the link, and for a
 * command, whose cost is unknown.
 */
uint32_t bal_target_bytes(const struct bal_target *t);

#endif
