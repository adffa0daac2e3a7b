/* cmd - one front for all commands: options, help, messages, exit status. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CMD_H
#define BAL_CMD_H

#include <stdbool.h>

#include "base/error.h"
#include "reconcile/pass.h"

/* Exit status of every command; man/exit.inc says the same to people. */
enum cmd_status {
	CMD_DONE = 0, /* done, or: yes */
	CMD_NO = 1,   /* the answer is no */
	CMD_USAGE = 64,
	CMD_UNAVAILABLE = 69,
	CMD_SYSTEM = 71,
	CMD_BUSY = 75,
	CMD_NO_PRIVILEGE = 77,
	CMD_CONFIG = 78,
};

/* What the common options say. */
struct cmd_common {
	const char *conf; /* -c, or NULL */
	bool dry_run;     /* -n */
	bool verbose;     /* -v */
	bool quiet;       /* -q */
	bool strict;      /* --strict: fail in a hook, too */
	bool conf_anyway; /* go on when bal.conf is wrong, see cmd.goes_on */
};

/* An option of one command; the common ones stand in every command. */
struct cmd_opt {
	char letter; /* 0: only the long form */
	const char *name, *arg, *help; /* @arg NULL: a flag */
	/* 0, or -1 with @err: the command ends with 64. */
	int (*set)(void *ctx, const char *value, struct bal_err *err);
};

struct cmd {
	const char *name, *brief, *args; /* "bal-up", what it does, "[DEV]" */
	const struct cmd_opt *opts;      /* ends with .name NULL; or NULL */
	int max_args;
	bool openvpn_args; /* takes what OpenVPN puts behind a script's name */
	bool runs_command; /* options end where operands begin */
	bool changes;      /* has -n */
	/*
	 * A mistake in bal.conf stops no hook, whatever the command: nobody is
	 * there to mend it, and the line may be the only one.  Nor does it this
	 * command, whoever calls it.  (Another file, by -c, stops both.)
	 */
	bool goes_on;
	/*
	 * Do the work: a CMD_... status, or -1 with @err.  @argv[0] is the
	 * first operand.
	 */
	int (*run)(void *ctx, const struct cmd_common *common, int argc,
		   char **argv, struct bal_err *err);
};

/*
 * Parse options, run, report.  A bad option ends with 64 before run() is
 * called.  Called from a hook (see hook.h) every failure is told and the
 * status is 0, unless --strict: a failing `up` line would leave an interface
 * half configured, a failing `up` script end OpenVPN.
 */
int cmd_main(const struct cmd *cmd, void *ctx, int argc, char **argv);

/*
 * A pass as @common wants it: configuration and netlink opened; -n and -v
 * print to stdout.  bal_pass_fini() in any case.
 */
int cmd_pass(struct bal_pass *pass, const struct cmd_common *common,
	     struct bal_err *err);

/*
 * bal_pass_fini(); @rc, or -1 with what was wrong with bal.conf though the
 * command went on.
 */
int cmd_end_pass(struct bal_pass *pass, int rc, struct bal_err *err);

/*
 * Signals as they were before cmd_main(), which ignores some: for a program
 * that takes our place.
 */
void cmd_restore_signals(void);

/*
 * A hook without privilege leaves @intent for root to carry out: 1 when that is
 * done, 0 when the caller may do it itself, -1 with @err.
 */
int cmd_leave_request(const struct bal_intent *intent,
		      const struct cmd_common *common, struct bal_err *err);

/*
 * Carry out @intent, behind what others have requested before; as a part of
 * what bal-try tries, where it runs us.
 */
int cmd_change(struct bal_pass *pass, const struct bal_intent *intent,
	       struct bal_err *err);

#endif
