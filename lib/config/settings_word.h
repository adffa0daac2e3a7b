/* settings_word - settings whose value is one word of a few. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SETTINGS_WORD_H
#define BAL_SETTINGS_WORD_H

#include "config/settings.h"

/* "auto", which is none, or a host: with @six one of IPv6. */
int bal_gateway_parse(const char *text, bool six, struct bal_addr *out,
		      struct bal_err *err);
/* "auto", which is none, or a prefix of IPv6 that is delegated. */
int bal_prefix6_parse(const char *text, struct bal_addr *out,
		      struct bal_err *err);
/* "auto", or a boolean. */
int bal_share_parse(const char *text, enum bal_share *out, struct bal_err *err);
/* "last_resort" or "off". */
int bal_cap_action_parse(const char *text, enum bal_cap_action *out,
			 struct bal_err *err);
/* "monthly" or "manual". */
int bal_cap_reset_parse(const char *text, enum bal_cap_reset *out,
			struct bal_err *err);
/* "no", "suspicion" or "always". */
int bal_smooth_parse(const char *text, enum bal_smooth *out,
		     struct bal_err *err);
/*
 * "auto", which is none, or names of lines, no two the same, into @out of
 * BAL_SMOOTH_OVER_MAX.
 */
int bal_smooth_over_parse(const char *text, char (*out)[BAL_IFNAMSIZ],
			  struct bal_err *err);
/* "nothing", or a list of "sockets" and "conntrack". */
int bal_on_dead_parse(const char *text, unsigned *out, struct bal_err *err);
/* Into @buf of @size: the length, also where that does not fit. */
int bal_on_dead_print(unsigned what, char *buf, size_t size);
/* Of an uplink: "ignore" or "block"; of [bal]: "balance", too. */
int bal_ipv6_parse(const char *text, enum bal_ipv6 *out, struct bal_err *err);
int bal_ipv6_parse_all(const char *text, enum bal_ipv6 *out,
		       struct bal_err *err);

/*
 * "no", which is none, or steps in their order, no two the same, into @out of
 * BAL_REVIVE_MAX.
 */
int bal_revive_steps_parse(const char *text, uint8_t *out, struct bal_err *err);
/* Into @buf of @size: the length, also where that does not fit. */
int bal_revive_steps_print(const uint8_t *steps, char *buf, size_t size);

/* As they are parsed; static storage. */
const char *bal_share_name(enum bal_share share);
const char *bal_cap_action_name(enum bal_cap_action action);
const char *bal_cap_reset_name(enum bal_cap_reset reset);
const char *bal_ipv6_name(enum bal_ipv6 ipv6);
const char *bal_smooth_name(enum bal_smooth smooth);
/* Into @buf of @size: the length, also where that does not fit. */
int bal_smooth_over_print(const char (*over)[BAL_IFNAMSIZ], char *buf,
			  size_t size);

#endif
