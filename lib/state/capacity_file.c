// SPDX-License-Identifier: GPL-2.0-or-later
/* capacity_file - capacities of uplinks outlive a boot. */
#include "state/capacity_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "state/line.h"

#define LINES_MAX 256
#define FILE_MAX (LINES_MAX * 40)

struct row {
	char name[BAL_IFNAMSIZ];
	uint64_t rate;
};

static bool
parse_row(const char *line, struct row *out)
{
	struct bal_err ignored;

	return bal_next_word(&line, out->name, sizeof(out->name)) > 0 &&
	       bal_check_ifname(out->name, &ignored) == 0 &&
	       bal_state_next_u64(&line, UINT64_MAX / 4096, &out->rate);
}

int
bal_capacity_load(const char *path, struct bal_state *state,
		  struct bal_err *err)
{
	char *text = NULL, *save = NULL;
	struct row row;
	int rc;

	rc = bal_read_kept(path, FILE_MAX, &text, err);
	if (rc <= 0)
		return rc;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct bal_uplink_state *us;

		if (!parse_row(line, &row))
			continue;
		us = bal_state_find(state, row.name);
		if (us && !us->capacity.rate)
			us->capacity.rate = us->capacity_saved = row.rate;
	}
	free(text);
	return 0;
}

static void
print_rows(const struct bal_state *state, char *old, FILE *out)
{
	char *save = NULL;
	struct row row;
	size_t n = 0;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].capacity.rate && n++ < LINES_MAX)
			fprintf(out, "%s %" PRIu64 "\n", state->uplinks[i].name,
				state->uplinks[i].capacity.rate);
	for (char *line = old ? strtok_r(old, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		const struct bal_uplink_state *us;

		if (!parse_row(line, &row))
			continue;
		us = bal_state_find(state, row.name);
		if ((!us || !us->capacity.rate) && n++ < LINES_MAX)
			fprintf(out, "%s %" PRIu64 "\n", row.name, row.rate);
	}
}

int
bal_capacity_save(const char *path, struct bal_state *state,
		  struct bal_err *err)
{
	char *text = NULL, *old = NULL;
	size_t len;
	FILE *out;
	int rc;

	if (bal_make_dir_of(path, err) < 0 || bal_read_kept(path, FILE_MAX, &old, err) < 0)
		return -1;
	out = open_memstream(&text, &len);
	if (out)
		print_rows(state, old, out);
	free(old);
	if (!out || fclose(out) != 0) {
		free(text);
		return bal_err_nomem(err);
	}
	rc = bal_write_file(path, text, len, 0644, err);
	free(text);
	for (size_t i = 0; rc == 0 && i < state->n_uplinks; i++)
		state->uplinks[i].capacity_saved =
			state->uplinks[i].capacity.rate;
	return rc;
}
