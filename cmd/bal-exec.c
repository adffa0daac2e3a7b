// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-exec - runs a command whose connections all leave by one uplink. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "exec/launch.h"
#include "exec/mptcp.h"
#include "exec/privilege.h"

/* As a shell has them; otherwise the command's own status. */
enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

struct exec {
	bool mark, mptcp;
};

static const struct cmd_opt opts[] = {
	{ 'm', "mark", NULL, "print the uplink's mark, run nothing",
	  CMD_FLAG(exec, mark) },
	{ 0, "mptcp", NULL, "no DEV: one connection over all, by MPTCP",
	  CMD_FLAG(exec, mptcp) },
	{ .name = NULL },
};

static int
check_words(const struct exec *x, int argc, char **argv, struct bal_err *err)
{
	int rc = 0;

	if (x->mptcp && x->mark)
		return bal_err(err, BAL_EUSAGE, "--mark, or --mptcp?");
	if (x->mptcp && argc == 0)
		return bal_err(err, BAL_EUSAGE, "which command?");
	if (x->mptcp && !argv[0][0])
		return bal_err(err, BAL_EUSAGE, "the command is empty");
	if (x->mptcp)
		return 0;
	if (argc == 0)
		return bal_err(err, BAL_EUSAGE, "which device?");
	if (bal_check_ifname(argv[0], err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (x->mark && argc > 1)
		rc = bal_err(err, BAL_EUSAGE, "--mark, or %s?", argv[1]);
	else if (!x->mark && argc == 1)
		rc = bal_err(err, BAL_EUSAGE, "which command?");
	else if (argc > 1 && !argv[1][0])
		rc = bal_err(err, BAL_EUSAGE, "the command is empty");
	return rc;
}

/* The privileged part; without a cgroup, the uplink's mark. */
static int
enter(const struct bal_launch *launch, struct bal_err *err)
{
	if (bal_launch_enter(launch, err) == 0)
		return 0;
	if (err->kind == BAL_EUNAVAIL)
		bal_warn("%s: the mark is 0x%" PRIx32
			 ", for programs that can set one",
			 launch->confine.dev, launch->mark);
	return -1;
}

/* Always as the caller, which chose command and environment. */
static int
become(char **argv, struct bal_err *err)
{
	if (bal_privilege_drop(err) < 0)
		return -1;
	if (fflush(stdout) != 0)
		return bal_err(err, BAL_ESYS, "cannot write the output");
	cmd_restore_signals();
	execvp(argv[0], argv);
	bal_err_sys(err, errno, "cannot run %.200s", argv[0]);
	bal_say(BAL_SAY_FAULT, "%s", err->msg);
	return err->sys == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

static int
look(const struct cmd_common *common, const struct exec *x, char **argv,
     struct bal_launch *launch, struct bal_err *err)
{
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc = cmd_pass(&pass, common, err);

	pass.session.no_chains = true;
	if (rc == 0)
		rc = bal_pass_look(&pass, err);
	if (rc == 0)
		rc = bal_launch_look(&pass, argv[0], launch, err);
	if (rc == 0 && x->mark)
		printf("0x%" PRIx32 "\n", launch->mark);
	else if (rc == 0 && pass.session.out)
		rc = bal_launch_print(launch, argv + 1, stdout, err);
	if (rc == 0 && !x->mark && !common->dry_run)
		rc = enter(launch, err);
	bal_pass_fini(&pass);
	return rc;
}

/* Without root: what the command could do, too. */
static int
run_mptcp(const struct cmd_common *common, char **argv, struct bal_err *err)
{
	if (common->dry_run) {
		bal_mptcp_print(argv, stdout);
		return CMD_DONE;
	}
	if (bal_privilege_drop(err) < 0)
		return -1;
	if (bal_mptcp_enter(err) < 0) {
		if (err->kind != BAL_EUNAVAIL)
			return -1;
		bal_warn("%s: the command has plain TCP", err->msg);
	}
	return become(argv, err);
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct exec *x = ctx;
	struct bal_launch launch = { 0 };

	if (check_words(x, argc, argv, err) < 0)
		return -1;
	if (x->mptcp)
		return run_mptcp(common, argv, err);
	if (common->conf && bal_privilege_borrowed())
		return bal_err(err, BAL_EPERM, "--config is for root");
	if (look(common, x, argv, &launch, err) < 0)
		return -1;
	return x->mark || common->dry_run ? CMD_DONE : become(argv + 1, err);
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-exec",
		.brief = "Run a command whose connections all leave by DEV.",
		.args = "DEV COMMAND [ARG...]",
		.opts = opts,
		.max_args = INT_MAX,
		.runs_command = true,
		.changes = true,
		.run = run,
	};
	struct exec x = { 0 };

	return cmd_main(&cmd, &x, argc, argv);
}
