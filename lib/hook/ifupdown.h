/* ifupdown - the options of a stanza in interfaces(5). */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_IFUPDOWN_H
#define BAL_HOOK_IFUPDOWN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the stanza have bal-strict, so that a failure of bal is one of ifupdown?
 * Any value but yes or no brings a warning, and means no.
 */
bool bal_hook_strict(void);

/*
 * What may follow bal- in a stanza, one for each @i: a key, or an option of the
 * hooks, or an older name of a key; NULL after the last.
 */
const char *bal_hook_option(size_t i);

/*
 * A hint to append where @value is refused: that it may hold a comment, or "".
 */
const char *bal_hook_hint(const char *value);

/*
 * The family of the stanza whose hook calls us: ifupdown calls once for each
 * `iface DEV inet` and `iface DEV inet6`.  0: another caller, or it is not said.
 */
int bal_hook_family(void);

#endif
