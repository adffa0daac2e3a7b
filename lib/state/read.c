// SPDX-License-Identifier: GPL-2.0-or-later
/* read - reads the state file, also damaged or of another version. */
#include "state/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "state/aside.h"
#include "state/read_internal.h"

/* --- lines ---------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *
trim(char *text)
{
	size_t len;

	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* "KEY = VALUE"; a key may hold a "=", as in the name of a device. */
static char *
cut_key(char *line)
{
	char *at = strstr(line, " = ");

	at = at ? at + 1 : strchr(line, '=');
	if (!at || at == line)
		return NULL;
	*at = '\0';
	return at + 1;
}

static int
set_key(struct bal_reader *r, const char *key, const char *value,
	struct bal_err *err)
{
	if (r->section == SECTION_BAL)
		return bal_state_set(&r->state, &r->seen, key, value, err);
	return bal_uplink_state_set(&r->state.uplinks[r->uplink], &r->seen, key,
				    value, err);
}

/* An uplink's first key, where it is not the first line: its header is lost. */
static bool
is_of_lost_uplink(struct bal_reader *r, const char *key)
{
	if (strcmp(key, "admin") != 0 ||
	    (r->section == SECTION_UPLINK && !(r->doubtful && r->seen.any)))
		return false;
	if (r->section == SECTION_KEPT)
		r->state.kept_len = r->kept_before;
	r->section = SECTION_NONE;
	return true;
}

static void
take_key(struct bal_reader *r, const char *line, char *key, char *value)
{
	struct bal_err err = { 0 };
	int rc = set_key(r, key, value, &err);

	if (rc == 0) {
		r->doubtful = false;
	} else if (rc > 0 && !r->doubtful) {
		bal_reader_keep(r, line);
	} else {
		r->oom |= err.sys == ENOMEM;
		bal_reader_fault(r, "%s", rc < 0 ? err.msg : "its section is not known");
	}
	if (err.sys != EEXIST)
		return;
	/* A repeated key: twice in a row it is of another section. */
	if (r->doubtful)
		r->section = SECTION_NONE;
	else if (strcmp(key, "admin") == 0)
		bal_reader_doubt(r);
}

/* @line is a key, or a comment, perhaps with a key in it. */
static void
take_line(struct bal_reader *r, const char *line)
{
	bool late = *line == ';' && !strncmp(line, BAL_STATE_LATE,
					     strlen(BAL_STATE_LATE));
	char copy[BAL_LINE_MAX + 1], *key, *value;

	if (!late && (*line == ';' || *line == '#'))
		return;
	(void)bal_copy(copy, sizeof(copy),
		       line + (late ? strlen(BAL_STATE_LATE) : 0));
	value = cut_key(copy);
	key = trim(copy);
	if (is_of_lost_uplink(r, key) || r->section == SECTION_NONE)
		bal_reader_fault(r, "\"%.80s\" stands outside", line);
	else if (r->section == SECTION_KEPT)
		bal_reader_keep(r, line);
	else if (!value)
		bal_reader_fault(r, "\"%.80s\" has no value", line);
	else
		take_key(r, line, key, trim(value));
}

/* No version of bal writes this. */
static bool
is_sound(struct bal_reader *r, const char *line, size_t len)
{
	if (len > BAL_LINE_MAX) {
		bal_reader_fault(r, "longer than %d characters", BAL_LINE_MAX);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c >= ' ' && c != 0x7f) || is_blank(line[i]))
			continue;
		bal_reader_fault(r, "a control character (0x%02x)", c);
		return false;
	}
	return true;
}

static void
read_line(struct bal_reader *r)
{
	size_t left = (size_t)(r->end - r->next), len;
	const char *at = r->next, *eol = memchr(at, '\n', left);
	char buf[BAL_LINE_MAX + 1], *line;

	r->number++;
	len = eol ? (size_t)(eol - at) : left;
	r->next = eol ? eol + 1 : r->end;
	if (!is_sound(r, at, len)) {
		if (memchr(at, '[', len))
			bal_reader_doubt(r);
		return;
	}
	memcpy(buf, at, len);
	buf[len] = '\0';
	line = trim(buf);
	if (!eol && strcmp(line, "[end]") != 0)
		bal_reader_fault(r, "cut off");
	else if (*line == '[')
		bal_reader_section(r, line, strlen(line));
	else if (*line)
		take_line(r, line);
}

/* --- as a whole ----------------------------------------------------------- */

static void
forget(struct bal_reader *r, struct bal_uplink_state *u, bool table)
{
	bal_reader_fault(r, "the %s of %s is another's", table ? "table" : "slot",
	      u->name);
	u->partial = true;
	*(table ? &u->table : &u->slot) = 0;
}

/*
 * Two uplinks with the same slot or table both lose it: the kernel and the
 * names of the tables show which record is damaged.
 */
static void
forget_shared(struct bal_reader *r, size_t i)
{
	struct bal_state *s = &r->state;
	const uint32_t its_table = s->uplinks[i].table;
	const uint32_t its_slot = s->uplinks[i].slot;
	bool table = false, slot = false;

	if (its_table && its_table == s->balancing_table) {
		r->balancing_shared = true;
		table = true;
	}
	for (size_t j = i + 1; j < s->n_uplinks; j++) {
		struct bal_uplink_state *u = &s->uplinks[j];

		if (its_table && u->table == its_table) {
			forget(r, u, true);
			table = true;
		}
		if (its_slot && u->slot == its_slot) {
			forget(r, u, false);
			slot = true;
		}
	}
	if (table)
		forget(r, &s->uplinks[i], true);
	if (slot)
		forget(r, &s->uplinks[i], false);
}

static void
check_whole(struct bal_reader *r)
{
	if (!r->has_end)
		bal_reader_fault(r, "the end is missing");
	if (!r->has_bal)
		bal_reader_fault(r, "[bal] is missing");
	r->section = SECTION_NONE;
	for (size_t i = 0; i < r->state.n_uplinks; i++)
		forget_shared(r, i);
	if (r->balancing_shared)
		r->state.balancing_table = 0;
}

static void
read_text(struct bal_reader *r, const char *text, size_t len)
{
	r->next = text;
	r->end = text + len;
	while (r->next < r->end && !r->oom)
		read_line(r);
	check_whole(r);
}

/* A file of another type or size in the place of ours. */
static bool
is_no_state(const struct bal_err *err)
{
	return err->kind == BAL_ECONF || err->sys == ELOOP || err->sys == ENXIO;
}

int
bal_state_read(struct bal_state *state, const char *path, bool touch,
	       struct bal_err *err)
{
	/* A line before any header is of [bal], which comes first. */
	struct bal_reader r = { .state.saved_sysctls = bal_sysctl_none(),
			    .section = SECTION_BAL,
			    .doubtful = true,
			    .name = "bal" };
	struct bal_err why = { 0 };
	char *text = NULL;
	size_t len;

	*state = r.state;
	if (bal_check_replaceable(path, err) < 0)
		return -1;
	if (bal_read_file(path, BAL_INI_MAX, &text, &len, &why) < 0) {
		if (why.sys == ENOENT || why.sys == ENOTDIR)
			return 0;
		if (!is_no_state(&why)) {
			*err = why;
			return -1;
		}
		bal_state_put_aside(path, touch, false, why.msg);
		state->damaged = true;
		return 0;
	}
	read_text(&r, text, len);
	free(text);
	if (r.oom) {
		bal_state_fini(&r.state);
		return bal_err_nomem(err);
	}
	*state = r.state;
	state->damaged = r.faults > 0;
	if (state->damaged)
		bal_state_put_aside(path, touch, true, r.first);
	return !state->damaged;
}
