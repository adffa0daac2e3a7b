// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-mode - prints or sets the mode. */
#include <stdio.h>

#include "cmd.h"
#include "reconcile/pass_mode.h"

struct mode {
	bool save;
	const char *balance;
};

static const struct cmd_opt opts[] = {
	{ 's', "save", NULL, "for good, not only until the next boot",
	  CMD_FLAG(mode, save) },
	{ 'b', "balance", "KIND", "connection, session, hash or packet: see bal.conf(5)",
	  CMD_TEXT(mode, balance) },
	{ .name = NULL },
};

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
read_args(const struct mode *m, int argc, char **argv,
	  struct bal_intent *intent, struct bal_err *err)
{
	enum bal_balance kind;

	intent->has_mode = argc > 0;
	intent->save_mode = m->save;
	if ((argc && bal_mode_parse(argv[0], &intent->mode, err) < 0) ||
	    (m->balance && bal_balance_parse(m->balance, &kind, err) < 0)) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (m->balance)
		intent->balance = 1 + (uint32_t)kind;
	if (m->save && !intent->has_mode && !intent->balance)
		return bal_err(err, BAL_EUSAGE, "save which mode?");
	return 0;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_MODE };
	struct bal_pass pass = { BAL_PASS_NONE };
	bool changes;
	int rc;

	if (read_args(ctx, argc, argv, &intent, err) < 0)
		return -1;
	changes = intent.has_mode || intent.balance;
	/* A mistake in bal.conf does not keep the mode from being shown. */
	pass.session.conf_anyway = !changes;
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = changes ? cmd_change(&pass, &intent, err) :
			       show(&pass, err);
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
