/* settings - what can be said about one uplink, from wherever it is said. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SETTINGS_H
#define BAL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "text.h"

#define BAL_TARGETS_MAX 8
#define BAL_WEIGHT_MAX 255
#define BAL_PRIORITY_MAX 999
#define BAL_SETTING_STRLEN \
	400 /* the longest value: targets, all of them IPv6 */

enum bal_all_dead { BAL_ALL_DEAD_KEEP, BAL_ALL_DEAD_UNREACHABLE };

/* One bit per key: set in @has where the key was said. */
enum bal_setting {
	BAL_SET_GATEWAY = 1 << 0,
	BAL_SET_BALANCE = 1 << 1,
	BAL_SET_OVER = 1 << 2,
	BAL_SET_WEIGHT = 1 << 3,
	BAL_SET_PRIORITY = 1 << 4,
	BAL_SET_OPENVPN = 1 << 5,
	BAL_SET_TARGETS = 1 << 6,
	BAL_SET_NEED = 1 << 7,
	BAL_SET_INTERVAL = 1 << 8,
	BAL_SET_TIMEOUT = 1 << 9,
	BAL_SET_DOWN = 1 << 10,
	BAL_SET_UP = 1 << 11,
};

/* Plain values; a member means something only with its bit in @has. */
struct bal_settings {
	unsigned has;
	struct bal_addr gateway; /* "auto": said, and none */
	bool balance;
	char over[BAL_IFNAMSIZ];
	uint32_t weight;   /* 1 to BAL_WEIGHT_MAX, default 1 */
	uint32_t priority; /* 0 to BAL_PRIORITY_MAX, default 100 */
	char openvpn[64];  /* client configuration: letters, digits, -_.@ */
	struct bal_addr targets[BAL_TARGETS_MAX];
	size_t n_targets;
	uint32_t need;	      /* targets that must answer, default 1 */
	uint32_t interval_ms; /* 10 to 3600000, default 1000 */
	uint32_t timeout_ms;  /* 10 to 60000, default 2000 */
	uint32_t down, up;    /* rounds, 1 to 100, default 3 and 2 */
};

/* Which keys a place may say. */
#define BAL_SET_CHECK                                                          \
	(BAL_SET_TARGETS | BAL_SET_NEED | BAL_SET_INTERVAL | BAL_SET_TIMEOUT | \
	 BAL_SET_DOWN | BAL_SET_UP)

/* The built-in values, every key but gateway, over, openvpn and targets. */
struct bal_settings bal_settings_default(void);

/*
 * Set @key to @text.  A repeated `targets` adds to the list.  Keys outside
 * @allowed are unknown.  -1 with the reason (`unknown key "gatway"`,
 * `weight "0" is not between 1 and 255`) and @s untouched.  A target that
 * is there already is not added twice.
 */
int bal_settings_set(struct bal_settings *s, unsigned allowed, const char *key,
		     const char *text, struct bal_err *err);

/* What @over says replaces what @base says, key by key. */
void bal_settings_merge(struct bal_settings *base,
			const struct bal_settings *over);

/* The name of each key in order of its bit; NULL behind the last. */
const char *bal_settings_key(size_t i);

/*
 * The value of key number @i as bal_settings_set() reads it, into @buf of
 * @size; NULL where it was not said or does not fit (BAL_SETTING_STRLEN always
 * does).  Returns @buf.
 */
const char *bal_settings_get(const struct bal_settings *s, size_t i, char *buf,
			     size_t size);

#endif
