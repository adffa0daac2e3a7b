// SPDX-License-Identifier: GPL-2.0-or-later
/* globals - the keys of bal.conf that concern all uplinks. */
#include "config/globals.h"

#include <netinet/in.h>
#include <string.h>

#include "base/suggest.h"

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
	(void)g;
	if (!strcmp(text, "connection"))
		return 0;
	return bal_err(err, BAL_ECONF,
		       "\"%.80s\" is not supported: only "
		       "connection is",
		       text);
}

static int
add_destination(struct bal_globals *g, const char *word, struct bal_err *err)
{
	struct bal_addr net;
	size_t i;

	if (bal_prefix_parse(word, &net, err) < 0)
		return -1;
	if (net.family != AF_INET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is IPv6, which is not supported yet",
			       word);
	if (!net.len)
		g->everywhere = true;
	for (i = 0; i < g->n_destinations; i++)
		if (!bal_addr_cmp(&g->destinations[i], &net))
			return 0;
	if (net.len && i == BAL_DESTINATIONS_MAX)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is one more than %d prefixes", word,
			       BAL_DESTINATIONS_MAX);
	if (net.len)
		g->destinations[g->n_destinations++] = net;
	if (g->everywhere && g->n_destinations)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": default has no others beside it",
			       word);
	return 0;
}

static int
set_destinations(struct bal_globals *g, const char *text, struct bal_err *err)
{
	char word[BAL_ADDR_STRLEN];
	const char *rest = text;
	size_t found = 0;
	int more;

	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++) {
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not a list of prefixes",
				       text);
		if (add_destination(g, word, err) < 0)
			return -1;
	}
	if (!found)
		return bal_err(err, BAL_ECONF, "\"\" names no prefix");
	return 0;
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
set_masquerade(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_bool(text, &g->masquerade, err);
}

static int
set_mss_clamp(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_bool(text, &g->mss_clamp, err);
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
set_last_resort(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_bool(text, &g->last_resort, err);
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
set_openvpn_pause(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_ms(text, SECOND, 10 * MINUTE, &g->openvpn_pause_ms,
			    err);
}

static int
set_openvpn_dead(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_ms(text, SECOND, DAY, &g->openvpn_dead_ms, err);
}

static int
set_event_timeout(struct bal_globals *g, const char *text, struct bal_err *err)
{
	return bal_parse_ms(text, SECOND, 10 * MINUTE, &g->event_timeout_ms,
			    err);
}

static int
set_when_all_dead(struct bal_globals *g, const char *text, struct bal_err *err)
{
	int n = choose(text, "keep", "unreachable", err);

	g->when_all_dead =
		n == 1 ? BAL_ALL_DEAD_UNREACHABLE : BAL_ALL_DEAD_KEEP;
	return n < 0 ? -1 : 0;
}

/* In order of enum bal_global: number i is bit 1 << i. */
static const struct {
	const char *name;
	int (*set)(struct bal_globals *g, const char *text,
		   struct bal_err *err);
} keys[] = {
	{ "mode", set_mode },
	{ "balance", set_balance },
	{ "destinations", set_destinations },
	{ "nexthop_objects", set_nexthop_objects },
	{ "mark_mask", set_mark_mask },
	{ "rule_priority", set_rule_priority },
	{ "masquerade", set_masquerade },
	{ "last_resort", set_last_resort },
	{ "openvpn_command", set_openvpn_command },
	{ "openvpn_pause", set_openvpn_pause },
	{ "openvpn_dead", set_openvpn_dead },
	{ "event_timeout", set_event_timeout },
	{ "firewall", set_firewall },
	{ "mss_clamp", set_mss_clamp },
	{ "when_all_dead", set_when_all_dead },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= 32, "more keys than bits");

const char *
bal_globals_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

int
bal_globals_set(struct bal_globals *g, unsigned allowed, const char *key,
		const char *text, struct bal_err *err)
{
	struct bal_globals changed = *g;
	struct bal_err why = { 0 };
	const char *near = NULL;
	size_t i;

	for (i = 0; i < N_KEYS; i++) {
		if (!(allowed & 1u << i))
			continue;
		if (!strcmp(key, keys[i].name))
			break;
		near = bal_suggest_nearer(bal_suggest_bare(key), near, keys[i].name);
	}
	if (i == N_KEYS)
		return bal_suggest_unknown(key, near, err);
	if (keys[i].set(&changed, text, &why) < 0)
		return bal_err(err, why.kind, "%s %s", key, why.msg);
	*g = changed;
	return 0;
}
