// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_read - bal.conf, read with or without mistakes in it. */
#include <errno.h>
#include <ini.h>

#include "base/paths.h"
#include "config/conf_internal.h"

/* The faults are in r->lines.  -1: no memory. */
static int
parse_text(struct bal_conf_reader *r, const char *path, const char *text,
	   size_t len, struct bal_err *err)
{
	bal_lines_init(&r->lines, path, text, len);
	r->lines.section = bal_conf_begin_section;
	r->lines.arg = r;
	/* Its result adds nothing to the faults of the lines. */
	if (ini_parse_stream(bal_lines_read, &r->lines, bal_conf_take_key, r) ==
	    -2)
		r->oom = true;
	bal_conf_end_section(r);
	bal_conf_check_circles(r);
	return r->oom ? bal_err_nomem(err) : 0;
}

static void
note_faults(const struct bal_conf_reader *r, const char *path,
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
	struct bal_conf_reader r = { .conf = bal_conf_empty() };
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
