// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_key - the keys of bal.conf, each in its section. */
#include <string.h>

#include "base/suggest.h"
#include "config/conf_internal.h"
#include "config/globals.h"
#include "config/policy_key.h"

/* The keys of each section. */
static const struct {
	unsigned globals;
	uint64_t settings;
	const char *title;
} rooms[SECTION_MAX] = {
	[SECTION_BAL] = { BAL_GLOBAL_BAL, 0, "[bal]" },
	[SECTION_CHECK] = { BAL_GLOBAL_CHECK, BAL_SET_CHECK, "[check]" },
	[SECTION_UPLINK] = { 0, UINT64_MAX, "[uplink DEV]" },
	[SECTION_GROUP] = { 0, 0, "[group NAME]" },
	[SECTION_RULE] = { 0, 0, "[rule NAME]" },
};

static bool
is_of(enum bal_conf_section section, const char *key)
{
	const int number = bal_settings_number(key);
	const char *name;

	if (number >= 0 && rooms[section].settings >> number & 1)
		return true;
	for (size_t i = 0; rooms[section].globals >> i; i++) {
		name = bal_globals_key(i);
		if (rooms[section].globals >> i & 1 && !strcmp(key, name))
			return true;
	}
	return (section == SECTION_GROUP && bal_policy_group_number(key) >= 0) ||
	       (section == SECTION_RULE && bal_policy_rule_number(key) >= 0);
}

/* The uplink itself cannot be its own `over`. */
static void
take_over(struct bal_conf_reader *r, struct bal_conf_uplink *u)
{
	u->over_line = r->lines.number;
	if (strcmp(u->set.over, u->name) != 0)
		return;
	bal_lines_fault(&r->lines, u->over_line,
			"over \"%s\" is the uplink itself", u->name);
	u->set.has &= ~(uint64_t)BAL_SET_OVER;
}

static void
take_setting(struct bal_conf_reader *r, struct bal_settings *set,
	     uint64_t allowed, const char *key, const char *text)
{
	const int i = bal_settings_number(key);
	const uint64_t bit = i < 0 ? 0 : UINT64_C(1) << i;
	struct bal_err err = { 0 };

	if (allowed & bit) {
		if (bit != BAL_SET_TARGETS &&
		    bal_conf_is_repeated(r, &r->seen, (size_t)i, key))
			return;
		/* Those of an earlier file are replaced, not added to. */
		if (bit == BAL_SET_TARGETS && !(r->seen & bit))
			set->has &= ~bit;
		r->seen |= bit;
		if (bit == BAL_SET_NEED)
			r->need_line = r->lines.number;
	}
	if (bal_settings_set(set, allowed, key, text, &err) < 0)
		bal_conf_tell_value(r, text, &err);
	else if (r->section == SECTION_UPLINK && bit == BAL_SET_OVER)
		take_over(r, bal_conf_this_uplink(r));
}

/* The keys of [bal], and the key of [check] that is for all uplinks. */
static void
take_global(struct bal_conf_reader *r, unsigned allowed, const char *key,
	    const char *text)
{
	struct bal_err err = { 0 };
	const char *name;
	size_t i;

	for (i = 0; (name = bal_globals_key(i)) && strcmp(key, name);)
		i++;
	if (name && allowed & 1u << i && 1u << i != BAL_GLOBAL_DESTINATIONS &&
	    bal_conf_is_repeated(r, &r->seen_globals, i, key))
		return;
	if (name && 1u << i == BAL_GLOBAL_DESTINATIONS &&
	    !(r->seen_globals & BAL_GLOBAL_DESTINATIONS)) {
		r->seen_globals |= BAL_GLOBAL_DESTINATIONS;
		r->conf.globals.n_destinations = 0;
		r->conf.globals.destinations_line = r->lines.number;
		r->conf.globals.everywhere = false;
	}
	if (name && 1u << i == BAL_GLOBAL_IPV6)
		r->conf.globals.ipv6_line = r->lines.number;
	if (name && 1u << i == BAL_GLOBAL_MASQUERADE6)
		r->conf.globals.masquerade6_line = r->lines.number;
	if (name && 1u << i == BAL_GLOBAL_BALANCE)
		r->conf.globals.balance_line = r->lines.number;
	if (bal_globals_set(&r->conf.globals, allowed, key, text, &err) < 0)
		bal_conf_tell_value(r, text, &err);
}

/* The section that has @key, this one before others; NULL: none. */
static const char *
home_of(const struct bal_conf_reader *r, const char *key)
{
	if (is_of(r->section, key))
		return rooms[r->section].title;
	for (size_t i = SECTION_BAL; i < SECTION_MAX; i++)
		if (is_of(i, key))
			return rooms[i].title;
	return NULL;
}

/* Does @key belong to another section, or is it before the first one? */
static bool
is_misplaced(struct bal_conf_reader *r, const char *key)
{
	const char *home = home_of(r, key);

	if (r->section == SECTION_NONE)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" stands before any section%s%s",
				key, home ? "; it belongs below " : "",
				home ? home : "");
	else if (home && home != rooms[r->section].title)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" belongs in %s", key, home);
	else
		return false;
	return true;
}

/* "targets tcp:9.9.9.9:53": inih takes the first ":" for want of a "=". */
static bool
lacks_equals(struct bal_conf_reader *r, const char *key)
{
	size_t len = strcspn(key, " \t");
	char word[32];

	if (!key[len] || len >= sizeof(word))
		return false;
	memcpy(word, key, len);
	word[len] = '\0';
	if (!home_of(r, word))
		return false;
	bal_lines_fault(&r->lines, r->lines.number, "no \"=\" after \"%s\"",
			word);
	return true;
}

int
bal_conf_take_key(void *arg, const char *section, const char *key,
		  const char *text)
{
	struct bal_conf_reader *r = arg;

	(void)section; /* cut at 49 characters by inih, unlike ours */
	bal_lines_taken(&r->lines);
	r->empty = false;
	if (r->section == SECTION_BAD || lacks_equals(r, key) ||
	    is_misplaced(r, key))
		return 1;
	switch (r->section) {
	case SECTION_BAL:
		take_global(r, rooms[SECTION_BAL].globals, key, text);
		break;
	case SECTION_CHECK:
		if (bal_suggest_nearer(bal_suggest_bare(key), NULL, "when_all_dead"))
			take_global(r, rooms[SECTION_CHECK].globals, key, text);
		else
			take_setting(r, &r->conf.check,
				     rooms[SECTION_CHECK].settings, key, text);
		break;
	case SECTION_UPLINK:
		take_setting(r, &bal_conf_this_uplink(r)->set,
			     rooms[SECTION_UPLINK].settings, key, text);
		break;
	case SECTION_GROUP:
	case SECTION_RULE:
		bal_conf_take_policy(r, key, text);
		break;
	default:
		break;
	}
	return 1;
}
