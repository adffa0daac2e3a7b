// SPDX-License-Identifier: GPL-2.0-or-later
/* settings_value - one setting of an uplink: text to member, and back. */
#include "config/settings_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/settings_word.h"
#include "config/target_keep.h"

#define MINUTE_MS 60000
#define BUDGET_MIN 100000
#define BUDGET_MAX 1000000000000000

static int
parse_openvpn(const char *text, char *out, size_t size, struct bal_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.@";

	/* It becomes part of a path and of a command line. */
	if (!*text || *text == '-' || *text == '.' ||
	    text[strspn(text, allowed)])
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a configuration name: letters,"
			       " digits, - _ . @",
			       text);
	if (strlen(text) >= size)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is too long", text);
	return bal_copy(out, size, text);
}

static bool
is_target(const struct bal_target *v, size_t n, const struct bal_target *t)
{
	for (size_t i = 0; i < n; i++)
		if (bal_target_same(&v[i], t))
			return true;
	return false;
}

static int
parse_target(const char *word, struct bal_target *out, struct bal_err *err)
{
	struct bal_err why = { 0 };

	if (bal_target_parse(word, out, &why) == 0)
		return 0;
	return bal_err(err, why.kind, "%s%s", why.msg,
		       strchr(word, ';') ?
			       ": targets are divided by commas or blanks" :
			       "");
}

/* Collected apart until the whole list is known to be good. */
static int
add_targets(struct bal_settings *s, const char *text, struct bal_err *err)
{
	const size_t old = s->has & BAL_SET_TARGETS ? s->n_targets : 0;
	struct bal_target all[BAL_TARGETS_MAX], t;
	const struct bal_target *kept;
	char word[BAL_TARGET_STRLEN];
	const char *rest = text;
	size_t n = old, found = 0;
	int more;

	if (old)
		memcpy(all, s->targets, old * sizeof(all[0]));
	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++) {
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has a word that is too long",
				       text);
		if (parse_target(word, &t, err) < 0)
			return -1;
		if (is_target(all, n, &t))
			continue;
		if (n == BAL_TARGETS_MAX)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is one more than %d targets",
				       word, BAL_TARGETS_MAX);
		all[n++] = t;
	}
	if (!found)
		return bal_err(err, BAL_ECONF, "\"%.80s\" names no address",
			       text);
	kept = bal_targets_keep(all, n);
	if (!kept)
		return bal_err_nomem(err);
	s->targets = kept;
	s->n_targets = n;
	return 0;
}

/* "45", "45%", "45 %". */
static int
parse_percent(const char *text, const struct bal_settings_spec *key,
	      uint32_t *out, struct bal_err *err)
{
	size_t len = strlen(text);
	char digits[16];

	if (len && text[len - 1] == '%')
		for (len--; len && text[len - 1] == ' ';)
			len--;
	if (len >= sizeof(digits))
		return bal_err(err, BAL_ECONF, "\"%.80s\" is not a number",
			       text);
	memcpy(digits, text, len);
	digits[len] = '\0';
	return bal_parse_u32(digits, key->min, key->max, out, err);
}

static int
parse_number(const char *text, const struct bal_settings_spec *key,
	     uint32_t *out, struct bal_err *err)
{
	uint64_t bytes;

	if (key->word && !strcmp(text, key->word)) {
		*out = key->meaning;
		return 0;
	}
	if (key->kind == BAL_KIND_MS)
		return bal_parse_ms(text, key->min, key->max, out, err);
	/* "1000" without a unit was meant as ms. */
	if (key->kind == BAL_KIND_INTERVAL)
		return bal_parse_ms(text, key->min,
				    bal_lacks_unit(text) ? MINUTE_MS : key->max,
				    out, err);
	if (key->kind == BAL_KIND_PERCENT)
		return parse_percent(text, key, out, err);
	if (key->kind == BAL_KIND_U32)
		return bal_parse_u32(text, key->min, key->max, out, err);
	if (bal_parse_bytes(text, key->min, key->max, &bytes, err) < 0)
		return -1;
	*out = (uint32_t)bytes;
	return 0;
}

static int
parse_budget(const char *text, uint64_t *out, struct bal_err *err)
{
	if (strcmp(text, "no"))
		return bal_parse_bytes(text, BUDGET_MIN, BUDGET_MAX, out, err);
	*out = 0;
	return 0;
}

/* A value of a request's header line: nothing that could end the line. */
static int
parse_http(const char *text, bool host, char *out, struct bal_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.:[]";

	if (bal_check_printable(text, err) < 0)
		return -1;
	if (host && text[strspn(text, allowed)])
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not the name of a host", text);
	if (strlen(text) >= BAL_HTTP_TEXT)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is longer than %d characters", text,
			       BAL_HTTP_TEXT - 1);
	return bal_copy(out, BAL_HTTP_TEXT, text);
}

int
bal_settings_parse(struct bal_settings *s, const struct bal_settings_spec *key,
		   const char *text, struct bal_err *err)
{
	void *member = (char *)s + key->offset;

	switch (key->kind) {
	case BAL_KIND_GATEWAY:
	case BAL_KIND_GATEWAY6:
		return bal_gateway_parse(text, key->kind == BAL_KIND_GATEWAY6,
					 member, err);
	case BAL_KIND_PREFIX6:
		return bal_prefix6_parse(text, member, err);
	case BAL_KIND_BOOL:
		return bal_parse_bool(text, member, err);
	case BAL_KIND_SHARE:
		return bal_share_parse(text, member, err);
	case BAL_KIND_IFNAME:
		if (bal_check_ifname(text, err) < 0)
			return -1;
		return bal_copy(member, BAL_IFNAMSIZ, text);
	case BAL_KIND_OPENVPN:
		return parse_openvpn(text, member, sizeof(s->openvpn), err);
	case BAL_KIND_TARGETS:
		return add_targets(s, text, err);
	case BAL_KIND_U32:
	case BAL_KIND_MS:
	case BAL_KIND_INTERVAL:
	case BAL_KIND_PERCENT:
	case BAL_KIND_BYTES:
		return parse_number(text, key, member, err);
	case BAL_KIND_BUDGET:
		return parse_budget(text, member, err);
	case BAL_KIND_HTTP_HOST:
	case BAL_KIND_HTTP_EXPECT:
		return parse_http(text, key->kind == BAL_KIND_HTTP_HOST, member,
				  err);
	case BAL_KIND_ON_DEAD:
		return bal_on_dead_parse(text, member, err);
	case BAL_KIND_CAP_ACTION:
		return bal_cap_action_parse(text, member, err);
	case BAL_KIND_CAP_RESET:
		return bal_cap_reset_parse(text, member, err);
	case BAL_KIND_IPV6:
		return bal_ipv6_parse(text, member, err);
	case BAL_KIND_SMOOTH:
		return bal_smooth_parse(text, member, err);
	case BAL_KIND_SMOOTH_OVER:
		return bal_smooth_over_parse(text, member, err);
	case BAL_KIND_REVIVE:
		return bal_revive_steps_parse(text, member, err);
	}
	return -1;
}

static int
print_targets(const struct bal_settings *s, char *buf, size_t size)
{
	char text[BAL_TARGET_STRLEN];
	size_t used = 0, i;
	int len;

	*buf = '\0';
	for (i = 0; i < s->n_targets; i++) {
		len = snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
			       bal_target_str(&s->targets[i], text));
		if (len < 0 || (size_t)len >= size - used)
			return -1;
		used += (size_t)len;
	}
	return (int)used;
}

static int
print_budget(uint64_t bytes, char *buf, size_t size)
{
	char text[BAL_QUANTITY_STRLEN];

	return snprintf(buf, size, "%s",
			bytes ? bal_bytes_str(bytes, text) : "no");
}

static int
print_number(const struct bal_settings_spec *key, const void *member, char *buf,
	     size_t size)
{
	char text[BAL_QUANTITY_STRLEN];
	uint32_t n;

	memcpy(&n, member, sizeof(n));
	if (key->word && n == key->meaning)
		return snprintf(buf, size, "%s", key->word);
	if (key->kind == BAL_KIND_MS || key->kind == BAL_KIND_INTERVAL)
		return snprintf(buf, size, "%s", bal_ms_str(n, text));
	if (key->kind == BAL_KIND_BYTES)
		return snprintf(buf, size, "%s", bal_bytes_str(n, text));
	return snprintf(buf, size, "%" PRIu32 "%s", n,
			key->kind == BAL_KIND_PERCENT ? "%" : "");
}

int
bal_settings_print(const struct bal_settings *s,
		   const struct bal_settings_spec *key, char *buf, size_t size)
{
	const void *member = (const char *)s + key->offset;
	char text[BAL_ADDR_STRLEN];

	switch (key->kind) {
	case BAL_KIND_GATEWAY:
	case BAL_KIND_GATEWAY6:
	case BAL_KIND_PREFIX6:
		return snprintf(buf, size, "%s",
				bal_addr_none(member) ?
					"auto" :
					bal_addr_str(member, text));
	case BAL_KIND_BOOL:
		return snprintf(buf, size, "%s",
				*(const bool *)member ? "yes" : "no");
	case BAL_KIND_SHARE:
		return snprintf(buf, size, "%s", bal_share_name(s->share));
	case BAL_KIND_IFNAME:
	case BAL_KIND_OPENVPN:
	case BAL_KIND_HTTP_HOST:
	case BAL_KIND_HTTP_EXPECT:
		return snprintf(buf, size, "%s", (const char *)member);
	case BAL_KIND_TARGETS:
		return print_targets(s, buf, size);
	case BAL_KIND_U32:
	case BAL_KIND_MS:
	case BAL_KIND_INTERVAL:
	case BAL_KIND_PERCENT:
	case BAL_KIND_BYTES:
		return print_number(key, member, buf, size);
	case BAL_KIND_BUDGET:
		return print_budget(*(const uint64_t *)member, buf, size);
	case BAL_KIND_ON_DEAD:
		return bal_on_dead_print(s->on_dead, buf, size);
	case BAL_KIND_CAP_ACTION:
		return snprintf(buf, size, "%s",
				bal_cap_action_name(s->cap_action));
	case BAL_KIND_CAP_RESET:
		return snprintf(buf, size, "%s",
				bal_cap_reset_name(s->cap_reset));
	case BAL_KIND_IPV6:
		return snprintf(buf, size, "%s", bal_ipv6_name(s->ipv6));
	case BAL_KIND_SMOOTH:
		return snprintf(buf, size, "%s", bal_smooth_name(s->smooth));
	case BAL_KIND_SMOOTH_OVER:
		return bal_smooth_over_print(s->smooth_over, buf, size);
	case BAL_KIND_REVIVE:
		return bal_revive_steps_print(s->revive, buf, size);
	}
	return -1;
}

size_t
bal_settings_size(const struct bal_settings *s,
		  const struct bal_settings_spec *key)
{
	switch (key->kind) {
	case BAL_KIND_GATEWAY:
	case BAL_KIND_GATEWAY6:
	case BAL_KIND_PREFIX6:
		return sizeof(s->gateway);
	case BAL_KIND_BOOL:
		return sizeof(s->required);
	case BAL_KIND_SHARE:
		return sizeof(s->share);
	case BAL_KIND_IFNAME:
		return sizeof(s->over);
	case BAL_KIND_OPENVPN:
		return sizeof(s->openvpn);
	case BAL_KIND_TARGETS:
		return sizeof(s->targets);
	case BAL_KIND_U32:
	case BAL_KIND_MS:
	case BAL_KIND_INTERVAL:
	case BAL_KIND_PERCENT:
	case BAL_KIND_BYTES:
		return sizeof(uint32_t);
	case BAL_KIND_BUDGET:
		return sizeof(s->budget);
	case BAL_KIND_HTTP_HOST:
	case BAL_KIND_HTTP_EXPECT:
		return BAL_HTTP_TEXT;
	case BAL_KIND_ON_DEAD:
		return sizeof(s->on_dead);
	case BAL_KIND_CAP_ACTION:
		return sizeof(s->cap_action);
	case BAL_KIND_CAP_RESET:
		return sizeof(s->cap_reset);
	case BAL_KIND_IPV6:
		return sizeof(s->ipv6);
	case BAL_KIND_SMOOTH:
		return sizeof(s->smooth);
	case BAL_KIND_SMOOTH_OVER:
		return sizeof(s->smooth_over);
	case BAL_KIND_REVIVE:
		return sizeof(s->revive);
	}
	return 0;
}
