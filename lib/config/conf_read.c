// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_read - bal.conf, read with or without mistakes in it. */
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "config/conf_internal.h"
#include "config/conf_parts.h"

/* Its result adds nothing to the faults of the lines. */
static void
parse(struct bal_conf_reader *r)
{
	bal_conf_begin_file(r);
	if (ini_parse_stream(bal_lines_read, &r->lines, bal_conf_take_key, r) ==
	    -2)
		r->oom = true;
	bal_conf_end_section(r);
}

/* The file itself; with @kept, all the files that it was made of. */
static void
parse_main(struct bal_conf_reader *r, bool kept)
{
	const char *text = r->conf.text ? r->conf.text : "", *at = text;
	size_t len = r->conf.len, cut;

	bal_lines_init(&r->lines, (const char *const *)r->conf.paths, text, 0);
	r->lines.section = bal_conf_begin_section;
	r->lines.arg = r;
	while (at) {
		text = at;
		cut = kept ? bal_conf_parts_cut(&at, &len) : len;
		bal_lines_go_on(&r->lines, 0, text, cut);
		parse(r);
		at = kept ? at : NULL;
	}
}

/* For bal_conf_place(): the file, and those of the folder. */
static int
name_files(struct bal_conf *conf, const char *path)
{
	conf->paths = calloc(conf->n_parts + 1, sizeof(*conf->paths));
	if (!conf->paths)
		return -1;
	for (size_t i = 0; i < conf->n_parts; i++)
		conf->paths[i + 1] = conf->parts[i].path;
	conf->paths[0] = strdup(path);
	return conf->paths[0] ? 0 : -1;
}

/* The faults are in r->lines.  -1: no memory. */
static int
parse_all(struct bal_conf_reader *r, const char *path, bool kept,
	  struct bal_err *err)
{
	const struct bal_conf *conf = &r->conf;

	if (name_files(&r->conf, path) < 0)
		return bal_err_nomem(err);
	parse_main(r, kept);
	for (size_t i = 0; i < conf->n_parts; i++) {
		bal_lines_go_on(&r->lines, i + 1, conf->parts[i].text,
				conf->parts[i].len);
		parse(r);
	}
	bal_conf_check_circles(r);
	bal_conf_check_policy(r);
	bal_conf_check_ipv6(r);
	return r->oom ? bal_err_nomem(err) : 0;
}

static void
note_faults(const struct bal_conf_reader *r, struct bal_conf_trouble *trouble)
{
	const struct bal_conf_place at =
		bal_conf_place(&r->conf, r->lines.first_line);
	const unsigned faults = r->lines.faults;

	if (!faults)
		return;
	trouble->instead = BAL_INSTEAD_RIGHT_LINES;
	trouble->faults += faults;
	trouble->line = at.line;
	(void)bal_copy(trouble->file, sizeof(trouble->file), at.path);
	(void)bal_copy(trouble->first, sizeof(trouble->first), r->lines.first);
	bal_err(&trouble->why, BAL_ECONF, "%s: %u error%s", at.path, faults,
		faults == 1 ? "" : "s");
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
bal_conf_read_anyway(struct bal_conf *conf, const struct bal_conf_files *files,
		     struct bal_conf_trouble *trouble, struct bal_err *err)
{
	struct bal_conf_reader r = { .conf = bal_conf_empty() };
	struct bal_conf_trouble found = { 0 };
	struct bal_err why = { 0 };

	if (bal_read_file(files->path, BAL_INI_MAX, &r.conf.text, &r.conf.len,
			  &why) < 0 &&
	    (why.sys != ENOENT || files->must_exist))
		note_unreadable(&why, &found);
	why = (struct bal_err){ 0 };
	if (bal_conf_parts_read(&r.conf, files->parts, &why) < 0)
		note_unreadable(&why, &found);
	if (parse_all(&r, files->path, files->kept, err) < 0) {
		bal_conf_fini(&r.conf);
		return -1;
	}
	note_faults(&r, &found);
	*trouble = found;
	*conf = r.conf;
	return 0;
}

int
bal_conf_read(struct bal_conf *conf, const struct bal_conf_files *files,
	      struct bal_err *err)
{
	struct bal_conf_trouble trouble;
	struct bal_conf read;

	if (bal_conf_read_anyway(&read, files, &trouble, err) < 0)
		return -1;
	if (trouble.why.kind != BAL_EOK) {
		bal_conf_fini(&read);
		*err = trouble.why;
		return -1;
	}
	*conf = read;
	return 0;
}
