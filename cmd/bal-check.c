// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-check - probes all uplinks once and puts the kernel right. */
#include <stdlib.h>

#include "cmd.h"

struct check {
	bool no_probe;
};

static int
set_no_probe(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct check *)ctx)->no_probe = true;
	return 0;
}

static const struct cmd_opt opts[] = {
	{ 0, "no-probe", NULL, "only put right what is not as it should be",
	  set_no_probe },
	{ 0, NULL, NULL, NULL, NULL },
};

/*
 * First the kernel is put right: a probe through a table that somebody has
 * emptied would condemn a healthy line.  Then the probes, without the lock: a
 * pass of them may take seconds.
 */
static int
probe(struct bal_pass *pass, struct bal_probe **probes, size_t *n,
      struct bal_err *err)
{
	struct bal_intent repair = { .kind = BAL_INTENT_CHECK };
	int rc;

	rc = pass->dry_run ? bal_pass_look(pass, err) :
			     bal_pass_run(pass, &repair, err);
	if (rc < 0 || bal_pass_probes(pass, probes, n, err) < 0)
		return -1;
	return bal_probe_run(*probes, *n, err);
}

static bool
some_dead(const struct bal_pass *pass)
{
	for (size_t i = 0; i < pass->uplinks.n; i++)
		if (pass->uplinks.v[i].admin_up &&
		    (!pass->uplinks.v[i].usable ||
		     pass->uplinks.v[i].health == BAL_HEALTH_DEAD))
			return true;
	return false;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct check *check = ctx;
	struct bal_intent intent = { .kind = BAL_INTENT_CHECK };
	struct bal_probe *probes = NULL;
	struct bal_pass pass = { 0 };
	int rc;

	(void)argc;
	(void)argv;
	rc = cmd_pass(&pass, common, err);
	if (rc == 0 && !check->no_probe) {
		pass.want_stats = true;
		rc = probe(&pass, &probes, &intent.n_probes, err);
		/* Who may not probe may still ask what would be repaired. */
		if (rc < 0 && pass.dry_run && err->kind == BAL_EPERM) {
			bal_warn("%s; without probes", err->msg);
			intent.n_probes = 0;
			rc = 0;
		}
		intent.probes = probes;
	}
	if (rc == 0)
		rc = bal_pass_run(&pass, &intent, err);
	if (rc == 0 && some_dead(&pass))
		rc = CMD_NO;
	bal_pass_fini(&pass);
	free(probes);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-check",
		.brief = "Probe all uplinks and put the kernel right.",
		.args = "",
		.opts = opts,
		.changes = true,
		.run = run,
	};
	struct check check = { 0 };

	return cmd_main(&cmd, &check, argc, argv);
}
