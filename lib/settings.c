// SPDX-License-Identifier: GPL-2.0-or-later
/* settings - what can be said about one uplink, from wherever it is said. */
#include "settings.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind {
	KIND_GATEWAY,
	KIND_BOOL,
	KIND_IFNAME,
	KIND_OPENVPN,
	KIND_TARGETS,
	KIND_U32,
	KIND_MS,
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	uint32_t min, max;
};

#define MEMBER(member) offsetof(struct bal_settings, member)

/* In order of enum bal_setting: number i is bit 1 << i. */
static const struct key keys[] = {
	{ "gateway", KIND_GATEWAY, MEMBER(gateway), 0, 0 },
	{ "balance", KIND_BOOL, MEMBER(balance), 0, 0 },
	{ "over", KIND_IFNAME, MEMBER(over), 0, 0 },
	{ "weight", KIND_U32, MEMBER(weight), 1, BAL_WEIGHT_MAX },
	{ "priority", KIND_U32, MEMBER(priority), 0, BAL_PRIORITY_MAX },
	{ "openvpn", KIND_OPENVPN, MEMBER(openvpn), 0, 0 },
	{ "targets", KIND_TARGETS, MEMBER(targets), 0, 0 },
	{ "need", KIND_U32, MEMBER(need), 1, BAL_TARGETS_MAX },
	{ "interval", KIND_MS, MEMBER(interval_ms), 10, 3600000 },
	{ "timeout", KIND_MS, MEMBER(timeout_ms), 10, 60000 },
	{ "down", KIND_U32, MEMBER(down), 1, 100 },
	{ "up", KIND_U32, MEMBER(up), 1, 100 },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

struct bal_settings
bal_settings_default(void)
{
	return (struct bal_settings){
		.has = BAL_SET_BALANCE | BAL_SET_WEIGHT | BAL_SET_PRIORITY |
		       BAL_SET_NEED | BAL_SET_INTERVAL | BAL_SET_TIMEOUT |
		       BAL_SET_DOWN | BAL_SET_UP,
		.balance = true,
		.weight = 1,
		.priority = 100,
		.need = 1,
		.interval_ms = 1000,
		.timeout_ms = 2000,
		.down = 3,
		.up = 2,
	};
}

const char *
bal_settings_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

/* A host that can be a next hop or answer a probe. */
static int
parse_host(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr a;

	if (bal_addr_parse(text, &a, err) < 0)
		return -1;
	if (strchr(text, '/'))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a single address", text);
	if (a.family != AF_INET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is IPv6, which is not supported yet",
			       text);
	if (!a.bytes[0])
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is an unspecified address", text);
	if (a.bytes[0] == IN_LOOPBACKNET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a loopback address", text);
	if ((a.bytes[0] & 0xf0) == 0xe0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a multicast address", text);
	if (!memcmp(a.bytes, "\xff\xff\xff\xff", 4))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is the broadcast address", text);
	*out = a;
	return 0;
}

static int
parse_gateway(const char *text, struct bal_addr *out, struct bal_err *err)
{
	if (strcmp(text, "auto"))
		return parse_host(text, out, err);
	*out = (struct bal_addr){ 0 };
	return 0;
}

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
is_target(const struct bal_settings *s, const struct bal_addr *a)
{
	size_t i;

	for (i = 0; i < s->n_targets; i++)
		if (bal_addr_same_host(&s->targets[i], a))
			return true;
	return false;
}

static int
add_targets(struct bal_settings *s, const char *text, struct bal_err *err)
{
	char word[BAL_ADDR_STRLEN];
	const char *rest = text;
	struct bal_addr a;
	size_t found = 0;
	int more;

	if (!(s->has & BAL_SET_TARGETS))
		s->n_targets = 0;
	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++) {
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not an IP address", text);
		if (parse_host(word, &a, err) < 0)
			return -1;
		if (is_target(s, &a))
			continue;
		if (s->n_targets == BAL_TARGETS_MAX)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is one more than %d targets",
				       word, BAL_TARGETS_MAX);
		s->targets[s->n_targets++] = a;
	}
	if (!found)
		return bal_err(err, BAL_ECONF, "\"%.80s\" names no address",
			       text);
	return 0;
}

static int
parse_value(struct bal_settings *s, const struct key *key, const char *text,
	    struct bal_err *err)
{
	void *member = (char *)s + key->offset;

	switch (key->kind) {
	case KIND_GATEWAY:
		return parse_gateway(text, member, err);
	case KIND_BOOL:
		return bal_parse_bool(text, member, err);
	case KIND_IFNAME:
		if (bal_check_ifname(text, err) < 0)
			return -1;
		return bal_copy(member, BAL_IFNAMSIZ, text);
	case KIND_OPENVPN:
		return parse_openvpn(text, member, sizeof(s->openvpn), err);
	case KIND_TARGETS:
		return add_targets(s, text, err);
	case KIND_U32:
		return bal_parse_u32(text, key->min, key->max, member, err);
	case KIND_MS:
		return bal_parse_ms(text, key->min, key->max, member, err);
	}
	return -1;
}

int
bal_settings_set(struct bal_settings *s, unsigned allowed, const char *key,
		 const char *text, struct bal_err *err)
{
	struct bal_settings changed;
	struct bal_err why = { 0 };
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (allowed & 1u << i && !strcmp(key, keys[i].name))
			break;
	if (i == N_KEYS)
		return bal_err(err, BAL_ECONF, "unknown key \"%.80s\"", key);
	changed = *s;
	if (parse_value(&changed, &keys[i], text, &why) < 0)
		return bal_err(err, why.kind, "%s %s", key, why.msg);
	changed.has |= 1u << i;
	*s = changed;
	return 0;
}

/* How many bytes of struct bal_settings key @key owns. */
static size_t
member_size(const struct key *key)
{
	switch (key->kind) {
	case KIND_GATEWAY:
		return sizeof(struct bal_addr);
	case KIND_BOOL:
		return sizeof(bool);
	case KIND_IFNAME:
		return BAL_IFNAMSIZ;
	case KIND_OPENVPN:
		return sizeof(((struct bal_settings *)0)->openvpn);
	case KIND_TARGETS:
		return sizeof(((struct bal_settings *)0)->targets);
	case KIND_U32:
	case KIND_MS:
		return sizeof(uint32_t);
	}
	return 0;
}

void
bal_settings_merge(struct bal_settings *base, const struct bal_settings *over)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (over->has & 1u << i)
			memcpy((char *)base + keys[i].offset,
			       (const char *)over + keys[i].offset,
			       member_size(&keys[i]));
	if (over->has & BAL_SET_TARGETS)
		base->n_targets = over->n_targets;
	base->has |= over->has;
}

static int
print_targets(const struct bal_settings *s, char *buf, size_t size)
{
	char text[BAL_ADDR_STRLEN];
	size_t used = 0, i;
	int len;

	*buf = '\0';
	for (i = 0; i < s->n_targets; i++) {
		len = snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
			       bal_addr_host_str(&s->targets[i], text));
		if (len < 0 || (size_t)len >= size - used)
			return -1;
		used += (size_t)len;
	}
	return (int)used;
}

static int
print_value(const struct bal_settings *s, const struct key *key, char *buf,
	    size_t size)
{
	const void *member = (const char *)s + key->offset;
	char text[BAL_ADDR_STRLEN];
	uint32_t n = 0;

	if (key->kind == KIND_U32 || key->kind == KIND_MS)
		memcpy(&n, member, sizeof(n));
	switch (key->kind) {
	case KIND_GATEWAY:
		return snprintf(buf, size, "%s",
				bal_addr_none(member) ?
					"auto" :
					bal_addr_host_str(member, text));
	case KIND_BOOL:
		return snprintf(buf, size, "%s", s->balance ? "yes" : "no");
	case KIND_IFNAME:
	case KIND_OPENVPN:
		return snprintf(buf, size, "%s", (const char *)member);
	case KIND_TARGETS:
		return print_targets(s, buf, size);
	case KIND_U32:
		return snprintf(buf, size, "%u", n);
	case KIND_MS:
		if (n % 1000)
			return snprintf(buf, size, "%ums", n);
		return snprintf(buf, size, "%us", n / 1000);
	}
	return -1;
}

const char *
bal_settings_get(const struct bal_settings *s, size_t i, char *buf, size_t size)
{
	int len;

	if (i >= N_KEYS || !size || !(s->has & 1u << i))
		return NULL;
	len = print_value(s, &keys[i], buf, size);
	if (len < 0 || (size_t)len >= size)
		return NULL;
	return buf;
}
