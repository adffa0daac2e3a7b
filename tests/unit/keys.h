/* keys - settings by the names of their keys. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_KEYS_H
#define TEST_KEYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "config/settings.h"

#define ALL UINT64_MAX

static inline void
set(struct bal_settings *s, const char *key, const char *text)
{
	struct bal_err err = { 0 };

	if (bal_settings_set(s, ALL, key, text, &err))
		fail_msg("%s", err.msg);
}

static inline size_t
number(const char *key)
{
	const char *name;

	for (size_t i = 0; (name = bal_settings_key(i)); i++)
		if (!strcmp(name, key))
			return i;
	fail_msg("no key %s", key);
	return 0;
}

#endif
