// SPDX-License-Identifier: GPL-2.0-or-later
/* stanzas - stanzas of interfaces(5), and which of them are in use. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "doctor/facts/internal.h"

#define INTERFACES "/etc/network/interfaces"
#define STATE_DIR "/run/network"
#define STATE STATE_DIR "/ifstate"
#define SOURCES_DEEP 8 /* nesting of `source` */
#define FILES_MAX 256
/* Each heir has its copy, and is judged by it: a chain must not multiply. */
#define INHERITED_MAX 64

/* The stanza that is being read. */
struct stanza {
	char dev[BAL_IFNAMSIZ];
	char gateway[64];
	uint32_t metric;
	struct bal_stanza *kept; /* NULL: no memory for it */
};

typedef BAL_LIST(const char *) paths;

/* One file of those that are read. */
struct file {
	struct bal_facts *f;
	const char *path;
	struct stanza stanza;
	int deep;
	paths *read;
	unsigned line,
		lines; /* first line of the stanza, and lines read */
};

/* Cut the next word off *@line; NULL: there is none. */
static char *
next_word(char **line)
{
	char *word;

	do {
		word = strsep(line, " \t");
	} while (word && !*word);
	return word;
}

static void
end_stanza(struct file *file)
{
	const struct stanza *s = &file->stanza;
	struct bal_gateway_line *found;

	if (s->dev[0] && s->gateway[0]) {
		found = BAL_PUSH(&file->f->arena, &file->f->gateways);
		if (found) {
			memcpy(found->dev, s->dev, sizeof(found->dev));
			memcpy(found->gateway, s->gateway,
			       sizeof(found->gateway));
			found->metric = s->metric;
		}
	}
	file->stanza = (struct stanza){ 0 };
}

static void read_file(struct bal_facts *f, const char *path, int deep,
		      paths *read);

/* source-directory skips backups and leftovers of dpkg. */
static bool
is_plain_name(const char *path)
{
	const char *name = strrchr(path, '/');

	for (name = name ? name + 1 : path; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' &&
		    *name != '-')
			return false;
	return true;
}

static void
read_source(struct file *file, const char *pattern, bool directory)
{
	glob_t found = { 0 };

	if (file->deep >= SOURCES_DEEP ||
	    !bal_facts_glob(file->f, file->path, pattern, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!directory || is_plain_name(found.gl_pathv[i]))
			read_file(file->f,
				  bal_facts_text(file->f, "%s",
						 found.gl_pathv[i]),
				  file->deep + 1, file->read);
	globfree(&found);
}

/*
 * A relative name is relative to the directory of the file that has it; but
 * ifupdown prepends that to the first word only, and its working directory is
 * unknown.
 */
static void
read_sources(struct file *file, char *line, bool directory)
{
	const int len = (int)(strrchr(file->path, '/') - file->path) + 1;
	const char *word;

	for (bool first = true; (word = next_word(&line)); first = false) {
		if (*word != '/' && !first)
			continue;
		read_source(file,
			    bal_facts_text(file->f, "%.*s%s%s",
					   *word == '/' ? 0 : len, file->path,
					   word, directory ? "/*" : ""),
			    directory);
	}
}

/* For the rules, as it is written. */
static void
keep_stanza(struct file *file, const char *method)
{
	struct bal_stanza *kept = BAL_PUSH(&file->f->arena, &file->f->stanzas);

	file->stanza.kept = kept;
	if (!kept)
		return;
	memcpy(kept->name, file->stanza.dev, sizeof(kept->name));
	(void)bal_copy(kept->method, sizeof(kept->method), method);
	kept->path = file->path;
	kept->line = file->line;
	kept->last = file->lines;
}

static void
keep_option(struct file *file, const struct bal_stanza_option *o)
{
	struct stanza *s = &file->stanza;
	struct bal_stanza_option *kept;
	struct bal_err ignored;
	char word[64];
	const char *list = o->value;

	kept = s->kept ? BAL_PUSH(&file->f->arena, &s->kept->options) : NULL;
	if (kept)
		*kept = *o;
	if (bal_next_word(&list, word, sizeof(word)) <= 0)
		return;
	if (strcmp(o->name, "gateway") == 0)
		(void)bal_copy(s->gateway, sizeof(s->gateway), word);
	else if (strcmp(o->name, "metric") == 0)
		(void)bal_parse_u32(word, 0, UINT32_MAX, &s->metric, &ignored);
}

/* The first of that name, as ifupdown uses it; NULL: it refuses all. */
static const struct bal_stanza *
find_base(const struct file *file, const char *name)
{
	for (size_t i = 0; name && i < file->f->stanzas.n; i++)
		if (strcmp(file->f->stanzas.v[i].name, name) == 0)
			return &file->f->stanzas.v[i];
	return NULL;
}

static void
open_stanza(struct file *file, const char *dev, const char *method,
	    const struct bal_stanza *base)
{
	/* @base moves with the list, its options do not. */
	const struct bal_stanza_option *v = base ? base->options.v : NULL;
	size_t n = base ? base->options.n : 0;

	if (n > INHERITED_MAX) {
		n = INHERITED_MAX;
		bal_facts_unseen(file->f, bal_facts_text(file->f,
			"%s:%u: more than %d lines that it inherits",
			file->path, file->line, (int)n));
	}
	(void)bal_copy(file->stanza.dev, sizeof(file->stanza.dev), dev);
	keep_stanza(file, method);
	for (size_t i = 0; i < n; i++)
		keep_option(file, &v[i]);
}

/* "DEV inet METHOD [inherits BASE]", or "DEV inherits BASE"; no IPv6. */
static void
begin_stanza(struct file *file, char *line)
{
	const char *dev = next_word(&line), *family = next_word(&line);
	const char *method = next_word(&line), *word;
	const struct bal_stanza *base = NULL;

	end_stanza(file);
	if (!method)
		return;
	if (strcmp(family, "inherits") == 0) {
		base = find_base(file, method);
		if (base)
			open_stanza(file, dev, base->method, base);
	} else if (strcmp(family, "inet") == 0) {
		word = next_word(&line);
		if (word && strcmp(word, "inherits") == 0)
			base = find_base(file, next_word(&line));
		open_stanza(file, dev, method, base);
	}
}

/* @value starts at the first word; ifupdown cuts blanks off its end. */
static void
read_option(struct file *file, const char *key, char *value)
{
	struct bal_stanza_option o = { .name = key, .path = file->path,
				       .line = file->line };
	size_t len = strlen(value);

	if (!file->stanza.dev[0])
		return;
	while (len && isspace((unsigned char)value[len - 1]))
		value[--len] = '\0';
	o.value = bal_facts_text(file->f, "%s", value);
	keep_option(file, &o);
}

/*
 * Keywords of ifupdown that begin another part, also allow-auto and its like.
 */
static bool
ends_stanza(const char *key)
{
	static const char *const keys[] = { "auto", "mapping", "no-auto-down",
					    "no-scripts", "rename" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return strncmp(key, "allow-", 6) == 0;
}

static void
read_line(struct file *file, char *line)
{
	const char *key = next_word(&line);
	bool directory;

	if (!key)
		return;
	directory = strcmp(key, "source-directory") == 0;
	if (directory || strcmp(key, "source") == 0) {
		end_stanza(file);
		read_sources(file, line, directory);
	} else if (strcmp(key, "iface") == 0) {
		begin_stanza(file, line);
	} else if (ends_stanza(key)) {
		end_stanza(file);
	} else if (line && *(line += strspn(line, " \t"))) {
		read_option(file, key, line);
	}
}

/*
 * The next line, joined with the following ones while a backslash ends it.
 * Comments are lines of their own, and are not joined.
 */
static char *
next_line(struct file *file, char **text)
{
	char *line, *end, *more;

	do {
		line = bal_facts_line(text);
		file->lines++;
	} while (line && line[strspn(line, " \t")] == '#');
	if (!line)
		return NULL;
	file->line = file->lines;
	end = line + strlen(line);
	while (end > line && end[-1] == '\\') {
		*--end = '\0';
		more = bal_facts_line(text);
		if (!more)
			break;
		file->lines++;
		memmove(end, more, strlen(more) + 1);
		end += strlen(end);
	}
	return line;
}

/* Files may include each other: a second time is skipped. */
static bool
is_new(struct bal_facts *f, const char *path, paths *read)
{
	const char **slot;

	for (size_t i = 0; i < read->n; i++)
		if (strcmp(read->v[i], path) == 0)
			return false;
	slot = read->n < FILES_MAX ? BAL_PUSH(&f->arena, read) : NULL;
	if (slot)
		*slot = path;
	return slot;
}

static void
read_file(struct bal_facts *f, const char *path, int deep, paths *read)
{
	struct file file = {
		.f = f, .path = path, .deep = deep, .read = read
	};
	char *line, *text;

	if (!is_new(f, path, read))
		return;
	text = bal_facts_file(f, path);
	while ((line = next_line(&file, &text)))
		read_line(&file, line);
	end_stanza(&file);
}

/* "eth1=home" */
static void
read_state(struct bal_facts *f)
{
	char *line, *text = bal_facts_file(f, STATE);

	while ((line = bal_facts_line(&text))) {
		const char *dev = strsep(&line, "=");
		struct bal_configured *found;

		if (!*dev || !line)
			continue;
		found = BAL_PUSH(&f->arena, &f->configured);
		if (!found)
			return;
		(void)bal_copy(found->dev, sizeof(found->dev), dev);
		(void)bal_copy(found->stanza, sizeof(found->stanza), line);
	}
}

/* Names, and messages: about one interface, or the file. */
static void
note_at_boot(struct bal_facts *f, char *text)
{
	static const char self[] = "ifquery: ", all[] = "couldn't read ";
	const char *line, *first = NULL, **slot;

	while ((line = bal_facts_line(&text))) {
		if (strncmp(line, self, strlen(self)) == 0) {
			line += strlen(self);
			first = first ? first : line;
			if (strncmp(line, all, strlen(all)) == 0)
				f->ifup_fault = first;
		} else if (*line && (slot = BAL_PUSH(&f->arena, &f->at_boot))) {
			*slot = line;
		}
	}
}

/*
 * By the ifquery that is used at boot; other programs of that name have other
 * options and files.  It makes its directory where there is none, which we must
 * not cause.
 */
static void
ask_ifupdown(struct bal_facts *f)
{
	static const char debian[] = "ifquery version ";
	char name[] = "ifquery", version[] = "--version", list[] = "--list",
	     hotplug[] = "--allow=hotplug";
	int status = -1;
	char *text;

	if (access(INTERFACES, R_OK) < 0 || access(STATE_DIR, F_OK) < 0)
		return;
	text = bal_facts_run(f, (char *[]){ name, version, NULL });
	if (!text || strncmp(text, debian, strlen(debian)) != 0)
		return;
	text = bal_facts_run_any(f, (char *[]){ name, list, NULL }, &status);
	note_at_boot(f, text);
	f->boot_known = status >= 0 && !f->ifup_fault;
	if (f->boot_known)
		note_at_boot(f, bal_facts_run_any(
					f,
					(char *[]){ name, list, hotplug, NULL },
					&status));
}

void
bal_facts_stanzas(struct bal_facts *f)
{
	paths read = { 0 };

	read_file(f, INTERFACES, 0, &read);
	read_state(f);
	ask_ifupdown(f);
}
