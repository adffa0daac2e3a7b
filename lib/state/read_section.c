// SPDX-License-Identifier: GPL-2.0-or-later
/* read_section - reads sections, also with a damaged header. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "state/read_internal.h"

#define UPLINK "uplink "

void
bal_reader_fault(struct bal_reader *r, const char *fmt, ...)
{
	va_list ap;
	int len;

	/* Lines outside may be of the uplink before. */
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

void
bal_reader_keep(struct bal_reader *r, const char *line)
{
	struct bal_err err = { 0 };

	if (bal_state_keep(&r->state, r->name, line, &err) == 0)
		return;
	r->oom |= err.sys == ENOMEM;
	bal_reader_fault(r, "%s", err.msg);
}

/* Sections are sorted: so most need no search. */
static struct bal_uplink_state *
find_twin(struct bal_reader *r, const char *name)
{
	size_t n = r->state.n_uplinks;

	r->unsorted |= n && strcmp(r->state.uplinks[n - 1].name, name) >= 0;
	return r->unsorted ? bal_state_find(&r->state, name) : NULL;
}

void
bal_reader_doubt(struct bal_reader *r)
{
	if (r->section == SECTION_KEPT)
		r->section = SECTION_NONE;
	r->doubtful = true;
}

static void
begin(struct bal_reader *r, enum bal_section section, const char *name)
{
	r->section = section;
	r->doubtful = false;
	r->seen = (struct bal_state_seen){ 0 };
	r->kept_before = r->state.kept_len;
	(void)bal_copy(r->name, sizeof(r->name), name);
}

static void
begin_twice(struct bal_reader *r, const char *section)
{
	bal_reader_fault(r, "[%.80s] is there twice", section);
	bal_reader_doubt(r);
}

static void
begin_record(struct bal_reader *r, const char *section,
	     const struct bal_uplink_state *u)
{
	begin(r, SECTION_UPLINK, section);
	r->uplink = (size_t)(u - r->state.uplinks);
}

static struct bal_uplink_state *
append(struct bal_reader *r, const char *name, struct bal_err *err)
{
	/* It cannot be an uplink, and so never got its table. */
	if (strcmp(name, "lo") == 0) {
		bal_err(err, BAL_ECONF, "lo leads nowhere");
		return NULL;
	}
	return bal_state_append(&r->state, name, err);
}

static void
begin_uplink(struct bal_reader *r, const char *section)
{
	const char *name = section + strlen(UPLINK);
	struct bal_uplink_state *u = find_twin(r, name);
	struct bal_err err = { 0 };

	if (u) {
		begin_twice(r, section);
		/* The first header was the wrong one: it had no line. */
		if (!u->slot && !u->table && !u->options.has)
			begin_record(r, section, u);
		/* The section before had no line, so these are not its own. */
		else if (!r->seen.any && strcmp(r->name, section) != 0)
			r->section = SECTION_NONE;
		return;
	}
	u = append(r, name, &err);
	if (!u) {
		r->oom |= err.sys == ENOMEM;
		bal_reader_fault(r, "%s", err.msg);
		bal_reader_doubt(r);
		return;
	}
	/* Up unless its line says otherwise, which may be lost. */
	u->admin_up = true;
	begin_record(r, section, u);
}

void
bal_reader_section(struct bal_reader *r, char *line, size_t len)
{
	const char *name = line + 1;

	if (line[len - 1] != ']') {
		bal_reader_fault(r, "\"%.80s\" is not a section", line);
		bal_reader_doubt(r);
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
		bal_reader_keep(r, "");
	}
}
