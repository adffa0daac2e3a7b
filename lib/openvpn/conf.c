// SPDX-License-Identifier: GPL-2.0-or-later
/* conf - OpenVPN's words, comments and inline text. */
#include "openvpn/conf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Where in a line we are. */
enum place { BETWEEN, PLAIN, DOUBLE, SINGLE };

struct words {
	struct bal_ovpn_option *out;
	char *to; /* in out->text */
	enum place place;
	bool backslash;
};

void
bal_ovpn_begin(struct bal_ovpn_reader *r, const char *text, size_t len)
{
	size_t mark = strlen(BYTE_ORDER_MARK);

	*r = (struct bal_ovpn_reader){ .next = text, .end = text + len };
	if (len >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
		r->next += mark;
}

/* The end of a line separates words, too. */
static bool
is_blank(char c)
{
	return !c || isspace((unsigned char)c);
}

static void
end_word(struct words *w)
{
	*w->to++ = '\0';
	w->place = BETWEEN;
}

/* False: a comment begins, or there is no room for another word. */
static bool
begin_word(struct words *w, char c)
{
	struct bal_ovpn_option *out = w->out;

	if (is_blank(c))
		return true;
	if (c == ';' || c == '#' || out->n == BAL_OVPN_WORDS_MAX)
		return false;
	out->words[out->n++] = w->to;
	w->place = w->backslash ? PLAIN :
		   c == '"'	? DOUBLE :
		   c == '\''	? SINGLE :
				  PLAIN;
	if (w->place == PLAIN)
		*w->to++ = c;
	return true;
}

static bool
ends_word(const struct words *w, char c)
{
	switch (w->place) {
	case PLAIN:
		return !w->backslash && is_blank(c);
	case DOUBLE:
		return !w->backslash && c == '"';
	case SINGLE:
		return c == '\'';
	case BETWEEN:
		break;
	}
	return false;
}

/* 1: continue.  0: the rest is a comment.  -1: a backslash precedes @c. */
static int
take(struct words *w, char c)
{
	if (c == '\\' && !w->backslash && w->place != SINGLE) {
		w->backslash = true;
		return 1;
	}
	if (w->backslash && c != '\\' && c != '"' && !is_blank(c) &&
	    !(w->place == BETWEEN && (c == ';' || c == '#')))
		return -1;
	if (w->place == BETWEEN) {
		if (!begin_word(w, c))
			return 0;
	} else if (ends_word(w, c)) {
		end_word(w);
	} else if (c) {
		*w->to++ = c;
	}
	w->backslash = false;
	return 1;
}

/* Split @line, not longer than out->text, into words; -1 with @err. */
static int
split(const char *line, struct bal_ovpn_option *out, struct bal_err *err)
{
	struct words w = { .out = out, .to = out->text };
	int rc;

	out->n = 0;
	/* The NUL ends the last word, as a blank would. */
	do {
		rc = take(&w, *line);
	} while (rc > 0 && *line++);
	if (rc < 0)
		return bal_err(err, BAL_ECONF,
			       "line %u: a backslash before a character that "
			       "needs none",
			       out->line);
	if (w.place != BETWEEN)
		return bal_err(err, BAL_ECONF, "line %u: a quote has no end",
			       out->line);
	if (out->n && strncmp(out->words[0], "--", 2) == 0)
		out->words[0] += 2;
	return 0;
}

/* Copy the next line into @buf, without its end: 1; 0: none; -1: too long. */
static int
next_line(struct bal_ovpn_reader *r, char *buf)
{
	const char *eol;
	size_t len;

	if (r->next >= r->end)
		return 0;
	eol = memchr(r->next, '\n', (size_t)(r->end - r->next));
	len = (size_t)((eol ? eol : r->end) - r->next);
	r->line++;
	if (len >= BAL_OVPN_LINE_MAX - 1) {
		r->next += len + 1;
		return -1;
	}
	memcpy(buf, r->next, len);
	buf[len] = '\0';
	r->next += len + 1;
	return 1;
}

/* Is @o the tag <NAME>, which is an option without more words? */
static bool
begins_inside(struct bal_ovpn_reader *r, const struct bal_ovpn_option *o)
{
	size_t len = o->n == 1 ? strlen(o->words[0]) : 0;

	if (len < 3 || o->words[0][0] != '<' || o->words[0][len - 1] != '>' ||
	    len - 2 >= sizeof(r->inside))
		return false;
	memcpy(r->inside, o->words[0] + 1, len - 2);
	r->inside[len - 2] = '\0';
	return true;
}

static bool
ends_inside(struct bal_ovpn_reader *r, const char *line)
{
	size_t len = strlen(r->inside);

	line += strspn(line, " \t");
	if (strncmp(line, "</", 2) != 0 ||
	    strncmp(line + 2, r->inside, len) != 0 || line[2 + len] != '>')
		return false;
	r->inside[0] = '\0';
	return true;
}

int
bal_ovpn_next(struct bal_ovpn_reader *r, struct bal_ovpn_option *out,
	      struct bal_err *err)
{
	char line[BAL_OVPN_LINE_MAX];
	int rc;

	while ((rc = next_line(r, line)) != 0) {
		bool connection = strcmp(r->inside, "connection") == 0;

		if (r->inside[0] && (rc < 0 || ends_inside(r, line)))
			continue;
		if (r->inside[0] && !connection)
			continue;
		if (rc < 0)
			return bal_err(err, BAL_ECONF,
				       "line %u: longer than %d characters",
				       r->line, BAL_OVPN_LINE_MAX - 2);
		out->line = r->line;
		out->in_connection = connection;
		if (split(line, out, err) < 0)
			return -1;
		if (out->n && (connection || !begins_inside(r, out)))
			return 1;
	}
	return 0;
}
