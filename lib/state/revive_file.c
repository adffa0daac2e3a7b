// SPDX-License-Identifier: GPL-2.0-or-later
/* revive_file - how far it is with the revival of uplinks, in every boot. */
#include "state/revive_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "state/line.h"

#define FILE_MAX (BAL_UPLINKS_MAX * 256)
#define BOOT "boot "
#define REBOOT "reboot "

void
bal_revivals_fini(struct bal_revivals *all)
{
	free(all->v);
	*all = (struct bal_revivals){ 0 };
}

struct bal_reviving *
bal_revivals_find(const struct bal_revivals *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	return NULL;
}

struct bal_reviving *
bal_revivals_add(struct bal_revivals *all, const char *name)
{
	struct bal_reviving *r = bal_revivals_find(all, name);

	if (r || all->n == BAL_UPLINKS_MAX)
		return r;
	if (!all->v)
		all->v = calloc(BAL_UPLINKS_MAX, sizeof(*all->v));
	if (!all->v)
		return NULL;
	r = &all->v[all->n++];
	(void)bal_copy(r->name, sizeof(r->name), name);
	return r;
}

bool
bal_revivals_same(const struct bal_revivals *a, const struct bal_revivals *b)
{
	return a->n == b->n && a->reboot.known == b->reboot.known &&
	       a->reboot.at_ms == b->reboot.at_ms &&
	       (!a->n || memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0);
}

int
bal_revivals_copy(struct bal_revivals *to, const struct bal_revivals *from,
		  struct bal_err *err)
{
	*to = *from;
	if (!from->v)
		return 0;
	to->v = calloc(BAL_UPLINKS_MAX, sizeof(*to->v));
	if (!to->v) {
		to->n = 0;
		return bal_err_nomem(err);
	}
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
	return 0;
}

/* --- reading -------------------------------------------------------------- */

/* "-" is "". */
static bool
next_name(const char **line, char *out, size_t size)
{
	if (bal_next_word(line, out, size) <= 0)
		return false;
	if (strcmp(out, "-") == 0)
		memset(out, 0, size);
	return true;
}

/* The steps as digits. */
static bool
next_rule(const char **line, struct bal_revive_rule *out)
{
	char steps[BAL_REVIVE_MAX + 1] = "";
	uint64_t after;

	if (!next_name(line, steps, sizeof(steps)) ||
	    !bal_state_next_u64(line, UINT32_MAX, &after))
		return false;
	for (size_t i = 0; steps[i]; i++) {
		if (steps[i] < '1' || steps[i] > '0' + BAL_REVIVE_REBOOT)
			return false;
		out->steps[i] = (uint8_t)(steps[i] - '0');
	}
	out->after_ms = (uint32_t)after;
	return true;
}

static bool
parse_row(const char *line, struct bal_reviving *out)
{
	uint64_t rounds, next, at, taken, reboot;
	char hub[BAL_USB_STRLEN];
	struct bal_err ignored;
	unsigned port;

	*out = (struct bal_reviving){ 0 };
	if (bal_next_word(&line, out->name, sizeof(out->name)) <= 0 ||
	    bal_check_ifname(out->name, &ignored) < 0 ||
	    !bal_state_next_u64(&line, BAL_REVIVE_ROUNDS_MAX, &rounds) ||
	    !bal_state_next_u64(&line, BAL_REVIVE_MAX, &next) ||
	    !bal_state_next_u64(&line, UINT64_MAX, &at) ||
	    !bal_state_next_u64(&line, 1, &taken) ||
	    !next_name(&line, out->usb, sizeof(out->usb)) ||
	    (out->usb[0] && !bal_usb_port(out->usb, hub, &port)) ||
	    !next_name(&line, out->stanza, sizeof(out->stanza)) ||
	    (out->stanza[0] && bal_check_ifname(out->stanza, &ignored) < 0) ||
	    !next_rule(&line, &out->rule) ||
	    !bal_state_next_u64(&line, UINT32_MAX, &reboot))
		return false;
	out->record = (struct bal_revive_record){ (uint32_t)rounds,
						  (uint32_t)next, at };
	out->taken = taken;
	out->reboot_ms = (uint32_t)reboot;
	return true;
}

static bool
starts(const char *line, const char *word, const char **rest)
{
	const size_t len = strlen(word);

	*rest = line + len;
	return strncmp(line, word, len) == 0;
}

static void
take_line(const char *line, const char *boot_id, bool *same_boot,
	  struct bal_revivals *all)
{
	struct bal_reviving row, *r;
	const char *rest;

	if (starts(line, BOOT, &rest)) {
		*same_boot = *boot_id && strcmp(rest, boot_id) == 0;
		return;
	}
	if (starts(line, REBOOT, &rest)) {
		all->reboot.known = true;
		if (!*same_boot || !bal_state_next_u64(&rest, UINT64_MAX, &all->reboot.at_ms))
			all->reboot.at_ms = 0;
		return;
	}
	if (!parse_row(line, &row))
		return;
	if (!*same_boot)
		row.record.at_ms = 0;
	r = bal_revivals_add(all, row.name);
	if (r)
		*r = row;
}

int
bal_revivals_load(const char *path, const char *boot_id,
		  struct bal_revivals *out, struct bal_err *err)
{
	char *text = NULL, *save = NULL;
	bool same_boot = false;
	int rc;

	*out = (struct bal_revivals){ 0 };
	rc = bal_read_kept(path, FILE_MAX, &text, err);
	if (rc <= 0)
		return rc;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(line, boot_id, &same_boot, out);
	free(text);
	return 0;
}

/* --- writing -------------------------------------------------------------- */

static const char *
name_or_none(const char *name)
{
	return *name ? name : "-";
}

static void
print_row(const struct bal_reviving *r, FILE *out)
{
	char steps[BAL_REVIVE_MAX + 1] = "";

	for (size_t i = 0; i < BAL_REVIVE_MAX && r->rule.steps[i]; i++)
		steps[i] = (char)('0' + r->rule.steps[i]);
	fprintf(out,
		"%s %" PRIu32 " %" PRIu32 " %" PRIu64 " %d %s %s %s %" PRIu32
		" %" PRIu32 "\n",
		r->name, r->record.rounds, r->record.next, r->record.at_ms,
		r->taken, name_or_none(r->usb), name_or_none(r->stanza),
		name_or_none(steps), r->rule.after_ms, r->reboot_ms);
}

int
bal_revivals_save(const char *path, const char *boot_id,
		  const struct bal_revivals *all, struct bal_err *err)
{
	char *text = NULL;
	size_t len;
	FILE *out;
	int rc;

	if (bal_make_dir_of(path, err) < 0)
		return -1;
	out = open_memstream(&text, &len);
	if (!out)
		return bal_err_nomem(err);
	fprintf(out, BOOT "%s\n", boot_id);
	if (all->reboot.known)
		fprintf(out, REBOOT "%" PRIu64 "\n", all->reboot.at_ms);
	for (size_t i = 0; i < all->n; i++)
		print_row(&all->v[i], out);
	if (fclose(out) != 0) {
		free(text);
		return bal_err_nomem(err);
	}
	rc = bal_write_file(path, text, len, 0644, err);
	free(text);
	return rc;
}
