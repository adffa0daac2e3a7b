// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_key - reads the keys of a group and of a rule. */
#include "config/policy_key.h"

#include <string.h>

#include "base/suggest.h"
#include "config/policy_nft.h"
#include "config/policy_value.h"
#include "config/settings.h"

/* (uid_t)-1 is no user. */
#define UID_LAST (UINT32_MAX - 1)
#define STICKY_MAX_MS (24u * 60 * 60 * 1000)
#define DRAIN_MAX_MS STICKY_MAX_MS

static int
add_uplink(struct bal_conf_group *g, const char *name, struct bal_err *err)
{
	if (bal_check_ifname(name, err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_uplinks; i++)
		if (!strcmp(g->uplinks[i], name))
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is there twice", name);
	if (g->n_uplinks == BAL_MEMBERS_MAX)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is one more than %d uplinks", name,
			       BAL_MEMBERS_MAX);
	return bal_copy(g->uplinks[g->n_uplinks++], BAL_IFNAMSIZ, name);
}

static int
set_uplinks(struct bal_conf_group *g, unsigned line, const char *text,
	    struct bal_err *err)
{
	char word[BAL_IFNAMSIZ];
	const char *rest = text;
	int more, found = 0;

	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++)
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not a list of uplinks",
				       text);
		else if (add_uplink(g, word, err) < 0)
			return -1;
	if (!found)
		return bal_err(err, BAL_ECONF, "\"\" names no uplink");
	g->uplinks_line = line;
	return 0;
}

static int
set_mode(struct bal_conf_group *g, unsigned line, const char *text,
	 struct bal_err *err)
{
	(void)line;
	g->best = !strcmp(text, "best");
	if (g->best) {
		g->mode = BAL_MODE_SOLO;
		return 0;
	}
	if (bal_mode_parse(text, &g->mode, err) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither multi, solo nor best",
			       text);
	return 0;
}

static int
set_balance(struct bal_conf_group *g, unsigned line, const char *text,
	    struct bal_err *err)
{
	g->balance_line = line;
	g->has_balance = true;
	if (!strcmp(text, "hash"))
		return bal_err(err, BAL_ECONF,
			       "\"hash\" is one for the whole box: it stands in "
			       "[bal]");
	if (bal_balance_parse(text, &g->balance, err) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither connection, session nor "
			       "packet",
			       text);
	return 0;
}

static int
set_fallback(struct bal_conf_group *g, unsigned line, const char *text,
	     struct bal_err *err)
{
	static const struct {
		const char *word;
		enum bal_fallback fallback;
	} words[] = {
		{ "next", BAL_FALLBACK_NEXT },
		{ "main", BAL_FALLBACK_MAIN },
		{ "unreachable", BAL_FALLBACK_UNREACHABLE },
		{ "prohibit", BAL_FALLBACK_PROHIBIT },
		{ "blackhole", BAL_FALLBACK_BLACKHOLE },
	};

	g->fallback_line = line;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i].word)) {
			g->fallback = words[i].fallback;
			return 0;
		}
	if (!strcmp(text, g->name))
		return bal_err(err, BAL_ECONF, "\"%.80s\" is the group itself",
			       text);
	if (bal_policy_check_name(text, err) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither next, main, unreachable, "
			       "prohibit, blackhole nor a group",
			       text);
	g->fallback = BAL_FALLBACK_GROUP;
	return bal_copy(g->fallback_group, sizeof(g->fallback_group), text);
}

static int
set_destinations(struct bal_conf_group *g, unsigned line, const char *text,
		 struct bal_err *err)
{
	g->destinations_line = line;
	return bal_destinations_add(text, g->destinations, &g->n_destinations,
				    &g->everywhere, err);
}

static int
set_drain(struct bal_conf_group *g, unsigned line, const char *text,
	  struct bal_err *err)
{
	g->drain_line = line;
	g->has_drain = true;
	g->drain_ms = BAL_DRAIN_NEVER;
	if (strcmp(text, "never") == 0)
		return 0;
	return bal_parse_ms(text, 0, DRAIN_MAX_MS, &g->drain_ms, err);
}

static const struct {
	const char *name;
	bool adds;
	int (*set)(struct bal_conf_group *g, unsigned line, const char *text,
		   struct bal_err *err);
} group_keys[] = {
	{ "uplinks", true, set_uplinks },
	{ "mode", false, set_mode },
	{ "balance", false, set_balance },
	{ "fallback", false, set_fallback },
	{ "destinations", true, set_destinations },
	{ "failback_drain", false, set_drain },
};

#define N_GROUP_KEYS (sizeof(group_keys) / sizeof(group_keys[0]))

/* Only nftables can do it; the first such key is reported. */
static void
note_nft(struct bal_conf_rule *r, unsigned line, const char *key)
{
	if (r->nft_key)
		return;
	r->nft_key = key;
	r->nft_line = line;
}

static int
set_from(struct bal_conf_rule *r, unsigned line, const char *text,
	 struct bal_err *err)
{
	if (bal_policy_sources(text, r->from, &r->n_from, r->from_set, err) < 0)
		return -1;
	if (r->from_set[0])
		note_nft(r, line, BAL_RULE_SET);
	return 0;
}

static int
set_to(struct bal_conf_rule *r, unsigned line, const char *text,
       struct bal_err *err)
{
	if (bal_policy_sources(text, r->to, &r->n_to, r->to_set, err) < 0)
		return -1;
	if (r->to_set[0])
		note_nft(r, line, BAL_RULE_SET);
	return 0;
}

static int
set_iif(struct bal_conf_rule *r, unsigned line, const char *text,
	struct bal_err *err)
{
	(void)line;
	if (bal_check_ifname(text, err) < 0)
		return -1;
	return bal_copy(r->iif, sizeof(r->iif), text);
}

static int
set_proto(struct bal_conf_rule *r, unsigned line, const char *text,
	  struct bal_err *err)
{
	(void)line;
	return bal_policy_proto(text, &r->proto, err);
}

static int
set_sport(struct bal_conf_rule *r, unsigned line, const char *text,
	  struct bal_err *err)
{
	r->port_line = line;
	return bal_policy_ports(text, r->sport, &r->n_sport, err);
}

static int
set_dport(struct bal_conf_rule *r, unsigned line, const char *text,
	  struct bal_err *err)
{
	r->port_line = line;
	return bal_policy_ports(text, r->dport, &r->n_dport, err);
}

static int
set_uid(struct bal_conf_rule *r, unsigned line, const char *text,
	struct bal_err *err)
{
	r->uid_line = line;
	r->has_uid = true;
	return bal_policy_range(text, UID_LAST, &r->uid, err);
}

static int
set_mark(struct bal_conf_rule *r, unsigned line, const char *text,
	 struct bal_err *err)
{
	r->mark_line = line;
	r->has_mark = true;
	return bal_policy_mark(text, &r->mark, &r->mask, err);
}

static int
set_dscp(struct bal_conf_rule *r, unsigned line, const char *text,
	 struct bal_err *err)
{
	r->has_dscp = true;
	note_nft(r, line, "dscp");
	return bal_policy_dscp(text, &r->dscp, err);
}

static int
set_sticky(struct bal_conf_rule *r, unsigned line, const char *text,
	   struct bal_err *err)
{
	r->sticky_line = line;
	note_nft(r, line, "sticky");
	return bal_parse_ms(text, 1000, STICKY_MAX_MS, &r->sticky_ms, err);
}

static int
set_group(struct bal_conf_rule *r, unsigned line, const char *text,
	  struct bal_err *err)
{
	r->group_line = line;
	r->lead = !strcmp(text, "main")	       ? BAL_LEAD_MAIN :
		  !strcmp(text, "unreachable") ? BAL_LEAD_UNREACHABLE :
						 BAL_LEAD_GROUP;
	if (r->lead == BAL_LEAD_GROUP && bal_check_ifname(text, err) < 0)
		return -1;
	return bal_copy(r->group, sizeof(r->group), text);
}

static const struct {
	const char *name;
	bool adds;
	int (*set)(struct bal_conf_rule *r, unsigned line, const char *text,
		   struct bal_err *err);
} rule_keys[] = {
	{ "from", true, set_from },
	{ "to", true, set_to },
	{ "iif", false, set_iif },
	{ "proto", false, set_proto },
	{ "sport", true, set_sport },
	{ "dport", true, set_dport },
	{ "uid", false, set_uid },
	{ "mark", false, set_mark },
	{ "dscp", false, set_dscp },
	{ "sticky", false, set_sticky },
	{ "group", false, set_group },
};

#define N_RULE_KEYS (sizeof(rule_keys) / sizeof(rule_keys[0]))

const char *
bal_policy_group_key(size_t i)
{
	return i < N_GROUP_KEYS ? group_keys[i].name : NULL;
}

const char *
bal_policy_rule_key(size_t i)
{
	return i < N_RULE_KEYS ? rule_keys[i].name : NULL;
}

static int
number_of(const char *key, const char *(*name_of)(size_t i))
{
	const char *name;

	for (size_t i = 0; (name = name_of(i)); i++)
		if (!strcmp(key, name))
			return (int)i;
	return -1;
}

int
bal_policy_group_number(const char *key)
{
	return number_of(key, bal_policy_group_key);
}

int
bal_policy_rule_number(const char *key)
{
	return number_of(key, bal_policy_rule_key);
}

bool
bal_policy_group_adds(size_t i)
{
	return group_keys[i].adds;
}

bool
bal_policy_rule_adds(size_t i)
{
	return rule_keys[i].adds;
}

static int
tell_unknown(const char *key, const char *(*name_of)(size_t i),
	     struct bal_err *err)
{
	const char *near = NULL, *name;

	for (size_t i = 0; (name = name_of(i)); i++)
		near = bal_suggest_nearer(bal_suggest_bare(key), near, name);
	return bal_suggest_unknown(key, near, err);
}

int
bal_policy_group_set(struct bal_conf_group *group, unsigned line,
		     const char *key, const char *text, struct bal_err *err)
{
	const int i = bal_policy_group_number(key);
	struct bal_conf_group changed = *group;
	struct bal_err why = { 0 };

	if (i < 0)
		return tell_unknown(key, bal_policy_group_key, err);
	if (group_keys[i].set(&changed, line, text, &why) < 0)
		return bal_err(err, BAL_ECONF, "%s %s", key, why.msg);
	*group = changed;
	return 0;
}

int
bal_policy_rule_set(struct bal_conf_rule *rule, unsigned line, const char *key,
		    const char *text, struct bal_err *err)
{
	const int i = bal_policy_rule_number(key);
	struct bal_conf_rule changed = *rule;
	struct bal_err why = { 0 };

	if (i < 0)
		return tell_unknown(key, bal_policy_rule_key, err);
	if (rule_keys[i].set(&changed, line, text, &why) < 0)
		return bal_err(err, BAL_ECONF, "%s %s", key, why.msg);
	*rule = changed;
	return 0;
}
