// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-down - an uplink is administratively down. */
#include "cmd.h"
#include "hook.h"

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_DOWN };
	bool openvpn = bal_hook_openvpn_args(argc, argv);
	const char *operand = argc && !openvpn ? argv[0] : NULL;
	struct bal_pass pass = { 0 };
	struct bal_hook hook = { 0 };
	int rc;

	(void)ctx;
	if (operand && bal_check_ifname(operand, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (!operand && bal_hook_read(&hook, argc, argv, err) < 0)
		return -1;
	if (!operand && hook.all)
		return CMD_DONE;
	if (!operand && !hook.dev[0])
		return bal_err(err, BAL_EUSAGE, "which device?");
	(void)bal_copy(intent.dev, sizeof(intent.dev),
		       operand ? operand : hook.dev);
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = bal_pass_run(&pass, &intent, err);
	if (rc < 0)
		bal_err_wrap(err, "%s", intent.dev);
	bal_pass_fini(&pass);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-down",
		.brief = "Use a device as an uplink no longer.",
		.args = "[DEV]",
		.max_args = 1,
		.openvpn_args = true,
		.changes = true,
		.run = run,
	};

	return cmd_main(&cmd, NULL, argc, argv);
}
