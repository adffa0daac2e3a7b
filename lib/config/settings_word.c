// SPDX-License-Identifier: GPL-2.0-or-later
/* settings_word - settings whose value is one word of a few. */
#include "config/settings_word.h"

#include <stdio.h>
#include <string.h>

/* In order of their enums. */
static const char *const share_names[] = { "auto", "yes", "no" };
static const char *const action_names[] = { "last_resort", "off" };
static const char *const reset_names[] = { "monthly", "manual" };
static const char *const ipv6_names[] = { "ignore", "block", "balance" };
static const char *const on_dead_names[] = { "sockets", "conntrack" };
static const char *const smooth_names[] = { "no", "suspicion", "always" };

int
bal_gateway_parse(const char *text, bool six, struct bal_addr *out,
		  struct bal_err *err)
{
	if (strcmp(text, "auto"))
		return six ? bal_host6_parse(text, out, err) :
			     bal_host_parse(text, out, err);
	*out = (struct bal_addr){ 0 };
	return 0;
}

int
bal_prefix6_parse(const char *text, struct bal_addr *out, struct bal_err *err)
{
	if (strcmp(text, "auto"))
		return bal_delegated_parse(text, out, err);
	*out = (struct bal_addr){ 0 };
	return 0;
}

int
bal_share_parse(const char *text, enum bal_share *out, struct bal_err *err)
{
	bool yes;

	if (!strcmp(text, share_names[BAL_SHARE_AUTO])) {
		*out = BAL_SHARE_AUTO;
		return 0;
	}
	if (bal_parse_bool(text, &yes, err) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is none of auto, yes and no", text);
	*out = yes ? BAL_SHARE_YES : BAL_SHARE_NO;
	return 0;
}

/* The number of @text among two names; -1. */
static int
either(const char *text, const char *const names[2], struct bal_err *err)
{
	for (int i = 0; i < 2; i++)
		if (!strcmp(text, names[i]))
			return i;
	return bal_err(err, BAL_ECONF, "\"%.80s\" is neither %s nor %s", text,
		       names[0], names[1]);
}

int
bal_cap_action_parse(const char *text, enum bal_cap_action *out,
		     struct bal_err *err)
{
	const int i = either(text, action_names, err);

	if (i < 0)
		return -1;
	*out = (enum bal_cap_action)i;
	return 0;
}

int
bal_cap_reset_parse(const char *text, enum bal_cap_reset *out,
		    struct bal_err *err)
{
	const int i = either(text, reset_names, err);

	if (i < 0)
		return -1;
	*out = (enum bal_cap_reset)i;
	return 0;
}

int
bal_ipv6_parse(const char *text, enum bal_ipv6 *out, struct bal_err *err)
{
	if (strcmp(text, ipv6_names[BAL_IPV6_BALANCE]) == 0)
		return bal_err(err, BAL_ECONF,
			       "\"%s\" is for all uplinks: it belongs to [bal]",
			       text);
	const int i = either(text, ipv6_names, err);

	if (i < 0)
		return -1;
	*out = (enum bal_ipv6)i;
	return 0;
}

int
bal_smooth_parse(const char *text, enum bal_smooth *out, struct bal_err *err)
{
	for (int i = 0; i <= BAL_SMOOTH_ALWAYS; i++) {
		if (strcmp(text, smooth_names[i]) != 0)
			continue;
		*out = (enum bal_smooth)i;
		return 0;
	}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is none of no, suspicion and always", text);
}

static bool
is_among(const char (*names)[BAL_IFNAMSIZ], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int
refuse_over(const char *text, struct bal_err *err)
{
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither auto nor a list of devices", text);
}

int
bal_smooth_over_parse(const char *text, char (*out)[BAL_IFNAMSIZ],
		      struct bal_err *err)
{
	char all[BAL_SMOOTH_OVER_MAX][BAL_IFNAMSIZ] = { { 0 } };
	char word[BAL_IFNAMSIZ * 2];
	const char *rest = text;
	size_t n = 0;
	int more;

	while ((more = bal_next_word(&rest, word, sizeof(word)))) {
		if (more < 0 || bal_check_ifname(word, err) < 0)
			return refuse_over(text, err);
		if (is_among((const char (*)[BAL_IFNAMSIZ])all, n, word))
			continue;
		if (n == BAL_SMOOTH_OVER_MAX)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is one more than %d lines",
				       word, BAL_SMOOTH_OVER_MAX);
		(void)bal_copy(all[n++], BAL_IFNAMSIZ, word);
	}
	if (!n)
		return bal_err(err, BAL_ECONF, "\"%.80s\" names no device",
			       text);
	if (n == 1 && strcmp(all[0], "auto") == 0)
		all[0][0] = '\0';
	if (is_among((const char (*)[BAL_IFNAMSIZ])all, n, "auto"))
		return refuse_over(text, err);
	memcpy(out, all, sizeof(all));
	return 0;
}

int
bal_ipv6_parse_all(const char *text, enum bal_ipv6 *out, struct bal_err *err)
{
	for (size_t i = 0; i < sizeof(ipv6_names) / sizeof(*ipv6_names); i++)
		if (!strcmp(text, ipv6_names[i])) {
			*out = (enum bal_ipv6)i;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is none of ignore, block and balance", text);
}

const char *
bal_share_name(enum bal_share share)
{
	return share_names[share];
}

const char *
bal_cap_action_name(enum bal_cap_action action)
{
	return action_names[action];
}

const char *
bal_cap_reset_name(enum bal_cap_reset reset)
{
	return reset_names[reset];
}

const char *
bal_ipv6_name(enum bal_ipv6 ipv6)
{
	return ipv6_names[ipv6];
}

const char *
bal_smooth_name(enum bal_smooth smooth)
{
	return smooth_names[smooth];
}

int
bal_smooth_over_print(const char (*over)[BAL_IFNAMSIZ], char *buf, size_t size)
{
	size_t used = 0;

	if (!over[0][0])
		return snprintf(buf, size, "auto");
	for (size_t i = 0; i < BAL_SMOOTH_OVER_MAX && over[i][0]; i++) {
		const int len = snprintf(buf + used, used < size ? size - used : 0,
					 "%s%s", i ? ", " : "", over[i]);

		if (len < 0)
			return -1;
		used += (size_t)len;
		if (used >= size)
			break;
	}
	return (int)used;
}

int
bal_on_dead_parse(const char *text, unsigned *out, struct bal_err *err)
{
	unsigned all = 0;
	const char *rest = text;
	char word[16];
	int more;

	if (!strcmp(text, "nothing")) {
		*out = 0;
		return 0;
	}
	while ((more = bal_next_word(&rest, word, sizeof(word))) > 0) {
		if (!strcmp(word, on_dead_names[0]))
			all |= BAL_ON_DEAD_SOCKETS;
		else if (!strcmp(word, on_dead_names[1]))
			all |= BAL_ON_DEAD_CONNTRACK;
		else
			break;
	}
	if (more || !all)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither nothing nor a list of "
			       "sockets and conntrack",
			       text);
	*out = all;
	return 0;
}

int
bal_on_dead_print(unsigned what, char *buf, size_t size)
{
	bool sockets = what & BAL_ON_DEAD_SOCKETS;
	bool conntrack = what & BAL_ON_DEAD_CONNTRACK;

	return snprintf(buf, size, "%s%s%s%s", what ? "" : "nothing",
			sockets ? on_dead_names[0] : "",
			sockets && conntrack ? ", " : "",
			conntrack ? on_dead_names[1] : "");
}

int
bal_revive_steps_parse(const char *text, uint8_t *out, struct bal_err *err)
{
	const char *rest = strcmp(text, "no") ? text : "";
	uint8_t steps[BAL_REVIVE_MAX] = { BAL_REVIVE_NONE };
	enum bal_revive_step step;
	unsigned seen = 0;
	char word[16];
	size_t n = 0;
	int more;

	while ((more = bal_next_word(&rest, word, sizeof(word))) > 0) {
		if (!bal_revive_parse(word, &step) || seen & 1u << step)
			break;
		seen |= 1u << step;
		steps[n++] = (uint8_t)step;
	}
	if (more || (!n && strcmp(text, "no")))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither no nor a list of ifdown_up, "
			       "usb_reset, power and reboot, each once",
			       text);
	memcpy(out, steps, sizeof(steps));
	return 0;
}

int
bal_revive_steps_print(const uint8_t *steps, char *buf, size_t size)
{
	int len = snprintf(buf, size, "%s", steps[0] ? "" : "no");

	for (size_t i = 0; i < BAL_REVIVE_MAX && steps[i]; i++) {
		if ((size_t)len >= size)
			break;
		len += snprintf(buf + len, size - (size_t)len, "%s%s",
				i ? ", " : "",
				bal_revive_name((enum bal_revive_step)steps[i]));
	}
	return len;
}
