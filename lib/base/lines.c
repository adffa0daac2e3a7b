// SPDX-License-Identifier: GPL-2.0-or-later
/* lines - an INI text line by line for inih, every fault with its number. */
#include "base/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "base/text.h"

void
bal_lines_init(struct bal_lines *lines, const char *const *paths,
	       const char *text, size_t len)
{
	*lines = (struct bal_lines){ .paths = paths };
	bal_lines_go_on(lines, 0, text, len);
}

void
bal_lines_go_on(struct bal_lines *lines, size_t file, const char *text,
		size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";

	lines->number = (unsigned)file << BAL_PLACE_FILE_BIT;
	lines->next = text;
	lines->end = text + len;
	if (len >= strlen(bom) && !memcmp(text, bom, strlen(bom)))
		lines->next += strlen(bom);
}

void
bal_lines_taken(struct bal_lines *lines)
{
	lines->pending = false;
}

void
bal_lines_fault(struct bal_lines *lines, unsigned number, const char *fmt, ...)
{
	const char *path = lines->paths[BAL_PLACE_FILE(number)];
	const unsigned line = BAL_PLACE_LINE(number);
	char what[sizeof(lines->first)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!lines->faults++) {
		lines->first_line = number;
		if (lines->quiet)
			snprintf(lines->first, sizeof(lines->first),
				 "line %u: %.160s", line, what);
		else
			snprintf(lines->first, sizeof(lines->first),
				 "%.80s:%u: %.220s", path, line, what);
	}
	if (!lines->quiet)
		bal_say(BAL_SAY_FAULT, "%s:%u: %s", path, line, what);
}

const char *
bal_lines_hint(const char *text)
{
	return bal_has_comment(text, "#") ?
		       ": a comment at the end of a line begins with \";\"" :
		       "";
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What inih would cut off silently, or a terminal would interpret. */
static bool
is_sound(struct bal_lines *lines, const char *line, size_t len, size_t max)
{
	size_t i;

	if (len > max) {
		bal_lines_fault(lines, lines->number,
				"line is longer than %zu characters", max);
		return false;
	}
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < ' ' && c != '\t') || c == 0x7f) {
			bal_lines_fault(lines, lines->number,
					"line has a control character (0x%02x)",
					c);
			return false;
		}
	}
	return true;
}

/* "[NAME]", optionally with a comment. */
static void
begin_section(struct bal_lines *lines, const char *line, size_t len)
{
	char name[BAL_LINE_MAX + 1];
	size_t i;

	/* As in inih: a blank and a semicolon begin a comment. */
	for (i = 1; i < len; i++)
		if (line[i] == ';' && is_blank(line[i - 1]))
			len = i;
	while (is_blank(line[len - 1]))
		len--;
	memcpy(name, line, len);
	name[len] = '\0';
	if (len < 2 || name[len - 1] != ']') {
		bal_lines_fault(
			lines, lines->number,
			"\"%s\" is not a section: no \"]\" at its end%s", name,
			bal_lines_hint(name));
		lines->section(lines->arg, NULL);
		return;
	}
	name[len - 1] = '\0';
	lines->section(lines->arg, name + 1);
}

/* The next line without its end; its length, or -1 behind the last. */
static ssize_t
cut_line(struct bal_lines *lines, const char **line)
{
	size_t left = (size_t)(lines->end - lines->next), len;
	const char *eol;

	if (!left)
		return -1;
	*line = lines->next;
	eol = memchr(*line, '\n', left);
	len = eol ? (size_t)(eol - *line) : left;
	lines->next = eol ? eol + 1 : lines->end;
	lines->number++;
	if (len && (*line)[len - 1] == '\r')
		len--;
	return (ssize_t)len;
}

char *
bal_lines_read(char *buf, int size, void *arg)
{
	struct bal_lines *lines = arg;
	size_t max = (size_t)size - 1 < BAL_LINE_MAX ? (size_t)size - 1 :
						       BAL_LINE_MAX;
	const char *line;
	ssize_t cut;

	for (;;) {
		size_t len;
		bool sound;

		if (lines->pending)
			bal_lines_fault(lines, lines->number,
					"no \"=\" between a key and a value");
		lines->pending = false;
		if (lines->quiet && lines->faults)
			return NULL;
		cut = cut_line(lines, &line);
		if (cut < 0)
			return NULL;
		len = (size_t)cut;
		sound = is_sound(lines, line, len, max);
		for (; len && is_blank(*line); line++)
			len--;
		while (len && is_blank(line[len - 1]))
			len--;
		if (!len || *line == ';' || *line == '#')
			continue;
		if (!sound) {
			/* Its keys do not belong to the section above. */
			if (*line == '[')
				lines->section(lines->arg, NULL);
			continue;
		}
		if (*line != '[') {
			memcpy(buf, line, len);
			buf[len] = '\0';
			lines->pending = true;
			return buf;
		}
		begin_section(lines, line, len);
	}
}
