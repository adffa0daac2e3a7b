// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-doctor - reports what on this box keeps bal from working. */
#include <stdio.h>

#include "cmd.h"
#include "doctor/doctor.h"
#include "doctor/facts/prove.h"
#include "doctor/name_sticks.h"

struct show {
	bool json, name_sticks, prove;
};

static const struct cmd_opt opts[] = {
	{ 'j', "json", NULL, "as one JSON object", CMD_FLAG(show, json) },
	{ 0, "name-sticks", NULL, "print .link files that name sticks by USB port",
	  CMD_FLAG(show, name_sticks) },
	{ 'p', "prove", NULL, "send marked datagrams, and see where they leave",
	  CMD_FLAG(show, prove) },
	{ .name = NULL },
};

static int
name_sticks(const struct cmd_common *common, struct bal_err *err)
{
	struct bal_facts facts = { 0 };
	bal_stick_list sticks = { 0 };
	struct bal_paths paths;
	int rc = -1;

	if (bal_paths_init(&paths, common->conf, err) == 0 &&
	    bal_facts_sticks(&facts, &paths, &sticks, err) == 0) {
		rc = sticks.n ? CMD_DONE : CMD_NO;
		if (sticks.n)
			bal_name_sticks_print(&sticks, &facts, stdout);
		else if (!common->quiet)
			bal_warn("no network device is on a USB port");
	}
	bal_facts_fini(&facts);
	return rc;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct show *how = ctx;
	const bool proves = how->prove && !common->dry_run;
	struct bal_diagnosis d = { 0 };
	struct bal_facts facts = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc = -1;

	(void)argc;
	(void)argv;
	if (how->name_sticks && how->json)
		return bal_err(err, BAL_EUSAGE, "--name-sticks has no --json");
	if (how->name_sticks)
		return name_sticks(common, err);
	pass.session.want_whole = proves;
	if (bal_facts_gather(&facts, &pass, common->conf, err) == 0 &&
	    (!proves || bal_facts_prove(&facts, &pass, err) == 0) &&
	    bal_doctor_check(&facts, &arena, &d, err) == 0) {
		rc = bal_doctor_problem(&d) ? CMD_NO : CMD_DONE;
		if (common->quiet)
			bal_doctor_hush(&d);
		bal_doctor_print(&d, how->json ? &bal_doctor_json :
						 &bal_doctor_text,
				 stdout);
	}
	bal_arena_fini(&arena);
	bal_facts_fini(&facts);
	bal_pass_fini(&pass);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-doctor",
		.brief = "Report what on this box stands in the way of bal.",
		.args = "",
		.opts = opts,
		.changes = true, /* accepts -n; it never changes anything */
		.run = run,
	};
	struct show how = { 0 };

	return cmd_main(&cmd, &how, argc, argv);
}
