// SPDX-License-Identifier: GPL-2.0-or-later
/* usage_file - the records of usage outlive a boot. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "state/line.h"
#include "state/usage.h"

#define LINES_MAX 256
#define FILE_MAX (LINES_MAX * 160)
#define BOOT "boot "

/* One line: a device, and its record. */
struct row {
	char name[BAL_IFNAMSIZ];
	struct bal_usage usage;
};

/* Later versions may write more numbers. */
static bool
parse_row(const char *line, struct row *out)
{
	uint64_t period, reported, ifindex;
	struct bal_usage *u = &out->usage;
	struct bal_err ignored;

	*out = (struct row){ .usage.known = true };
	if (bal_next_word(&line, out->name, sizeof(out->name)) <= 0 ||
	    bal_check_ifname(out->name, &ignored) < 0 ||
	    !bal_state_next_u64(&line, 999912, &period) ||
	    !bal_state_next_u64(&line, UINT64_MAX, &u->bytes) ||
	    !bal_state_next_u64(&line, 100, &reported) ||
	    !bal_state_next_u64(&line, INT32_MAX, &ifindex) ||
	    !bal_state_next_u64(&line, UINT64_MAX, &u->rx) ||
	    !bal_state_next_u64(&line, UINT64_MAX, &u->tx))
		return false;
	u->period = (uint32_t)period;
	u->reported = (uint32_t)reported;
	u->ifindex = (int)ifindex;
	u->saved = u->bytes;
	return true;
}

static void
print_row(const struct row *row, FILE *out)
{
	const struct bal_usage *u = &row->usage;

	fprintf(out,
		"%s %" PRIu32 " %" PRIu64 " %" PRIu32 " %d %" PRIu64
		" %" PRIu64 "\n",
		row->name, u->period, u->bytes, u->reported, u->ifindex, u->rx,
		u->tx);
}

static bool
is_boot(const char *line, const char *boot_id)
{
	return *boot_id && strncmp(line, BOOT, sizeof(BOOT) - 1) == 0 &&
	       strcmp(line + sizeof(BOOT) - 1, boot_id) == 0;
}

/* The counters of another boot say nothing: what there is now is all new. */
static void
take_row(const struct row *row, bool same_boot, struct bal_state *state)
{
	struct bal_uplink_state *us = bal_state_find(state, row->name);

	if (!us || us->usage.known)
		return;
	us->usage = row->usage;
	if (!same_boot)
		us->usage.ifindex = 0;
}

int
bal_usage_load(const char *path, const char *boot_id, struct bal_state *state,
	       struct bal_err *err)
{
	char *text = NULL, *save = NULL;
	bool same_boot = false;
	struct row row;
	int rc;

	rc = bal_read_kept(path, FILE_MAX, &text, err);
	if (rc <= 0)
		return rc;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		same_boot |= is_boot(line, boot_id);
		if (parse_row(line, &row))
			take_row(&row, same_boot, state);
	}
	free(text);
	return 0;
}

/* Those of an earlier boot keep no counters. */
static void
print_others(const struct bal_state *state, const char *boot_id, char *old,
	     size_t n, FILE *out)
{
	bool same_boot = false;
	char *save = NULL;
	struct row row;

	for (char *line = strtok_r(old, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		const struct bal_uplink_state *us;

		same_boot |= is_boot(line, boot_id);
		if (!parse_row(line, &row))
			continue;
		us = bal_state_find(state, row.name);
		if ((us && us->usage.known) || n++ >= LINES_MAX)
			continue;
		if (!same_boot)
			row.usage.ifindex = 0;
		print_row(&row, out);
	}
}

static void
print_rows(const struct bal_state *state, const char *boot_id, char *old,
	   FILE *out)
{
	size_t n = 0;

	fprintf(out, BOOT "%s\n", boot_id);
	for (size_t i = 0; i < state->n_uplinks; i++) {
		struct row row = { .usage = state->uplinks[i].usage };

		memcpy(row.name, state->uplinks[i].name, sizeof(row.name));
		if (!row.usage.known)
			continue;
		print_row(&row, out);
		n++;
	}
	if (old)
		print_others(state, boot_id, old, n, out);
}

/* As text, malloced; NULL: no memory. */
static char *
compose(const struct bal_state *state, const char *boot_id, char *old,
	size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	print_rows(state, boot_id, old, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int
bal_usage_save(const char *path, const char *boot_id, uint64_t now_ms,
	       struct bal_state *state, struct bal_err *err)
{
	char *text, *old = NULL;
	size_t len;
	int rc;

	if (bal_make_dir_of(path, err) < 0 || bal_read_kept(path, FILE_MAX, &old, err) < 0)
		return -1;
	text = compose(state, boot_id, old, &len);
	free(old);
	if (!text)
		return bal_err_nomem(err);
	rc = bal_write_file(path, text, len, 0644, err);
	free(text);
	for (size_t i = 0; rc == 0 && i < state->n_uplinks; i++) {
		struct bal_usage *u = &state->uplinks[i].usage;

		u->saved = u->bytes;
		u->saved_ms = now_ms;
	}
	return rc;
}
