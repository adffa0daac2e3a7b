// SPDX-License-Identifier: GPL-2.0-or-later
/* line_group - the line of a group in the state file. */
#include <inttypes.h>
#include <string.h>

#include "state/line.h"

/* In place of a name that is not there; an older bal finds no such uplink. */
#define NONE "-"

/* The next word of @text, the name of an uplink: "" where there is none. */
static int
next_uplink(const char **text, char name[BAL_IFNAMSIZ], struct bal_err *err)
{
	char word[BAL_IFNAMSIZ] = "";

	if (bal_next_word(text, word, sizeof(word)) < 0 ||
	    (word[0] && strcmp(word, NONE) != 0 &&
	     bal_check_ifname(word, err) < 0))
		return bal_err(err, BAL_ECONF, "group has no such uplink");
	return bal_copy(name, BAL_IFNAMSIZ,
			strcmp(word, NONE) == 0 ? "" : word);
}

static int
next_time(const char **text, uint64_t *ms, struct bal_err *err)
{
	char word[24] = "";

	if (bal_next_word(text, word, sizeof(word)) < 0)
		return bal_err(err, BAL_ECONF, "group has no such time");
	*ms = 0;
	return word[0] ? bal_state_u64(word, UINT64_MAX, ms, err) : 0;
}

/*
 * "bank 31399"; "voip 31398 eth1" with the member that is best; and with a
 * failback_drain "bank 31399 - eth2 71234": the one that has answered, and when;
 * behind it, where there is any, the same of IPv6.
 */
int
bal_group_state_set(struct bal_state *state, const char *text,
		    struct bal_err *err)
{
	char name[BAL_GROUP_TABLELEN], number[16];
	struct bal_group_state read = { 0 }, *g;

	if (bal_next_word(&text, name, sizeof(name)) <= 0 ||
	    bal_next_word(&text, number, sizeof(number)) <= 0 ||
	    bal_parse_u32(number, 1, UINT32_MAX, &read.table, err) < 0)
		return bal_err(err, BAL_ECONF, "group has no name or table");
	if (next_uplink(&text, read.best, err) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (next_uplink(&text, read.drains[i].proven, err) < 0 ||
		    next_time(&text, &read.drains[i].ms, err) < 0)
			return -1;
	if (bal_state_find_group(state, name))
		return bal_state_twice("group", err);
	g = bal_state_group(state, name);
	if (!g)
		return bal_err(err, BAL_ECONF, "group is one too many");
	memcpy(read.name, g->name, sizeof(read.name));
	*g = read;
	return 0;
}

static bool
drains(const struct bal_group_drain *d)
{
	return d->proven[0] || d->ms;
}

void
bal_group_state_print(const struct bal_group_state *g, FILE *out)
{
	const size_t n = drains(&g->drains[1]) ? 2 : drains(&g->drains[0]);

	fprintf(out, "group = %s %" PRIu32, g->name, g->table);
	if (g->best[0] || n)
		fprintf(out, " %s", g->best[0] ? g->best : NONE);
	for (size_t i = 0; i < n; i++)
		fprintf(out, " %s %" PRIu64,
			g->drains[i].proven[0] ? g->drains[i].proven : NONE,
			g->drains[i].ms);
	fputc('\n', out);
}
