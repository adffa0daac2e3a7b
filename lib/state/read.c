// SPDX-License-Identifier: GPL-2.0-or-later
/* read - the state file, also damaged or of another version. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/paths.h"
#include "state/field.h"

#define ASIDE_TRIES 10 /* state.bad, state.bad1 ... */
#define UPLINK "uplink "

enum section {
	SECTION_NONE, /* or one that is dropped with its keys */
	SECTION_BAL,
	SECTION_UPLINK, /* reader.uplink */
	SECTION_KEPT,
};

struct reader {
	struct bal_state state;
	const char *next, *end;
	unsigned number; /* of the line, from 1 */
	enum section section;
	size_t uplink; /* the last that had a section, in the state */
	bool doubtful; /* a header was damaged: is this still @section? */
	char name[BAL_LINE_MAX + 1]; /* of the section */
	size_t kept_before;	     /* the section */
	struct bal_state_seen seen;
	bool has_bal, has_end, unsorted, balancing_shared, oom;
	unsigned faults;
	char first[200];
};

static void fault(struct reader *r, const char *fmt, ...) BAL_PRINTF(2, 3);

static void
fault(struct reader *r, const char *fmt, ...)
{
	va_list ap;
	int len;

	/* What stands outside was perhaps of the uplink before. */
	if (r->state.n_uplinks &&
	    (r->section == SECTION_UPLINK || r->section == SECTION_NONE))
		r->state.uplinks[r->uplink].partial = true;
	if (r->faults++)
		return;
	len = snprintf(r->first, sizeof(r->first), "line %u: ", r->number);
	va_start(ap, fmt);
	vsnprintf(r->first + len, sizeof(r->first) - (size_t)len, fmt, ap);
	va_end(ap);
}

/* --- sections -------------------------------------------------------------- */

static void
keep(struct reader *r, const char *line)
{
	struct bal_err err = { 0 };

	if (bal_state_keep(&r->state, r->name, line, &err) == 0)
		return;
	r->oom |= err.sys == ENOMEM;
	fault(r, "%s", err.msg);
}

/* They are written sorted: so most are not looked for. */
static struct bal_uplink_state *
find_twin(struct reader *r, const char *name)
{
	size_t n = r->state.n_uplinks;

	r->unsorted |= n && strcmp(r->state.uplinks[n - 1].name, name) >= 0;
	return r->unsorted ? bal_state_find(&r->state, name) : NULL;
}

/*
 * A header is damaged or lost: the lines behind it are of the section before
 * (it stands in its midst) or of another one, as their keys tell.
 */
static void
doubt(struct reader *r)
{
	if (r->section == SECTION_KEPT)
		r->section = SECTION_NONE;
	r->doubtful = true;
}

static void
begin(struct reader *r, enum section section, const char *name)
{
	r->section = section;
	r->doubtful = false;
	r->seen = (struct bal_state_seen){ 0 };
	r->kept_before = r->state.kept_len;
	(void)bal_copy(r->name, sizeof(r->name), name);
}

static void
begin_twice(struct reader *r, const char *section)
{
	fault(r, "[%.80s] is there twice", section);
	doubt(r);
}

static void
begin_record(struct reader *r, const char *section,
	     const struct bal_uplink_state *u)
{
	begin(r, SECTION_UPLINK, section);
	r->uplink = (size_t)(u - r->state.uplinks);
}

static struct bal_uplink_state *
append(struct reader *r, const char *name, struct bal_err *err)
{
	/* It cannot be one, and so never got its table. */
	if (strcmp(name, "lo") == 0) {
		bal_err(err, BAL_ECONF, "lo leads nowhere");
		return NULL;
	}
	return bal_state_append(&r->state, name, err);
}

static void
begin_uplink(struct reader *r, const char *section)
{
	const char *name = section + strlen(UPLINK);
	struct bal_uplink_state *u = find_twin(r, name);
	struct bal_err err = { 0 };

	if (u) {
		begin_twice(r, section);
		/* The first header was the wrong one: it got no line. */
		if (!u->slot && !u->table && !u->told.has)
			begin_record(r, section, u);
		/* The one before got no line, so these are not its own. */
		else if (!r->seen.fields && strcmp(r->name, section) != 0)
			r->section = SECTION_NONE;
		return;
	}
	u = append(r, name, &err);
	if (!u) {
		r->oom |= err.sys == ENOMEM;
		fault(r, "%s", err.msg);
		doubt(r);
		return;
	}
	/* One whose line about that is lost is not to be taken down. */
	u->admin_up = true;
	begin_record(r, section, u);
}

static void
begin_section(struct reader *r, char *line, size_t len)
{
	const char *name = line + 1;

	if (line[len - 1] != ']') {
		fault(r, "\"%.80s\" is not a section", line);
		doubt(r);
		return;
	}
	line[len - 1] = '\0';
	if (strcmp(name, "end") == 0) {
		r->has_end = true;
		begin(r, SECTION_NONE, name);
	} else if (strcmp(name, "bal") == 0) {
		if (r->has_bal)
			begin_twice(r, name);
		else
			begin(r, SECTION_BAL, name);
		r->has_bal = true;
	} else if (strncmp(name, UPLINK, strlen(UPLINK)) == 0) {
		begin_uplink(r, name);
	} else {
		begin(r, SECTION_KEPT, name);
		keep(r, "");
	}
}

/* --- lines ------------------------------------------------------------------ */

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

/* "KEY = VALUE"; in a key there may be a "=", as in the name of a device. */
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
set_key(struct reader *r, const char *key, const char *value,
	struct bal_err *err)
{
	if (r->section == SECTION_BAL)
		return bal_state_set(&r->state, &r->seen, key, value, err);
	return bal_uplink_state_set(&r->state.uplinks[r->uplink], &r->seen, key,
				    value, err);
}

/* The first key of an uplink, where it is not the first: its header is lost. */
static bool
is_of_lost_uplink(struct reader *r, const char *key)
{
	if (strcmp(key, "admin") != 0 ||
	    (r->section == SECTION_UPLINK && !(r->doubtful && r->seen.fields)))
		return false;
	if (r->section == SECTION_KEPT)
		r->state.kept_len = r->kept_before;
	r->section = SECTION_NONE;
	return true;
}

static void
take_key(struct reader *r, const char *line, char *key, char *value)
{
	struct bal_err err = { 0 };
	int rc = set_key(r, key, value, &err);

	if (rc == 0) {
		r->doubtful = false;
	} else if (rc > 0 && !r->doubtful) {
		keep(r, line);
	} else {
		r->oom |= err.sys == ENOMEM;
		fault(r, "%s", rc < 0 ? err.msg : "its section is not known");
	}
	if (err.sys != EEXIST)
		return;
	/* Said before: twice in a row that is another's section. */
	if (r->doubtful)
		r->section = SECTION_NONE;
	else if (strcmp(key, "admin") == 0)
		doubt(r);
}

/* @line is a key, or a comment, perhaps with a key in it. */
static void
take_line(struct reader *r, const char *line)
{
	bool late = strncmp(line, BAL_STATE_LATE, strlen(BAL_STATE_LATE)) == 0;
	char copy[BAL_LINE_MAX + 1], *key, *value;

	if (!late && (*line == ';' || *line == '#'))
		return;
	(void)bal_copy(copy, sizeof(copy),
		       line + (late ? strlen(BAL_STATE_LATE) : 0));
	value = cut_key(copy);
	key = trim(copy);
	if (is_of_lost_uplink(r, key) || r->section == SECTION_NONE)
		fault(r, "\"%.80s\" stands outside", line);
	else if (r->section == SECTION_KEPT)
		keep(r, line);
	else if (!value)
		fault(r, "\"%.80s\" has no value", line);
	else
		take_key(r, line, key, trim(value));
}

/* What no version of ours writes. */
static bool
is_sound(struct reader *r, const char *line, size_t len)
{
	if (len > BAL_LINE_MAX) {
		fault(r, "longer than %d characters", BAL_LINE_MAX);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < ' ' && !is_blank(line[i])) || c == 0x7f) {
			fault(r, "a control character (0x%02x)", c);
			return false;
		}
	}
	return true;
}

static void
read_line(struct reader *r)
{
	size_t left = (size_t)(r->end - r->next), len;
	const char *at = r->next, *eol = memchr(at, '\n', left);
	char buf[BAL_LINE_MAX + 1], *line;

	r->number++;
	len = eol ? (size_t)(eol - at) : left;
	r->next = eol ? eol + 1 : r->end;
	if (!is_sound(r, at, len)) {
		if (memchr(at, '[', len))
			doubt(r);
		return;
	}
	memcpy(buf, at, len);
	buf[len] = '\0';
	line = trim(buf);
	if (!eol && strcmp(line, "[end]") != 0)
		fault(r, "cut off");
	else if (*line == '[')
		begin_section(r, line, strlen(line));
	else if (*line)
		take_line(r, line);
}

/* --- as a whole ------------------------------------------------------------- */

static void
forget(struct reader *r, struct bal_uplink_state *u, bool table)
{
	fault(r, "the %s of %s is another's", table ? "table" : "slot",
	      u->name);
	u->partial = true;
	*(table ? &u->table : &u->slot) = 0;
}

/*
 * What two must not share is forgotten of both: which of them is damaged, the
 * kernel and the names of the tables tell.
 */
static void
forget_shared(struct reader *r, size_t i)
{
	struct bal_state *s = &r->state;
	const struct bal_uplink_state was = s->uplinks[i];
	bool table = false, slot = false;

	if (was.table && was.table == s->balancing_table) {
		r->balancing_shared = true;
		table = true;
	}
	for (size_t j = i + 1; j < s->n_uplinks; j++) {
		struct bal_uplink_state *u = &s->uplinks[j];

		if (was.table && u->table == was.table) {
			forget(r, u, true);
			table = true;
		}
		if (was.slot && u->slot == was.slot) {
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
check_whole(struct reader *r)
{
	if (!r->has_end)
		fault(r, "the end is missing");
	if (!r->has_bal)
		fault(r, "[bal] is missing");
	r->section = SECTION_NONE;
	for (size_t i = 0; i < r->state.n_uplinks; i++)
		forget_shared(r, i);
	if (r->balancing_shared)
		r->state.balancing_table = 0;
}

static void
read_text(struct reader *r, const char *text, size_t len)
{
	r->next = text;
	r->end = text + len;
	while (r->next < r->end && !r->oom)
		read_line(r);
	check_whole(r);
}

/* --- what cannot be used ---------------------------------------------------- */

/*
 * Under a name that is free: @keep leaves the file where it is, too.  The name
 * into @bad of PATH_MAX; -1 with errno.  A folder and a file do not replace
 * each other: what stands there already keeps its name then.
 */
static int
put_beside(const char *path, bool keep, char *bad)
{
	struct bal_err ignored;

	errno = EEXIST;
	for (int i = 0; i < ASIDE_TRIES; i++) {
		int len = snprintf(bad, PATH_MAX, i ? "%s.bad%d" : "%s.bad",
				   path, i);

		if (len < 0 || len >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (bal_check_replaceable(bad, &ignored) < 0)
			continue;
		if (keep)
			(void)unlink(bad);
		if (keep ? !link(path, bad) : !rename(path, bad))
			return 0;
		if (errno != EISDIR && errno != ENOTDIR && errno != ENOTEMPTY &&
		    errno != EEXIST)
			return -1;
	}
	return -1;
}

static void
put_aside(const char *path, bool touch, bool keep, const char *why)
{
	const char *what = keep ? "damaged, and lines of it are not used" :
				  "damaged and not used";
	char bad[PATH_MAX];

	if (!touch)
		bal_warn("%s is %s (%.150s)", path, what, why);
	else if (put_beside(path, keep, bad) < 0)
		bal_warn("%s is %s (%.150s), and cannot be put aside: %s", path,
			 what, why, strerror(errno));
	else
		bal_warn("%s was %s (%.150s), put aside as %s", path, what, why,
			 bad);
}

/* Another kind of file, or one of another size, in the place of ours. */
static bool
is_no_state(const struct bal_err *err)
{
	return err->kind == BAL_ECONF || err->sys == ELOOP || err->sys == ENXIO;
}

int
bal_state_read(struct bal_state *state, const char *path, bool touch,
	       struct bal_err *err)
{
	/* What stands before any header is of [bal], which comes first. */
	struct reader r = { .state.saved_sysctls = bal_sysctl_none(),
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
		put_aside(path, touch, false, why.msg);
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
		put_aside(path, touch, true, r.first);
	return !state->damaged;
}
