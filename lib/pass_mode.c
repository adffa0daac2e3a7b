// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_mode - the mode in force: of this boot, saved, or configured. */
#include <stdio.h>
#include <string.h>

#include "pass_parts.h"

enum bal_mode
bal_pass_mode(const struct bal_pass *pass)
{
	struct bal_err ignored;
	enum bal_mode mode = pass->conf.globals.mode;
	char line[16] = "";
	FILE *f;

	if (pass->state.has_mode)
		return pass->state.mode;
	f = fopen(pass->paths.saved_mode, "re");
	if (f) {
		if (fgets(line, sizeof(line), f))
			line[strcspn(line, "\n")] = '\0';
		fclose(f);
		(void)bal_mode_parse(line, &mode, &ignored);
	}
	return mode;
}

int
bal_pass_save_mode(const struct bal_pass *pass, enum bal_mode mode,
		   struct bal_err *err)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%s\n", bal_mode_name(mode));

	if (bal_make_dir_of(pass->paths.saved_mode, err) < 0)
		return -1;
	return bal_write_file(pass->paths.saved_mode, line, (size_t)len, 0644,
			      err);
}
