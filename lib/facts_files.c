// SPDX-License-Identifier: GPL-2.0-or-later
/* facts_files - event programs, and stanzas of interfaces(5). */
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts_parts.h"

#define INTERFACES "/etc/network/interfaces"
#define SOURCES_DEEP 4 /* files that name files */

/* Those that event.c would not run. */
static void
look_at_event(struct bal_facts *f, const char *path)
{
	struct bal_event_file *found;
	struct stat st;
	bool foreign;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return;
	foreign = st.st_uid != 0 && st.st_uid != geteuid();
	if (!foreign && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return;
	found = BAL_PUSH(&f->arena, &f->events);
	if (found)
		*found = (struct bal_event_file){ path, foreign };
}

void
bal_facts_events(struct bal_facts *f, const struct bal_paths *paths)
{
	const struct dirent *entry;
	DIR *dir = opendir(paths->event_dir);

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_at_event(f, bal_facts_text(f, "%s/%s",
							paths->event_dir,
							entry->d_name));
	if (dir)
		closedir(dir);
}

/* The stanza that is read, and whether its gateway has been noted. */
struct stanza {
	char dev[BAL_IFNAMSIZ];
	char gateway[64];
	uint32_t metric;
};

static void
end_stanza(struct bal_facts *f, struct stanza *s)
{
	struct bal_gateway_line *found;

	if (s->dev[0] && s->gateway[0]) {
		found = BAL_PUSH(&f->arena, &f->gateways);
		if (found) {
			memcpy(found->dev, s->dev, sizeof(found->dev));
			memcpy(found->gateway, s->gateway,
			       sizeof(found->gateway));
			found->metric = s->metric;
		}
	}
	*s = (struct stanza){ 0 };
}

static void read_stanzas(struct bal_facts *f, const char *path, int deep);

static void
read_sources(struct bal_facts *f, const char *pattern, int deep)
{
	glob_t found = { 0 };

	if (deep >= SOURCES_DEEP || glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_stanzas(f, found.gl_pathv[i], deep + 1);
	globfree(&found);
}

/* A relative one is so to the folder of the main file. */
static const char *
full_pattern(struct bal_facts *f, const char *word, bool folder)
{
	return bal_facts_text(f, "%s%s%s", *word == '/' ? "" : "/etc/network/",
			      word, folder ? "/*" : "");
}

static void
read_option(struct stanza *s, const char *key, const char *value)
{
	struct bal_err ignored;

	if (strcmp(key, "gateway") == 0)
		(void)bal_copy(s->gateway, sizeof(s->gateway), value);
	else if (strcmp(key, "metric") == 0)
		(void)bal_parse_u32(value, 0, UINT32_MAX, &s->metric, &ignored);
}

static void
read_stanza_line(struct bal_facts *f, const char *line, struct stanza *s,
		 int deep)
{
	char key[32], value[BAL_PATH_MAX], family[16];

	if (bal_next_word(&line, key, sizeof(key)) <= 0 || key[0] == '#' ||
	    bal_next_word(&line, value, sizeof(value)) <= 0)
		return;
	if (strcmp(key, "source") == 0 ||
	    strcmp(key, "source-directory") == 0) {
		end_stanza(f, s);
		read_sources(f, full_pattern(f, value, key[6] == '-'), deep);
	} else if (strcmp(key, "iface") == 0) {
		end_stanza(f, s);
		/* An alias has no gateway of its own; IPv6 is another world. */
		if (bal_next_word(&line, family, sizeof(family)) > 0 &&
		    strcmp(family, "inet") == 0)
			(void)bal_copy(s->dev, sizeof(s->dev), value);
	} else if (strcmp(key, "auto") == 0 || strcmp(key, "mapping") == 0 ||
		   strncmp(key, "allow-", 6) == 0) {
		end_stanza(f, s);
	} else {
		read_option(s, key, value);
	}
}

static void
read_stanzas(struct bal_facts *f, const char *path, int deep)
{
	char *line, *text = bal_facts_file(f, path);
	struct stanza s = { 0 };

	while ((line = bal_facts_line(&text)))
		read_stanza_line(f, line, &s, deep);
	end_stanza(f, &s);
}

void
bal_facts_stanzas(struct bal_facts *f)
{
	read_stanzas(f, INTERFACES, 0);
}
