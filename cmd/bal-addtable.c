// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-addtable - registers the name of a routing table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "base/text.h"
#include "reconcile/addtable.h"

static int
check_name(const char *name, struct bal_err *err)
{
	/* The one reserved name that has a table of its own. */
	if (strcmp(name, "balancing") == 0)
		return 0;
	if (bal_check_ifname(name, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	return 0;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_pass pass = { BAL_PASS_NONE };
	uint32_t id = 0;
	int rc = -1;

	(void)ctx;
	if (argc < 1)
		return bal_err(err, BAL_EUSAGE, "which name?");
	if (check_name(argv[0], err) < 0)
		return -1;
	if (argc > 1 && bal_parse_u32(argv[1], 1, UINT32_MAX, &id, err) < 0) {
		err->kind = BAL_EUSAGE;
		return bal_err_wrap(err, "ID");
	}
	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_EUSAGE,
			       "id %" PRIu32 " is a table of the kernel's", id);
	if (cmd_pass(&pass, common, err) == 0)
		rc = bal_pass_addtable(&pass, argv[0], &id, err);
	if (rc == 0 && !common->dry_run)
		printf("%" PRIu32 "\n", id);
	return cmd_end_pass(&pass, rc, err);
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-addtable",
		.brief = "Register a routing table name and print its id.",
		.args = "NAME [ID]",
		.max_args = 2,
		.changes = true,
		.run = run,
	};

	return cmd_main(&cmd, NULL, argc, argv);
}
