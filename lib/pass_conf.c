// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_conf - the configuration of a pass, and what counts while it is wrong. */
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "pass_parts.h"

#define KEPT_MODE 0600 /* whoever may read bal.conf itself */

static void
count_instead(struct bal_pass *pass, enum bal_conf_instead instead,
	      const struct bal_conf *conf)
{
	bal_conf_fini(&pass->conf);
	pass->conf = *conf;
	pass->trouble.instead = instead;
}

/* False where none is kept, or it cannot be used either. */
static bool
count_last_right(struct bal_pass *pass)
{
	struct bal_err ignored;
	struct bal_conf last;

	if (!pass->paths.last_right[0] ||
	    pass->trouble.instead == BAL_INSTEAD_LAST_RIGHT ||
	    bal_conf_read(&last, pass->paths.last_right, true, &ignored) < 0)
		return false;
	count_instead(pass, BAL_INSTEAD_LAST_RIGHT, &last);
	return true;
}

int
bal_pass_read_conf(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_paths *paths = &pass->paths;

	if (!pass->conf_anyway)
		return bal_conf_read(&pass->conf, paths->conf,
				     paths->conf_given, err);
	if (bal_conf_read_anyway(&pass->conf, paths->conf, paths->conf_given,
				 &pass->trouble, err) < 0)
		return -1;
	if (pass->trouble.faults)
		(void)count_last_right(pass);
	return 0;
}

int
bal_pass_conf_agrees(const struct bal_conf *conf, const struct bal_state *state,
		     struct bal_err *err)
{
	if (bal_state_has_room(state, conf->globals.mark_mask, err) < 0)
		return -1;
	return bal_uplinks_agree(conf, state, err);
}

static void
note_contradiction(struct bal_pass *pass, const struct bal_err *why)
{
	struct bal_conf_trouble *trouble = &pass->trouble;

	pass->conf_waits = true;
	if (trouble->faults++)
		return;
	trouble->why = *why;
	memcpy(trouble->first, why->msg, sizeof(trouble->first));
}

void
bal_pass_reconcile_conf(struct bal_pass *pass)
{
	struct bal_conf none = bal_conf_empty();
	struct bal_err why;

	if (!pass->conf_anyway ||
	    bal_pass_conf_agrees(&pass->conf, &pass->state, &why) == 0)
		return;
	note_contradiction(pass, &why);
	if (count_last_right(pass) &&
	    bal_pass_conf_agrees(&pass->conf, &pass->state, &why) == 0)
		return;
	count_instead(pass, BAL_INSTEAD_BUILT_IN, &none);
}

static bool
is_kept(const struct bal_pass *pass)
{
	struct bal_err ignored;
	size_t len;
	char *text;
	bool same;

	if (bal_read_file(pass->paths.last_right, BAL_INI_MAX, &text, &len,
			  &ignored) < 0)
		return false;
	same = len == pass->conf.len &&
	       (len == 0 || memcmp(text, pass->conf.text, len) == 0);
	free(text);
	return same;
}

void
bal_pass_keep_conf(struct bal_pass *pass)
{
	const struct bal_paths *paths = &pass->paths;
	struct bal_err ignored;

	if (pass->conf_kept || pass->trouble.faults || !paths->last_right[0])
		return;
	pass->conf_kept = true;
	if (is_kept(pass))
		return;
	if (bal_make_dir_of(paths->last_right, &ignored) == 0)
		(void)bal_write_file(paths->last_right,
				     pass->conf.text ? pass->conf.text : "",
				     pass->conf.len, KEPT_MODE, &ignored);
}
