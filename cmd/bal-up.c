// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-up - marks an uplink administratively up. */
#include <string.h>

#include "openvpn/learn.h"
#include "reconcile/advice.h"
#include "cmd.h"

struct up {
	struct bal_settings options; /* by options */
	bool keep, known, reset_cap;
};

static int
set_key(const struct cmd_opt *opt, void *ctx, const char *value,
	struct bal_err *err)
{
	return bal_settings_set(&((struct up *)ctx)->options, UINT64_MAX, opt->name,
				value, err);
}

static int
set_no_share(const struct cmd_opt *opt, void *ctx, const char *value,
	     struct bal_err *err)
{
	(void)opt;
	(void)value;
	return bal_settings_set(&((struct up *)ctx)->options, UINT64_MAX, "share",
				"no", err);
}

static const struct cmd_opt opts[] = {
	{ 'g', "gateway", "ADDR", "its gateway, or auto", .set = set_key },
	{ 'w', "weight", "N", "its share in multi, 1 to 256, auto", .set = set_key },
	{ 'p', "priority", "N", "its order in solo, 0 to 999", .set = set_key },
	{ 'o', "over", "DEV", "the uplink that its packets leave by",
	  .set = set_key },
	{ 'B', "no-share", NULL, "its own table and rules only",
	  .set = set_no_share },
	{ 0, "no-balance", NULL, "the same, by its older name",
	  .set = set_no_share },
	{ 'k', "keep", NULL, "keep the options from before",
	  CMD_FLAG(up, keep) },
	{ 'K', "known", NULL, "only if it is an uplink; implies --keep",
	  CMD_FLAG(up, known) },
	{ 0, "reset-cap", NULL, "its data cap begins anew; implies --keep",
	  CMD_FLAG(up, reset_cap) },
	{ .name = NULL },
};

/*
 * A DHCP client calls its hook before ifup calls bal-up, and without the
 * stanza's options; and of two default routes in one subnet the kernel takes
 * the first only (KERNEL.md 14).  So the gateway of the lease is kept for
 * bal-up.
 */
static void
follow_lease(struct bal_intent *intent, const struct bal_hook *hook)
{
	if (hook->caller != BAL_CALLER_DHCP)
		return;
	intent->known_only = true;
	intent->keep_options = true;
	if (strcmp(intent->dev, hook->dev) == 0)
		intent->hook.lease = hook->lease;
	if (strcmp(intent->dev, hook->dev) == 0)
		intent->hook.delegation = hook->delegation;
	intent->hook.prefix6 = hook->prefix6;
	/* Its address is gone, which every read of the kernel shows. */
	if (hook->lease != BAL_LEASE_HELD)
		intent->kind = BAL_INTENT_CHECK;
}

static void
fill_intent(struct bal_intent *intent, const struct up *up,
	    const struct bal_hook *hook, const char *operand)
{
	/*
	 * A stanza's options are for its own interface, not for another
	 * operand.
	 */
	if (!operand || strcmp(operand, hook->dev) == 0) {
		intent->options = hook->options;
		intent->hook.gateway = hook->gateway;
		intent->hook.servers = hook->servers;
		intent->hook.transport = hook->transport;
		bal_ovpn_learn(hook->config, hook->pid, intent->hook.over,
			       &intent->hook.transport);
		intent->hook.server = hook->server;
		intent->hook.port = hook->port;
		intent->hook.proto = hook->proto;
		intent->hook.comes_late = hook->comes_late;
		intent->hook.restart = hook->restart;
		memcpy(intent->hook.stanza, hook->stanza, sizeof(intent->hook.stanza));
	}
	(void)bal_copy(intent->dev, sizeof(intent->dev),
		       operand ? operand : hook->dev);
	/* A hook requests all options at once; a person adds to them. */
	intent->keep_options = up->keep || up->known || up->reset_cap ||
			       hook->caller == BAL_CALLER_PERSON;
	intent->known_only = intent->known_conf = up->known;
	intent->reset_cap = up->reset_cap;
	intent->hook.caller = hook->caller;
	intent->hook.family = bal_hook_family();
	bal_settings_merge(&intent->options, &up->options);
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_UP };
	struct bal_hook hook = { 0 };
	struct bal_pass pass = { BAL_PASS_NONE };
	const char *operand;
	int rc;

	if (bal_hook_find(&hook, &operand, argc, argv, err) < 0)
		return -1;
	fill_intent(&intent, ctx, &hook, operand);
	if (!intent.dev[0] || bal_hook_is_idle(&hook))
		return CMD_DONE;
	rc = cmd_leave_request(&intent, common, err);
	if (rc != 0)
		return rc < 0 ? rc : CMD_DONE;
	follow_lease(&intent, &hook);
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = cmd_change(&pass, &intent, err);
	if (rc == 0 && intent.kind == BAL_INTENT_UP)
		bal_advise(&pass, intent.dev);
	if (rc < 0 && strncmp(err->msg, intent.dev, strlen(intent.dev)) != 0)
		bal_err_wrap(err, "%s", intent.dev);
	return cmd_end_pass(&pass, rc, err);
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
