// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-ovpn - lists, starts or stops the OpenVPN clients over an uplink. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "openvpn/ctl.h"

struct ovpn {
	const char *verb; /* NULL: only print */
	int verbs;
};

static int
set_verb(const struct cmd_opt *opt, void *ctx, const char *value,
	 struct bal_err *err)
{
	struct ovpn *o = ctx;

	(void)value;
	(void)err;
	o->verb = opt->name;
	o->verbs++;
	return 0;
}

static const struct cmd_opt opts[] = {
	{ 0, "start", NULL, "start them", .set = set_verb },
	{ 0, "stop", NULL, "stop them", .set = set_verb },
	{ 0, "restart", NULL, "stop and start them", .set = set_verb },
	{ .name = NULL },
};

/* Device or address: the operand, or ifupdown's IFACE; "": `ifup -a`. */
static int
find_target(const char **target, struct bal_hook *hook, int argc, char **argv,
	    struct bal_err *err)
{
	if (argc) {
		*target = argv[0];
		return 0;
	}
	if (bal_hook_device(hook, argc, argv, err) < 0)
		return -1;
	*target = hook->dev;
	if (!hook->dev[0] && !hook->all)
		return bal_err(err, BAL_EUSAGE, "which device or address?");
	return 0;
}

/* Print names unless a verb is given. */
static int
handle(const struct ovpn *o, const struct cmd_common *common,
       const struct bal_ovpn_client *client, struct bal_err *err)
{
	enum bal_ovpn_how how = common->dry_run ? BAL_OVPN_PRINT :
				common->verbose ? BAL_OVPN_TELL :
						  BAL_OVPN_DO;

	if (o->verb)
		return bal_ovpn_control(client, o->verb, stdout, how, err);
	printf("%s\n", client->name);
	return 0;
}

/* A failure does not stop the others; all failures are reported. */
static int
handle_all(const struct ovpn *o, const struct cmd_common *common,
	   const bal_ovpn_list *list, struct bal_err *err)
{
	int rc = list->n ? CMD_DONE : CMD_NO;

	for (size_t i = 0; i < list->n; i++) {
		struct bal_err why = { 0 };

		if (handle(o, common, &list->v[i], &why) == 0)
			continue;
		if (rc < 0)
			bal_say(BAL_SAY_FAULT, "%s", err->msg);
		*err = why;
		rc = -1;
	}
	return rc;
}

/* A device's addresses come from the kernel and the state. */
static int
find_addresses(struct bal_ovpn_wanted *wanted, const struct cmd_common *common,
	       struct bal_arena *arena, struct bal_err *err)
{
	struct bal_pass pass = { BAL_PASS_NONE, .session.conf_anyway = true };
	int rc = cmd_pass(&pass, common, err);

	pass.session.no_chains = true;
	if (rc == 0)
		rc = bal_pass_look(&pass, err);
	if (rc == 0)
		rc = bal_ovpn_add_addresses(wanted, &pass.snap, &pass.in.state,
					    arena, err);
	bal_pass_fini(&pass);
	return rc;
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	struct bal_ovpn_wanted wanted = { 0 };
	struct bal_arena arena = { 0 };
	const struct ovpn *o = ctx;
	struct bal_hook hook = { 0 };
	bal_ovpn_list list = { 0 };
	const char *target;
	int rc;

	if (o->verbs > 1)
		return bal_err(err, BAL_EUSAGE,
			       "--start, --stop and --restart exclude each "
			       "other");
	if (find_target(&target, &hook, argc, argv, err) < 0)
		return -1;
	if (!target[0])
		return CMD_DONE;
	rc = bal_ovpn_aim(target, &arena, &wanted, err);
	if (rc == 0 && wanted.dev[0])
		rc = find_addresses(&wanted, common, &arena, err);
	if (rc == 0)
		rc = bal_ovpn_find(bal_ovpn_dir(), &wanted, &arena, &list, err);
	if (rc == 0 && !list.n)
		bal_warn("no OpenVPN client below %s sends from %s",
			 bal_ovpn_dir(), target);
	if (rc == 0)
		rc = handle_all(o, common, &list, err);
	bal_arena_fini(&arena);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-ovpn",
		.brief = "Name, start or stop the OpenVPN clients over an "
			 "uplink.",
		.args = "[DEV|ADDR]",
		.opts = opts,
		.max_args = 1,
		.changes = true,
		.run = run,
	};
	struct ovpn o = { 0 };

	return cmd_main(&cmd, &o, argc, argv);
}
