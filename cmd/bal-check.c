// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-check - probes all uplinks, and reconciles the kernel. */
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "reconcile/advice.h"
#include "reconcile/probe_plan.h"
#include "reconcile/requests.h"
#include "base/text.h"
#include "actions/event_test.h"
#include "try/try.h"
#include "watch/once.h"
#include "watch/watch.h"

#define ROUNDS_MAX 1000
#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 3600000

struct check {
	bool if_idle, no_probe, watch;
	uint32_t rounds, interval_ms;
	const char *event;
};

static const struct cmd_opt opts[] = {
	{ 0, "if-idle", NULL, "do nothing where another bal-check probes",
	  CMD_FLAG(check, if_idle) },
	{ 0, "no-probe", NULL, "only repair what is not as it should be",
	  CMD_FLAG(check, no_probe) },
	{ 'w', "watch", NULL, "stay, and probe until stopped",
	  CMD_FLAG(check, watch) },
	{ 0, "rounds", "K", "probe K times (with --interval)",
	  CMD_NUMBER(check, rounds, 1, ROUNDS_MAX) },
	{ 0, "interval", "TIME", "time between two of them, 10s by default",
	  CMD_MS(check, interval_ms, INTERVAL_MIN_MS, INTERVAL_MAX_MS) },
	{ 0, "test-event", "NAME", "only run the event programs, as for NAME",
	  CMD_TEXT(check, event) },
	{ .name = NULL },
};

static int
check_options(const struct check *check, const struct cmd_common *common,
	      struct bal_err *err)
{
	if (check->no_probe + check->watch + (check->rounds > 0) > 1)
		return bal_err(err, BAL_EUSAGE,
			       "--watch, --rounds and --no-probe exclude each "
			       "other");
	if (check->event && (check->no_probe || check->watch || check->rounds ||
			     check->if_idle || common->dry_run))
		return bal_err(err, BAL_EUSAGE,
			       "--test-event does nothing else");
	if (check->interval_ms && !check->rounds)
		return bal_err(err, BAL_EUSAGE, "--interval is for --rounds");
	if (common->dry_run && (check->watch || check->rounds))
		return bal_err(err, BAL_EUSAGE,
			       "--dry-run looks once, not with --watch or "
			       "--rounds");
	return 0;
}

static int
reconcile(struct bal_pass *pass, struct bal_err *err)
{
	struct bal_intent repair = { .kind = BAL_INTENT_CHECK };

	return cmd_change(pass, &repair, err);
}

/* Only a terminal hears of success: a timer calls each minute. */
static void
tell_unprobed(const struct check *check, const struct bal_pass *pass)
{
	if (!check->if_idle && isatty(STDERR_FILENO) &&
	    bal_pass_asks_nobody(pass))
		bal_warn("no uplink has targets: nothing is probed, see "
			 "targets in bal.conf(5)");
}

static int
probe(const struct check *check, struct bal_pass *pass, struct bal_err *err)
{
	uint32_t interval = check->interval_ms ? check->interval_ms : 10000;
	bool more;
	int rc;

	(void)bal_requests_run(pass, BAL_REQUESTS_MS, &more);
	pass->session.want_stats = true;
	if (check->watch)
		return bal_watch(pass, err);
	rc = check->rounds ?
		     bal_watch_rounds(pass, check->rounds, interval, err) :
		     bal_watch_pass(pass, err);
	if (rc == 0)
		tell_unprobed(check, pass);
	return rc;
}

static int
test_event(const struct check *check, const struct cmd_common *common,
	   struct bal_err *err)
{
	bool well;

	if (bal_event_test(check->event, common->conf, &well, err) < 0)
		return -1;
	return well ? CMD_DONE : CMD_NO;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct check *check = ctx;
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc;

	(void)argc;
	(void)argv;
	rc = check_options(check, common, err);
	if (rc == 0 && check->event)
		return test_event(check, common, err);
	if (rc == 0)
		rc = cmd_pass(&pass, common, err);
	if (rc == 0 && !check->no_probe && !common->dry_run)
		rc = bal_watch_lock(&pass, check->watch, err);
	if (rc < 0 && err->kind == BAL_EBUSY && check->if_idle)
		rc = CMD_DONE;
	else if (rc >= 0)
		rc = check->no_probe ? reconcile(&pass, err) :
				       probe(check, &pass, err);
	if (rc == 0 && !check->watch) {
		bal_advise_conf(&pass);
		rc = bal_advise_amiss(&pass) ? CMD_NO : CMD_DONE;
	}
	/* The reason was reported at the start. */
	if (rc == CMD_DONE && !check->watch && !common->dry_run &&
	    bal_try_overdue(&pass.session.paths))
		rc = CMD_NO;
	if (!check->watch)
		return cmd_end_pass(&pass, rc, err);
	/* Reported at the start, and perhaps fixed since. */
	bal_pass_fini(&pass);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-check",
		.brief = "Probe all uplinks and repair the kernel's tables.",
		.args = "",
		.opts = opts,
		.changes = true,
		.goes_on = true,
		.run = run,
	};
	struct check check = { 0 };

	return cmd_main(&cmd, &check, argc, argv);
}
