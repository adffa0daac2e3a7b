/* policy_value - the values of the keys of [rule NAME], as text. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_POLICY_VALUE_H
#define BAL_POLICY_VALUE_H

#include "config/policy.h"

/*
 * Each reads what stands behind the "=": -1 with the reason in @err, kind
 * BAL_ECONF; what was changed until then is the caller's to drop.
 */

/*
 * Add the addresses of @text to the @n of @list, which has room for
 * BAL_RULE_ADDRS_MAX: prefixes, hosts, and ranges A-B as the fewest prefixes
 * that cover them.
 */
int bal_policy_addrs(const char *text, struct bal_addr *list, size_t *n,
		     struct bal_err *err);

/* Add ports and ranges of ports to the @n of @list, of BAL_RULE_PORTS_MAX. */
int bal_policy_ports(const char *text, struct bal_range *list, size_t *n,
		     struct bal_err *err);

/* A protocol by its name or number. */
int bal_policy_proto(const char *text, uint8_t *out, struct bal_err *err);

/* Has @proto port numbers? */
bool bal_policy_has_ports(uint8_t proto);

/* "N" or "N-M", each up to @max. */
int bal_policy_range(const char *text, uint32_t max, struct bal_range *out,
		     struct bal_err *err);

/* "MARK/MASK", or "MARK": @mask is 0 then. */
int bal_policy_mark(const char *text, uint32_t *mark, uint32_t *mask,
		    struct bal_err *err);

/*
 * A name of a group or a rule: 1 to 15 letters, digits and "-_.", the first one
 * a letter or a digit.
 */
int bal_policy_check_name(const char *name, struct bal_err *err);

/* Is @name taken, as that of a group, by a word or a table? */
bool bal_policy_is_reserved(const char *name);

#endif
