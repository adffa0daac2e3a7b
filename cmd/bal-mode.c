// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-mode - prints or sets the mode. */
#include <stdio.h>

#include "cmd.h"
#include "reconcile/pass_mode.h"

struct mode {
	bool save;
};

static int
set_save(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct mode *)ctx)->save = true;
	return 0;
}

static const struct cmd_opt opts[] = {
	{ 's', "save", NULL, "for good, not only until the next boot",
	  set_save },
	{ 0, NULL, NULL, NULL, NULL },
};

static int
change(struct bal_pass *pass, const struct mode *m, enum bal_mode mode,
       struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_MODE,
				     .mode = mode,
				     .save_mode = m->save };

	return cmd_change(pass, &intent, err);
}

static int
show(struct bal_pass *pass, struct bal_err *err)
{
	pass->session.no_chains = true;
	if (bal_pass_look(pass, err) < 0)
		return -1;
	printf("%s\n", bal_mode_name(bal_pass_mode(&pass->in)));
	return 0;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	/* A mistake in bal.conf does not keep the mode from being shown. */
	struct bal_pass pass = { BAL_PASS_NONE,
				 .session.conf_anyway = argc == 0 };
	enum bal_mode mode = BAL_MODE_MULTI;
	int rc;

	if (argc && bal_mode_parse(argv[0], &mode, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (!argc && ((const struct mode *)ctx)->save)
		return bal_err(err, BAL_EUSAGE, "save which mode?");
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = argc ? change(&pass, ctx, mode, err) : show(&pass, err);
	return cmd_end_pass(&pass, rc, err);
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-mode",
		.brief = "Print the mode, or set it at once.",
		.args = "[solo|multi]",
		.opts = opts,
		.max_args = 1,
		.changes = true,
		.run = run,
	};
	struct mode mode = { 0 };

	return cmd_main(&cmd, &mode, argc, argv);
}
