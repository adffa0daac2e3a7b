/* rule - policy rules in words. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_KINDS_RULE_H
#define BAL_KINDS_RULE_H

#include <stdio.h>

#include "netlink/object.h"

/* A rule in iproute2's words, without a newline. */
void bal_print_rule(FILE *out, const struct bal_rule *rule);

#endif
