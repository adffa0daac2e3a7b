// SPDX-License-Identifier: GPL-2.0-or-later
/* conf - reads bal.conf again, and keeps the old one if it has a mistake. */
#include <stdio.h>

#include "reconcile/advice.h"
#include "reconcile/pass_internal.h"
#include "watch/internal.h"
#include "state/read.h"

/* 0 if it agrees with the options that stanzas and bal-up have set. */
static int
agrees(const struct bal_conf *conf, const char *path, struct bal_err *err)
{
	struct bal_state state = { 0 };
	int rc = bal_state_read(&state, path, false, err);

	if (rc >= 0)
		rc = bal_pass_conf_agrees(conf, &state, err);
	bal_state_fini(&state);
	return rc;
}

static int
read_conf(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_conf_files files = bal_conf_files(&pass->session.paths);
	struct bal_conf conf = { 0 };

	pass->in.conf_waits = false;
	if (bal_conf_read(&conf, &files, err) < 0) {
		/* A file that could not be read may be correct. */
		pass->in.conf_waits = err->sys != 0;
		return -1;
	}
	if (bal_pass_conf_stays(&pass->session.paths, &conf, err) < 0 ||
	    agrees(&conf, pass->session.paths.state, err) < 0) {
		bal_conf_fini(&conf);
		pass->in.conf_waits = true;
		return -1;
	}
	bal_conf_fini(&pass->in.conf);
	pass->in.conf = conf;
	pass->in.trouble = (struct bal_conf_trouble){ 0 };
	pass->in.conf_fault[0] = '\0';
	bal_say(BAL_SAY_EVENT, "configuration read again");
	/* By what the last pass found. */
	bal_advise_conf(pass);
	return 0;
}

void
bal_watch_read_conf(struct bal_pass *pass)
{
	struct bal_err why;

	if (read_conf(pass, &why) == 0)
		return;
	/* One that could not be read may be right. */
	if (!why.sys)
		snprintf(pass->in.conf_fault, sizeof(pass->in.conf_fault), "%.*s",
			 (int)sizeof(pass->in.conf_fault) - 1, why.msg);
	bal_warn("%s; %s", why.msg,
		 bal_conf_instead_text(BAL_INSTEAD_LAST_GOOD));
}

void
bal_watch_retry_conf(struct bal_pass *pass)
{
	struct bal_err ignored;

	if (pass->in.conf_waits)
		(void)read_conf(pass, &ignored);
}
