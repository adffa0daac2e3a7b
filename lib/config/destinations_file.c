// SPDX-License-Identifier: GPL-2.0-or-later
/* destinations_file - the files that bal.conf names, found in its text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/text.h"
#include "config/conf.h"
#include "config/destinations.h"

#define KEY "destinations"

/* The value, where @line is such a key; else NULL. */
static const char *
value_of(const char *line)
{
	line += strspn(line, " \t");
	if (strncmp(line, KEY, strlen(KEY)) != 0)
		return NULL;
	line += strlen(KEY);
	line += strspn(line, " \t");
	return *line == '=' || *line == ':' ? line + 1 : NULL;
}

/* The next line of @text into @line, cut; NULL: there is none. */
static const char *
next_line(const char *text, char *line)
{
	const size_t len = strcspn(text, "\n");

	if (!*text)
		return NULL;
	snprintf(line, BAL_LINE_MAX + 1, "%.*s", (int)len, text);
	return text + len + (text[len] == '\n');
}

/* The next path of a value; false: there is none behind. */
static bool
next_path(const char **value, char *path)
{
	int more;

	while ((more = bal_next_word(value, path, BAL_LINE_MAX + 1)) > 0)
		if (path[0] == '/')
			return true;
		else if (path[0] == ';')
			return false;
	return false;
}

void
bal_destinations_files(const char *text,
		       void (*fn)(void *arg, const char *path), void *arg)
{
	char line[BAL_LINE_MAX + 1], path[BAL_LINE_MAX + 1];

	while (text && (text = next_line(text, line))) {
		const char *value = value_of(line);

		while (value && next_path(&value, path))
			fn(arg, path);
	}
}

/* The destinations of the section with the heading @line. */
static const struct bal_addr *
list_of(const struct bal_conf *conf, const char *line, size_t *n)
{
	const struct bal_conf_group *group = NULL;
	char name[BAL_IFNAMSIZ] = "";

	*n = conf->globals.n_destinations;
	if (sscanf(line, " [group %15[^] \t]", name) != 1)
		return conf->globals.destinations;
	group = bal_policy_group(&conf->policy, name);
	*n = group ? group->n_destinations : 0;
	return group ? group->destinations : NULL;
}

struct expansion {
	const struct bal_conf *conf;
	FILE *out;
	char heading[BAL_LINE_MAX + 1];
	bool done; /* in this section */
};

/* All of the section's at its first line with a file, which they are of. */
static void
put_list(struct expansion *e)
{
	char buf[BAL_ADDR_STRLEN];
	size_t n;
	const struct bal_addr *list = list_of(e->conf, e->heading, &n);

	for (size_t i = 0; !e->done && i < n; i++)
		fprintf(e->out, KEY " = %s\n", bal_addr_str(&list[i], buf));
	e->done = true;
}

static void
put_line(struct expansion *e, const char *line, const char *text, size_t len)
{
	const char *value = value_of(line);
	char path[BAL_LINE_MAX + 1];

	if (line[strspn(line, " \t")] == '[') {
		memcpy(e->heading, line, sizeof(e->heading));
		e->done = false;
	}
	if (value && next_path(&value, path))
		put_list(e);
	else
		fwrite(text, 1, len, e->out);
}

void
bal_destinations_expand(const struct bal_conf *conf, const char *text,
			FILE *out)
{
	struct expansion e = { .conf = conf, .out = out };
	char line[BAL_LINE_MAX + 1];
	const char *next;

	if (text && !strstr(text, KEY)) {
		fputs(text, out);
		return;
	}
	for (; text && (next = next_line(text, line)); text = next)
		put_line(&e, line, text, (size_t)(next - text));
}
