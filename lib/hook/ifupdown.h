/* ifupdown - the options of a stanza in interfaces(5). */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_IFUPDOWN_H
#define BAL_HOOK_IFUPDOWN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the stanza say bal-strict, so that a failure is ifupdown's, too?  A
 * value that is neither yes nor no is warned of, and means no.
 */
bool bal_hook_strict(void);

/*
 * What may stand behind bal- in a stanza, one for each @i: a key, or a word of
 * the hooks' own, or an older name of a key; NULL after the last.
 */
const char *bal_hook_option(size_t i);

/* Behind the reason why @value is refused: that it may hold a comment, or "". */
const char *bal_hook_hint(const char *value);

#endif
