// SPDX-License-Identifier: GPL-2.0-or-later
/* globals - the keys of bal.conf that concern all uplinks. */
#include "config/globals.h"

#include <stddef.h>
#include <string.h>

#include "base/suggest.h"
#include "config/settings_word.h"

/* Our block is 9995 priorities long; 32765 to 32767 must not be among them. */
#define RULE_PRIORITY_LOW_MAX 22770
#define RULE_PRIORITY_HIGH 32768
#define RULE_PRIORITY_MAX 1000000
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)

struct bal_globals
bal_globals_default(void)
{
	return (struct bal_globals){
		.mode = BAL_MODE_MULTI,
		.hash = BAL_HASH_SRC | BAL_HASH_DST | BAL_HASH_PROTO |
			BAL_HASH_SPORT | BAL_HASH_DPORT,
		.nexthop_objects = true,
		.mark_mask = 0xff000000,
		.rule_priority = 32768,
		.last_resort = true,
		.when_all_dead = BAL_ALL_DEAD_KEEP,
		.openvpn_command =
			"systemctl --no-block restart openvpn-client@%s",
		.openvpn_pause_ms = 30 * SECOND,
		.openvpn_dead_ms = 60 * SECOND,
		.event_timeout_ms = 10 * SECOND,
	};
}

/* 0: @text is @first, 1: it is @second, -1: neither. */
static int
choose(const char *text, const char *first, const char *second,
       struct bal_err *err)
{
	if (!strcmp(text, first))
		return 0;
	if (!strcmp(text, second))
		return 1;
	return bal_err(err, BAL_ECONF, "\"%.80s\" is neither %s nor %s", text,
		       first, second);
}

static int
set_mode(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_mode_parse(text, &g->mode, err);
}

static int
set_balance(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_balance_parse(text, &g->balance, err);
}

static int
add_hash_field(uint32_t *fields, const char *word, struct bal_err *err)
{
	static const struct {
		const char *word;
		uint32_t bit;
	} words[] = {
		{ "src", BAL_HASH_SRC },     { "dst", BAL_HASH_DST },
		{ "sport", BAL_HASH_SPORT }, { "dport", BAL_HASH_DPORT },
		{ "proto", BAL_HASH_PROTO },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i].word)) {
			*fields |= words[i].bit;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither src, dst, sport, dport nor proto",
		       word);
}

static int
set_hash(struct bal_globals *g, const char *text, struct bal_err *err)
{
	const char *rest = text;
	char word[16];
	int more;

	g->hash = 0;
	while ((more = bal_next_word(&rest, word, sizeof(word))) > 0)
		if (add_hash_field(&g->hash, word, err) < 0)
			return -1;
	if (more < 0 || !g->hash)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a list of src, dst, sport, "
			       "dport and proto",
			       text);
	return 0;
}

static int
set_steer(struct bal_globals *g, const char *text, struct bal_err *err)
{
	static const char *const names[] = {
		[BAL_STEER_AUTO] = "auto",
		[BAL_STEER_YES] = "yes",
		[BAL_STEER_NO] = "no",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			g->steer = (enum bal_steer_key)i;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither auto nor yes nor no", text);
}

static int
set_destinations(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_destinations_add(text, g->destinations, &g->n_destinations,
				    &g->everywhere, err);
}

static int
set_nexthop_objects(struct bal_globals *g, const char *text,
		    struct bal_err *err)
{
	int n = choose(text, "no", "auto", err);

	g->nexthop_objects = n == 1;
	return n < 0 ? -1 : 0;
}

static int
set_mark_mask(struct bal_globals *g, const char *text, struct bal_err *err)
{
	uint32_t mask, run;

	if (bal_parse_u32(text, 0, UINT32_MAX, &mask, err) < 0)
		return -1;
	run = mask ? mask >> __builtin_ctz(mask) : 0;
	if (run & (run + 1) || run < 3)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not one run of 2 or more bits",
			       text);
	g->mark_mask = mask;
	return 0;
}

static int
set_rule_priority(struct bal_globals *g, const char *text, struct bal_err *err)
{
	uint32_t n;

	if (bal_parse_u32(text, 1, RULE_PRIORITY_MAX, &n, err) < 0)
		return -1;
	if (n > RULE_PRIORITY_LOW_MAX && n < RULE_PRIORITY_HIGH)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither from 1 to %d nor from %d "
			       "on: rules up to 9994 above it are bal's",
			       text, RULE_PRIORITY_LOW_MAX, RULE_PRIORITY_HIGH);
	g->rule_priority = n;
	return 0;
}

static int
set_firewall(struct bal_globals *g, const char *text, struct bal_err *err)
{
	static const char *const names[] = {
		[BAL_FIREWALL_AUTO] = "auto",
		[BAL_FIREWALL_LEGACY] = "legacy",
		[BAL_FIREWALL_NFT] = "nft",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			g->firewall = (enum bal_firewall_key)i;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither auto nor legacy nor nft", text);
}

static int
set_name_servers(struct bal_globals *g, const char *text, struct bal_err *err)
{
	static const char *const names[] = {
		[BAL_NAME_SERVERS_NO] = "no",
		[BAL_NAME_SERVERS_RESOLVED] = "resolved",
		[BAL_NAME_SERVERS_DNSMASQ] = "dnsmasq",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			g->name_servers = (enum bal_name_servers)i;
			return 0;
		}
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is neither no nor resolved nor dnsmasq", text);
}

static int
set_masquerade6(struct bal_globals *g, const char *text, struct bal_err *err)
{
	bool yes;

	if (!strcmp(text, "prefix")) {
		g->masquerade6 = BAL_MASQUERADE6_PREFIX;
		return 0;
	}
	if (bal_parse_bool(text, &yes, err) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is none of yes, no and prefix", text);
	g->masquerade6 = yes ? BAL_MASQUERADE6_YES : BAL_MASQUERADE6_NO;
	return 0;
}

static int
set_ipv6(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_ipv6_parse_all(text, &g->ipv6, err);
}

/* Split into words without a shell: so a quote has no effect. */
static int
set_openvpn_command(struct bal_globals *g, const char *text,
		    struct bal_err *err)
{
	const char *p = text;
	bool named = false;

	if (bal_check_printable(text, err) < 0)
		return -1;
	while ((p = strchr(p, '%'))) {
		if (p[1] != 's' && p[1] != '%')
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has a %% that is neither of "
				       "%%s nor of %%%%",
				       text);
		named |= p[1] == 's';
		p += 2;
	}
	if (bal_has_comment(text, "#"))
		return bal_err(err, BAL_ECONF, "\"%.80s\" has a #", text);
	if (!named)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has no %%s for the name", text);
	if (bal_copy(g->openvpn_command, sizeof(g->openvpn_command), text) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is longer than %d characters", text,
			       BAL_COMMAND_MAX - 1);
	return 0;
}

static int
set_packet_server(struct bal_globals *g, const char *text, struct bal_err *err)
{
	const int n = choose(text, "no", "prepared", err);

	g->packet_server = n == 1;
	return n < 0 ? -1 : 0;
}

static int
set_every(struct bal_globals *g, const char *text, struct bal_err *err)
{
	if (strcmp(text, "no"))
		return bal_parse_ms(text, MINUTE, DAY, &g->every_ms, err);
	g->every_ms = 0;
	return 0;
}

static int
set_when_all_dead(struct bal_globals *g, const char *text, struct bal_err *err)
{
	int n = choose(text, "keep", "unreachable", err);

	g->when_all_dead =
		n == 1 ? BAL_ALL_DEAD_UNREACHABLE : BAL_ALL_DEAD_KEEP;
	return n < 0 ? -1 : 0;
}

#define BOOL(member) NULL, offsetof(struct bal_globals, member), 0, 0
#define MS(member, min, max) \
	NULL, offsetof(struct bal_globals, member), (min), (max)
#define BY(set) (set), 0, 0, 0

/* In order of enum bal_global: number i is bit 1 << i. */
static const struct key {
	const char *name;
	/* NULL: a boolean or, with @most, milliseconds are stored at @at. */
	int (*set)(struct bal_globals *g, const char *text,
		   struct bal_err *err);
	size_t at;
	uint32_t least, most;
} keys[] = {
	{ "mode", BY(set_mode) },
	{ "balance", BY(set_balance) },
	{ "destinations", BY(set_destinations) },
	{ "nexthop_objects", BY(set_nexthop_objects) },
	{ "mark_mask", BY(set_mark_mask) },
	{ "rule_priority", BY(set_rule_priority) },
	{ "masquerade", BOOL(masquerade) },
	{ "last_resort", BOOL(last_resort) },
	{ "openvpn_command", BY(set_openvpn_command) },
	{ "openvpn_pause", MS(openvpn_pause_ms, SECOND, 10 * MINUTE) },
	{ "openvpn_dead", MS(openvpn_dead_ms, SECOND, DAY) },
	{ "event_timeout", MS(event_timeout_ms, SECOND, 10 * MINUTE) },
	{ "firewall", BY(set_firewall) },
	{ "mss_clamp", BOOL(mss_clamp) },
	{ "steer", BY(set_steer) },
	{ "hash", BY(set_hash) },
	{ "ipv6", BY(set_ipv6) },
	{ "mptcp", BOOL(mptcp) },
	{ "packet_server", BY(set_packet_server) },
	{ "every", BY(set_every) },
	{ "name_servers", BY(set_name_servers) },
	{ "masquerade6", BY(set_masquerade6) },
	{ "when_all_dead", BY(set_when_all_dead) },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= 32, "more keys than bits");

bool
bal_globals_masquerade6(const struct bal_globals *g)
{
	return g->ipv6 == BAL_IPV6_BALANCE &&
	       (g->masquerade6 == BAL_MASQUERADE6_AUTO ?
			g->masquerade :
			g->masquerade6 != BAL_MASQUERADE6_NO);
}

const char *
bal_globals_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

static int
set_key(struct bal_globals *g, const struct key *key, const char *text,
	struct bal_err *err)
{
	void *at = (char *)g + key->at;

	if (key->set)
		return key->set(g, text, err);
	return key->most ? bal_parse_ms(text, key->least, key->most, at, err) :
			   bal_parse_bool(text, at, err);
}

/* The key that @key is meant for, or NULL. */
static const char *
near_key(unsigned allowed, const char *key)
{
	const char *near = NULL;

	for (size_t i = 0; i < N_KEYS; i++)
		if (allowed & 1u << i)
			near = bal_suggest_nearer(bal_suggest_bare(key), near,
						  keys[i].name);
	return near;
}

int
bal_globals_set(struct bal_globals *g, unsigned allowed, const char *key,
		const char *text, struct bal_err *err)
{
	struct bal_globals changed = *g;
	struct bal_err why = { 0 };
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (allowed & 1u << i && !strcmp(key, keys[i].name))
			break;
	if (i == N_KEYS)
		return bal_suggest_unknown(key, near_key(allowed, key), err);
	if (set_key(&changed, &keys[i], text, &why) < 0)
		return bal_err(err, why.kind, "%s %s", key, why.msg);
	*g = changed;
	return 0;
}
