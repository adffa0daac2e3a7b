// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_nft - the values of keys of a rule that only nftables can do. */
#include "config/policy_nft.h"

#include <string.h>

/* Sets that the table has anyway, and words that nft reads as such. */
static bool
is_taken(const char *name)
{
	static const char *const words[] = {
		"arrive", "leave", "restore", "uplinks", "alive", "remember",
		"accept", "drop",  "set",     "map",	 "ip",	  "ct",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(name, words[i]))
			return true;
	return !strncmp(name, BAL_RULE_STICKY, strlen(BAL_RULE_STICKY));
}

static int
parse_set(const char *name, char set[BAL_IFNAMSIZ], struct bal_err *err)
{
	static const char digits[] = "0123456789";

	if (bal_policy_check_name(name, err) < 0)
		return -1;
	if (strchr(digits, name[0]))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": the name of a set begins with a "
			       "letter",
			       name);
	if (is_taken(name))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": that word has a meaning of its own",
			       name);
	return bal_copy(set, BAL_IFNAMSIZ, name);
}

int
bal_policy_sources(const char *text, struct bal_addr *list, size_t *n,
		   char set[BAL_IFNAMSIZ], struct bal_err *err)
{
	const size_t len = strlen(BAL_RULE_SET);
	const bool is_set = !strncmp(text, BAL_RULE_SET, len);

	if (set[0] || (is_set && *n))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": a set stands alone, and once", text);
	return is_set ? parse_set(text + len, set, err) :
			bal_policy_addrs(text, list, n, err);
}

int
bal_policy_dscp(const char *text, uint8_t *out, struct bal_err *err)
{
	static const struct {
		const char *name;
		uint8_t code;
	} names[] = {
		{ "cs0", 0 },	{ "cs1", 8 },	{ "cs2", 16 },	{ "cs3", 24 },
		{ "cs4", 32 },	{ "cs5", 40 },	{ "cs6", 48 },	{ "cs7", 56 },
		{ "af11", 10 }, { "af12", 12 }, { "af13", 14 }, { "af21", 18 },
		{ "af22", 20 }, { "af23", 22 }, { "af31", 26 }, { "af32", 28 },
		{ "af33", 30 }, { "af41", 34 }, { "af42", 36 }, { "af43", 38 },
		{ "ef", 46 },	{ "va", 44 },	{ "le", 1 },
	};
	struct bal_err ignored;
	uint32_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i].name)) {
			*out = names[i].code;
			return 0;
		}
	if (bal_parse_u32(text, 0, 63, &n, &ignored) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither a code point of DSCP (ef, "
			       "af11 to af43, cs0 to cs7, va, le) nor a number "
			       "of 0 to 63",
			       text);
	*out = (uint8_t)n;
	return 0;
}
