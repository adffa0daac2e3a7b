// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel - what the kernel holds, as its own programs print it. */
#include "status/kernel.h"

#include <inttypes.h>

#include "base/run.h"

/* Print the command line and run it; a missing program is only a remark. */
static void
show_output(FILE *out, char *const argv[])
{
	struct bal_err err = { 0 };

	fputs("#", out);
	for (size_t i = 0; argv[i]; i++)
		fprintf(out, " %s", argv[i]);
	fputc('\n', out);
	fflush(out);
	if (bal_run_wait(argv, &err) < 0)
		bal_warn("%s", err.msg);
}

static void
show_table(FILE *out, uint32_t table)
{
	char id[16];

	snprintf(id, sizeof(id), "%" PRIu32, table);
	show_output(out,
		    (char *[]){ "ip", "route", "show", "table", id, NULL });
}

void
bal_status_print_kernel(const struct bal_pass *pass, FILE *out)
{
	char *const *argv;

	show_output(out, (char *[]){ "ip", "-4", "address", NULL });
	show_output(out, (char *[]){ "ip", "rule", NULL });
	show_output(out, (char *[]){ "ip", "nexthop", NULL });
	for (size_t i = 0; i < pass->uplinks.n; i++)
		show_table(out, pass->uplinks.v[i].table);
	if (pass->in.state.balancing_table)
		show_table(out, pass->in.state.balancing_table);
	for (size_t i = 0; i < pass->in.state.n_groups; i++)
		show_table(out, pass->in.state.groups[i].table);
	show_table(out, BAL_TABLE_DEFAULT);
	if (pass->session.no_chains) {
		bal_warn("without privilege the firewall cannot be read");
		return;
	}
	for (size_t i = 0;
	     (argv = bal_fw_show(&pass->snap.firewalls, i)); i++)
		show_output(out, argv);
}
