// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-status - shows the uplinks. */
#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "output.h"
#include "actions/journal.h"
#include "explain/json.h"
#include "explain/text.h"
#include "explain/words.h"
#include "reconcile/pass_plan.h"
#include "status/file.h"
#include "status/kernel.h"
#include "status/nagios.h"
#include "status/printer.h"
#include "status/seen.h"

#define PACKET_WORDS 18 /* of --explain */

struct show {
	bool json, kernel, history, all, explain, metrics, nagios, html, color;
	const char *expect, *output;
};

static const struct cmd_opt opts[] = {
	{ 0, "color", NULL, "also where no terminal is, as for watch -c",
	  CMD_FLAG(show, color) },
	{ 'e', "explain", NULL,
	  "which rule takes a packet: to ADDR [from ADDR]...",
	  CMD_FLAG(show, explain) },
	{ 0, "expect", "DEVS",
	  "these uplinks must be alive: DEV,DEV...", CMD_TEXT(show, expect) },
	{ 0, "history", NULL, "what happened, and how often each was available",
	  CMD_FLAG(show, history) },
	{ 0, "html", NULL, "as a page for a browser", CMD_FLAG(show, html) },
	{ 'j', "json", NULL, "as one JSON object", CMD_FLAG(show, json) },
	{ 'l', "long", NULL, "all columns, however wide", CMD_FLAG(show, all) },
	{ 'k', "kernel", NULL, "what the kernel holds, by ip and iptables",
	  CMD_FLAG(show, kernel) },
	{ 0, "metrics", NULL, "for Prometheus", CMD_FLAG(show, metrics) },
	{ 0, "nagios", NULL, "for Nagios: one line, status 0 to 3",
	  CMD_FLAG(show, nagios) },
	{ 0, "output", "FILE", "replace FILE at once, print nothing",
	  CMD_TEXT(show, output) },
	{ .name = NULL },
};

/* -1 where a part of what is to be shown is unknown. */
static int
look(struct bal_pass *pass, struct bal_status *status, struct bal_err *err)
{
	struct bal_due due = { 0 };

	/* Needs no privilege but for the iptables part. */
	pass->session.no_chains = geteuid() != 0;
	if (bal_pass_look(pass, err) < 0 ||
	    bal_status_make(pass, &pass->arena, status, err) < 0)
		return -1;
	if (status->trouble)
		return 0;
	if (bal_pass_due(pass, &due, err) < 0)
		return -1;
	status->due = due.ops.n;
	return 0;
}

static enum bal_status_form
form_of(const struct show *how)
{
	return how->json    ? BAL_STATUS_JSON :
	       how->metrics ? BAL_STATUS_METRICS :
	       how->nagios  ? BAL_STATUS_NAGIOS :
	       how->html    ? BAL_STATUS_HTML :
			      BAL_STATUS_TEXT;
}

static int
print(const struct bal_pass *pass, const struct show *how,
      const struct bal_status *status, struct bal_err *err)
{
	const struct bal_status_printer *by = bal_status_printers[form_of(how)];
	const struct bal_status_look look = {
		.columns = how->all ? 0 : cmd_columns(),
		.sparks = how->all,
		.blocks = cmd_is_utf8(),
		.escape = cmd_wants_color(how->color) ? cmd_escape : NULL,
	};

	if (how->output && !pass->session.dry_run)
		return bal_status_to_file(by, status, how->output, err);
	bal_status_print(by, status, &look, stdout);
	return 0;
}

static int
show(struct bal_pass *pass, const struct show *how, const char *dev,
     struct bal_err *err)
{
	const struct bal_status_row *row;
	struct bal_status status;
	int rc;

	pass->session.want_stats = how->metrics || how->nagios || how->html;
	if (look(pass, &status, err) < 0)
		return -1;
	if (how->expect &&
	    bal_status_expect(&status, how->expect, &pass->arena, err) < 0)
		return -1;
	if (how->metrics || how->html)
		bal_status_see(pass, &status);
	if (how->html)
		bal_status_see_history(pass, &status);
	if (how->kernel) {
		bal_status_print_kernel(pass, stdout);
		return CMD_DONE;
	}
	row = dev ? bal_status_narrow(&status, dev) : NULL;
	if (dev && !row)
		return bal_err(err, BAL_EUNAVAIL, "%s is no uplink", dev);
	rc = print(pass, how, &status, err);
	bal_journal_forget(&status.history);
	if (rc < 0)
		return -1;
	if (how->nagios)
		return (int)bal_status_nagios_state(&status);
	return bal_status_disappoints(&status) ? CMD_NO : CMD_DONE;
}

static int
explain(struct bal_pass *pass, const struct show *how, int argc, char **argv,
	struct bal_err *err)
{
	struct bal_explain_view view;
	struct bal_packet packet;

	/*
	 * Devices and addresses are needed to read the packet, and the firewall
	 * to know which rules have marks of classes.
	 */
	pass->session.want_whole = true;
	pass->session.no_chains = geteuid() != 0;
	if (bal_pass_look(pass, err) < 0 ||
	    bal_packet_parse(argc, argv, getuid(), &pass->snap, &packet, err) < 0 ||
	    bal_explain_view(pass, &packet, &view, err) < 0)
		return -1;
	if (how->json)
		bal_explain_json(&view, stdout);
	else
		bal_explain_text(&view, stdout);
	return bal_explain_arrives(&view) ? CMD_DONE : CMD_NO;
}

/* From the journal alone: no netlink, no configuration, no privilege. */
static int
show_history(const struct cmd_common *common, const struct show *how,
	     const char *dev, struct bal_err *err)
{
	struct bal_instant now = bal_journal_now();
	struct bal_history history = { 0 };
	struct bal_paths paths;
	int rc = CMD_DONE;

	if (how->kernel)
		return bal_err(err, BAL_EUSAGE,
			       "--history and --kernel exclude each other");
	if (dev && bal_check_ifname(dev, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (bal_paths_init(&paths, common->conf, err) < 0 ||
	    bal_journal_history(paths.journal, dev, &now, &history, err) < 0)
		rc = -1;
	else if (how->json)
		bal_journal_print_json(&history, stdout);
	else
		bal_journal_print_text(&history, stdout);
	bal_journal_forget(&history);
	return rc;
}

static void
warn_of_stopped(const struct bal_paths *paths)
{
	struct bal_stopped s;

	if (bal_lock_stopped(paths, &s))
		bal_warn("process %d (%s) is stopped with %s/%s: what is shown "
			 "may be old; kill -CONT %d",
			 (int)s.holder.pid, s.holder.name, paths->rundir, s.lock,
			 (int)s.holder.pid);
}

static int
check_forms(const struct show *how, int argc, char **argv, struct bal_err *err)
{
	const bool alone = how->kernel || how->history || how->explain;

	if (how->explain && (how->kernel || how->history))
		return bal_err(err, BAL_EUSAGE, "--explain goes alone");
	if (!how->explain && argc > 1)
		return bal_err(err, BAL_EUSAGE, "unexpected argument \"%s\"",
			       argv[1]);
	if (how->json + how->metrics + how->nagios + how->html > 1 ||
	    ((how->metrics || how->nagios || how->html) && alone))
		return bal_err(err, BAL_EUSAGE,
			       "only one form at a time can be printed");
	if (how->expect && (argc || alone))
		return bal_err(err, BAL_EUSAGE,
			       "--expect goes with all uplinks, and without "
			       "DEV");
	if (how->output && alone)
		return bal_err(err, BAL_EUSAGE,
			       "--output is for the status alone");
	return 0;
}

static int
show_by(const struct show *how, const struct cmd_common *common, int argc,
	char **argv, struct bal_err *err)
{
	const char *dev = argc ? argv[0] : NULL;
	/* The table matters most when bal.conf is wrong. */
	struct bal_pass pass = { BAL_PASS_NONE, .session.conf_anyway = true };
	int rc;

	if (check_forms(how, argc, argv, err) < 0)
		return -1;
	if (how->history)
		return show_history(common, how, dev, err);
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		warn_of_stopped(&pass.session.paths);
	if (rc == 0)
		rc = how->explain ? explain(&pass, how, argc, argv, err) :
				    show(&pass, how, dev, err);
	/* bal.conf with errors is in the line and the status of a plugin. */
	if (how->nagios && rc >= 0) {
		bal_pass_fini(&pass);
		return rc;
	}
	return cmd_end_pass(&pass, rc, err);
}

/* A plugin that cannot tell ends with 3, whatever hinders it. */
static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct show *how = ctx;
	const int rc = show_by(how, common, argc, argv, err);

	if (!how->nagios || rc >= 0)
		return rc;
	bal_status_nagios_unknown(err->msg, stdout);
	return BAL_NAGIOS_UNKNOWN;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-status",
		.brief = "Show the uplinks: health, shares, addresses, rates.",
		.args = "[DEV]",
		.opts = opts,
		.max_args = PACKET_WORDS,
		.changes = true, /* -n: prints what --output would write */
		.run = run,
	};
	struct show how = { 0 };

	return cmd_main(&cmd, &how, argc, argv);
}
