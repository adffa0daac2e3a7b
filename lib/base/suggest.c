// SPDX-License-Identifier: GPL-2.0-or-later
/* suggest - the known word that a misspelt one was meant for. */
#include "base/suggest.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define WORD_MAX 31 /* letters */
#define FAR (2u * WORD_MAX)

static char
plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static bool
same(char a, char b)
{
	return plain(a) == plain(b);
}

static unsigned
min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters make @b of @a (optimal string alignment: Levenshtein's
 * distance, where two swapped neighbours count once).  cost[i][j] is that of
 * the first i letters of @a and the first j of @b.
 */
static unsigned
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned cost[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		cost[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_len; j++)
		cost[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++)
		for (size_t j = 1; j <= b_len; j++) {
			unsigned other = same(a[i - 1], b[j - 1]) ? 0 : 1;
			unsigned least = cost[i - 1][j - 1] + other;

			least = min(least, cost[i - 1][j] + 1);
			least = min(least, cost[i][j - 1] + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				least = min(least, cost[i - 2][j - 2] + 1);
			cost[i][j] = least;
		}
	return cost[a_len][b_len];
}

/* The distance of two words, or FAR where it is too much to be a slip. */
static unsigned
slips(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	size_t longer = a_len > b_len ? a_len : b_len;
	size_t shorter = a_len > b_len ? b_len : a_len;
	unsigned most = longer >= 7 ? 2 : longer >= 3 ? 1 : 0, found;

	if (longer > WORD_MAX || longer - shorter > most)
		return FAR;
	found = distance(a, a_len, b, b_len);
	return found <= most ? found : FAR;
}

const char *
bal_suggest_nearer(const char *typed, const char *best, const char *word)
{
	unsigned old = best ? slips(typed, best) : FAR;
	unsigned fresh = slips(typed, word);

	if (fresh < old)
		return word;
	return old < FAR ? best : NULL;
}

const char *
bal_suggest_bare(const char *key)
{
	const size_t len = strlen("bal-");

	return !strncmp(key, "bal-", len) || !strncmp(key, "bal_", len) ?
		       key + len :
		       key;
}

int
bal_suggest_unknown(const char *typed, const char *best, struct bal_err *err)
{
	if (!best)
		return bal_err(err, BAL_ECONF, "unknown key \"%.80s\"", typed);
	return bal_err(err, BAL_ECONF,
		       "unknown key \"%.80s\", did you mean \"%.80s\"?", typed,
		       best);
}
