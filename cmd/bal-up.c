// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-up - an uplink is administratively up. */
#include <string.h>

#include "advice.h"
#include "cmd.h"
#include "hook.h"

struct up {
	struct bal_settings told; /* by options */
};

static int
set_gateway(void *ctx, const char *value, struct bal_err *err)
{
	return bal_settings_set(&((struct up *)ctx)->told, ~0u, "gateway",
				value, err);
}

static int
set_weight(void *ctx, const char *value, struct bal_err *err)
{
	return bal_settings_set(&((struct up *)ctx)->told, ~0u, "weight", value,
				err);
}

static int
set_priority(void *ctx, const char *value, struct bal_err *err)
{
	return bal_settings_set(&((struct up *)ctx)->told, ~0u, "priority",
				value, err);
}

static int
set_over(void *ctx, const char *value, struct bal_err *err)
{
	return bal_settings_set(&((struct up *)ctx)->told, ~0u, "over", value,
				err);
}

static int
set_no_balance(void *ctx, const char *value, struct bal_err *err)
{
	(void)value;
	return bal_settings_set(&((struct up *)ctx)->told, ~0u, "balance", "no",
				err);
}

static const struct cmd_opt opts[] = {
	{ 'g', "gateway", "ADDR", "its gateway, or auto", set_gateway },
	{ 'w', "weight", "N", "its share in multi, 1 to 255", set_weight },
	{ 'p', "priority", "N", "its order in solo, 0 to 999", set_priority },
	{ 'o', "over", "DEV", "the uplink that its packets leave by",
	  set_over },
	{ 'B', "no-balance", NULL, "its own table and rules only",
	  set_no_balance },
	{ 0, NULL, NULL, NULL, NULL },
};

/* The device: operand, ifupdown's IFACE, OpenVPN's argument. */
static int
fill_intent(struct bal_intent *intent, const struct up *up, int argc,
	    char **argv, struct bal_err *err)
{
	bool openvpn = bal_hook_openvpn_args(argc, argv);
	const char *operand = argc && !openvpn ? argv[0] : NULL;
	struct bal_hook hook = { 0 };

	if (operand && bal_check_ifname(operand, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (bal_hook_read(&hook, argc, argv, err) < 0)
		return -1;
	/* A stanza speaks of its own interface, not of another by hand. */
	if (!operand || strcmp(operand, hook.dev) == 0) {
		intent->told = hook.told;
		intent->hook_gateway = hook.gateway;
		intent->transport = hook.transport;
	}
	(void)bal_copy(intent->dev, sizeof(intent->dev),
		       operand ? operand : hook.dev);
	/* A hook says all there is to say; a person adds to it. */
	intent->keep_told = hook.caller == BAL_CALLER_PERSON;
	intent->caller = hook.caller;
	bal_settings_merge(&intent->told, &up->told);
	if (!intent->dev[0] && !hook.all)
		return bal_err(err, BAL_EUSAGE, "which device?");
	return 0;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_UP };
	struct bal_pass pass = { 0 };
	int rc;

	if (fill_intent(&intent, ctx, argc, argv, err) < 0)
		return -1;
	if (!intent.dev[0])
		return CMD_DONE;
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = bal_pass_run(&pass, &intent, err);
	if (rc == 0)
		bal_advise(&pass, intent.dev);
	else if (strncmp(err->msg, intent.dev, strlen(intent.dev)) != 0)
		bal_err_wrap(err, "%s", intent.dev);
	bal_pass_fini(&pass);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-up",
		.brief = "Use a device as an uplink.",
		.args = "[DEV]",
		.opts = opts,
		.max_args = 1,
		.openvpn_args = true,
		.changes = true,
		.run = run,
	};
	struct up up = { 0 };

	return cmd_main(&cmd, &up, argc, argv);
}
