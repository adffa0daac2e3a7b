// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-status - shows the uplinks. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "run.h"
#include "status.h"

struct show {
	bool json, kernel;
};

static int
set_json(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct show *)ctx)->json = true;
	return 0;
}

static int
set_kernel(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct show *)ctx)->kernel = true;
	return 0;
}

static const struct cmd_opt opts[] = {
	{ 'j', "json", NULL, "as one JSON object", set_json },
	{ 'k', "kernel", NULL, "what the kernel holds, by ip and iptables",
	  set_kernel },
	{ 0, NULL, NULL, NULL, NULL },
};

/* Print the command line and run it; a missing program is only a remark. */
static void
show_output(char *const argv[])
{
	struct bal_err err = { 0 };

	fputs("#", stdout);
	for (size_t i = 0; argv[i]; i++)
		printf(" %s", argv[i]);
	putchar('\n');
	fflush(stdout);
	if (bal_run_wait(argv, &err) < 0)
		bal_warn("%s", err.msg);
}

static void
show_table(uint32_t table)
{
	char id[16];

	snprintf(id, sizeof(id), "%" PRIu32, table);
	show_output((char *[]){ "ip", "route", "show", "table", id, NULL });
}

static void
show_kernel(const struct bal_pass *pass)
{
	show_output((char *[]){ "ip", "-4", "address", NULL });
	show_output((char *[]){ "ip", "rule", NULL });
	show_output((char *[]){ "ip", "nexthop", NULL });
	for (size_t i = 0; i < pass->uplinks.n; i++)
		show_table(pass->uplinks.v[i].table);
	if (pass->state.balancing_table)
		show_table(pass->state.balancing_table);
	show_table(BAL_TABLE_DEFAULT);
	if (pass->no_chains) {
		bal_warn("without privilege iptables cannot be read");
		return;
	}
	show_output((char *[]){ "iptables-legacy", "-t", "mangle", "-S",
				NULL });
	if (pass->conf.globals.masquerade)
		show_output((char *[]){ "iptables-legacy", "-t", "nat", "-S",
					NULL });
}

static int
show(struct bal_pass *pass, const struct show *how, const char *dev,
     struct bal_err *err)
{
	const struct bal_status_row *row;
	struct bal_status status;

	/* Anybody may look; only the iptables part takes privilege. */
	pass->no_chains = geteuid() != 0;
	if (bal_pass_look(pass, err) < 0 ||
	    bal_status_make(pass, &pass->arena, &status, err) < 0 ||
	    bal_pass_due(pass, &status.due, err) < 0)
		return -1;
	if (how->kernel) {
		show_kernel(pass);
		return CMD_DONE;
	}
	row = dev ? bal_status_find(&status, dev) : NULL;
	if (dev && !row)
		return bal_err(err, BAL_EUNAVAIL, "%s is no uplink", dev);
	if (row) {
		/* The rows stay where they are, only the view narrows. */
		status.rows.v += row - status.rows.v;
		status.rows.n = 1;
		status.n_alive = row->alive;
	}
	if (how->json)
		bal_status_print_json(&status, stdout);
	else
		bal_status_print_text(&status, stdout);
	return row && !row->alive ? CMD_NO : CMD_DONE;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_pass pass = { 0 };
	int rc;

	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = show(&pass, ctx, argc ? argv[0] : NULL, err);
	bal_pass_fini(&pass);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-status",
		.brief = "Show the uplinks: health, shares, addresses, rates.",
		.args = "[DEV]",
		.opts = opts,
		.max_args = 1,
		.changes = true, /* -n changes nothing: it never does */
		.run = run,
	};
	struct show how = { 0 };

	return cmd_main(&cmd, &how, argc, argv);
}
