/* settings_value - one setting of an uplink: text to member, and back. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SETTINGS_VALUE_H
#define BAL_SETTINGS_VALUE_H

#include "config/settings.h"

enum bal_settings_kind {
	BAL_KIND_GATEWAY,
	BAL_KIND_BOOL,
	BAL_KIND_SHARE,
	BAL_KIND_IFNAME,
	BAL_KIND_OPENVPN,
	BAL_KIND_TARGETS,
	BAL_KIND_U32,
	BAL_KIND_MS,
	BAL_KIND_INTERVAL, /* in ms; without a unit a minute at most */
	BAL_KIND_PERCENT,
	BAL_KIND_BYTES,
	BAL_KIND_BUDGET,
	BAL_KIND_HTTP_HOST,
	BAL_KIND_HTTP_EXPECT,
	BAL_KIND_ON_DEAD,
	BAL_KIND_CAP_ACTION,
	BAL_KIND_CAP_RESET,
	BAL_KIND_IPV6,
	BAL_KIND_SMOOTH,
	BAL_KIND_SMOOTH_OVER,
	BAL_KIND_GATEWAY6,
	BAL_KIND_PREFIX6,
	BAL_KIND_REVIVE,
};

struct bal_settings_spec {
	const char *name;
	enum bal_settings_kind kind;
	size_t offset;
	uint32_t min, max;
	/* A word that stands for a number, which may be out of range. */
	const char *word;
	uint32_t meaning;
};

/* Parse @text into the member of @key.  -1 with the reason and @s untouched. */
int bal_settings_parse(struct bal_settings *s,
		       const struct bal_settings_spec *key, const char *text,
		       struct bal_err *err);

/*
 * The value of @key as bal_settings_parse() reads it, into @buf of @size.
 * Its length, also where that does not fit, or -1.
 */
int bal_settings_print(const struct bal_settings *s,
		       const struct bal_settings_spec *key, char *buf,
		       size_t size);

/* The significant bytes of the member of @key. */
size_t bal_settings_size(const struct bal_settings *s,
			 const struct bal_settings_spec *key);

#endif
