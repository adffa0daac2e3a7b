// SPDX-License-Identifier: GPL-2.0-or-later
/* state - what bal remembers between two commands: /run/bal/state. */
#include "state.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "paths.h"
#include "state_field.h"

#define STATE_MODE 0644 /* bal-status may run as anybody */
#define FIRST_ROOM 8
#define ASIDE_TRIES 10 /* state.bad, state.bad1 ... */

enum section { SECTION_NONE, SECTION_BAL, SECTION_UPLINK, SECTION_END };

struct reader {
	struct bal_state state;
	struct bal_lines lines;
	struct bal_state_seen seen;
	enum section section;
	bool oom;
};

static void
corrupt(struct reader *r, const char *what, const char *which)
{
	bal_lines_fault(&r->lines, r->lines.number, "%s \"%.80s\"", what,
			which);
}

/* The room doubles whenever the number of uplinks is FIRST_ROOM * 2^n. */
static int
make_room(struct bal_state *state)
{
	size_t n = state->n_uplinks, room = n ? n * 2 : FIRST_ROOM;
	struct bal_uplink_state *moved;

	if (n && (n < FIRST_ROOM || n & (n - 1)))
		return 0;
	moved = reallocarray(state->uplinks, room, sizeof(*moved));
	if (!moved)
		return -1;
	state->uplinks = moved;
	return 0;
}

/* A new one behind the others, known not to be there. */
static struct bal_uplink_state *
append(struct bal_state *state, const char *name, struct bal_err *err)
{
	struct bal_uplink_state *u;

	if (bal_check_ifname(name, err) < 0)
		return NULL;
	if (state->n_uplinks >= BAL_UPLINKS_MAX) {
		bal_err(err, BAL_EUNAVAIL, "%s is one more than %d uplinks",
			name, BAL_UPLINKS_MAX);
		return NULL;
	}
	if (make_room(state) < 0) {
		bal_err_nomem(err);
		return NULL;
	}
	u = &state->uplinks[state->n_uplinks++];
	*u = (struct bal_uplink_state){ 0 };
	bal_copy(u->name, sizeof(u->name), name);
	return u;
}

static void
begin_uplink(struct reader *r, const char *name)
{
	struct bal_err err = { 0 };

	size_t n = r->state.n_uplinks;

	r->section = SECTION_UPLINK;
	/* They are written sorted: so no two are one, and none is looked for. */
	if (n && strcmp(r->state.uplinks[n - 1].name, name) >= 0) {
		corrupt(r, "not behind the uplink before it:", name);
	} else if (!append(&r->state, name, &err)) {
		r->oom = err.sys == ENOMEM;
		bal_lines_fault(&r->lines, r->lines.number, "%s", err.msg);
	}
}

static void
begin_section(void *arg, const char *name)
{
	const size_t prefix = strlen("uplink ");
	struct reader *r = arg;

	r->seen = (struct bal_state_seen){ 0 };
	if (!name || r->section == SECTION_END)
		corrupt(r, "a section behind the end:", name ? name : "");
	else if (!strcmp(name, "bal") && r->section == SECTION_NONE)
		r->section = SECTION_BAL;
	else if (!strncmp(name, "uplink ", prefix) &&
		 r->section != SECTION_NONE)
		begin_uplink(r, name + prefix);
	else if (!strcmp(name, "end") && r->section != SECTION_NONE)
		r->section = SECTION_END;
	else
		corrupt(r, "not a section here:", name);
}

static int
take_key(void *arg, const char *section, const char *key, const char *text)
{
	struct reader *r = arg;
	struct bal_err err = { 0 };
	int ret = -1;

	(void)section;
	bal_lines_taken(&r->lines);
	if (r->section == SECTION_BAL)
		ret = bal_state_set(&r->state, &r->seen, key, text, &err);
	else if (r->section == SECTION_UPLINK && r->state.n_uplinks)
		ret = bal_uplink_state_set(
			&r->state.uplinks[r->state.n_uplinks - 1], &r->seen,
			key, text, &err);
	else
		bal_err(&err, BAL_ECONF, "key \"%.80s\" stands outside", key);
	if (ret < 0)
		bal_lines_fault(&r->lines, r->lines.number, "%s", err.msg);
	return 1;
}

/* What two uplinks must not share, and what makes sense only together. */
static void
check_whole(struct reader *r)
{
	const struct bal_state *s = &r->state;
	bool slots[BAL_UPLINKS_MAX + 1] = { false };
	size_t i, j;

	if (r->section != SECTION_END)
		corrupt(r, "ends without", "[end]");
	for (i = 0; i < s->n_uplinks; i++) {
		const struct bal_uplink_state *u = &s->uplinks[i];

		if (u->slot && slots[u->slot])
			corrupt(r, "a slot of two uplinks:", u->name);
		slots[u->slot] = true;
		if (!u->table)
			continue;
		if (u->table == s->balancing_table)
			corrupt(r, "the balancing table is that of", u->name);
		for (j = 0; j < i; j++)
			if (u->table == s->uplinks[j].table)
				corrupt(r, "a table of two uplinks:", u->name);
	}
}

/* 1: wholly understood.  0: not, the reason is in @why.  -1: no memory. */
static int
parse_text(struct bal_state *state, const char *path, const char *text,
	   size_t len, struct bal_err *why)
{
	struct reader r = { .state.saved_hash_policy = -1 };

	bal_lines_init(&r.lines, path, text, len);
	r.lines.quiet = true;
	r.lines.section = begin_section;
	r.lines.arg = &r;
	if (ini_parse_stream(bal_lines_read, &r.lines, take_key, &r) == -2)
		r.oom = true;
	if (!r.lines.faults)
		check_whole(&r);
	if (!r.oom && !r.lines.faults) {
		*state = r.state;
		return 1;
	}
	bal_state_fini(&r.state);
	if (r.oom)
		return -1;
	bal_err(why, BAL_ECONF, "%s", r.lines.first);
	return 0;
}

/*
 * The name it has then, into @bad of PATH_MAX; -1 with errno.  A folder and a
 * file do not replace each other: what stands there already keeps its name.
 */
static int
move_aside(const char *path, char *bad)
{
	for (int i = 0; i < ASIDE_TRIES; i++) {
		int len = snprintf(bad, PATH_MAX, i ? "%s.bad%d" : "%s.bad",
				   path, i);

		if (len < 0 || len >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (!rename(path, bad))
			return 0;
		if (errno != EISDIR && errno != ENOTDIR &&
		    errno != ENOTEMPTY && errno != EEXIST)
			return -1;
	}
	return -1;
}

/* It cannot be used: out of the way, and say so. */
static void
put_aside(const char *path, bool touch, const char *why)
{
	char bad[PATH_MAX];

	if (!touch)
		bal_warn("%s is damaged and not used (%.150s)", path, why);
	else if (move_aside(path, bad) < 0)
		bal_warn("%s is damaged and not used (%.150s), and cannot be "
			 "put aside: %s",
			 path, why, strerror(errno));
	else
		bal_warn("%s was damaged (%.150s), put aside as %s", path, why,
			 bad);
}

/* Ours, not the file's fault, and soon over. */
static bool
is_shortage(int eno)
{
	return eno == ENOMEM || eno == EMFILE || eno == ENFILE;
}

static void
set_zero(struct bal_state *state)
{
	*state = (struct bal_state){ .saved_hash_policy = -1 };
}

int
bal_state_read(struct bal_state *state, const char *path, bool touch,
	       struct bal_err *err)
{
	struct bal_err why = { 0 };
	char *text = NULL;
	size_t len;
	int ret;

	if (bal_read_file(path, BAL_INI_MAX, &text, &len, &why) < 0) {
		if (is_shortage(why.sys)) {
			*err = why;
			return -1;
		}
		/* Never written over: what it holds may be known only there. */
		if (why.sys != ENOENT && why.sys != ENOTDIR)
			put_aside(path, touch, why.msg);
		set_zero(state);
		return 0;
	}
	ret = parse_text(state, path, text, len, &why);
	free(text);
	if (ret < 0)
		return bal_err_nomem(err);
	if (!ret) {
		put_aside(path, touch, why.msg);
		set_zero(state);
	}
	return ret;
}

static int
by_name(const void *a, const void *b)
{
	const struct bal_uplink_state *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

/* All of it in one canonical form, so that equal states are equal bytes. */
static int
print_state(const struct bal_state *state, FILE *out)
{
	const struct bal_uplink_state *order[BAL_UPLINKS_MAX];
	size_t i;

	if (state->n_uplinks > BAL_UPLINKS_MAX) {
		errno = E2BIG;
		return -1;
	}
	for (i = 0; i < state->n_uplinks; i++)
		order[i] = &state->uplinks[i];
	qsort(order, state->n_uplinks, sizeof(order[0]), by_name);
	fputs("; Kept by bal. What is not understood is put aside.\n[bal]\n",
	      out);
	bal_state_print(state, out);
	for (i = 0; i < state->n_uplinks; i++) {
		fprintf(out, "\n[uplink %s]\n", order[i]->name);
		bal_uplink_state_print(order[i], out);
	}
	fputs("\n[end]\n", out);
	return 0;
}

static bool
is_unchanged(const char *path, const char *text, size_t len)
{
	struct bal_err err;
	char *old;
	size_t old_len;
	bool same;

	if (bal_read_file(path, BAL_INI_MAX, &old, &old_len, &err) < 0)
		return false;
	same = old_len == len && !memcmp(old, text, len);
	free(old);
	return same;
}

int
bal_state_write(const struct bal_state *state, const char *path,
		struct bal_err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int ret, eno;

	if (!out)
		return bal_err_nomem(err);
	ret = print_state(state, out);
	eno = errno;
	if (fclose(out) && !ret) {
		ret = -1;
		eno = errno;
	}
	if (ret < 0)
		bal_err_sys(err, eno, "cannot write %s", path);
	else if (!is_unchanged(path, text, len))
		ret = bal_write_file(path, text, len, STATE_MODE, err);
	free(text);
	return ret;
}

void
bal_state_fini(struct bal_state *state)
{
	free(state->uplinks);
	free(state->tunnels);
	*state = (struct bal_state){ 0 };
}

struct bal_uplink_state *
bal_state_find(const struct bal_state *state, const char *name)
{
	size_t i;

	for (i = 0; i < state->n_uplinks; i++)
		if (!strcmp(state->uplinks[i].name, name))
			return &state->uplinks[i];
	return NULL;
}

struct bal_tunnel_try *
bal_state_tunnel(struct bal_state *state, const char *name,
		 struct bal_err *err)
{
	struct bal_tunnel_try *t, *moved;
	size_t i;

	for (i = 0; i < state->n_tunnels; i++)
		if (!strcmp(state->tunnels[i].name, name))
			return &state->tunnels[i];
	if (bal_check_ifname(name, err) < 0)
		return NULL;
	if (state->n_tunnels >= BAL_UPLINKS_MAX) {
		bal_err(err, BAL_EUNAVAIL, "%s is one more than %d tunnels",
			name, BAL_UPLINKS_MAX);
		return NULL;
	}
	moved = reallocarray(state->tunnels, state->n_tunnels + 1,
			     sizeof(*moved));
	if (!moved) {
		bal_err_nomem(err);
		return NULL;
	}
	state->tunnels = moved;
	t = &state->tunnels[state->n_tunnels++];
	*t = (struct bal_tunnel_try){ 0 };
	bal_copy(t->name, sizeof(t->name), name);
	return t;
}

struct bal_uplink_state *
bal_state_add(struct bal_state *state, const char *name, struct bal_err *err)
{
	struct bal_uplink_state *u = bal_state_find(state, name);

	return u ? u : append(state, name, err);
}

void
bal_state_remove(struct bal_state *state, const char *name)
{
	struct bal_uplink_state *u = bal_state_find(state, name);
	size_t behind;

	if (!u)
		return;
	behind = (size_t)(state->uplinks + state->n_uplinks - (u + 1));
	memmove(u, u + 1, behind * sizeof(*u));
	state->n_uplinks--;
}
