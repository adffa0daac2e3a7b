// SPDX-License-Identifier: GPL-2.0-or-later
/* destinations - prefixes of bal.conf, in it or in a file that it names. */
#include "config/destinations.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/lines.h"
#include "base/paths.h"
#include "base/text.h"

struct list {
	struct bal_addr *v;
	size_t *n;
	bool *everywhere;
};

static int
add_prefix(const struct list *l, const char *word, struct bal_err *err)
{
	struct bal_addr net;

	if (bal_prefix_parse(word, &net, err) < 0)
		return -1;
	if (!net.len)
		*l->everywhere = true;
	if (*l->everywhere && (net.len || *l->n))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": default has no others beside it",
			       word);
	for (size_t i = 0; i < *l->n; i++)
		if (!bal_addr_cmp(&l->v[i], &net))
			return 0;
	if (net.len && *l->n == BAL_DESTINATIONS_MAX)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is one more than %d prefixes", word,
			       BAL_DESTINATIONS_MAX);
	if (net.len)
		bal_prefixes_add(l->v, l->n, &net);
	return 0;
}

/* In place: without blanks around it and a comment behind it. */
static char *
bare(char *line)
{
	line += strspn(line, " \t");
	line[strcspn(line, "#;")] = '\0';
	for (size_t len = strlen(line); len && strchr(" \t\r", line[len - 1]);)
		line[--len] = '\0';
	return line;
}

static int
add_file(const struct list *l, const char *path, struct bal_err *err)
{
	struct bal_err why = { 0 };
	char *text, *line, *next;
	unsigned number = 1, found = 0;
	size_t len;
	int rc = 0;

	if (bal_read_file(path, BAL_INI_MAX, &text, &len, &why) < 0)
		return bal_err(err, BAL_ECONF, "%s", why.msg);
	for (next = text; rc == 0 && (line = strsep(&next, "\n")); number++) {
		line = bare(line);
		found += *line != '\0';
		if (*line && add_prefix(l, line, &why) < 0)
			rc = bal_err(err, BAL_ECONF, "%s:%u: %s", path, number,
				     why.msg);
	}
	free(text);
	/* No list at all would be everything.  And it may be half written. */
	if (rc == 0 && !found)
		rc = bal_err(err, BAL_ECONF, "%s has no prefix", path);
	return rc;
}

int
bal_destinations_add(const char *text, struct bal_addr *list, size_t *n,
		     bool *everywhere, struct bal_err *err)
{
	const struct list l = { list, n, everywhere };
	char word[BAL_LINE_MAX + 1];
	const char *rest = text;
	int more, found = 0;

	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++) {
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not a list of prefixes",
				       text);
		if ((word[0] == '/' ? add_file : add_prefix)(&l, word, err) < 0)
			return -1;
	}
	if (!found)
		return bal_err(err, BAL_ECONF, "\"\" names no prefix");
	return 0;
}
