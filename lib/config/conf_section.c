// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_section - sections of bal.conf, and the checks of a complete one. */
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "config/conf_internal.h"

void
bal_conf_end_section(struct bal_conf_reader *r)
{
	const struct bal_settings *set = &r->conf.check;
	struct bal_err err;

	if (r->empty)
		r->begun[r->section] = 0;
	r->empty = true;
	if (r->section == SECTION_RULE)
		bal_conf_end_rule(r);
	if (r->section == SECTION_UPLINK)
		set = &bal_conf_this_uplink(r)->set;
	else if (r->section != SECTION_CHECK)
		return;
	if (bal_settings_agree(set, &err) < 0)
		bal_lines_fault(&r->lines, r->need_line, "%s", err.msg);
}

static int
make_room(struct bal_conf_reader *r)
{
	size_t room = r->room ? r->room * 2 : 16;
	struct bal_conf_uplink *moved;

	if (r->conf.n_uplinks < r->room)
		return 0;
	moved = reallocarray(r->conf.uplinks, room, sizeof(*moved));
	if (!moved) {
		r->oom = true;
		return -1;
	}
	r->conf.uplinks = moved;
	r->room = room;
	return 0;
}

static enum bal_conf_section
go_on_with(struct bal_conf_reader *r, size_t uplink, unsigned line)
{
	r->uplink = uplink;
	r->uplink_line[uplink] = line;
	r->uplink_file[uplink] = r->file;
	return SECTION_UPLINK;
}

static enum bal_conf_section
begin_uplink(struct bal_conf_reader *r, const char *name)
{
	const struct bal_conf_uplink *twin = bal_conf_find(&r->conf, name);
	const size_t at = twin ? (size_t)(twin - r->conf.uplinks) :
				 r->conf.n_uplinks;
	unsigned line = r->lines.number;
	struct bal_err err;

	if (bal_is_quoted(name)) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink %s]\" has quotes, did you "
				"mean \"[uplink %.*s]\"?",
				name, (int)strlen(name) - 2, name + 1);
	} else if (!*name) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink]\" names no device");
	} else if (bal_check_ifname(name, &err) < 0) {
		bal_lines_fault(&r->lines, line, "section \"[uplink %s]\": %s",
				name, err.msg);
	} else if (twin && r->uplink_file[at] != r->file) {
		return go_on_with(r, at, line);
	} else if (twin) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink %s]\" is there twice, "
				"first in line %u",
				name, BAL_PLACE_LINE(r->uplink_line[at]));
	} else if (r->conf.n_uplinks == BAL_UPLINKS_MAX) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink %s]\" is one more than %d",
				name, BAL_UPLINKS_MAX);
	} else if (!make_room(r)) {
		r->conf.uplinks[at] = (struct bal_conf_uplink){ 0 };
		bal_copy(r->conf.uplinks[at].name, BAL_IFNAMSIZ, name);
		r->conf.n_uplinks++;
		return go_on_with(r, at, line);
	}
	return SECTION_BAD;
}

/* [bal] and [check]. */
static enum bal_conf_section
begin_single(struct bal_conf_reader *r, enum bal_conf_section section,
	     const char *name)
{
	if (r->begun[section]) {
		bal_lines_fault(&r->lines, r->lines.number,
				"section \"[%s]\" is there twice, first in "
				"line %u",
				name, BAL_PLACE_LINE(r->begun[section]));
		return SECTION_BAD;
	}
	r->begun[section] = r->lines.number;
	return section;
}

/* The sections of which there are several, each with a name of its own. */
static const struct {
	const char *kind;
	enum bal_conf_section (*begin)(struct bal_conf_reader *r,
				       const char *name);
} named[] = {
	{ "uplink", begin_uplink },
	{ "group", bal_conf_begin_group },
	{ "rule", bal_conf_begin_rule },
};

static const char *
near_kind(const char *word)
{
	const char *near = NULL;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		near = bal_suggest_nearer(word, near, named[i].kind);
	return near;
}

/* "[chek]", "[Uplink eth1]", "[uplink=eth1]", "[eth1]": what was meant? */
static void
tell_unknown(struct bal_conf_reader *r, const char *name)
{
	char text[BAL_LINE_MAX + 1], words[2][BAL_IFNAMSIZ], *p = text;
	const char *rest = text, *near = NULL, *kind, *own = NULL;
	struct bal_err err;
	size_t n = 0;

	(void)bal_copy(text, sizeof(text), name);
	while ((p = strpbrk(p, "=:")))
		*p = ' ';
	while (n < 2 && bal_next_word(&rest, words[n], sizeof(words[n])) > 0)
		n++;
	if (n == 1) {
		near = bal_suggest_nearer(words[0], NULL, "bal");
		near = bal_suggest_nearer(words[0], near, "check");
	}
	kind = n ? near_kind(words[0]) : NULL;
	if (kind)
		own = n == 2 && !bal_check_ifname(words[1], &err) ? words[1] :
		      strcmp(kind, "uplink") != 0		  ? "NAME" :
								    "DEV";
	else if (n == 1 && !near && !bal_check_ifname(words[0], &err))
		own = words[0];
	if (own)
		near = kind ? kind : "uplink";
	bal_lines_fault(&r->lines, r->lines.number,
			"unknown section \"[%s]\"%s%s%s%s%s", name,
			near ? ", did you mean \"[" : "", near ? near : "",
			own ? " " : "", own ? own : "", near ? "]\"?" : "");
}

/* "group bank": begin it.  false: @name is of no kind. */
static bool
begin_named(struct bal_conf_reader *r, const char *name)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const size_t len = strlen(named[i].kind);

		if (strncmp(name, named[i].kind, len) != 0 ||
		    (name[len] && name[len] != ' ' && name[len] != '\t'))
			continue;
		name += len;
		r->section = named[i].begin(r, name + strspn(name, " \t"));
		return true;
	}
	return false;
}

void
bal_conf_begin_file(struct bal_conf_reader *r)
{
	r->file++;
	memset(r->begun, 0, sizeof(r->begun));
	r->seen_globals = 0;
	r->section = SECTION_NONE;
	r->empty = true;
}

void
bal_conf_begin_section(void *arg, const char *name)
{
	struct bal_conf_reader *r = arg;

	bal_conf_end_section(r);
	r->seen = 0;
	r->section = SECTION_BAD;
	if (!name)
		return;
	if (!strcmp(name, "bal"))
		r->section = begin_single(r, SECTION_BAL, name);
	else if (!strcmp(name, "check"))
		r->section = begin_single(r, SECTION_CHECK, name);
	else if (!begin_named(r, name))
		tell_unknown(r, name);
}

void
bal_conf_check_circles(struct bal_conf_reader *r)
{
	const struct bal_conf *conf = &r->conf;
	size_t i, steps;

	for (i = 0; i < conf->n_uplinks; i++) {
		const struct bal_conf_uplink *at = &conf->uplinks[i];

		if (!(at->set.has & BAL_SET_OVER) ||
		    !strcmp(at->name, at->set.over))
			continue;
		for (steps = 0; at && at->set.has & BAL_SET_OVER; steps++) {
			at = bal_conf_find(conf, at->set.over);
			if (at == &conf->uplinks[i] || steps == conf->n_uplinks)
				break;
		}
		if (at == &conf->uplinks[i])
			bal_lines_fault(&r->lines, r->uplink_line[i],
					"uplink \"%s\" is over itself by way "
					"of \"%s\"",
					at->name, at->set.over);
	}
}
