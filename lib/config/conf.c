// SPDX-License-Identifier: GPL-2.0-or-later
/* conf - bal.conf: what the administrator wrote. */
#include "config/conf.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "config/globals.h"
#include "base/lines.h"
#include "base/near.h"
#include "base/paths.h"

enum section {
	SECTION_NONE, /* before the first */
	SECTION_BAD,  /* has been reported; its keys mean nothing */
	SECTION_BAL,
	SECTION_CHECK,
	SECTION_UPLINK,
	SECTION_MAX,
};

/* Which keys stand in it. */
static const struct {
	unsigned globals, settings;
	const char *title;
} rooms[SECTION_MAX] = {
	[SECTION_BAL] = { BAL_GLOBAL_BAL, 0, "[bal]" },
	[SECTION_CHECK] = { BAL_GLOBAL_CHECK, BAL_SET_CHECK, "[check]" },
	[SECTION_UPLINK] = { 0, ~0u, "[uplink DEV]" },
};

struct reader {
	struct bal_conf conf;
	struct bal_lines lines;
	size_t room; /* of @conf.uplinks */
	bool oom;
	enum section section;
	uint32_t seen;		     /* settings of this section, by number */
	uint32_t seen_globals;	     /* [bal] and [check] are there only once, */
	bool empty;		     /* but for headings without a key */
	unsigned need_line;	     /* of `need` in this section */
	unsigned begun[SECTION_MAX]; /* line of [bal] and [check] */
	unsigned uplink_line[BAL_UPLINKS_MAX];
};

static void
tell_value(struct reader *r, const char *text, const struct bal_err *err)
{
	const size_t len = strlen(err->msg);
	/* One that asks back has its hint. */
	const bool asks = len && err->msg[len - 1] == '?';

	if (bal_is_quoted(text))
		bal_lines_fault(&r->lines, r->lines.number,
				"%s, did you mean %.*s?", err->msg,
				(int)strlen(text) - 2, text + 1);
	else
		bal_lines_fault(&r->lines, r->lines.number, "%s%s", err->msg,
				asks ? "" : bal_lines_hint(text));
}

/* Was key number @i said in this section before? */
static bool
is_repeated(struct reader *r, uint32_t *seen, size_t i, const char *key)
{
	bool repeated = *seen & 1u << i;

	if (repeated)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" is said twice in its section",
				key);
	*seen |= 1u << i;
	return repeated;
}

static struct bal_conf_uplink *
last_uplink(struct reader *r)
{
	return &r->conf.uplinks[r->conf.n_uplinks - 1];
}

/* The uplink itself is no line of its own. */
static void
take_over(struct reader *r, struct bal_settings *set)
{
	struct bal_conf_uplink *u = last_uplink(r);

	u->over_line = r->lines.number;
	if (strcmp(set->over, u->name) != 0)
		return;
	bal_lines_fault(&r->lines, r->lines.number,
			"over \"%s\" is the uplink itself", set->over);
	set->has &= ~(unsigned)BAL_SET_OVER;
	set->over[0] = '\0';
}

static void
take_setting(struct reader *r, struct bal_settings *set, unsigned allowed,
	     const char *key, const char *text)
{
	const int i = bal_settings_number(key);
	struct bal_err err = { 0 };

	if (i >= 0 && allowed & 1u << i) {
		if (1u << i != BAL_SET_TARGETS &&
		    is_repeated(r, &r->seen, (size_t)i, key))
			return;
		if (1u << i == BAL_SET_NEED)
			r->need_line = r->lines.number;
	}
	if (bal_settings_set(set, allowed, key, text, &err) < 0)
		tell_value(r, text, &err);
	else if (r->section == SECTION_UPLINK && 1u << i == BAL_SET_OVER)
		take_over(r, set);
}

/* The keys of [bal], and the one of [check] that is for all uplinks. */
static void
take_global(struct reader *r, unsigned allowed, const char *key,
	    const char *text)
{
	struct bal_err err = { 0 };
	const char *name;
	size_t i;

	for (i = 0; (name = bal_globals_key(i)) && strcmp(key, name);)
		i++;
	if (name && allowed & 1u << i && 1u << i != BAL_GLOBAL_DESTINATIONS &&
	    is_repeated(r, &r->seen_globals, i, key))
		return;
	if (bal_globals_set(&r->conf.globals, allowed, key, text, &err) < 0)
		tell_value(r, text, &err);
}

/* The section that @key is of, this one before others; NULL: of none. */
static const char *
home_of(const struct reader *r, const char *key)
{
	const int number = bal_settings_number(key);
	const unsigned setting = number < 0 ? 0 : 1u << number;
	const char *name, *home = NULL;
	unsigned global = 0;
	size_t i;

	for (i = 0; (name = bal_globals_key(i)); i++)
		global |= strcmp(key, name) ? 0 : 1u << i;
	for (i = SECTION_MAX; i-- > SECTION_BAL;) {
		if (!(rooms[i].globals & global || rooms[i].settings & setting))
			continue;
		home = rooms[i].title;
		if (i == (size_t)r->section)
			break;
	}
	return home;
}

/* Is @key of another section, or of none where none has begun? */
static bool
is_misplaced(struct reader *r, const char *key)
{
	const char *home = home_of(r, key);

	if (r->section == SECTION_NONE)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" stands before any section%s%s",
				key, home ? "; it belongs below " : "",
				home ? home : "");
	else if (home && home != rooms[r->section].title)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" belongs in %s", key, home);
	else
		return false;
	return true;
}

/* "targets tcp:9.9.9.9:53": inih takes the first ":" for want of a "=". */
static bool
lacks_equals(struct reader *r, const char *key)
{
	size_t len = strcspn(key, " \t");
	char word[32];

	if (!key[len] || len >= sizeof(word))
		return false;
	memcpy(word, key, len);
	word[len] = '\0';
	if (!home_of(r, word))
		return false;
	bal_lines_fault(&r->lines, r->lines.number, "no \"=\" behind \"%s\"",
			word);
	return true;
}

static int
take_key(void *arg, const char *section, const char *key, const char *text)
{
	struct reader *r = arg;

	(void)section; /* cut at 49 characters: ours is not */
	bal_lines_taken(&r->lines);
	r->empty = false;
	if (r->section == SECTION_BAD || lacks_equals(r, key) ||
	    is_misplaced(r, key))
		return 1;
	switch (r->section) {
	case SECTION_BAL:
		take_global(r, rooms[SECTION_BAL].globals, key, text);
		break;
	case SECTION_CHECK:
		if (bal_nearer(bal_near_bare(key), NULL, "when_all_dead"))
			take_global(r, rooms[SECTION_CHECK].globals, key, text);
		else
			take_setting(r, &r->conf.check,
				     rooms[SECTION_CHECK].settings, key, text);
		break;
	case SECTION_UPLINK:
		take_setting(r, &last_uplink(r)->set,
			     rooms[SECTION_UPLINK].settings, key, text);
		break;
	default:
		break;
	}
	return 1;
}

/* What can be said of a section only when all its keys are known. */
static void
end_section(struct reader *r)
{
	const struct bal_settings *set = &r->conf.check;
	struct bal_err err;

	if (r->empty)
		r->begun[r->section] = 0;
	r->empty = true;
	if (r->section == SECTION_UPLINK)
		set = &last_uplink(r)->set;
	else if (r->section != SECTION_CHECK)
		return;
	if (bal_settings_agree(set, &err) < 0)
		bal_lines_fault(&r->lines, r->need_line, "%s", err.msg);
}

static int
make_room(struct reader *r)
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

static enum section
begin_uplink(struct reader *r, const char *name)
{
	const struct bal_conf_uplink *twin = bal_conf_find(&r->conf, name);
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
	} else if (twin) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink %s]\" is there twice, "
				"first in line %u",
				name, r->uplink_line[twin - r->conf.uplinks]);
	} else if (r->conf.n_uplinks == BAL_UPLINKS_MAX) {
		bal_lines_fault(&r->lines, line,
				"section \"[uplink %s]\" is one more than %d",
				name, BAL_UPLINKS_MAX);
	} else if (!make_room(r)) {
		r->uplink_line[r->conf.n_uplinks++] = line;
		*last_uplink(r) = (struct bal_conf_uplink){ 0 };
		bal_copy(last_uplink(r)->name, BAL_IFNAMSIZ, name);
		return SECTION_UPLINK;
	}
	return SECTION_BAD;
}

/* [bal] and [check]. */
static enum section
begin_single(struct reader *r, enum section section, const char *name)
{
	if (r->begun[section]) {
		bal_lines_fault(&r->lines, r->lines.number,
				"section \"[%s]\" is there twice, first in "
				"line %u",
				name, r->begun[section]);
		return SECTION_BAD;
	}
	r->begun[section] = r->lines.number;
	return section;
}

/* "[chek]", "[Uplink eth1]", "[uplink=eth1]", "[eth1]": what was meant? */
static void
tell_unknown(struct reader *r, const char *name)
{
	char text[BAL_LINE_MAX + 1], words[2][BAL_IFNAMSIZ], *p = text;
	const char *rest = text, *near = NULL, *dev = NULL;
	struct bal_err err;
	size_t n = 0;

	(void)bal_copy(text, sizeof(text), name);
	while ((p = strpbrk(p, "=:")))
		*p = ' ';
	while (n < 2 && bal_next_word(&rest, words[n], sizeof(words[n])) > 0)
		n++;
	if (n == 1) {
		near = bal_nearer(words[0], NULL, "bal");
		near = bal_nearer(words[0], near, "check");
	}
	if (n && bal_nearer(words[0], NULL, "uplink"))
		dev = n == 2 && !bal_check_ifname(words[1], &err) ? words[1] :
								    "DEV";
	else if (n == 1 && !near && !bal_check_ifname(words[0], &err))
		dev = words[0];
	if (dev)
		near = "uplink ";
	bal_lines_fault(&r->lines, r->lines.number,
			"unknown section \"[%s]\"%s%s%s%s", name,
			near ? ", did you mean \"[" : "", near ? near : "",
			dev ? dev : "", near ? "]\"?" : "");
}

static void
begin_section(void *arg, const char *name)
{
	const size_t prefix = strlen("uplink");
	struct reader *r = arg;

	end_section(r);
	r->seen = 0;
	r->section = SECTION_BAD;
	if (!name)
		return;
	if (!strcmp(name, "bal"))
		r->section = begin_single(r, SECTION_BAL, name);
	else if (!strcmp(name, "check"))
		r->section = begin_single(r, SECTION_CHECK, name);
	else if (!strncmp(name, "uplink", prefix) &&
		 (!name[prefix] || name[prefix] == ' ' || name[prefix] == '\t'))
		r->section = begin_uplink(
			r, name + prefix + strspn(name + prefix, " \t"));
	else
		tell_unknown(r, name);
}

/* `over` in a circle: no packet would ever leave. */
static void
check_circles(struct reader *r)
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

/* Its faults are in r->lines.  -1: no memory. */
static int
parse_text(struct reader *r, const char *path, const char *text, size_t len,
	   struct bal_err *err)
{
	bal_lines_init(&r->lines, path, text, len);
	r->lines.section = begin_section;
	r->lines.arg = r;
	/* Its own verdict tells nothing that the lines did not tell. */
	if (ini_parse_stream(bal_lines_read, &r->lines, take_key, r) == -2)
		r->oom = true;
	end_section(r);
	check_circles(r);
	return r->oom ? bal_err_nomem(err) : 0;
}

struct bal_conf
bal_conf_empty(void)
{
	return (struct bal_conf){ .globals = bal_globals_default() };
}

static void
note_faults(const struct reader *r, const char *path,
	    struct bal_conf_trouble *trouble)
{
	if (!r->lines.faults)
		return;
	trouble->instead = BAL_INSTEAD_RIGHT_LINES;
	trouble->faults = r->lines.faults;
	trouble->line = r->lines.first_line;
	(void)bal_copy(trouble->first, sizeof(trouble->first), r->lines.first);
	bal_err(&trouble->why, BAL_ECONF, "%s: %u error%s", path,
		r->lines.faults, r->lines.faults == 1 ? "" : "s");
}

static void
note_unreadable(const struct bal_err *why, struct bal_conf_trouble *trouble)
{
	trouble->why = *why;
	if (why->sys == ENOENT)
		trouble->why.kind = BAL_ECONF;
	trouble->faults = 1;
	(void)bal_copy(trouble->first, sizeof(trouble->first), why->msg);
}

int
bal_conf_read_anyway(struct bal_conf *conf, const char *path, bool must_exist,
		     struct bal_conf_trouble *trouble, struct bal_err *err)
{
	struct reader r = { .conf = bal_conf_empty() };
	struct bal_conf_trouble found = { 0 };
	struct bal_err why = { 0 };
	char *text = NULL;
	size_t len = 0;
	int ret = 0;

	if (bal_read_file(path, BAL_INI_MAX, &text, &len, &why) == 0)
		ret = parse_text(&r, path, text, len, err);
	else if (why.sys != ENOENT || must_exist)
		note_unreadable(&why, &found);
	r.conf.text = text;
	r.conf.len = len;
	if (ret < 0) {
		bal_conf_fini(&r.conf);
		return -1;
	}
	note_faults(&r, path, &found);
	*trouble = found;
	*conf = r.conf;
	return 0;
}

int
bal_conf_read(struct bal_conf *conf, const char *path, bool must_exist,
	      struct bal_err *err)
{
	struct bal_conf_trouble trouble;
	struct bal_conf read;

	if (bal_conf_read_anyway(&read, path, must_exist, &trouble, err) < 0)
		return -1;
	if (trouble.why.kind != BAL_EOK) {
		bal_conf_fini(&read);
		*err = trouble.why;
		return -1;
	}
	*conf = read;
	return 0;
}

void
bal_conf_fini(struct bal_conf *conf)
{
	free(conf->uplinks);
	free(conf->text);
	*conf = (struct bal_conf){ 0 };
}

const struct bal_conf_uplink *
bal_conf_find(const struct bal_conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->n_uplinks; i++)
		if (!strcmp(conf->uplinks[i].name, name))
			return &conf->uplinks[i];
	return NULL;
}
