// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-down - marks an uplink administratively down. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "hook/hook.h"
#include "try/try.h"

struct down {
	bool all, yes;
};

static const struct cmd_opt opts[] = {
	{ 'a', "all", NULL, "every uplink", CMD_FLAG(down, all) },
	{ 'y', "yes", NULL, "also the one that this session comes by",
	  CMD_FLAG(down, yes) },
	{ .name = NULL },
};

/* The device: operand, ifupdown's IFACE, OpenVPN's argument; "": none. */
static int
find_device(struct bal_intent *intent, int argc, char **argv,
	    struct bal_err *err)
{
	bool openvpn = bal_hook_openvpn_args(argc, argv);
	const char *operand = argc && !openvpn ? argv[0] : NULL;
	struct bal_hook hook = { 0 };

	if (operand && bal_check_ifname(operand, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (!operand && bal_hook_device(&hook, argc, argv, err) < 0)
		return -1;
	if (!operand && !hook.dev[0] && !hook.all)
		return bal_err(err, BAL_EUSAGE, "which device?");
	return bal_copy(intent->dev, sizeof(intent->dev),
			operand ? operand : hook.dev);
}

/* -1: a person would cut the branch that they sit on. */
static int
check_session(const struct down *down, const struct bal_intent *intent,
	      struct bal_pass *pass, struct bal_err *err)
{
	if (down->yes || pass->session.dry_run ||
	    !bal_try_cuts_session(pass, down->all ? NULL : intent->dev, err))
		return 0;
	if (intent->hook.caller == BAL_CALLER_PERSON)
		return -1;
	bal_warn("%s", err->msg);
	return 0;
}

/* Probably a slip of a person; a hook may take down any device. */
static void
tell_unknown(const struct bal_intent *intent, const struct bal_pass *pass)
{
	bool known = bal_state_find(&pass->in.was, intent->dev) ||
		     bal_conf_find(&pass->in.conf, intent->dev);

	for (size_t i = 0; i < pass->in.was.n_formers; i++)
		known |= !strcmp(pass->in.was.formers[i].name, intent->dev);
	for (size_t i = 0; i < pass->in.was.n_tunnels; i++)
		known |= !strcmp(pass->in.was.tunnels[i].name, intent->dev);
	if (!known && intent->hook.caller == BAL_CALLER_PERSON)
		bal_warn("%s is no uplink: nothing to take down", intent->dev);
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_DOWN };
	const struct down *down = ctx;
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc;

	intent.all = down->all;
	intent.hook.caller = bal_hook_caller();
	intent.hook.family = bal_hook_family();
	/* OpenVPN's $signal: why its client ends. */
	if (intent.hook.caller == BAL_CALLER_OPENVPN)
		intent.hook.signal = getenv("signal");
	if (down->all && argc)
		return bal_err(err, BAL_EUSAGE, "all, or %s?", argv[0]);
	if (!down->all && find_device(&intent, argc, argv, err) < 0)
		return -1;
	if (!down->all && !intent.dev[0])
		return CMD_DONE;
	rc = down->all ? 0 : cmd_leave_request(&intent, common, err);
	if (rc != 0)
		return rc < 0 ? rc : CMD_DONE;
	bal_intent_apply_signal(&intent);
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = check_session(down, &intent, &pass, err);
	if (rc == 0)
		rc = cmd_change(&pass, &intent, err);
	if (rc == 0 && !down->all)
		tell_unknown(&intent, &pass);
	if (rc < 0 && intent.dev[0] && err->kind != BAL_EUSAGE)
		bal_err_wrap(err, "%s", intent.dev);
	return cmd_end_pass(&pass, rc, err);
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-down",
		.brief = "Stop using a device as an uplink.",
		.args = "[DEV]",
		.opts = opts,
		.max_args = 1,
		.openvpn_args = true,
		.changes = true,
		.run = run,
	};

	struct down down = { 0 };

	return cmd_main(&cmd, &down, argc, argv);
}
