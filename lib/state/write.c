// SPDX-License-Identifier: GPL-2.0-or-later
/* write - writes the state file in one canonical form. */
#include "state/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/paths.h"
#include "base/order.h"
#include "state/field.h"

#define STATE_MODE 0644 /* bal-status may run as anybody */
#define UPLINK "uplink "

static int
by_name(const void *a, const void *b)
{
	const struct bal_uplink_state *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

/* The line after @section, and what follows it; NULL at the end. */
static const char *
next_kept(const struct bal_state *state, const char *at, const char **line)
{
	if (at == state->kept + state->kept_len)
		return NULL;
	*line = at + strlen(at) + 1;
	return *line + strlen(*line) + 1;
}

static void
print_kept(const struct bal_state *state, const char *section, FILE *out)
{
	const char *at = state->kept, *line, *next;

	for (; at && (next = next_kept(state, at, &line)); at = next)
		if (strcmp(at, section) == 0)
			fprintf(out, "%s\n", line);
}

/* Unknown sections; the unknown lines of an uplink are dropped with it. */
static void
print_kept_sections(const struct bal_state *state, FILE *out)
{
	const char *at = state->kept, *line, *next, *last = NULL;

	for (; at && (next = next_kept(state, at, &line)); at = next) {
		if (strcmp(at, "bal") == 0 ||
		    strncmp(at, UPLINK, strlen(UPLINK)) == 0)
			continue;
		if (!last || strcmp(at, last) != 0)
			fprintf(out, "\n[%s]\n", at);
		if (*line)
			fprintf(out, "%s\n", line);
		last = at;
	}
}

/* One canonical form, so that equal states are equal bytes. */
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
	bal_sort(order, state->n_uplinks, sizeof(order[0]), by_name);
	fputs("; Kept by bal. What it cannot read stays, what is damaged "
	      "goes.\n[bal]\n",
	      out);
	bal_state_print(state, out);
	print_kept(state, "bal", out);
	for (i = 0; i < state->n_uplinks; i++) {
		char section[sizeof(UPLINK) + BAL_IFNAMSIZ];

		snprintf(section, sizeof(section), UPLINK "%s", order[i]->name);
		fprintf(out, "\n[%s]\n", section);
		bal_uplink_state_print(order[i], out);
		print_kept(state, section, out);
	}
	print_kept_sections(state, out);
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
