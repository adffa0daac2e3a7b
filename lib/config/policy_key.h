/* policy_key - the keys of [group NAME] and [rule NAME]. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_POLICY_KEY_H
#define BAL_POLICY_KEY_H

#include "config/policy.h"

/* The name of each key, NULL behind the last. */
const char *bal_policy_group_key(size_t i);
const char *bal_policy_rule_key(size_t i);

/* The number of @key; -1: unknown. */
int bal_policy_group_number(const char *key);
int bal_policy_rule_number(const char *key);

/* May this key, by its number, stand several times?  Its values add up. */
bool bal_policy_group_adds(size_t i);
bool bal_policy_rule_adds(size_t i);

/*
 * Set @key, in line @line, to @text.  -1 with the reason, and the section
 * untouched.
 */
int bal_policy_group_set(struct bal_conf_group *group, unsigned line,
			 const char *key, const char *text,
			 struct bal_err *err);
int bal_policy_rule_set(struct bal_conf_rule *rule, unsigned line,
			const char *key, const char *text, struct bal_err *err);

#endif
