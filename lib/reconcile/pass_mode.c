// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_mode - the mode in force: of this boot, saved, or configured. */
#include "reconcile/pass_mode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODE_MAX 64 /* bytes of the file: a word and a newline */

void
bal_pass_load_mode(struct bal_pass_inputs *in, const struct bal_paths *paths)
{
	struct bal_err why = { 0 };
	enum bal_mode mode;
	char *text;
	size_t len;

	if (bal_read_file(paths->saved_mode, MODE_MAX, &text, &len, &why) <
	    0) {
		if (why.sys == ENOENT || why.sys == ENOTDIR) {
			in->state.saved_mode = 0;
			return;
		}
		/* A disk that fails now and then must not change the mode. */
		bal_warn("%s; the mode from before holds", why.msg);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	in->state.saved_mode = 0;
	if (bal_mode_parse(text, &mode, &why) == 0)
		in->state.saved_mode = 1 + (uint32_t)mode;
	free(text);
}

enum bal_mode
bal_pass_mode(const struct bal_pass_inputs *in)
{
	if (in->state.has_mode)
		return in->state.mode;
	if (in->state.saved_mode)
		return (enum bal_mode)(in->state.saved_mode - 1);
	return in->conf.globals.mode;
}

int
bal_mode_save(const struct bal_paths *paths, enum bal_mode mode,
	      struct bal_err *err)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%s\n", bal_mode_name(mode));

	if (bal_make_dir_of(paths->saved_mode, err) < 0)
		return -1;
	return bal_write_file(paths->saved_mode, line, (size_t)len, 0644,
			      err);
}
