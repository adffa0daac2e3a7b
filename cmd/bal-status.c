// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-status - shows the uplinks. */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "actions/journal.h"
#include "reconcile/pass_plan.h"
#include "status/kernel.h"
#include "status/printer.h"

struct show {
	bool json, kernel, history, all;
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

static int
set_history(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct show *)ctx)->history = true;
	return 0;
}

static int
set_long(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	(void)err;
	((struct show *)ctx)->all = true;
	return 0;
}

static const struct cmd_opt opts[] = {
	{ 0, "history", NULL, "what happened, and how often each was available",
	  set_history },
	{ 'j', "json", NULL, "as one JSON object", set_json },
	{ 'l', "long", NULL, "all columns, however wide", set_long },
	{ 'k', "kernel", NULL, "what the kernel holds, by ip and iptables",
	  set_kernel },
	{ 0, NULL, NULL, NULL, NULL },
};

/* Of the terminal; 80 where there is none. */
static size_t
columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col;
}

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

static int
show(struct bal_pass *pass, const struct show *how, const char *dev,
     struct bal_err *err)
{
	const struct bal_status_row *row;
	struct bal_status status;
	enum bal_status_form form;

	if (look(pass, &status, err) < 0)
		return -1;
	if (how->kernel) {
		bal_status_print_kernel(pass, stdout);
		return CMD_DONE;
	}
	row = dev ? bal_status_narrow(&status, dev) : NULL;
	if (dev && !row)
		return bal_err(err, BAL_EUNAVAIL, "%s is no uplink", dev);
	form = how->json ? BAL_STATUS_JSON : BAL_STATUS_TEXT;
	bal_status_print(bal_status_printers[form], &status,
			 how->all ? 0 : columns(), stdout);
	return row && !row->alive ? CMD_NO : CMD_DONE;
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
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const char *dev = argc ? argv[0] : NULL;
	const struct show *how = ctx;
	/* The table matters most when bal.conf is wrong. */
	struct bal_pass pass = { BAL_PASS_NONE, .session.conf_anyway = true };
	int rc;

	if (how->history)
		return show_history(common, how, dev, err);
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		warn_of_stopped(&pass.session.paths);
	if (rc == 0)
		rc = show(&pass, how, dev, err);
	return cmd_end_pass(&pass, rc, err);
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
		.changes = true, /* accepts -n; it never changes anything */
		.run = run,
	};
	struct show how = { 0 };

	return cmd_main(&cmd, &how, argc, argv);
}
